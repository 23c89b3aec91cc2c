/**
 * Every resource option of Pulumi's, for the three kinds side by side, with what its documentation
 * says of it: https://www.pulumi.com/docs/iac/concepts/resources/options/
 */

import type { CustomResourceOptions } from "@pulumi/pulumi";
import { startEmulator } from "tailscope-emulator";
import { expect, onTestFinished, test } from "vitest";
import { isSameCredential } from "../../provider/api/audit-log";
import { newStack } from "./stack";

const kinds = ["OAuthClient", "AuthKey", "FederatedIdentity"] as const;
type Kind = (typeof kinds)[number];

type Plan = "update" | "replace" | "nothing";

interface Row {
  readonly option: string;
  /**
   * The options of the resource, as source: `version` is 1 and then 2, `name` and `kind` are known.
   */
  readonly options?: string;
  /** Its arguments beside those that a kind needs; the description changes from "one" to "two". */
  readonly args?: string;
  /** How the program declares it, where that is not `make(kind, name, args, options)`. */
  readonly declared?: string;
  /** What the second version plans, of all kinds or of each. */
  readonly plan: Plan | Readonly<Record<Kind, Plan>>;
}

/** A change of a description: in place, but for auth keys, which nobody can change. */
const asWithout = {
  OAuthClient: "update",
  AuthKey: "replace",
  FederatedIdentity: "update",
} as const;

const stays = 'description: "one"';

const table: readonly Row[] = [
  { option: "none", plan: asWithout },
  {
    option: "aliases",
    declared: `make(kind, version === 1 ? "old-" + name : name, { ${stays} },
      version === 1 ? {} : { aliases: [{ name: "old-" + name }] })`,
    plan: "nothing",
  },
  {
    option: "additionalSecretOutputs",
    options: '{ additionalSecretOutputs: ["description"] }',
    args: stays,
    plan: "nothing",
  },
  { option: "customTimeouts", options: '{ customTimeouts: { create: "1s" } }', plan: asWithout },
  {
    option: "deleteBeforeReplace",
    options: '{ deleteBeforeReplace: true, replaceOnChanges: ["description"] }',
    plan: "replace",
  },
  { option: "deletedWith", options: "{ deletedWith: host }", args: stays, plan: "nothing" },
  { option: "dependsOn", options: "{ dependsOn: [host] }", args: stays, plan: "nothing" },
  { option: "hideDiffs", options: '{ hideDiffs: ["description"] }', plan: asWithout },
  { option: "hooks", options: "{ hooks: hooksOf(name) }", plan: asWithout },
  { option: "ignoreChanges", options: '{ ignoreChanges: ["description"] }', plan: "nothing" },
  {
    option: "ignoreChanges-beside-a-change",
    options: '{ ignoreChanges: ["description"] }',
    args: 'tags: version === 1 ? ["tag:ci"] : ["tag:prod"]',
    plan: asWithout,
  },
  { option: "ignoreChanges-of-all", options: '{ ignoreChanges: ["*"] }', plan: "nothing" },
  {
    option: "parent",
    declared: `make(kind, name, { ${stays} }, version === 1
      ? { parent: component }
      : { aliases: [{ parent: component }] })`,
    plan: "nothing",
  },
  {
    option: "protect",
    options: "{ parent: guarded }",
    args: `${stays}, ...(kind !== "FederatedIdentity" && { rotateEvery: "80d" })`,
    plan: "nothing",
  },
  { option: "provider", options: "{ provider: explicit }", plan: asWithout },
  {
    option: "provider-of-a-component",
    options: "{ parent: withProvider }",
    args: stays,
    plan: "nothing",
  },
  { option: "replaceOnChanges", options: '{ replaceOnChanges: ["description"] }', plan: "replace" },
  { option: "replaceOnChanges-of-all", options: '{ replaceOnChanges: ["*"] }', plan: "replace" },
  {
    option: "replaceOnChanges-of-another",
    options: '{ replaceOnChanges: ["tags"] }',
    plan: asWithout,
  },
  {
    option: "replacementTrigger",
    options: "{ replacementTrigger: version }",
    args: stays,
    plan: "replace",
  },
  { option: "replaceWith", options: "{ replaceWith: [trigger] }", args: stays, plan: "replace" },
  { option: "retainOnDelete", options: "{ retainOnDelete: true }", args: stays, plan: "nothing" },
  {
    option: "transforms",
    options: `{ transforms: [({ props, opts }) => ({ props: { ...props, description: "transformed" }, opts })] }`,
    plan: "nothing",
  },
  {
    option: "transforms-of-options",
    options: `{ transforms: [({ props, opts }) => ({ props, opts: { ...opts, replaceOnChanges: ["description"] } })] }`,
    plan: "replace",
  },
  {
    option: "transformations",
    options: `{ transformations: [({ props, opts }) => ({
      props: { ...props, description: pulumi.secret("transformed") }, opts })] }`,
    plan: "nothing",
  },
  {
    option: "transformations-of-options",
    options: `{ transformations: [({ props, opts }) => ({
      props, opts: { ...opts, ignoreChanges: ["description"] } })] }`,
    plan: "nothing",
  },
  // `version` is left out: the engine takes it for every provider of the stack from then on.
  {
    option: "pluginDownloadURL",
    options: '{ pluginDownloadURL: "https://example.invalid" }',
    args: stays,
    plan: "nothing",
  },
];

