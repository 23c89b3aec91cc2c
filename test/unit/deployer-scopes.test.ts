/**
 * docs/deployer-scopes.md, generated from the table that the provider and `tailscope doctor` use.
 * `UPDATE_DOCS=1` writes it.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { kinds } from "../../provider/access/kinds";
import {
  compareNeeds,
  type Level,
  listVerbNeeds,
  managedKinds,
  type Need,
  type Purpose,
  purposes,
  verbs,
} from "../../provider/access/needs";
import { knownScopes } from "../../provider/access/scopes";

const file = fileURLToPath(new URL("../../docs/deployer-scopes.md", import.meta.url));

const code = (scopes: readonly string[]) => scopes.map((scope) => `\`${scope}\``).join(", ");

function rowOf(name: string, { does, needs }: Purpose): string {
  const of = (level: Level) => needs.filter((need) => need.level === level);
  const scopes = (list: readonly Need[], joint: string) =>
    list.map((need) => code(need.scopes)).join(joint);
  const needed = [
    scopes(of("needed"), ", "),
    of("kind")
      .map(({ scopes, kind }) => `${code(scopes)} for ${kind}`)
      .join(", "),
    of("one").length === 0 ? "" : `one of ${scopes(of("one"), ", ")}`,
  ].filter(Boolean);
  return `| \`${name}\` | ${does} | ${needed.join("; ") || "nothing"} |`;
}

/** The rows of what is left out without some scopes: each row once, with its commands. */
function optionalRows(named: readonly [string, Purpose][]): string[] {
  const commands = new Map<string, string[]>();
  for (const [name, { needs }] of named)
    for (const { level, scopes, without } of needs) {
      if (level !== "one" && level !== "optional") continue;
      const cells = `${code(scopes)} | ${without}`;
      commands.set(cells, [...(commands.get(cells) ?? []), `\`${name}\``]);
    }
  return [...commands].map(([cells, names]) => `| ${cells} | ${names.join(", ")} |`);
}

function cellOf(needs: readonly Need[]): string {
  const needed = needs
    .filter(({ level }) => level !== "optional")
    .map(({ scopes }) => code(scopes));
  const optional = needs
    .filter(({ level }) => level === "optional")
    .map(({ scopes }) => code(scopes));
  return [needed.join(", ") || "nothing", ...optional.map((scopes) => `(${scopes})`)].join(" ");
}

function page(): string {
  const named: [string, Purpose][] = Object.entries(purposes);
  const notes = new Map<string, string[]>();
  for (const [name, purpose] of named)
    for (const note of purpose.notes) notes.set(note, [...(notes.get(note) ?? []), `\`${name}\``]);
  return `# What the deployer needs

Which scopes does the deployer need? This page lists the fewest scopes for each command and for each
verb of each resource, and what is left out without the optional ones. \`tailscope doctor --for up\`
compares your deployer with the row of \`up\`. Use the name of another command in the same way.

A scope \`X\` includes \`X:read\`. Every token can read the credential that it came from, so the
deployer needs no scope to find out what it has.

This page is generated from the table that \`tailscope doctor\` uses (\`provider/access/needs.ts\`).
A test runs each row with exactly these scopes, and with each one missing.

## By command

| command | what it does | needed scopes |
| --- | --- | --- |
${named.map(([name, purpose]) => rowOf(name, purpose)).join("\n")}

${[...notes].map(([note, names]) => `- ${names.join(", ")}: ${note}`).join("\n")}

## Optional scopes

| without these scopes | this happens | for |
| --- | --- | --- |
${optionalRows(named).join("\n")}

## By resource and verb

A preview runs \`check\` for each resource. The scopes in brackets are optional.

| resource | ${verbs.map((verb) => `\`${verb}\``).join(" | ")} |
| --- | ${verbs.map(() => "---").join(" | ")} |
${managedKinds.map((kind) => `| ${kind} | ${verbs.map((verb) => cellOf(listVerbNeeds(kind, verb))).join(" | ")} |`).join("\n")}

To create or change a credential, the deployer must also have every scope that it gives. It can give
exactly its own tags, or tags that its tags own.
`;
}

test("the page about the deployer's scopes is generated from the table", () => {
  if (process.env["UPDATE_DOCS"]) writeFileSync(file, page());
  expect(readFileSync(file, "utf8")).toBe(page());
});

test("every scope in the table of needs is one of the API's", () => {
  const needs = [
    ...Object.values(purposes).flatMap(({ needs }): readonly Need[] => needs),
    ...managedKinds.flatMap((kind) => verbs.flatMap((verb) => listVerbNeeds(kind, verb))),
  ];
  for (const { scopes } of needs) for (const scope of scopes) expect(knownScopes).toContain(scope);
});

describe("what a deployer lacks", () => {
  const results = (needs: readonly Need[], held: string[], used?: (typeof kinds)[number][]) =>
    Object.fromEntries(
      compareNeeds(needs, held, used).map(({ need, result }) => [need.scopes.join(" "), result]),
    );

  test("a missing scope is a failure if the stack has its kind, and a note otherwise", () => {
    const { needs } = purposes.up;
    const held = ["oauth_keys", "auth_keys"];
    expect(results(needs, held, ["FederatedIdentity"])["federated_keys"]).toBe("fails");
    expect(results(needs, held, ["OAuthClient"])["federated_keys"]).toBe("less");
    expect(results(needs, held)["federated_keys"]).toBe("less");
    expect(results(needs, ["dns"])).toMatchObject({
      oauth_keys: "fails",
      federated_keys: "fails",
      auth_keys: "fails",
    });
  });

  test("scopes that only work together are reported if one of them is missing", () => {
    const policy = "policy_file:read devices:core:read devices:posture_attributes:read";
    const held = ["oauth_keys", "policy_file", "devices:core:read"];
    expect(results(purposes.preview.needs, held)[policy]).toBe("less");
    const [found] = compareNeeds(purposes.preview.needs, held).filter(
      ({ need }) => need.scopes.length > 1,
    );
    expect(found?.lacks).toEqual(["devices:posture_attributes:read"]);
    expect(results(purposes.preview.needs, [...held, "devices:posture_attributes"])[policy]).toBe(
      "met",
    );
  });

  test("a deployer with all scopes, or with the same scopes by older names, lacks nothing", () => {
    for (const { needs } of Object.values(purposes)) {
      expect(new Set(Object.values(results(needs, ["all"]))).size).toBeLessThanOrEqual(1);
      expect(Object.values(results(needs, ["all"])).filter((one) => one !== "met")).toEqual([]);
    }
    expect(results(purposes.audit.needs, ["logs:read"])["logs:configuration:read"]).toBe("met");
    expect(results(purposes.audit.needs, ["dns"])["logs:configuration:read"]).toBe("fails");
  });
});
