/**
 * `tailscope review` of real previews: twelve changes of rising difficulty to one deployed program,
 * and what a second one does with credentials that are external, retained, hidden or run by other
 * code. Each has its report in every format under reviews/. `UPDATE_REVIEWS=1 npx vitest run
 * --project engine review` writes them again, to be read like code.
 *
 * What the engine printed for each of the twelve is kept under reviews/previews. `npm test` reviews
 * that, and asks the engine for the changes of `asked` alone, whose reports have to be the same;
 * the scripts that take their time ask it for all of them.
 */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../harness/pulumi";
import { formatHtml } from "../../provider/review/formats/html";
import { formatMarkdown } from "../../provider/review/formats/markdown";
import { formatSarif } from "../../provider/review/formats/sarif";
import { formatTerminal } from "../../provider/review/formats/terminal";
import { readPlan } from "../../provider/review/input/plan";
import { readPreview } from "../../provider/review/input/preview";
import { type Review, review } from "../../provider/review/review";
import { as } from "../contract/client";
import { run, runAsProcess } from "../contract/run-command";
import { isLong } from "../runs";
import { newStack, type Stack } from "./stack";

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

/** The changes that every run asks the engine for. */
const asked = ["read-made-write", "unknown-tag"];

const isUpdate = process.env["UPDATE_REVIEWS"] !== undefined;

let emulator: Emulator;
let stack: Stack;

beforeAll(async () => {
  emulator = await startEmulator();
  stack = await newStack(emulator, program);
  await stack.up();
});

afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await emulator[Symbol.asyncDispose]();
});

/**
 * What \`pulumi preview --json\` prints for a change, the program run by Node as for anybody: its
 * lines are in the reports.
 */
async function preview(change: string, ...args: string[]): Promise<string> {
  const { code, text } = await stack.pulumi(["preview", "--json", ...args], { CHANGE: change });
  expect(code, text).toBe(0);
  return text.slice(text.indexOf("{\n"));
}

/** The update plan of the change below. */
const plan = () => join(stack.folder, "plan.json");

/** One preview for two tests, with its plan. */
const readMadeWrite = once(() => preview("read-made-write", "--save-plan", plan()));

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/**
 * The same, as the engine printed it when the reports were written, where this run does not ask it.
 */
async function previewed(change: string): Promise<string> {
  const folder = fileURLToPath(new URL("reviews/previews", import.meta.url));
  const path = join(folder, `${change}.json.gz`);
  const digest = createHash("sha256").update(program).digest("hex");
  if (change === "read-made-write") return readMadeWrite();
  if (asked.includes(change)) return preview(change);
  if (isUpdate || isLong) {
    const printed = await preview(change);
    if (isUpdate) {
      mkdirSync(folder, { recursive: true });
      // Where the repository is on a machine says nothing of the change.
      const anywhere = printed.replaceAll(root.slice(1), "repository/");
      const kept = JSON.stringify({ program: digest, printed: anywhere });
      writeFileSync(path, gzipSync(kept, { level: 9 }));
    }
    return printed;
  }
  const kept = JSON.parse(gunzipSync(readFileSync(path)).toString());
  expect(kept.program, "the program has changed: UPDATE_REVIEWS=1 asks the engine again").toBe(
    digest,
  );
  return kept.printed;
}

function reviewed(text: string): Review {
  const read = readPreview(text);
  if ("problem" in read) throw new Error(read.problem);
  return review(read.steps);
}

const reports = (found: Review) => ({
  txt: stripVTControlCharacters(formatTerminal(found)),
  md: formatMarkdown(found, ""),
  json: `${JSON.stringify(found.report, undefined, 2)}\n`,
  sarif: formatSarif(found, "0.0.0", ""),
  html: formatHtml(found, ""),
});

