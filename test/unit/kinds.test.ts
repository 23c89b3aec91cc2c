/**
 * The table of our resources, held against everything that must have a row, a class or a case for
 * each.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import {
  buildDeclaration,
  findKind,
  getArguments,
  getFacts,
  getKeyFacts,
  isKind,
  kinds,
  resourceTypes,
} from "../../provider/access/kinds";
import { findOfficialKind } from "../../provider/access/official";
import { formatProviderText } from "../../provider/access/provider-text";
import { knownScopes } from "../../provider/access/scopes";
import { definitions } from "../../provider/definitions/all";
import * as entry from "../../provider/index";
import { reviewed, step } from "./a-preview";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The files below a folder of the repository, with what stands in them. */
function textsIn(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending) && !name.includes("node_modules"))
    .map((name) => readFileSync(join(root, folder, name), "utf8"));
}

/** What an output that holds a secret is called: the API's own names for them end so. */
const isSecretName = /(secret|key|token|password)$/i;

const places: readonly (readonly [string, string, string])[] = [
  ["an example", "examples", "index.ts"],
  ["a page with a program", "docs/resources", ".md"],
  ["a test of its life in the real engine", "test/engine", ".test.ts"],
];

describe.each(resourceTypes)("%s", (type) => {
  test.each(places)(`${type} has %s, in %s`, (_, folder, ending) => {
    const made = textsIn(folder, ending).filter((text) => text.includes(`new ${type}(`));
    expect(made.length, `no ${folder}/**/*${ending} has new ${type}(…)`).toBeGreaterThan(0);
  });

  test(`${type} is named in the changelog`, () => {
    const isNamed = readFileSync(join(root, "CHANGELOG.md"), "utf8").includes(type);
    expect(isNamed, `CHANGELOG.md says nothing of ${type}`).toBe(true);
  });

  const { scope, secretOutputs, outputs, identifier } = getFacts(type);

  test(`the schema of ${type} has the arguments that the table names`, () => {
    expect(Object.keys(definitions[type].inputs.shape).sort()).toEqual(
      [...getArguments(type).keys()].sort(),
    );
  });

  test(`the definition of ${type} declares it as the table says`, () => {
    expect(definitions[type]).toMatchObject(buildDeclaration(type));
  });

  test(`${type} changes in place exactly if the table has arguments that can`, () => {
    const { inPlace } = buildDeclaration(type);
    expect(
      definitions[type].update !== undefined,
      `access/kinds.ts has ${inPlace.length} arguments of ${type} that change in place: whether its definition has the verb update`,
    ).toBe(inPlace.length > 0);
  });

  test(`${type} has a scope that exists, to read and to write`, () => {
    for (const name of [scope, `${scope}:read`]) expect(knownScopes).toContain(name);
  });

  test(`${type} has its id and its secrets among its outputs`, () => {
    for (const name of [identifier, ...secretOutputs]) expect(outputs).toContain(name);
  });

  test(`${type} keeps as a secret every output whose name says so`, () => {
    const { secrets, answered } = buildDeclaration(type);
    for (const name of [...outputs, ...answered].filter((name) => isSecretName.test(name)))
      expect(secrets, `access/kinds.ts: ${type}'s ${name} is not among its secrets`).toContain(
        name,
      );
  });

  test(`${type} is exported as a class whose provider the stored text finds`, () => {
    const Class = Reflect.get(entry, type);
    expect(Class?.prototype, `provider/index.ts exports no class ${type}`).toBeInstanceOf(
      pulumi.CustomResource,
    );
    expect(formatProviderText(type)).toContain(`.${type}.provider`);
    expect(Class.provider).toHaveProperty("create");
  });

  test(`a review judges ${type} if it is a credential, and names it otherwise`, () => {
    const { report } = reviewed(step("create", type, "one", undefined, {}));
    expect(report.notUnderstood).toEqual([]);
    const told = [...report.credentials.map(({ kind }) => kind), ...report.notReviewed];
    expect(told).toHaveLength(1);
    expect(report.credentials).toHaveLength(isKind(type) ? 1 : 0);
  });
});

describe.each(kinds)("the credential %s", (kind) => {
  test(`the credential ${kind} is found by the API's type of key, and by its name in the official provider`, () => {
    const { type, officialName } = getKeyFacts(kind);
    expect(findKind(type)).toBe(kind);
    expect(findOfficialKind(`tailscale:index/x:${officialName}`)).toBe(kind);
  });
});
