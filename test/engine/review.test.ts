/**
 * `tailscope review` of real previews: twelve changes of rising difficulty to one deployed program, each with its report in every
 * format under reviews/. `UPDATE_REVIEWS=1 npx vitest run --project engine review` writes them anew, to be read like code.
 */

import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { htmlReport } from "../../provider/review/html";
import { readPlan } from "../../provider/review/input/plan";
import { readPreview } from "../../provider/review/input/preview";
import { markdownReport } from "../../provider/review/markdown";
import { type Review, review } from "../../provider/review/review";
import { sarifReport } from "../../provider/review/sarif";
import { terminalReport } from "../../provider/review/terminal";
import { newStack, type Stack } from "./stack";

const command = fileURLToPath(new URL("../../provider/bin/tailscope.js", import.meta.url));

const program = `
const changed = (name) => process.env.CHANGE === name;

const ci = new OAuthClient("ci", {
  scopes: changed("scopes-reordered") ? ["devices:core:read", "auth_keys"] : ["auth_keys", "devices:core:read"],
  tags: changed("tag-added") ? ["tag:ci", "tag:prod"] : ["tag:ci"],
  description: changed("description") ? "Runners of CI" : "CI runners",
});

new OAuthClient("root", { scopes: changed("all-listed") ? ["dns", "policy_file:read", "users:read"] : ["all"] });

if (!changed("destroyed")) {
  new OAuthClient("exporter", {
    scopes: changed("read-made-write") ? ["devices:core"] : ["devices:core:read"],
    tags: ["tag:ci"],
    generation: changed("client-replaced") ? 2 : 1,
  });
}

new AuthKey("runner", { tags: ["tag:ci"], expiry: changed("key-reusable") ? "90d" : "1d", reusable: changed("key-reusable") });

new FederatedIdentity("deploy", {
  issuer: "https://token.actions.githubusercontent.com",
  subject: "repo:acme/infrastructure:ref:refs/heads/main" + (changed("subject-widened") ? "*" : ""),
  scopes: ["policy_file", "devices:core:read", "devices:posture_attributes:read"],
});

if (changed("unknown-tag")) {
  const fresh = new OAuthClient("fresh", { scopes: ["dns:read"] });
  new OAuthClient("tagged", { scopes: ["auth_keys"], tags: [pulumi.interpolate\`tag:\${fresh.clientId}\`] });
}

if (changed("unknown-scope")) {
  new OAuthClient("new-feature", { scopes: ["dns:read", "satellites"], unlistedScopes: ["satellites"] });
}

if (changed("thousand")) {
  for (let index = 0; index < 250; index++) {
    new OAuthClient("reader-" + index, { scopes: ["dns:read"] });
    new OAuthClient("writer-" + index, { scopes: [index === 123 ? "users" : "dns"] });
    new AuthKey("key-" + index, { tags: ["tag:ci"], ephemeral: true, reusable: true, expiry: "12h" });
    new FederatedIdentity("identity-" + index, {
      issuer: "https://gitlab.com",
      subject: "project_path:acme/app-" + index + ":ref_type:branch:ref:main",
      scopes: ["logs:network:read"],
    });
  }
}
`;

let emulator: Emulator;
let stack: Stack;

beforeAll(async () => {
  emulator = await startEmulator();
  stack = await newStack(emulator, program);
  await stack.up();
}, 60_000);

afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await emulator[Symbol.asyncDispose]();
});

/** What \`pulumi preview --json\` prints for a change, the program run by Node as for anybody: its lines are in the reports. */
async function preview(change: string, ...args: string[]): Promise<string> {
  const { code, text } = await stack.pulumi(["preview", "--json", ...args], { CHANGE: change });
  expect(code, text).toBe(0);
  return text.slice(text.indexOf("{\n"));
}

function reviewed(text: string): Review {
  const read = readPreview(text);
  if ("problem" in read) throw new Error(read.problem);
  return review(read.steps);
}

const reports = (found: Review) => ({
  txt: stripVTControlCharacters(terminalReport(found)),
  md: markdownReport(found, ""),
  json: `${JSON.stringify(found.report, undefined, 2)}\n`,
  sarif: sarifReport(found, "0.0.0", ""),
  html: htmlReport(found, ""),
});

