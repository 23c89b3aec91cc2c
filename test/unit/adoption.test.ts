/** Programs and files for what exists: they compile and mean what the tailnet has, whatever it is called. */

import { runInNewContext } from "node:vm";
import fc from "fast-check";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { formatProviderText } from "../../provider/access/provider-text";
import type { Key } from "../../provider/api/keys/key";
import { emptyToUndefined } from "../../provider/engine/normal-form";
import { notKnownSecret } from "../../provider/engine/unknown-secret";
import { adopt, printImportFile } from "../../provider/state/adoption";
import { listOfficialCredentials, removeOfficial } from "../../provider/state/official-provider";
import { printProgram } from "../../provider/state/typescript-program";
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

test("every existing credential is adopted under a unique name, and the program recreates exactly these", () => {
  fc.assert(
    fc.property(tailnet, ({ keys, names }) => {
      const { adopted, refused } = adopt(keys, names);
      expect(refused).toEqual([]);
      expect(adopted.map(({ id }) => id)).toEqual(keys.map(({ id }) => id));
      expect(new Set(adopted.map(({ name }) => name)).size).toBe(adopted.length);
      const made = madeBy(printProgram(adopted));
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
        for (const value of Object.values(args)) expect(emptyToUndefined(value)).toBeDefined();
        if (key?.description) expect(args["description"]).toBe(key.description);
      }
      const { resources } = JSON.parse(printImportFile(adopted));
      expect(resources).toHaveLength(adopted.length);
    }),
    { numRuns: runs(300) },
  );
});

test("adopted programs compile under strict rules whatever the names, and export no resource", () => {
  const programs = fc
    .sample(tailnet, { numRuns: runs(150) })
    .map(({ keys, names }) => printProgram(adopt(keys, names).adopted));
  expect(problemsOf(programs)).toEqual([]);
  for (const program of programs) expect(program).not.toMatch(/^\s*export /m);
});

describe("existing credentials", () => {
  const keys: Key[] = [
    {
      id: "kAuthCNTRL",
      keyType: "auth",
      description: "CI runners",
      created: "2026-01-01T00:00:00Z",
      expires: "2026-01-31T00:00:00Z",
      expirySeconds: 2_592_000,
      capabilities: {
        devices: { create: { reusable: true, ephemeral: false, tags: ["tag:ci", "tag:b"] } },
      },
    },
    {
      id: "kClientCNTRL",
      keyType: "client",
      scopes: ["dns", "satellites", "acl"],
      tags: [],
      description: "",
      created: "2026-01-01T00:00:00Z",
      userId: "u1CNTRL",
    },
    {
      id: "T1CNTRL-kIdentityCNTRL",
      keyType: "federated",
      scopes: ["dns:read"],
      issuer: "https://token.actions.githubusercontent.com",
      subject: "repo:acme/app:*",
      audience: "api.tailscale.com/T1CNTRL-kIdentityCNTRL",
      customClaimRules: { repository_owner: "acme", "job-name": '"x"' },
    },
    {
      id: "kOtherCNTRL",
      keyType: "federated",
      scopes: ["dns:read"],
      issuer: "https://gitlab.com",
      subject: "project_path:acme/app:*",
      audience: "https://acme.example.com",
    },
  ];

  test("existing credentials become this program", () => {
    expect(printProgram(adopt(keys).adopted)).toBe(`\
// Existing credentials, adopted as they are. Their secrets are not known here: rotateEvery or a replacement gets new ones.

import { AuthKey, FederatedIdentity, OAuthClient } from "tailscope";

/** kAuthCNTRL */
const ciRunners = new AuthKey("ci-runners", {
  tags: ["tag:b", "tag:ci"],
  reusable: true,
  expiry: "30d",
  description: "CI runners",
});

/** kClientCNTRL */
const clientKclientcntrl = new OAuthClient("client-kclientcntrl", {
  scopes: ["acl", "dns", "satellites"],
  unlistedScopes: ["satellites"],
});

/** T1CNTRL-kIdentityCNTRL */
const identityT1cntrlKidentitycntrl = new FederatedIdentity("identity-t1cntrl-kidentitycntrl", {
  issuer: "https://token.actions.githubusercontent.com",
  subject: "repo:acme/app:*",
  customClaimRules: { repository_owner: "acme", "job-name": "\\"x\\"" },
  scopes: ["dns:read"],
});

/** kOtherCNTRL */
const identityKothercntrl = new FederatedIdentity("identity-kothercntrl", {
  issuer: "https://gitlab.com",
  subject: "project_path:acme/app:*",
  audience: "https://acme.example.com",
  scopes: ["dns:read"],
});
`);
  });

  test("existing credentials become this import file, in which every secret is unknown", () => {
    const file = printImportFile(adopt(keys.slice(0, 2)).adopted);
    expect(file.endsWith("\n")).toBe(true);
    const key = {
      __provider: formatProviderText("AuthKey"),
      tags: ["tag:b", "tag:ci"],
      reusable: true,
      ephemeral: false,
      preauthorized: false,
      expiry: "30d",
      description: "CI runners",
    };
    const client = {
      __provider: formatProviderText("OAuthClient"),
      scopes: ["acl", "dns", "satellites"],
      unlistedScopes: ["satellites"],
    };
    expect(JSON.parse(file)).toStrictEqual({
      resources: [
        {
          type: "pulumi-nodejs:dynamic/tailscope:AuthKey",
          name: "ci-runners",
          id: "kAuthCNTRL",
          inputs: key,
          outputs: {
            ...key,
            keyId: "kAuthCNTRL",
            key: notKnownSecret,
            createdAt: "2026-01-01T00:00:00Z",
            expiresAt: "2026-01-31T00:00:00Z",
          },
        },
        {
          type: "pulumi-nodejs:dynamic/tailscope:OAuthClient",
          name: "client-kclientcntrl",
          id: "kClientCNTRL",
          inputs: client,
          outputs: {
            ...client,
            clientId: "kClientCNTRL",
            clientSecret: notKnownSecret,
            createdAt: "2026-01-01T00:00:00Z",
            updatedAt: "2026-01-01T00:00:00Z",
            userId: "u1CNTRL",
          },
        },
      ],
    });
  });
});