/**
 * Every option that the SDK has: "row" where the table tries it by its name, or where else it is.
 */
const everyOption: Readonly<Record<keyof CustomResourceOptions, string>> = {
  additionalSecretOutputs: "row",
  aliases: "row",
  customTimeouts: "row",
  deleteBeforeReplace: "row",
  deletedWith: "row",
  dependsOn: "row",
  envVarMappings: "is for providers, and Pulumi refuses it elsewhere",
  hideDiffs: "row",
  hooks: "row",
  id: "is what `get` takes: test/engine/existing-credentials.test.ts",
  ignoreChanges: "row",
  import: "is refused, which the program below shows",
  parent: "row",
  pluginDownloadURL: "row",
  protect: "row",
  provider: "row",
  replacementTrigger: "row",
  replaceOnChanges: "row",
  replaceWith: "row",
  retainOnDelete: "row",
  stateMigrations: "is refused, which the program below shows",
  transformations: "row",
  transforms: "row",
  urn: "is for resources that the SDK looks up by their URN, which none of ours is",
  version: "would be taken for every provider of the stack from then on",
};

/** Hooks that write down what they are told; a program that deletes needs them as well. */
const hooks = `
  const moments = ["beforeCreate", "afterCreate", "beforeUpdate", "afterUpdate", "beforeDelete", "afterDelete"];
  const hooks = Object.fromEntries(moments.map((moment) => [moment, [
    new pulumi.ResourceHook(moment, ({ name }) => globalThis.hooked.push(moment + " " + name)),
  ]]));`;

