/**
 * The JSON schemas of the commands' outputs: made of the code, whole, and true of what the commands
 * print.
 */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Ajv, { type ValidateFunction } from "ajv/dist/2020";
import { startEmulator } from "tailscope-emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createProgram } from "../../provider/cli/program";
import { closeSchema, formatSchemasPage, readSchemas, type Schema } from "../../tools/schemas";
import { startPlatform } from "../contract/platform";
import { run, writePulumiStandIn } from "../contract/run-command";
import { fixture, fixtureOwnerToken, fixtureTailnet } from "../engine/fixtures/fixture";
import { company } from "../reach/a-company";
import { previewOf, step } from "../unit/a-preview";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "provider", "schemas");
const page = join(root, "docs", "json-output.md");
const text = (schema: unknown) => `${JSON.stringify(schema, undefined, 2)}\n`;

let schemas: Schema[] = [];

beforeAll(() => {
  schemas = readSchemas(join(root, "provider"));
  if (process.env["UPDATE_DOCS"] === undefined) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const { name, schema } of schemas) writeFileSync(join(folder, `${name}.json`), text(schema));
  writeFileSync(page, formatSchemasPage(schemas));
});

test("the published schemas and their page are generated from the current code", () => {
  const published = readdirSync(folder).map((file) => [
    file.slice(0, -".json".length),
    readFileSync(join(folder, file), "utf8"),
  ]);
  const made = schemas.map(({ name, schema }) => [name, text(schema)]);
  expect(Object.fromEntries(published), "npm run docs:update").toEqual(Object.fromEntries(made));
  expect(readFileSync(page, "utf8")).toBe(formatSchemasPage(schemas));
});

test("every command with --json has a schema", async () => {
  const { commands } = await createProgram();
  const printing = commands
    .filter(({ options }) => options.some(({ long }) => long === "--json"))
    .map((command) => command.name());
  expect(schemas.map(({ name }) => name)).toEqual(expect.arrayContaining(printing));
});

const validators = new Map<string, ValidateFunction>();

