/** Programs and files for what exists: they compile and mean what the tailnet has, whatever it is called. */

import { runInNewContext } from "node:vm";
import fc from "fast-check";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import type { Key } from "../../provider/api/keys/key";
import { absentIfEmpty } from "../../provider/engine/unknowns";
import { adopt, importFile, programFor } from "../../provider/state/adoption";
import { officialCredentials, withoutOfficial } from "../../provider/state/official-provider";
import { runs } from "../runs";

const kinds = ["OAuthClient", "AuthKey", "FederatedIdentity"];

/** Names that a module, the language or this very program has already, and those that are not names at all. */
const names = fc.oneof(
  fc.constantFrom(
    ...["exports", "require", "module", "__dirname", "undefined", "globalThis", "await", "default"],
    ...["enum", "let", "static", "arguments", "eval", "Promise", "Object", "String", "async", "of"],
    ...["__proto__", "constructor", "toString", "prototype", "OAuthClient", "AuthKey", "ci", "Ci"],
    ...["1st", "a-b", "aB", "a_b", "a b", "A-B", "2", "-", "", " ", "日本", "ß", "ﬁ", "x2", "x-2"],
    ...[
      '"',
      "'",
      "`",
      "$" + "{x}",
      "*/",
      "//",
      "\\",
      "\n",
      "\u2028",
      "\u0000",
      "</script>",
      "a::b",
    ],
  ),
  fc.string({ unit: "binary", maxLength: 12 }),
);

const text = fc.oneof(names, fc.string({ unit: "binary", maxLength: 60 }));

const ids = fc.uniqueArray(fc.stringMatching(/^(T[A-Z0-9]{6}CNTRL-)?k[A-Za-z0-9]{6}CNTRL$/), {
  minLength: 1,
  maxLength: 6,
});

const trust = {
  scopes: fc.uniqueArray(fc.constantFrom("dns", "auth_keys", "brand_new", "all", "acl"), {
    minLength: 1,
  }),
  tags: fc.uniqueArray(fc.constantFrom("tag:ci", "tag:UPPER", "odd"), { minLength: 1 }),
  description: text,
};

const shape = fc.oneof(
  fc.record({ keyType: fc.constant("client"), ...trust }),
  fc.record({
    keyType: fc.constant("federated"),
    ...trust,
    issuer: fc.constantFrom("https://issuer.example.com", "http://odd", "\u0000"),
    subject: text,
    audience: text,
    // No schema keeps a claim of that name, and no identity provider gives one.
    customClaimRules: fc.dictionary(
      text.filter((claim) => claim !== "__proto__"),
      text,
      { maxKeys: 3 },
    ),
  }),
  fc.record({
    keyType: fc.constant("auth"),
    description: text,
    expirySeconds: fc.constantFrom(1, 3600, 7_776_000, 99_999_999),
    capabilities: fc.record({
      devices: fc.record({
        create: fc.record({ reusable: fc.boolean(), ephemeral: fc.boolean(), tags: trust.tags }),
      }),
    }),
  }),
);

interface Tailnet {
  readonly keys: readonly Key[];
  readonly names: ReadonlyMap<string, string>;
}

const tailnet: fc.Arbitrary<Tailnet> = ids.chain((list) =>
  fc
    .tuple(
      ...list.map((id) =>
        fc.tuple(shape, fc.option(names)).map(([one, name]) => ({ id, one, name })),
      ),
    )
    .map((made) => ({
      keys: made.map(({ id, one }): Key => ({ id, created: "2026-01-01T00:00:00Z", ...one })),
      names: new Map(made.flatMap(({ id, name }) => (name === null ? [] : [[id, name]]))),
    })),
);

/** What the compiler says of programs, each a module of its own. */
function problemsOf(programs: readonly string[]): string[] {
  const library = `declare module "tailscope" {\n${kinds
    .map(
      (kind) =>
        `  export class ${kind} { constructor(name: string, args: Record<string, unknown>); }`,
    )
    .join("\n")}\n}\n`;
  const files = new Map([
    ["/tailscope.d.ts", library],
    ...programs.map((program, index) => [`/program-${index}.ts`, program] as const),
  ]);
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
    ignoreDeprecations: "6.0",
    lib: ["lib.es2022.d.ts"],
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, version, ...more) => {
    const own = files.get(name);
    return own === undefined
      ? getSourceFile(name, version, ...more)
      : ts.createSourceFile(name, own, version);
  };
  return ts
    .getPreEmitDiagnostics(ts.createProgram([...files.keys()], options, host))
    .map(
      ({ file, messageText }) =>
        `${ts.flattenDiagnosticMessageText(messageText, "\n")}\n${file?.text ?? ""}`,
    );
}

interface Made {
  readonly kind: string;
  readonly name: string;
  readonly args: Record<string, unknown>;
}