/** The program in one of its versions, without the rows of `left`. */
function programOf(version: 1 | 2, left: readonly string[] = []): string {
  const declarations = table
    .filter(({ option }) => !left.includes(option))
    .flatMap(({ option, options = "{}", args = "", declared }) =>
      kinds.map((kind) => {
        const made =
          declared ??
          `make(kind, name, { description: version === 1 ? "one" : "two", ${args} }, ${options})`;
        return `{ const kind = "${kind}", name = "${option}-${kind}"; resources[name] = ${made}; }`;
      }),
    );
  return `
    const version = ${version};
    const resources = {};
    const classes = { OAuthClient, AuthKey, FederatedIdentity };
    const needed = {
      OAuthClient: { scopes: ["dns"] },
      AuthKey: { tags: ["tag:ci"] },
      FederatedIdentity: { scopes: ["dns"], issuer: "https://ci.example.com", subject: "me" },
    };
    const make = (kind, name, args, opts) =>
      new classes[kind](name, { ...needed[kind], ...args }, opts);
    class Provider extends pulumi.ProviderResource {
      constructor(name) { super("pulumi-nodejs", name, {}); }
    }
    const explicit = new Provider("explicit");
    const component = new pulumi.ComponentResource("test:index:Component", "component");
    const guarded = new pulumi.ComponentResource("test:index:Component", "guarded", {}, { protect: true });
    const withProvider = new pulumi.ComponentResource("test:index:Component", "with-provider", {}, {
      providers: [explicit],
    });
    const host = new OAuthClient("host", { scopes: ["dns"] });
    const trigger = new OAuthClient("trigger", { scopes: ["dns"] }, { replacementTrigger: version });
    ${hooks}
    const hooksOf = () => hooks;
    ${declarations.join("\n")}
    exports.secret = Promise.all(kinds(({ description }) => pulumi.isSecret(description)));
    exports.refused = kinds((_, kind) => {
      try {
        make(kind, "imported-" + kind, {}, { import: "kSomeCNTRL" });
      } catch ({ message }) { return message; }
    });
    exports.unknownOption = (() => {
      try {
        make("OAuthClient", "migrated", {}, { stateMigrations: [() => undefined] });
      } catch ({ message }) { return message; }
    })();
    function kinds(look) {
      return Object.keys(needed).map((kind) => look(resources["additionalSecretOutputs-" + kind] ?? {}, kind));
    }`;
}

/** What the second version plans. */
const planned = [
  "replace trigger",
  ...table.flatMap(({ option, plan }) =>
    kinds.flatMap((kind) => {
      const change = typeof plan === "string" ? plan : plan[kind];
      return change === "nothing" ? [] : [`${change} ${option}-${kind}`];
    }),
  ),
].sort();