test("an adopted credential and its variable are named after its description", () => {
  const named = (description: string, keyType: string) => {
    const { adopted } = adopt([{ id: "kOneCNTRL", keyType, description, expirySeconds: 60 }]);
    const [, variable] = /^const (\w+) = /m.exec(printProgram(adopted)) ?? [];
    return [adopted[0]?.name, variable];
  };
  const called = (description: string) => named(description, "auth");
  expect(called("CI runners")).toEqual(["ci-runners", "ciRunners"]);
  expect(called("--Café  7 & Größe! --")).toEqual(["cafe-7-gro-e", "cafe7GroE"]);
  expect(called("7 days")).toEqual(["7-days", "_7Days"]);
  expect(called("class")).toEqual(["class", "_class"]);
  expect(called("a b c")).toEqual(["a-b-c", "aBC"]);
  expect(called("無人機")).toEqual(["credential", "credential"]);
  expect(called("")).toEqual(["auth-key-konecntrl", "authKeyKonecntrl"]);
  expect(named("", "client")).toEqual(["client-konecntrl", "clientKonecntrl"]);
  expect(named("", "federated")).toEqual(["identity-konecntrl", "identityKonecntrl"]);
});

test("two credentials with one name get numbers, and so do two variables", () => {
  const key = (id: string): Key => ({ id, keyType: "auth", description: "ci" });
  const names = new Map([
    ["k4", "a-b"],
    ["k5", "aB"],
    ["k6", "A_B"],
    ["k7", "OAuthClient"],
    ["k8", "c--d-"],
  ]);
  const { adopted } = adopt(["k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8"].map(key), names);
  expect(adopted.map(({ name }) => name)).toEqual([
    "ci",
    "ci-2",
    "ci-3",
    "a-b",
    "aB",
    "A_B",
    "OAuthClient",
    "c--d-",
  ]);
  expect([...printProgram(adopted).matchAll(/^const (\w+) = /gm)].map(([, name]) => name)).toEqual([
    "ci",
    "ci2",
    "ci3",
    "aB",
    "aB_2",
    "aB_3",
    "oAuthClient",
    "cD",
  ]);
});

