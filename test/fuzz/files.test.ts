/** What commands read and take: previews, plans, exported state, command lines. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test, vi } from "vitest";
import { createCommand, type Options } from "../../emulator/command";
import { unknownValue } from "../../provider/access/engine-values";
import { formatProviderText } from "../../provider/access/provider-text";
import { SettingsError } from "../../provider/api/settings/error";
import { CommandFailure } from "../../provider/cli/failure";
import { createProgram } from "../../provider/cli/program";
import { formatHtml } from "../../provider/review/formats/html";
import { formatMarkdown } from "../../provider/review/formats/markdown";
import { formatSarif } from "../../provider/review/formats/sarif";
import { formatTerminal } from "../../provider/review/formats/terminal";
import { readPlan } from "../../provider/review/input/plan";
import { readPreview } from "../../provider/review/input/preview";
import type { ReadResult } from "../../provider/review/input/step";
import { review } from "../../provider/review/review";
import { listManaged, parseResources } from "../../provider/state/exported-state";
import { buildInventory } from "../../provider/state/inventory";
import { summaryOf } from "../unit/a-preview";
import { anything, expectFit, fuzz, objectOf, text } from "./inputs";

const type = fc.constantFrom(
  "pulumi-nodejs:dynamic/tailscope:OAuthClient",
  "pulumi-nodejs:dynamic/tailscope:AuthKey",
  "pulumi-nodejs:dynamic/tailscope:FederatedIdentity",
  "pulumi-nodejs:dynamic/tailscope:New",
  "aws:s3/bucket:Bucket",
);

const properties = objectOf(
  [
    "scopes",
    "tags",
    "description",
    "expiry",
    "reusable",
    "subject",
    "issuer",
    "customClaimRules",
    "rotateEvery",
    "generation",
    "connection",
    "asked",
    "__provider",
  ],
  fc.oneof(
    fc.subarray(["all", "dns", "tag:a"]),
    fc.constantFrom("90d", 1, true, "[secret]", unknownValue),
    text,
  ),
);

/** Mostly with the code that ours have: without it there is nothing more to read. */
function withCode(properties: object, type: string): object {
  return "__provider" in properties
    ? properties
    : { ...properties, __provider: formatProviderText(type.split(":").at(-1) ?? "") };
}

const step = fc
  .record({
    op: fc.constantFrom(
      ...["create", "update", "replace", "delete", "same", "read", "refresh", "discard", "import"],
      ...["create-replacement", "delete-replaced", "odd"],
    ),
    type,
    name: text,
    old: properties,
    new: properties,
  })
  .map(({ op, type, name, old, new: after }) => ({
    op,
    type,
    name,
    old: withCode(old, type),
    new: withCode(after, type),
  }))
  .map(({ op, type, name, old, new: after }) => ({
    op,
    urn: `urn:pulumi:dev::test::${type}::${name}`,
    ...(op !== "create" && { oldState: { type, inputs: old, outputs: old } }),
    ...(op !== "delete" && {
      newState: { type, inputs: after, stackTrace: [{ sourcePosition: `project:///${name}#1,1` }] },
    }),
  }));

/** A right document with something wrong in it, or anything at all. */
function damaged(document: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const whole = document.map((value) => JSON.stringify(value));
  return fc.oneof(
    { weight: 4, arbitrary: whole },
    {
      weight: 2,
      arbitrary: fc
        .tuple(whole, fc.nat(2000), fc.nat(5))
        .map(([json, at, length]) => json.slice(0, at) + json.slice(at + length)),
    },
    { weight: 1, arbitrary: anything.map((value) => JSON.stringify(value) ?? "") },
    { weight: 1, arbitrary: text },
  );
}

