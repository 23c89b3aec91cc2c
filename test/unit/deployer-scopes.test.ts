/**
 * docs/deployer-scopes.md, made from what the provider and `tailscope doctor` hold to.
 * `UPDATE_DOCS=1` writes it anew.
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
  const less = [...of("one"), ...of("optional")].map(
    ({ scopes, without }) => `without ${code(scopes)} ${without}`,
  );
  return `| \`${name}\` | ${does} | ${needed.join("; ") || "nothing"} | ${less.join("; ")} |`;
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
  const named = Object.entries(purposes);
  const notes = named.filter(([, { notes }]) => notes.length > 0);
  return `# What the deployer needs

The least scopes for each command and for each verb of each resource, and what is left out without the optional ones. This page is made
from the table that \`tailscope doctor\` checks (\`provider/access/needs.ts\`), and a test runs each row with exactly these scopes and with
each one missing. \`tailscope doctor --for up\`, or for another purpose, holds your deployer against a row.

Every token may read the credential that it came from, so nothing is needed to find out what the deployer holds. A scope \`X\` includes
\`X:read\`.

## By command

| for | what is done | needed | what is less without more |
| --- | --- | --- | --- |
${named.map(([name, purpose]) => rowOf(name, purpose)).join("\n")}

${notes.map(([name, { notes }]) => notes.map((note) => `- \`${name}\`: ${note}`).join("\n")).join("\n")}

## By resource and verb

\`check\` is what a preview does of each resource; what stands in brackets is optional.

| resource | ${verbs.map((verb) => `\`${verb}\``).join(" | ")} |
| --- | ${verbs.map(() => "---").join(" | ")} |
${managedKinds.map((kind) => `| ${kind} | ${verbs.map((verb) => cellOf(listVerbNeeds(kind, verb))).join(" | ")} |`).join("\n")}

To create a credential, or to change one, the deployer must also hold every scope that it gives, and its tags must own the tags that it
gives, or be exactly these.
`;
}

test("the page is made from the table", () => {
  if (process.env["UPDATE_DOCS"]) writeFileSync(file, page());
  expect(readFileSync(file, "utf8")).toBe(page());
});

test("every scope of the table is one of the API's", () => {
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

  test("fails where its kind is in the stack, and is told where it is not", () => {
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

  test("of scopes that work together alone is told where one is missing", () => {
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

  test("is nothing for whoever holds all, or the same by older names", () => {
    for (const { needs } of Object.values(purposes)) {
      expect(new Set(Object.values(results(needs, ["all"]))).size).toBeLessThanOrEqual(1);
      expect(Object.values(results(needs, ["all"])).filter((one) => one !== "met")).toEqual([]);
    }
    expect(results(purposes.audit.needs, ["logs:read"])["logs:configuration:read"]).toBe("met");
    expect(results(purposes.audit.needs, ["dns"])["logs:configuration:read"]).toBe("fails");
  });
});