test("an adopted argument is written as TypeScript, and left out if it is off or missing", () => {
  const inputs = {
    text: 'a"b',
    list: ["a", 7],
    empty: [],
    none: null,
    on: true,
    off: false,
    missing: undefined,
    __provider: "code",
    rules: JSON.parse('{"a_b": "x", "c": {"1d": "y"}, "e-f": "z", "__proto__": "p"}'),
  };
  const program = printProgram([{ id: "k", kind: "AuthKey", name: "n", inputs, outputs: {} }]);
  expect(program.slice(program.indexOf("/**"))).toBe(`\
/** k */
const n = new AuthKey("n", {
  text: "a\\"b",
  list: ["a", 7],
  empty: [],
  none: null,
  on: true,
  rules: { a_b: "x", c: { "1d": "y" }, "e-f": "z", ["__proto__"]: "p" },
});
`);
});

test("what cannot become a resource is left out, with the reason", () => {
  const { refused } = adopt([
    { id: "k1", keyType: "api", userId: "u1" },
    { id: "k2", keyType: "api", userId: "" },
  ]);
  expect(refused).toEqual([
    { id: "k1", reason: "API access tokens belong to users, and are not resources" },
    { id: "k2", reason: "it is a token that expires within an hour, not a resource" },
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

  test("adoption from the official provider keeps the names of the program", () => {
    expect([...listOfficialCredentials([client, key, acl, { ...client, id: "../x" }])]).toEqual([
      ["kACNTRL", "ci"],
      ["kBCNTRL", "team::runner"],
    ]);
  });

  test("adoption from the official provider keeps dependent resources without the dependency, and everything else unchanged", () => {
    const { content, removed } = removeOfficial(exported(root, provider, client, key, secret), ids);
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

  test("adoption from the official provider points resources to the nearest parent that is left", () => {
    const pointing = (more: object) => ({ urn: secret.urn, type: secret.type, id: "s", ...more });
    const nested = { ...key, parent: client.urn };
    const left = (more: object) =>
      JSON.parse(removeOfficial(exported(root, client, nested, pointing(more)), ids).content)
        .deployment.resources[1];
    const whole = { parent: root.urn, deletedWith: root.urn, replaceWith: [root.urn] };
    expect(left(whole)).toEqual(pointing(whole));
    expect(left({ parent: nested.urn })).toEqual(pointing({ parent: root.urn }));
    expect(left({ replaceWith: [client.urn, root.urn] })).toEqual(
      pointing({ replaceWith: [root.urn] }),
    );
    const odd = { dependencies: null, propertyDependencies: null, deletedWith: 7 };
    expect(left(odd)).toEqual(pointing(odd));
    const oddLists = { dependencies: [7, client.urn], propertyDependencies: { data: null } };
    expect(left(oddLists)).toEqual(pointing({ ...oddLists, dependencies: [7] }));
  });

  test("adoption from the official provider takes only its resources that have an id", () => {
    const foreign = [
      { ...client, type: "tailscale:index/oauthClient:OauthClient2" },
      { ...client, type: "x:tailscale:index/oauthClient:OauthClient" },
      { ...client, type: "tailscale:index/o-c:OauthClient" },
      { ...client, id: undefined },
    ];
    expect(listOfficialCredentials(foreign)).toEqual(new Map());
    expect(removeOfficial(exported(root, ...foreign), ids).removed).toEqual([]);
    const another = { ...client, type: "aws:s3/bucket:Bucket" };
    expect(removeOfficial(exported(root, another), ids).removed).toEqual([]);
  });

  test("adoption from the official provider keeps its provider resource if anything else uses it", () => {
    expect(removeOfficial(exported(root, provider, client, acl), ids).removed).toEqual([
      client.urn,
    ]);
    expect(
      removeOfficial(exported(root, provider, client, key), new Set(["kACNTRL"])).removed,
    ).toEqual([client.urn]);
  });
});
