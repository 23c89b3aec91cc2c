/**
 * The life of each resource through its verbs, step by step: what the tailnet has, what the state
 * says, and what is asked of the API.
 */

import { type Emulator, startEmulator } from "tailscope-emulator";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { unknownValue } from "../../provider/access/engine-values";
import { getFacts, kinds } from "../../provider/access/kinds";
import { NotVisible } from "../../provider/api/errors";
import { currentRun } from "../../provider/engine/run";
import { as, makeClient } from "../contract/client";
import { type Provider, providers } from "../providers";
import { type Declared, Engine, type Kind, type RunResult } from "./engine";

const policy = JSON.stringify({
  tagOwners: {
    "tag:ci": ["autogroup:admin"],
    "tag:prod": ["autogroup:admin"],
    "tag:child": ["tag:ci"],
  },
});

let emulator: Emulator;
let engine: Engine;
let warnings: string[];

beforeEach(async () => {
  emulator = await startEmulator({ policy });
  engine = new Engine({});
  warnings = [];
  vi.stubEnv("TAILSCALE_API_KEY", emulator.apiKey);
  vi.stubEnv("TAILSCALE_BASE_URL", emulator.url);
  vi.stubEnv("TAILSCOPE_PREFLIGHT", undefined);
  vi.spyOn(console, "error").mockImplementation((text: string) => void warnings.push(text));
});

afterEach(async () => {
  await currentRun.end();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await emulator.close();
});

type Properties = Record<string, unknown>;

const program = (kind: Kind, inputs: Properties, name = "it") =>
  new Map<string, Declared>([[name, { kind, inputs }]]);

async function up(
  kind: Kind,
  inputs: Properties,
  options: Parameters<Engine["up"]>[1] = {},
): Promise<readonly string[]> {
  return succeeded(await engine.up(program(kind, inputs), options));
}

function succeeded({ failures, changes }: RunResult): readonly string[] {
  expect([...failures.values()].map(({ message }) => message)).toEqual([]);
  return changes;
}

/** What went wrong, as a person reads it. */
async function failureOf(kind: Kind, inputs: Properties): Promise<string> {
  const { failures } = await engine.up(program(kind, inputs));
  return [...failures.values()].map(({ message }) => message).join("\n");
}

/** The state of the one resource. */
const outs = (name = "it"): Properties => engine.state.get(name)?.outs ?? {};
const idOf = (name = "it") => engine.state.get(name)?.id ?? "";

/** Those of our resources that are active in the tailnet, and the one that most tests have. */
const active = () =>
  emulator.control
    .activeCredentials()
    .filter(({ id }) => [...engine.state.values()].some((one) => one.id === id));
const key = () => active().find(({ id }) => id === idOf());

/** The requests since the last look that write a credential or list them. */
const sent = () =>
  emulator.control
    .takeRequests()
    .map(({ method, path }) => `${method} ${path.replace(/\/keys\/[\w-]+$/, "/keys/ID")}`)
    .filter((request) => request.includes("/keys") && !request.startsWith("GET /tailnet/-/keys/"));

const all: Readonly<Record<Kind, { inputs: Properties; changed: Properties; secret?: string }>> = {
  OAuthClient: {
    inputs: { scopes: ["users", "auth_keys"], tags: ["tag:prod", "tag:ci"], description: "one" },
    changed: { scopes: ["dns"], description: "two" },
    secret: "clientSecret",
  },
  AuthKey: {
    inputs: { tags: ["tag:prod", "tag:ci"], description: "one", reusable: true, expiry: "12h" },
    changed: {
      tags: ["tag:ci"],
      description: "two",
      reusable: true,
      ephemeral: true,
      preauthorized: true,
      expiry: 60,
    },
    secret: "key",
  },
  FederatedIdentity: {
    inputs: {
      issuer: "https://issuer.example.com",
      subject: "me",
      scopes: ["users"],
      description: "one",
    },
    changed: {
      issuer: "https://other.example.com",
      subject: "you*",
      audience: "us",
      customClaimRules: { ref: "main" },
      scopes: ["dns"],
      tags: ["tag:ci"],
    },
  },
};

const isReplaced = (kind: Kind) => kind === "AuthKey";