/** Checks a document against a schema, nothing beside the schema's members allowed. */
function findValidator(name: string): ValidateFunction {
  const known = validators.get(name);
  if (known !== undefined) return known;
  const found = schemas.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no schema of ${name}.`);
  const ajv = new Ajv({ allErrors: true, strictTypes: false });
  const validate = ajv.compile(closeSchema(found.schema) as object); // Closed, an object stays one.
  validators.set(name, validate);
  return validate;
}

/** What is wrong with a document. */
function problems(name: string, document: unknown): unknown {
  const validate = findValidator(name);
  return validate(document) ? [] : validate.errors;
}

test("a document that lacks a required property, or has an unknown one, fails its schema", () => {
  expect(problems("token", { token: "x" })).toEqual([]);
  expect(problems("token", {})).toHaveLength(1);
  expect(problems("token", { token: "x", more: 1 })).toHaveLength(1);
});

test("the reviews of real previews match their schema", () => {
  const reviews = join(root, "test", "engine", "reviews");
  const files = readdirSync(reviews).filter((file) => file.endsWith(".json"));
  expect(files.length).toBeGreaterThan(10);
  for (const file of files)
    expect(problems("review", JSON.parse(readFileSync(join(reviews, file), "utf8"))), file).toEqual(
      [],
    );
});

describe("the output of commands with --json", () => {
  const work = mkdtempSync(join(tmpdir(), "tailscope-schemas-"));
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  test("tailscope reach without a question prints what its schema says", async () => {
    const policy = join(work, "policy.hujson");
    writeFileSync(policy, company);
    const machines = join(work, "machines.json");
    writeFileSync(
      machines,
      JSON.stringify({
        machines: [
          { name: "web", ipv4: "100.64.0.1", tags: ["tag:web"] },
          { name: "db", ipv4: "100.64.0.2", tags: ["tag:db"] },
        ],
      }),
    );
    const ci = ["--scopes", "auth_keys,devices:core", "--tags", "tag:ci"];
    for (const args of [
      ci,
      [...ci, "--to", "tag:db"],
      [...ci, "--between", "described", "10.20.1.1:443"],
      [...ci, "--deny", "tag:db"],
      ["--machines", machines],
    ]) {
      const { stdout } = await run(["reach", "--policy", policy, "--json", ...args], {});
      expect(problems("reach", JSON.parse(stdout)), args.join(" ")).toEqual([]);
    }
  });

  test("tailscope review --explain prints what its schema says", async () => {
    const preview = previewOf(step("create", "OAuthClient", "ci", undefined, { scopes: ["dns"] }));
    const { stdout } = await run(["review", "-", "--explain", "ci", "--json"], {}, preview);
    expect(problems("review-explain", JSON.parse(stdout))).toEqual([]);
  });

  test("tailscope reach prints what its schema says for each of its questions", async () => {
    const policy = join(work, "policy.hujson");
    writeFileSync(
      policy,
      `{
        "tagOwners": { "tag:ci": ["autogroup:admin"], "tag:prod": ["autogroup:admin"] },
        "grants": [{ "src": ["tag:ci"], "dst": ["tag:prod"], "ip": ["tcp:22"] }],
        "ssh": [{ "action": "accept", "src": ["tag:ci"], "dst": ["tag:prod"], "users": ["root"] }],
      }`,
    );
    const described = ["--policy", policy, "--scopes", "auth_keys", "--tags", "tag:ci"];
    for (const more of [
      [],
      ["--deny", "tag:prod:22"],
      ["--from", "tag:ci"],
      ["--to", "tag:prod:22"],
      ["--between", "tag:ci", "tag:prod"],
    ]) {
      const { stdout, stderr } = await run(
        ["reach", ...described, ...more, "--json"],
        {},
        "",
        work,
      );
      expect(stdout, `${more}: ${stderr}`).not.toBe("");
      expect(problems("reach", JSON.parse(stdout)), more.join(" ")).toEqual([]);
    }
  });

  test("tailscope comment prints what its schema says", async () => {
    await using platform = await startPlatform("gitlab", "of-this-job-0123456789");
    const file = join(work, "review.md");
    writeFileSync(file, "<!-- tailscope review -->\n### none\n");
    const { stdout, stderr } = await run(["comment", file, "--json"], {
      GITLAB_CI: "true",
      CI_API_V4_URL: platform.url,
      CI_PROJECT_ID: "42",
      CI_MERGE_REQUEST_IID: "7",
      GITLAB_TOKEN: "of-this-job-0123456789",
    });
    expect(stdout, stderr).not.toBe("");
    expect(problems("comment", JSON.parse(stdout))).toEqual([]);
  });

  test("tailscope token prints what its schema says", async () => {
    await using emulator = await startEmulator();
    const { stdout, stderr } = await run(["token", "--scope", "dns:read", "--json"], {
      TAILSCALE_BASE_URL: emulator.url,
      TAILSCALE_OAUTH_CLIENT_SECRET: emulator.clientSecret,
    });
    expect(stdout, stderr).not.toBe("");
    expect(problems("token", JSON.parse(stdout))).toEqual([]);
  });

  test("commands that ask a tailnet with every kind of credential print what their schemas say", async () => {
    await using emulator = await startEmulator({ data: fixtureTailnet(work) });
    const state = join(work, "state.json");
    writeFileSync(state, fixture("state-0.1.0.json"));
    const { resources } = JSON.parse(readFileSync(state, "utf8")).deployment;
    const client = resources.find(({ urn }: { urn: string }) => urn.endsWith("OAuthClient::ci"));
    emulator.control.change(client.id, { scopes: ["dns:read"] });
    const asOwner = {
      TAILSCALE_BASE_URL: emulator.url,
      TAILSCALE_API_KEY: fixtureOwnerToken,
      PATH: writePulumiStandIn(work),
    };
    const runs: [string, string[], Record<string, string>][] = [
      ["drift", ["--state", state], asOwner],
      ["inventory", ["--state", state], asOwner],
      ["audit", ["--since", "90d"], asOwner],
      ["adopt", ["--all", "--out", join(work, "adopted")], asOwner],
      ["doctor", [], asOwner],
      ["doctor", ["--for", "up"], asOwner],
    ];
    for (const [name, args, environment] of runs) {
      const { stdout, stderr } = await run([name, ...args, "--json"], environment, "", work);
      expect(stdout, `${name}: ${stderr}`).not.toBe("");
      expect(problems(name, JSON.parse(stdout)), name).toEqual([]);
    }
  });
});