/** Compares every format with the file that a person has read; what is long is kept packed. */
function expectReports(found: Review, name: string): void {
  const folder = fileURLToPath(new URL("reviews", import.meta.url));
  mkdirSync(folder, { recursive: true });
  for (const [format, report] of Object.entries(reports(found))) {
    const isLong = report.length > 100_000;
    const path = join(folder, `${name}.${format}${isLong ? ".gz" : ""}`);
    if (isUpdate) writeFileSync(path, isLong ? gzipSync(report, { level: 9 }) : report);
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
  [6, "tag-added", "persist"],
  [7, "key-reusable", "write"],
  [8, "client-replaced", "none"],
  [9, "subject-widened", "admin"],
  [10, "unknown-tag", "persist"],
  [11, "unknown-scope", "admin"],
])(
  "the review of %i %s matches its reports under reviews/: %s",
  async (number, change, verdict) => {
    const found = reviewed(await previewed(change));
    expect(found.report.verdict).toBe(verdict);
    expectReports(found, `${String(number).padStart(2, "0")}-${change}`);
  },
);

test("the review 12 of a thousand credentials matches its reports, in about a second", async () => {
  const text = await previewed("thousand");
  const started = process.cpuUsage();
  const found = reviewed(text);
  reports(found);
  // Of the processor's time, so that a busy machine is no failure.
  expect(process.cpuUsage(started).user / 1e6).toBeLessThan(5);
  expect(found.report.credentials).toHaveLength(1000);
  expect(found.report.credentials[0]).toMatchObject({ name: "writer-123", class: "admin" });
  expectReports(found, "12-thousand");
});

test("review reads a preview from a pipe and an update plan from its file, and exits as --fail-on says", async () => {
  const noReach = { known: false, reason: expect.stringContaining("no policy file is known") };
  const text = await readMadeWrite();
  const piped = await runAsProcess(["review", "--json"], {}, text);
  expect({ ...piped, stdout: JSON.parse(piped.stdout) }).toEqual({
    code: 0,
    // The command is asked for reach as well, and knows no policy file.
    stdout: { ...reviewed(text).report, reach: noReach },
    stderr: "",
  });
  expect((await run(["review", "--fail-on", "persist"], {}, text)).code).toBe(0);
  expect((await run(["review", "--fail-on", "write"], {}, text)).code).toBe(2);
  expect((await run(["review", "--explain", "exporter"], {}, text)).stdout).toMatch(
    /^\+ DELETE \/api\/v2\/device\/\{deviceId\} +devices:core +Delete a device$/m,
  );

  const planned = await run(["review", "--plan", plan(), "--json"], {});
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
  const read = readPlan(readFileSync(plan(), "utf8"));
  const { reach, ...reported } = JSON.parse(planned.stdout);
  expect(reach).toEqual(noReach);
  expect("steps" in read && review(read.steps).report).toEqual(reported);
});