interface Stored {
  readonly urn: string;
  readonly id: string;
  readonly provider?: string;
  readonly dependencies?: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

test("each option of the SDK is in the table or in the list of other places", () => {
  const rows = new Set(table.map(({ option }) => option));
  const named = Object.entries(everyOption).filter(([, where]) => where === "row");
  expect(named.map(([option]) => option).filter((option) => !rows.has(option))).toEqual([]);
});

test("each option does what Pulumi documents, or says that it cannot, for all three kinds", async () => {
  const hooked: string[] = [];
  Object.assign(globalThis, { hooked });
  onTestFinished(() => {
    Reflect.deleteProperty(globalThis, "hooked");
  });
  await using emulator = await startEmulator();
  await using stack = await newStack(emulator, programOf(1));
  /** The resources of an option, by kind. */
  const stored = async () => {
    const { credentials } = await stack.state();
    // As the CLI exports them; each is there, or what follows fails.
    return (name: string) => credentials[name] as unknown as Stored;
  };
  const eachKind = (option: string) => kinds.map((kind) => `${option}-${kind}`);
  const inTailnet = (id: string) =>
    emulator.control.activeCredentials().find((key) => key.id === id);

  const outputs = await stack.deployed();
  expect(outputs["secret"]).toEqual([true, true, true]);
  expect(outputs["refused"]).toEqual(
    kinds.map((kind) =>
      expect.stringMatching(`^${kind}: import: Pulumi cannot import a dynamic resource`),
    ),
  );
  // The SDK is newer than the engine here, which does not know the option.
  expect(outputs["unknownOption"]).toContain("does not support state migrations");
  const warning = (name: string, words: string) =>
    new RegExp(`\\(${name}\\):\\s+warning: ${words}`);
  for (const name of eachKind("customTimeouts"))
    expect(stack.printed()).toMatch(warning(name, "customTimeouts has no effect"));
  for (const name of ["protect-OAuthClient", "protect-AuthKey"])
    expect(stack.printed()).toMatch(warning(name, "protect and rotateEvery contradict each other"));
  const first = await stored();
  for (const name of eachKind("additionalSecretOutputs"))
    expect(first(name).outputs["description"]).toHaveProperty("ciphertext");
  for (const name of eachKind("transformations"))
    expect(first(name).outputs["description"]).toHaveProperty("ciphertext");
  for (const name of eachKind("parent")) expect(first(name).urn).toContain("test:index:Component$");
  for (const name of [...eachKind("provider"), ...eachKind("provider-of-a-component")])
    expect(first(name).provider).toContain("::explicit::");
  for (const name of eachKind("dependsOn"))
    expect(first(name).dependencies).toEqual([first("host").urn]);
  const isMadeBefore = (one: string, other: string) => at("CREATE", one) < at("CREATE", other);
  for (const name of eachKind("dependsOn"))
    expect(isMadeBefore(first("host").id, first(name).id)).toBe(true);

  stack.write(programOf(2));
  expect((await stack.preview()).sort()).toEqual(planned);
  await stack.up();
  const second = await stored();
  for (const { option, plan } of table)
    for (const kind of kinds) {
      const name = `${option}-${kind}`;
      const before = first(option === "aliases" ? `old-${name}` : name).id;
      const isReplaced = (typeof plan === "string" ? plan : plan[kind]) === "replace";
      expect({ name, isReplaced: second(name).id !== before }).toEqual({ name, isReplaced });
      expect({ name, isActive: inTailnet(second(name).id) !== undefined }).toEqual({
        name,
        isActive: true,
      });
    }
  for (const name of eachKind("parent")) expect(second(name).urn).not.toContain("Component$");
  for (const name of eachKind("deleteBeforeReplace"))
    expect(at("REVOKE", first(name).id)).toBeLessThan(at("CREATE", second(name).id));
  for (const name of eachKind("replaceOnChanges"))
    expect(at("CREATE", second(name).id)).toBeLessThan(at("REVOKE", first(name).id));
  for (const name of eachKind("ignoreChanges-beside-a-change")) {
    const found = inTailnet(second(name).id);
    // What is ignored is what a resource has; its replacement has what the program says.
    expect({ name, has: found?.description }).toEqual({
      name,
      has: second(name).id === first(name).id ? "one" : "two",
    });
    expect(JSON.stringify(found)).toContain("tag:prod");
  }
  for (const name of [...eachKind("transforms"), ...eachKind("transformations")])
    expect(inTailnet(second(name).id)?.description).toBe("transformed");

  await stack.up("--refresh", "--expect-no-changes");

  stack.write(programOf(2, ["protect"]));
  const refused = await stack.attempt();
  expect(refused.code).not.toBe(0);
  for (const name of eachKind("protect")) {
    expect(refused.text).toContain(`::${name}" cannot be deleted`);
    expect(inTailnet(second(name).id)).toBeDefined();
  }

  const unprotected = await stack.pulumi(["state", "unprotect", "--all", "--yes"]);
  expect(unprotected.code, unprotected.text).toBe(0);
  // A destroy runs no program, so that the engine refuses what has hooks of its deletion.
  stack.write(hooks);
  await stack.up();
  for (const name of eachKind("dependsOn"))
    expect(at("REVOKE", second(name).id)).toBeLessThan(at("REVOKE", second("host").id));
  const left = [...eachKind("deletedWith"), ...eachKind("retainOnDelete")];
  expect(
    emulator.control
      .activeCredentials()
      .map(({ id }) => id)
      .sort(),
  ).toEqual(left.map((name) => second(name).id).sort());
  expect(hooked.sort()).toEqual(
    kinds
      .flatMap((kind) =>
        [
          ...["beforeCreate", "afterCreate"],
          // A key is replaced: another one is made, and that is the end of the first.
          ...(kind === "AuthKey"
            ? ["beforeCreate", "afterCreate", "beforeDelete", "afterDelete"]
            : ["beforeUpdate", "afterUpdate"]),
          ...["beforeDelete", "afterDelete"],
        ].map((moment) => `${moment} hooks-${kind}`),
      )
      .sort(),
  );

  /** The place in the audit log of what happened to a credential. */
  function at(action: string, id: string): number {
    const entries = emulator.control.auditLog();
    const place = entries.findIndex(
      (entry) => entry.action === action && isSameCredential(id, entry.target.id),
    );
    expect({ action, id, isThere: place >= 0 }).toEqual({ action, id, isThere: true });
    return place;
  }
});