function reported(read: ReadResult): string[] {
  if ("problem" in read) return [read.problem];
  const found = review(read.steps);
  const reports = [
    formatTerminal(found),
    formatMarkdown(found, "x"),
    formatHtml(found, "x"),
    formatSarif(found, "0", ""),
    JSON.stringify(found.report),
  ];
  for (const report of reports.slice(0, 3))
    expectFit(report.replace(/<[^>]*>/g, " ").replace(/&[#\w]+;/g, '"'));
  expect(reports[1]?.length).toBeLessThan(65_536);
  return [...found.report.notUnderstood];
}

test("arbitrary previews never cause a crash", async () => {
  await fuzz(
    "preview JSON",
    damaged(
      fc
        .array(step, { maxLength: 4 })
        .map((steps) => ({ steps, changeSummary: { ...summaryOf(steps), same: 9 } })),
    ),
    (content) => reported(readPreview(content)),
  );
});

test("arbitrary update plans never cause a crash", async () => {
  const planned = fc.record({
    goal: fc.record(
      {
        inputDiff: fc.record(
          { adds: properties, updates: properties, deletes: fc.array(text, { maxLength: 2 }) },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    ),
    steps: fc.subarray(["create", "update", "replace", "delete", "odd"]),
    state: fc.option(properties),
  });
  const plan = fc.record({
    manifest: fc.constant({}),
    resourcePlans: fc.dictionary(
      fc.tuple(type, text).map(([kind, name]) => `urn:pulumi:dev::test::${kind}::${name}`),
      planned,
      { maxKeys: 3 },
    ),
  });
  await fuzz("update plans", damaged(plan), (content) => reported(readPlan(content)));
});

test("arbitrary exported state never causes a crash", async () => {
  const resource = fc.record(
    { urn: text, type, id: text, inputs: properties, outputs: properties, external: fc.boolean() },
    { requiredKeys: ["urn", "type"] },
  );
  await fuzz(
    "exported state",
    damaged(
      fc.record({
        version: fc.constant(3),
        deployment: fc.record({ resources: fc.array(resource, { maxLength: 4 }) }),
      }),
    ),
    (content) => {
      const read = parseResources(content);
      if ("problem" in read) return [read.problem];
      buildInventory([], listManaged(read.resources), []);
      return [];
    },
  );
});

const folder = mkdtempSync(join(tmpdir(), "tailscope-fuzz-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("arbitrary command lines of tailscope never cause a crash", async () => {
  const preview = join(folder, "preview.json");
  const state = join(folder, "state.json");
  writeFileSync(preview, '{"steps":[],"changeSummary":{}}');
  writeFileSync(state, '{"deployment":{"resources":[]}}');
  const word = fc.oneof(
    fc.constantFrom(
      "--state",
      state,
      preview,
      "--json",
      "--format",
      "sarif",
      "--fail-on",
      "admin",
      "--explain",
      "--title",
      "--plan",
      "--since",
      "7d",
      "--older-than",
      "--unmanaged",
      "--scope",
      "dns",
      "--tags",
      "--all",
      "--out",
      join(folder, "out"),
      "--from-state",
      "--cwd",
      "--help",
      "--version",
    ),
    text.filter((one) => !one.includes("\0") && one !== "-"),
  );
  const line = fc.tuple(
    fc.constantFrom(
      "review",
      "comment",
      "drift",
      "inventory",
      "adopt",
      "audit",
      "token",
      "reviw",
      "",
    ),
    fc.array(word, { maxLength: 5 }),
  );
  // No deployer and no Pulumi: a command says so instead of asking anybody.
  vi.stubEnv("PATH", folder);
  for (const name of Object.keys(process.env).filter((name) =>
    /^(TAILSCALE|GITHUB|GITLAB|CI)/.test(name),
  ))
    vi.stubEnv(name, undefined);
  const written: string[] = [];
  const silent = (chunk: unknown) => written.push(String(chunk)) > 0;
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(silent),
    vi.spyOn(process.stderr, "write").mockImplementation(silent),
  ];
  try {
    await fuzz("command lines", line, async ([command, words]) => {
      written.length = 0;
      const program = await createProgram();
      // Standard input is a terminal that nobody types at.
      for (const one of [program, ...program.commands])
        one.exitOverride().configureOutput({ writeOut: silent, writeErr: silent });
      const terminal = Object.getOwnPropertyDescriptor(process.stdin, "isTTY");
      Object.defineProperty(process.stdin, "isTTY", { value: true, configurable: true });
      try {
        await program.parseAsync(["node", "tailscope", command, ...words]);
        return [];
      } catch (error) {
        // The provider's commander is another copy than the one that this file would import.
        const isCommander =
          error instanceof Error && "code" in error && String(error.code).startsWith("commander.");
        const isMeant =
          isCommander || error instanceof CommandFailure || error instanceof SettingsError;
        expect(isMeant, error instanceof Error ? error.stack : String(error)).toBe(true);
        const isHelp = isCommander && "exitCode" in error && error.exitCode === 0;
        return isHelp ? [] : [(error as Error).message];
      } finally {
        if (terminal === undefined) Reflect.deleteProperty(process.stdin, "isTTY");
        else Object.defineProperty(process.stdin, "isTTY", terminal);
        process.exitCode = 0;
      }
    });
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
});

test("arbitrary command lines of the emulator never cause a crash", async () => {
  const policy = join(folder, "policy.hujson");
  writeFileSync(policy, '{"tagOwners":{}}');
  const names = [
    "--host",
    "--port",
    "--data",
    "--latency",
    "--policy",
    "--rewrite-github-subjects",
    "--json",
    "--help",
  ];
  const word = fc.oneof(
    fc.constantFrom(
      ...names,
      "::1",
      "localhost",
      "0.0.0.0",
      "0",
      "65535",
      "65536",
      "0x10",
      "1e3",
      "٣",
      policy,
      folder,
    ),
    text,
  );
  await fuzz("command lines of the emulator", fc.array(word, { maxLength: 6 }), (words) => {
    const silent = { writeOut: () => {}, writeErr: () => {} };
    try {
      const options = createCommand()
        .exitOverride()
        .configureOutput(silent)
        .parse(["node", "e", ...words])
        .opts<Options>();
      expect(options.port).toSatisfy(
        (port: number) => Number.isInteger(port) && port >= 0 && port <= 65_535,
      );
      expect(options.latency).toSatisfy(
        (latency: number) => Number.isInteger(latency) && latency >= 0,
      );
      expect(options.host).toMatch(/^(localhost|::1|127(\.\d{1,3}){3})$/);
      return [];
    } catch (error) {
      const isCommander =
        error instanceof Error && "code" in error && String(error.code).startsWith("commander.");
      expect(isCommander, error instanceof Error ? error.stack : String(error)).toBe(true);
      return "exitCode" in (error as object) && (error as { exitCode: unknown }).exitCode === 0
        ? []
        : [(error as Error).message];
    }
  });
});