/** What becomes of credentials that are not plainly the stack's. */
const owners = `
const is = (name) => process.env.CHANGE === name;
const client = (name, args, options) => new OAuthClient(name, args, options);
const deploys = (name, args) => new FederatedIdentity(name, {
  issuer: "https://token.actions.githubusercontent.com", subject: "repo:acme/app:*", scopes: ["users"], ...args });

if (!is("owners")) {
  client("plain", { scopes: ["dns:read"] });
  client("retained", { scopes: ["all"] }, { retainOnDelete: true });
  const host = client("host", { scopes: ["dns:read"] });
  new AuthKey("left-to-host", { tags: ["tag:ci"], reusable: true }, { deletedWith: host });
  client("released", { scopes: ["all"] });
  client("made-room", { scopes: ["users"] });
  OAuthClient.get("taken-over", process.env.EXTERNAL);
  OAuthClient.get("discarded", process.env.EXTERNAL);
} else {
  OAuthClient.get("released", process.env.RELEASED);
  OAuthClient.get("made-room", process.env.EXTERNAL);
  client("taken-over", { scopes: ["users"] });
}
const step = is("owners") ? 2 : 1;
new AuthKey("key", { tags: ["tag:ci"], expiry: "1d", generation: step });
new AuthKey("retained-key", { tags: ["tag:ci"], expiry: "1d", generation: step }, { retainOnDelete: true });
client("deleted-first", { scopes: ["dns"], generation: step }, { deleteBeforeReplace: true });
client("moved", { scopes: ["all"], connection: is("owners") ? "other" : undefined });

const rule = (before, after) => (is("hidden") ? after : before);
client("secret-scopes", { scopes: rule(pulumi.secret(["dns", "users"]), ["dns"]) });
client("secret-tags", { scopes: ["auth_keys"], tags: rule(["tag:ci"], pulumi.secret(["tag:ci"])) });
deploys("rule-gone", { customClaimRules: rule({ environment: "*" }, undefined) });
deploys("secret-rule-gone", { customClaimRules: rule(pulumi.secret({ ref: "main" }), { ref: "*" }) });
deploys("secret-audience-gone", { audience: rule(pulumi.secret("deploys"), undefined) });
if (is("hidden")) {
  const fresh = client("fresh", { scopes: ["dns:read"] });
  deploys("homoglyph", { issuer: "https://token.actions.\\u0261ithubusercontent.com", subject: "repo:\\u0430cme/app:ref:refs/heads/main" });
  deploys("trusts-later", { subject: fresh.clientId, customClaimRules: { ref: "main", job: fresh.clientId } });
}

const evil = { create: async () => ({ id: "x", outs: {} }), diff: async () => ({ changes: true }), update: async () => ({ outs: {} }) };
class Thing extends pulumi.dynamic.Resource {
  constructor(name, module, type) { super(evil, name, { scopes: ["dns:read"] }, {}, module, type); }
}
if (is("code")) {
  new Thing("dynamic");
  new Thing("in-a-module", "acme", "Thing");
  new Thing("hijacked", "tailscope", "OAuthClient");
} else client("hijacked", { scopes: ["dns:read"] });

if (is("deceiving")) deploys("deceiving", { issuer: "https://token.actions.githubusercontent.com@evil.example", subject: "repo:acme/\\u200bapp:*" });
if (is("throwing")) throw new Error("boom");
`;

test("a key that is recreated from now on counts as a new use and a new lifetime, and one that no longer is counts as nothing", async () => {
  const program = (fromNowOn: string, noLonger: string) =>
    Object.entries({ "from-now-on": fromNowOn, "no-longer": noLonger })
      .map(
        ([name, recreation]) =>
          `new AuthKey("${name}", { tags: ["tag:ci"], reusable: true, recreateIfInvalid: "${recreation}" });`,
      )
      .join("\n");
  await using keys = await newStack(emulator, program("never", "always"));
  await keys.up();
  keys.write(program("always", "never"));
  const { code, text } = await keys.attemptPreview(["--json"]);
  expect(code, text).toBe(0);
  const { credentials } = reviewed(text.slice(text.indexOf("{\n"))).report;
  expect(credentials.map((one) => [one.name, one.change, one.class])).toEqual([
    ["from-now-on", "update", "write"],
    ["no-longer", "update", "none"],
  ]);
});