/** What a program makes, when it is run as a CommonJS module. */
function madeBy(program: string): Made[] {
  const made: Made[] = [];
  const classes = Object.fromEntries(
    kinds.map((kind) => [
      kind,
      function resource(name: string, args: Record<string, unknown>) {
        made.push({ kind, name, args });
      },
    ]),
  );
  const { outputText } = ts.transpileModule(program, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  runInNewContext(`(function (exports, require, module) {${outputText}\n})`)({}, () => classes, {});
  return made;
}

test("whatever exists is adopted, under names of its own, and the program makes exactly that", () => {
  fc.assert(
    fc.property(tailnet, ({ keys, names }) => {
      const { adopted, refused } = adopt(keys, names);
      expect(refused).toEqual([]);
      expect(adopted.map(({ id }) => id)).toEqual(keys.map(({ id }) => id));
      expect(new Set(adopted.map(({ name }) => name)).size).toBe(adopted.length);
      const made = madeBy(programFor(adopted));
      // Of another context, so that prototypes differ.
      const plain = (value: unknown) => JSON.parse(JSON.stringify(value));
      expect(made.map(({ kind, name }) => ({ kind, name }))).toEqual(
        adopted.map(({ kind, name }) => ({ kind, name })),
      );
      for (const [index, { args }] of made.entries()) {
        const given = Object.entries(adopted[index]?.inputs ?? {});
        const said = given.filter(([, value]) => value !== false && value !== undefined);
        expect(plain(args)).toEqual(plain(Object.fromEntries(said)));
        const key = keys[index];
        // What is empty is not there, as in a program that leaves it out.
        for (const value of Object.values(args)) expect(absentIfEmpty(value)).toBeDefined();
        if (key?.description) expect(args["description"]).toBe(key.description);
      }
      const { resources } = JSON.parse(importFile(adopted));
      expect(resources).toHaveLength(adopted.length);
    }),
    { numRuns: runs(300) },
  );
});

test("programs of every name compile under strict rules, and none exports a resource", () => {
  const programs = fc
    .sample(tailnet, { numRuns: runs(150) })
    .map(({ keys, names }) => programFor(adopt(keys, names).adopted));
  expect(problemsOf(programs)).toEqual([]);
  for (const program of programs) expect(program).not.toMatch(/^\s*export /m);
});

test("what is no resource is left out with the reason", () => {
  const { refused } = adopt([
    { id: "k1", keyType: "api", userId: "u1" },
    { id: "k2", keyType: "api", userId: "" },
  ]);
  expect(refused).toEqual([
    { id: "k1", reason: "API access tokens belong to users, and are no resources" },
    { id: "k2", reason: "it is a token that ends within an hour, and is no resource" },
  ]);
});

describe("an export without the official provider's credentials", () => {
  const root = { urn: "urn:pulumi:s::p::pulumi:pulumi:Stack::p-s", type: "pulumi:pulumi:Stack" };
  const provider = {
    urn: "urn:pulumi:s::p::pulumi:providers:tailscale::default",
    type: "pulumi:providers:tailscale",
    id: "p1",
  };
  const official = (type: string, name: string, id: string, more: object = {}) => ({
    urn: `urn:pulumi:s::p::${type}::${name}`,
    type,
    id,
    parent: root.urn,
    provider: `${provider.urn}::p1`,
    ...more,
  });
  const client = official("tailscale:index/oauthClient:OauthClient", "ci", "kACNTRL");
  const key = official("tailscale:index/tailnetKey:TailnetKey", "team::runner", "kBCNTRL", {
    protect: true,
    dependencies: [client.urn],
  });
  const acl = official("tailscale:index/acl:Acl", "acl", "acl");
  const secret = {
    urn: "urn:pulumi:s::p::kubernetes:core/v1:Secret::s",
    type: "kubernetes:core/v1:Secret",
    id: "s",
    parent: client.urn,
    dependencies: [client.urn, root.urn],
    propertyDependencies: { data: [client.urn], name: [root.urn] },
    deletedWith: key.urn,
    outputs: { data: { "4dabf18193072939515e22adb298388d": "x", ciphertext: "v1:abc" } },
  };
  const exported = (...resources: object[]) =>
    JSON.stringify({ version: 3, deployment: { manifest: {}, resources, metadata: { a: 1 } } });
  const ids = new Set(["kACNTRL", "kBCNTRL"]);

  test("names them as their program does", () => {
    expect([...officialCredentials([client, key, acl, { ...client, id: "../x" }])]).toEqual([
      ["kACNTRL", "ci"],
      ["kBCNTRL", "team::runner"],
    ]);
  });

  test("keeps what depended on them, without the dependency, and everything else as it was", () => {
    const { content, removed } = withoutOfficial(
      exported(root, provider, client, key, secret),
      ids,
    );
    expect(removed).toEqual([client.urn, key.urn, provider.urn]);
    expect(JSON.parse(content)).toEqual({
      version: 3,
      deployment: {
        manifest: {},
        metadata: { a: 1 },
        resources: [
          root,
          {
            urn: secret.urn,
            type: secret.type,
            id: "s",
            parent: root.urn,
            dependencies: [root.urn],
            propertyDependencies: { data: [], name: [root.urn] },
            outputs: secret.outputs,
          },
        ],
      },
    });
  });

  test("keeps the provider where it has something else to do, and what is not adopted", () => {
    expect(withoutOfficial(exported(root, provider, client, acl), ids).removed).toEqual([
      client.urn,
    ]);
    expect(
      withoutOfficial(exported(root, provider, client, key), new Set(["kACNTRL"])).removed,
    ).toEqual([client.urn]);
  });
});