describe.each(kinds)("%s", (kind) => {
  const { inputs, changed, secret } = all[kind];

  test(`${kind} is created with one request, and the state has its arguments, its outputs and its secret`, async () => {
    expect(await up(kind, inputs)).toEqual(["create it"]);
    expect(sent().filter((request) => request.startsWith("POST"))).toEqual([
      "POST /tailnet/-/keys",
    ]);
    expect(active()).toHaveLength(1);
    const sorted = {
      ...inputs,
      ...(inputs["scopes"] !== undefined && { scopes: (inputs["scopes"] as string[]).toSorted() }),
    };
    expect(outs()).toMatchObject({
      ...sorted,
      ...(inputs["tags"] !== undefined && { tags: ["tag:ci", "tag:prod"] }),
    });
    expect(outs()[kind === "AuthKey" ? "keyId" : "clientId"]).toBe(idOf());
    expect(outs()["createdAt"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    if (kind === "AuthKey") {
      const { createdAt, expiresAt } = outs() as Record<string, string>;
      expect(Date.parse(expiresAt ?? "") - Date.parse(createdAt ?? "")).toBe(12 * 3_600_000);
    } else expect(outs()["updatedAt"]).toBe(outs()["createdAt"]);
    // The owner's token made it, so it is the owner's.
    expect(outs()["userId"]).toEqual(expect.stringMatching(/^u/));
    if (secret !== undefined) expect(outs()[secret]).toMatch(/^tskey-/);
    expect(warnings).toEqual([]);
  });

  test(`${kind} stays unchanged if a program, a refresh and a preview change nothing`, async () => {
    await up(kind, inputs);
    const before = structuredClone(engine.state.get("it"));
    sent();
    expect(await up(kind, inputs)).toEqual([]);
    expect(sent()).toEqual([]);
    expect(await up(kind, inputs, { refresh: true })).toEqual([]);
    expect(engine.state.get("it")).toEqual(before);
    expect(await up(kind, changed, { dry: true })).toEqual([
      `${isReplaced(kind) ? "replace" : "update"} it`,
    ]);
    expect(engine.state.get("it")).toEqual(before);
  });

  test(`${kind} is ${isReplaced(kind) ? "recreated, and the old one revoked afterwards," : "changed in place"} if the program changes`, async () => {
    await up(kind, inputs);
    const before = { id: idOf(), secret: outs()[secret ?? ""] };
    sent();
    expect(await up(kind, changed)).toEqual([`${isReplaced(kind) ? "replace" : "update"} it`]);
    expect(sent()).toEqual(
      isReplaced(kind)
        ? ["POST /tailnet/-/keys", "DELETE /tailnet/-/keys/ID"]
        : ["PUT /tailnet/-/keys/ID"],
    );
    expect(idOf() === before.id).toBe(!isReplaced(kind));
    expect(outs()[secret ?? ""] === before.secret).toBe(!isReplaced(kind));
    expect(outs()).toMatchObject({ ...changed, ...(kind === "AuthKey" && { expiry: "1m" }) });
    expect(active()).toHaveLength(1);
    expect(emulator.control.activeCredentials().some(({ id }) => id === before.id)).toBe(
      !isReplaced(kind),
    );
    // What is no longer given is gone in the tailnet, too.
    if (kind === "OAuthClient") expect(key()?.tags ?? []).toEqual([]);
    if (kind === "FederatedIdentity") expect(key()?.description ?? "").toBe("");
    expect(await up(kind, changed, { refresh: true })).toEqual([]);
  });

  test(`${kind} is recreated if somebody revoked it or it left no trace`, async () => {
    for (const lose of [emulator.control.revoke, emulator.control.erase]) {
      await up(kind, inputs);
      const id = idOf();
      lose(id);
      // Without a refresh nobody looks.
      expect(await up(kind, inputs)).toEqual([]);
      expect(await up(kind, inputs, { refresh: true })).toEqual(["create it"]);
      expect(idOf()).not.toBe(id);
      expect(active()).toHaveLength(1);
    }
  });

  test(`${kind} is revoked if the program no longer has it, even if somebody revoked it before`, async () => {
    await up(kind, inputs);
    const id = idOf();
    expect(succeeded(await engine.up(new Map()))).toEqual(["delete it"]);
    expect(emulator.control.activeCredentials().map((one) => one.id)).not.toContain(id);
    await up(kind, inputs);
    emulator.control.revoke(idOf());
    expect(succeeded(await engine.up(new Map()))).toEqual(["delete it"]);
    expect(engine.state.size).toBe(0);
  });

  test(`${kind} without a trace stays in the state until a refresh, because a 404 proves nothing`, async () => {
    await up(kind, inputs);
    emulator.control.erase(idOf());
    const { failures } = await engine.up(new Map());
    expect(failures.get("it")).toBeInstanceOf(NotVisible);
    expect(engine.state.size).toBe(1);
    const again = succeeded(await engine.up(new Map(), { refresh: true }));
    // A key that is not to be made again is one that has most likely done its work.
    if (engine.state.size > 0) expect(kind).toBe("AuthKey");
    else expect(again).toEqual([]);
  });

  test(`a lookup of ${kind} reads everything, and fails if the credential does not exist`, async () => {
    await expect(providers[kind].read?.("kNoneCNTRL", {})).rejects.toThrow(
      new RegExp(`^The tailnet has no active ${kind} kNoneCNTRL:`),
    );
    await up(kind, inputs);
    const { props } = (await providers[kind].read?.(idOf(), {})) ?? {};
    // All that the tailnet tells of it, as a program that names it needs it.
    expect(props).toMatchObject(
      Object.fromEntries(Object.keys(inputs).map((argument) => [argument, outs()[argument]])),
    );
    const id = idOf();
    emulator.control.revoke(id);
    await currentRun.end();
    await expect(providers[kind].read?.(id, {})).rejects.toThrow("it was revoked, expired");
  });

  test(`${kind} with inputs that turn out to be invalid is refused by the verbs too`, async () => {
    const wrong = { ...inputs, description: "x".repeat(51) };
    const reason =
      "description: it has 51 characters, and the API accepts at most 50. Shorten it by 1.";
    await expect(providers[kind].create(wrong)).rejects.toThrow(reason);
    await up(kind, inputs);
    sent();
    await expect(providers[kind].update?.(idOf(), outs(), wrong)).rejects.toThrow(reason);
    expect(sent()).toEqual([]);
  });

  test(`a failure of ${kind} is shown once, without a stack trace`, async () => {
    const failure = await providers[kind]
      .create({ ...inputs, tags: ["tag:none"] })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(`${failure}`).toBe("tailscope");
    expect((failure as Error).stack).toBe("the reason is shown with the resource"); // An error, as just seen.
    expect((failure as Error).message).toContain("tag:none");
  });

  test(`${kind} with a description that is not known yet is planned as a change`, async () => {
    await up(kind, inputs);
    const unknown = unknownValue;
    const { inputs: news, failures } =
      (await providers[kind].check?.(inputs, { ...inputs, description: unknown })) ?? {};
    expect(failures).toEqual([]);
    // Of what changes in place the engine is left to compare the inputs, of which this one differs.
    expect(await providers[kind].diff?.(idOf(), outs(), news)).toEqual(
      isReplaced(kind) ? { changes: true, replaces: ["description"] } : {},
    );
  });
});

describe.each(["OAuthClient", "FederatedIdentity"] as const)(
  "a change that somebody made to a %s",
  (kind) => {
    test(`a refresh sees an outside change to ${kind}, and the next update undoes it in place`, async () => {
      const { inputs } = all[kind];
      await up(kind, inputs);
      const id = idOf();
      emulator.control.change(id, { description: "somebody", scopes: ["dns", "users"] });
      expect(await up(kind, inputs)).toEqual([]);
      expect(await up(kind, inputs, { refresh: true })).toEqual(["update it"]);
      expect(idOf()).toBe(id);
      expect(key()).toMatchObject({ description: "one" });
      expect(await up(kind, inputs, { refresh: true })).toEqual([]);
    });
  },
);

describe("an auth key that is no longer valid", () => {
  const single = { tags: ["tag:ci"], expiry: "1h" };

  test.each<[string, Properties, boolean]>([
    ["for a single machine is left alone", single, false],
    ["for many machines is recreated", { ...single, reusable: true }, true],
    [
      'is recreated with recreateIfInvalid "always"',
      { ...single, recreateIfInvalid: "always" },
      true,
    ],
    [
      'is left alone with recreateIfInvalid "never"',
      { ...single, reusable: true, recreateIfInvalid: "never" },
      false,
    ],
  ])("an auth key that is no longer valid %s", async (_what, inputs, isMadeAgain) => {
    await up("AuthKey", inputs);
    const before = structuredClone(engine.state.get("it"));
    emulator.control.advanceClock(2 * 3_600_000);
    expect(await up("AuthKey", inputs, { refresh: true })).toEqual(
      isMadeAgain ? ["create it"] : [],
    );
    if (isMadeAgain) expect(idOf()).not.toBe(before?.id);
    else expect(engine.state.get("it")).toEqual(before);
  });

  test("an auth key that left no trace is recreated if an invalid one would be", async () => {
    await up("AuthKey", { ...single, reusable: true });
    emulator.control.erase(idOf());
    expect(await up("AuthKey", { ...single, reusable: true }, { refresh: true })).toEqual([
      "create it",
    ]);
    const never = { ...single, reusable: true, recreateIfInvalid: "never" };
    for (const kept of [single, never]) {
      await up("AuthKey", kept);
      const id = idOf();
      emulator.control.erase(id);
      expect(await up("AuthKey", kept, { refresh: true })).toEqual([]);
      expect(idOf()).toBe(id);
      succeeded(await engine.up(new Map(), { refresh: true }));
    }
  });

  test("an auth key that is wanted again is recreated in the same run, whatever happened to it", async () => {
    const { revoke, erase } = emulator.control;
    for (const lose of [revoke, erase]) {
      const never = { ...single, reusable: true, recreateIfInvalid: "never" };
      await up("AuthKey", never);
      lose(idOf());
      const always = { ...never, recreateIfInvalid: "always" };
      expect(await up("AuthKey", always, { refresh: true })).toEqual(["replace it"]);
      expect(active()).toHaveLength(1);
      await up("AuthKey", never);
    }
  });
});

describe("an auth key", () => {
  test("a key that an OAuth client mints is created, read and revoked with that client's token", async () => {
    await up("OAuthClient", { scopes: ["auth_keys"], tags: ["tag:ci"] });
    const mintedBy = { clientId: idOf(), clientSecret: outs()["clientSecret"] };
    const key = new Map([...program("OAuthClient", { scopes: ["auth_keys"], tags: ["tag:ci"] })]);
    key.set("key", { kind: "AuthKey", inputs: { tags: ["tag:ci"], mintedBy } });
    expect(succeeded(await engine.up(key))).toEqual(["create key"]);
    // Of a trust credential's making, so nobody's.
    expect(outs("key")).not.toHaveProperty("userId");
    expect(outs("key")["mintedBy"]).toEqual(mintedBy);
    const actor = () => emulator.control.auditLog().at(-1)?.actor.id;
    expect(actor()).toBe(mintedBy.clientId);
    key.delete("key");
    succeeded(await engine.up(key));
    expect(actor()).toBe(mintedBy.clientId);
  });

  test("a minted key with tags that its client cannot give is refused at preview, with the place", async () => {
    await up("OAuthClient", { scopes: ["auth_keys"], tags: ["tag:ci"] });
    const mintedBy = { clientId: idOf(), clientSecret: outs()["clientSecret"] };
    const failure = await failureOf("AuthKey", { tags: ["tag:child", "tag:prod"], mintedBy });
    expect(failure).toMatch(/^tags\[1\]: "tag:prod" cannot be given by the OAuth client k/);
    // Whoever mints it is not known yet, so nothing can be looked at.
    const unknown = unknownValue;
    expect(
      (await providers.AuthKey.check?.({}, { tags: ["tag:prod"], mintedBy: unknown }))?.failures,
    ).toEqual([]);
  });
});

describe("bookkeeping arguments", () => {
  test.each<[Kind, Properties, Properties]>([
    ["OAuthClient", { rotateEvery: "30d" }, { rotateEvery: "60d" }],
    ["OAuthClient", { unlistedScopes: ["new"] }, {}],
    ["AuthKey", { renewBefore: "1h" }, { renewBefore: "2h", recreateIfInvalid: "never" }],
    ["FederatedIdentity", {}, { unlistedScopes: ["new"] }],
  ])(
    "a change of bookkeeping arguments of %s is written to the state without a request, and can be undone",
    async (kind, before, after) => {
      const { inputs } = all[kind];
      await up(kind, { ...inputs, ...before });
      sent();
      expect(await up(kind, { ...inputs, ...after })).toEqual(["update it"]);
      expect(sent()).toEqual([]);
      expect(outs()).toMatchObject(after);
      for (const name of Object.keys(before))
        if (!(name in after)) expect(outs()).not.toHaveProperty(name);
      expect(await up(kind, { ...inputs, ...after })).toEqual([]);
      expect(await up(kind, inputs)).toEqual(Object.keys(after).length > 0 ? ["update it"] : []);
      expect(outs()).not.toHaveProperty("rotateEvery");
      expect(outs()).not.toHaveProperty("rotatesAt");
    },
  );
});

describe("rotation", () => {
  const later = (time: unknown, milliseconds: number) =>
    vi.stubEnv("TAILSCOPE_NOW", new Date(Date.parse(String(time)) + milliseconds).toISOString());

  test("a rotation is due to the second, says why, and creates the new credential before it revokes the old one", async () => {
    const rotating = { ...all.OAuthClient.inputs, rotateEvery: "30d" };
    await up("OAuthClient", rotating);
    const { createdAt, rotatesAt } = outs();
    expect(Date.parse(String(rotatesAt)) - Date.parse(String(createdAt))).toBe(30 * 86_400_000);
    later(rotatesAt, -1000);
    expect(await up("OAuthClient", rotating)).toEqual([]);
    expect(warnings).toEqual([]);
    later(rotatesAt, 0);
    const id = idOf();
    sent();
    expect(await up("OAuthClient", rotating)).toEqual(["replace it"]);
    expect(sent()).toEqual(["POST /tailnet/-/keys", "DELETE /tailnet/-/keys/ID"]);
    expect(warnings).toEqual([
      `warning: OAuthClient ${id} (one) is replaced: it has been due since ${rotatesAt}, because it was created at ${createdAt}, and rotateEvery is 30d.`,
    ]);
  });

  test("an auth key is renewed before it ends by renewBefore, and the message names no description if there is none", async () => {
    const rotating = { tags: ["tag:ci"], expiry: "10d", renewBefore: "2d" };
    await up("AuthKey", rotating);
    const { expiresAt, rotatesAt } = outs();
    expect(Date.parse(String(expiresAt)) - Date.parse(String(rotatesAt))).toBe(2 * 86_400_000);
    later(rotatesAt, 0);
    const id = idOf();
    expect(await up("AuthKey", rotating, { dry: true })).toEqual(["replace it"]);
    expect(warnings).toEqual([
      `warning: AuthKey ${id} is replaced: it has been due since ${rotatesAt}, because it expires at ${expiresAt}, and renewBefore is 2d.`,
    ]);
  });

  test("a rotation is not mentioned if the credential is replaced anyway", async () => {
    const rotating = { tags: ["tag:ci"], expiry: "10d", renewBefore: "2d" };
    await up("AuthKey", rotating);
    later(outs()["rotatesAt"], 0);
    expect(await up("AuthKey", { ...rotating, expiry: "11d" }, { dry: true })).toEqual([
      "replace it",
    ]);
    expect(warnings).toEqual([]);
  });

  test("a new generation revokes the old credential first", async () => {
    await up("OAuthClient", { ...all.OAuthClient.inputs, generation: 1 });
    sent();
    expect(await up("OAuthClient", { ...all.OAuthClient.inputs, generation: 2 })).toEqual([
      "replace it",
    ]);
    expect(sent()).toEqual(["DELETE /tailnet/-/keys/ID", "POST /tailnet/-/keys"]);
  });
});

describe("an answer that differs from the request", () => {
  const asked = {
    issuer: "https://token.actions.githubusercontent.com",
    subject: "repo:acme/app:ref:refs/heads/main",
    scopes: ["users"],
  };

  test("an answer that differs from the request is stored beside it, and neither the program nor the tailnet counts as changed", async () => {
    emulator.control.rewriteGithubSubjects(true);
    await up("FederatedIdentity", asked);
    expect(outs()["subject"]).toMatch(/^repo:acme@\d+\/app@\d+:ref:refs\/heads\/main$/);
    expect(outs()["audience"]).toBe(`api.tailscale.com/${idOf()}`);
    expect(outs()["asked"]).toEqual({ subject: asked.subject, audience: "" });
    expect(await up("FederatedIdentity", asked, { refresh: true })).toEqual([]);
    // A change of something else sends what was asked for.
    expect(await up("FederatedIdentity", { ...asked, description: "two" })).toEqual(["update it"]);
    expect(outs()["asked"]).toEqual({ subject: asked.subject, audience: "" });
    // Where somebody changes it, that is what it differs from.
    emulator.control.change(idOf(), { subject: "repo:acme@1/app@2:pull_request" });
    expect(await up("FederatedIdentity", asked, { refresh: true, dry: true })).toEqual([
      "update it",
    ]);
    expect(outs()["asked"]).toEqual({ audience: "" });
    expect(outs()["subject"]).toBe("repo:acme@1/app@2:pull_request");
  });
});

describe("the checks of a preview", () => {
  test("a preview refuses what the deployer cannot give, with the place in the program's own order", async () => {
    const failure = await failureOf("OAuthClient", {
      scopes: ["users"],
      tags: ["tag:zzz", "tag:ci"],
    });
    expect(failure).toBe(
      'tags[0]: "tag:zzz" is not defined in the policy file, so nobody can give it. Add under "tagOwners": "tag:zzz": ["autogroup:admin"] (if the same program changes the policy file, make this resource depend on it with dependsOn)',
    );
  });

  test("a preview names the scope that creating a kind needs, if the deployer lacks it", async () => {
    const { id, key } = await makeClient(emulator, ["dns", "users"], ["tag:ci"]);
    vi.stubEnv("TAILSCALE_API_KEY", undefined);
    vi.stubEnv("TAILSCALE_OAUTH_CLIENT_ID", id);
    vi.stubEnv("TAILSCALE_OAUTH_CLIENT_SECRET", key);
    for (const kind of kinds) {
      const { scope } = getFacts(kind);
      const { inputs } = all[kind];
      expect(await failureOf(kind, { ...inputs, tags: ["tag:ci"] })).toContain(
        `but this needs ${scope}.`,
      );
    }
  });

  test("a preview does not check the deployer if that is turned off, if nothing changes, or if the connection is not known yet", async () => {
    await up("OAuthClient", all.OAuthClient.inputs);
    const check = (provider: Provider, olds: Properties, news: Properties) =>
      provider.check?.(olds, news);
    emulator.control.takeRequests();
    expect(await check(providers.OAuthClient, outs(), all.OAuthClient.inputs)).toMatchObject({
      failures: [],
    });
    expect(emulator.control.takeRequests()).toEqual([]);
    vi.stubEnv("TAILSCOPE_PREFLIGHT", "off");
    expect(
      await check(providers.OAuthClient, {}, { scopes: ["users"], tags: ["tag:zzz"] }),
    ).toMatchObject({ failures: [] });
    expect(emulator.control.takeRequests()).toEqual([]);
    vi.stubEnv("TAILSCOPE_PREFLIGHT", undefined);
    const connection = unknownValue;
    expect(
      await check(providers.OAuthClient, {}, { scopes: ["users"], tags: ["tag:zzz"], connection }),
    ).toMatchObject({
      failures: [],
    });
  });

  test("a connection that does not exist is reported at preview", async () => {
    expect(await failureOf("OAuthClient", { scopes: ["users"], connection: "prod" })).toContain(
      '"prod"',
    );
  });
});

test("a refusal by the API is shown in its own words, and nothing is created", async () => {
  vi.stubEnv("TAILSCOPE_PREFLIGHT", "off");
  const before = emulator.control.activeCredentials().length;
  expect(await failureOf("OAuthClient", { scopes: ["users"], tags: ["tag:zzz"] })).toContain(
    "requested tags [tag:zzz]",
  );
  expect(emulator.control.activeCredentials()).toHaveLength(before);
  expect(engine.state.size).toBe(0);
  expect(await as(emulator, emulator.apiKey)("GET", "/keys?all=true")).toMatchObject({
    status: 200,
  });
});

test("a credential in the state is never mistaken for what a lost create of an identical one left", async () => {
  const alike: Declared = { kind: "OAuthClient", inputs: all.OAuthClient.inputs };
  succeeded(await engine.up(new Map([["it", alike]])));
  emulator.control.addFault({ method: "POST", path: "/keys", effect: { kind: "reset" } });
  const both = new Map([
    ["it", alike],
    ["other", alike],
  ]);
  expect(succeeded(await engine.up(both))).toEqual(["create other"]);
  expect(active().map(({ id }) => id)).toEqual([idOf(), idOf("other")]);
});

test("all reads of one run share one list", async () => {
  const several = new Map(
    kinds.map((kind) => [kind as string, { kind, inputs: all[kind].inputs }]),
  );
  succeeded(await engine.up(several));
  sent();
  succeeded(await engine.up(several, { refresh: true }));
  expect(sent()).toEqual(["GET /tailnet/-/keys?all=true"]);
});