describe("what is hidden, foreign, external or retained", () => {
  let other: Stack;

  beforeAll(async () => {
    other = await newStack(emulator, owners);
    const connections = JSON.stringify({
      other: {
        baseUrl: emulator.url,
        oauthClientId: emulator.clientId,
        oauthClientSecret: emulator.clientSecret,
      },
    });
    await other.configure("tailscope:connections", connections);
    const made = await as(emulator, emulator.apiKey)("POST", "/keys", {
      keyType: "client",
      scopes: ["all"],
      description: "made elsewhere",
    });
    other.set("EXTERNAL", made.body.id);
    await other.up();
    const { credentials } = await other.state();
    other.set("RELEASED", credentials["released"]?.id);
  });

  afterAll(() => other[Symbol.asyncDispose]());

  async function ownersPreview(change: string, ...args: string[]): Promise<string> {
    const { code, text } = await other.pulumi(["preview", "--json", ...args], { CHANGE: change });
    expect(code, text).toBe(0);
    return text.slice(text.indexOf("{\n"));
  }

  test("the review 13 shows what stays, goes, is taken over or stays active, for a preview, its parts, its events and its plan", async () => {
    const plan = join(other.folder, "owners.json");
    const found = reviewed(await ownersPreview("owners", "--save-plan", plan));
    expectReports(found, "13-owners");
    // Lines are in no JSON report, so that this process serves the program from here on.
    const change = { CHANGE: "owners" };
    const shown = await other.attemptPreview(["--json", "--show-replacement-steps"], change);
    expect(shown.code, shown.text).toBe(0);
    const parts = reviewed(shown.text.slice(shown.text.indexOf("{\n")));
    expect(parts.report).toEqual(found.report);

    const { code, text } = await other.attemptPreview(["--json"], {
      CHANGE: "owners",
      PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true",
    });
    expect(code, text).toBe(0);
    const streamed = reviewed(text);
    // It leaves out deletedWith, so what is replaced may stay beside the new one.
    expect(streamed.report.verdict).toBe(found.report.verdict);
    const credentials = ({ report }: Review) =>
      new Map(report.credentials.map((one) => [one.name, one]));
    for (const [name, seen] of credentials(found)) {
      const one = credentials(streamed).get(name);
      expect(one?.gained, name).toEqual(expect.arrayContaining([...seen.gained]));
      expect(seen.lost, name).toEqual(expect.arrayContaining([...(one?.lost ?? ["nothing"])]));
    }

    const read = readPlan(readFileSync(plan, "utf8"));
    if ("problem" in read) throw new Error(read.problem);
    expectReports(review(read.steps), "14-owners-plan");
  });

  test("the review 15 treats secret and unknown arguments as the worst that they could be", async () => {
    const found = reviewed(await ownersPreview("hidden"));
    expect(found.report.verdict).toBe("admin");
    expectReports(found, "15-hidden");
  });

  test("the review 16 reports code that runs under one of our types, or beside it", async () => {
    const found = reviewed(await ownersPreview("code"));
    expect(found.report).toMatchObject({ verdict: "admin" });
    expectReports(found, "16-code");
  });

  test("revoking what an earlier run left is reported as its own change", async () => {
    const { text } = await other.state();
    const exported = JSON.parse(text) as {
      deployment: { resources: { urn: string; id: string; delete?: boolean }[] };
    };
    const { resources } = exported.deployment;
    const plain = resources.find(({ urn }) => urn.endsWith("::secret-scopes"));
    if (plain === undefined) throw new Error("secret-scopes is not in the state");
    resources.push({ ...plain, id: "kLeftBehind", delete: true });
    other.save("state.json", JSON.stringify(exported));
    expect((await other.pulumi(["stack", "import", "--file", "state.json"])).code).toBe(0);
    // Nothing here has to do with lines, so that this process serves the program.
    const args = ["--json", "--show-replacement-steps"];
    const previewed = await other.attemptPreview(args, { CHANGE: "hidden" });
    expect(previewed.code, previewed.text).toBe(0);
    const found = reviewed(previewed.text.slice(previewed.text.indexOf("{\n")));
    expect(
      found.report.credentials
        .filter(({ name }) => name === "secret-scopes")
        .map(({ change, class: danger }) => [change, danger]),
    ).toEqual([
      ["update", "write"],
      ["delete", "none"],
    ]);
  });

  test.each([
    ["deceiving", [], "the preview failed: error: .*has a user name before its host"],
    ["throwing", [], "the preview failed: error: Running program"],
  ])("a preview that fails is refused: %s", async (change, args, problem) => {
    const { code, text } = await other.pulumi(["preview", "--json", ...args], { CHANGE: change });
    expect(code).not.toBe(0);
    const json = text.slice(text.indexOf("{\n"), text.lastIndexOf("\n}") + 2);
    expect(readPreview(json)).toEqual({ problem: expect.stringMatching(problem) });
  });

  test("the preview of a refresh is refused, because the program did not run", async () => {
    const { code, text } = await other.pulumi(["refresh", "--preview-only", "--json"]);
    expect(code, text).toBe(0);
    expect(readPreview(text.slice(text.indexOf("{\n")))).toEqual({
      problem: expect.stringContaining("it is the preview of a refresh"),
    });
  });
});