/** Compares every format with the file that a person has read; what is long is kept packed. */
function expectReports(found: Review, name: string): void {
  const folder = fileURLToPath(new URL("reviews", import.meta.url));
  mkdirSync(folder, { recursive: true });
  for (const [format, report] of Object.entries(reports(found))) {
    const isLong = report.length > 100_000;
    const path = join(folder, `${name}.${format}${isLong ? ".gz" : ""}`);
    if (process.env["UPDATE_REVIEWS"])
      writeFileSync(path, isLong ? gzipSync(report, { level: 9 }) : report);
    const kept = readFileSync(path);
    // Of a long one the first difference says more than the whole.
    if (isLong) expect(differing(report, gunzipSync(kept).toString()), path).toBeUndefined();
    else expect(report, path).toBe(kept.toString());
  }
}

function differing(one: string, other: string): string | undefined {
  const [lines, others] = [one.split("\n"), other.split("\n")];
  const at = lines.findIndex((line, index) => line !== others[index]);
  if (at < 0)
    return lines.length === others.length
      ? undefined
      : `${lines.length} lines, not ${others.length}`;
  return `line ${at + 1}: ${lines[at]}, not ${others[at]}`;
}

test.each<[number, string, Review["report"]["verdict"]]>([
  [1, "description", "none"],
  [2, "scopes-reordered", "none"],
  [3, "destroyed", "none"],
  [4, "read-made-write", "write"],
  [5, "all-listed", "none"],
  [6, "tag-added", "write"],
  [7, "key-reusable", "write"],
  [8, "client-replaced", "none"],
  [9, "subject-widened", "admin"],
  [10, "unknown-tag", "write"],
  [11, "unknown-scope", "admin"],
])("%i %s is reviewed as its reports under reviews/ say: %s", async (number, change, verdict) => {
  const found = reviewed(await preview(change));
  expect(found.report.verdict).toBe(verdict);
  expectReports(found, `${String(number).padStart(2, "0")}-${change}`);
});

test("12 a thousand credentials at once are reviewed as their reports say, in about a second", async () => {
  const text = await preview("thousand");
  const started = performance.now();
  const found = reviewed(text);
  reports(found);
  // About a second on an idle machine; a busy one is no failure.
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(found.report.credentials).toHaveLength(1000);
  expect(found.report.credentials[0]).toMatchObject({ name: "writer-123", class: "admin" });
  expectReports(found, "12-thousand");
});

test("the command reads a preview from a pipe, and an update plan from its file, and exits as --fail-on says", async () => {
  const plan = join(stack.folder, "plan.json");
  const text = await preview("read-made-write", "--save-plan", plan);
  const run = (args: string[], input: string) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const child = execFile(
        process.execPath,
        [command, "review", ...args],
        (error, stdout, stderr) =>
          resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
      child.stdin?.end(input);
    });
  const piped = await run(["--json"], text);
  expect({ ...piped, stdout: JSON.parse(piped.stdout) }).toEqual({
    code: 0,
    stdout: reviewed(text).report,
    stderr: "",
  });
  expect((await run(["--fail-on", "persist"], text)).code).toBe(0);
  expect((await run(["--fail-on", "write"], text)).code).toBe(2);
  expect((await run(["--explain", "exporter"], text)).stdout).toMatch(
    /^\+ DELETE \/api\/v2\/device\/\{deviceId\} +devices:core +Delete a device$/m,
  );

  const planned = await run(["--plan", plan, "--json"], "");
  expect(JSON.parse(planned.stdout)).toMatchObject({
    verdict: "write",
    // A plan does not say what the scopes were: all that there are now count as gained.
    credentials: [
      {
        name: "exporter",
        change: "update",
        gained: expect.arrayContaining(["GET /api/v2/tailnet/{tailnet}/devices"]),
      },
    ],
  });
  const read = readPlan(readFileSync(plan, "utf8"));
  expect("steps" in read && review(read.steps).report).toEqual(JSON.parse(planned.stdout));
});
