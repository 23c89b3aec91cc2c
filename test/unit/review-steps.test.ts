/** What a review makes of each step of the engine, and of whose the credential is. */

import { describe, expect, test } from "vitest";
import { exceedsLimit, limits, type Review } from "../../provider/review/review";
import {
  type Bag,
  type GivenStep,
  only,
  reviewed,
  reviewedPlan,
  secret,
  state,
  step,
  unknown,
  urnOf,
} from "./a-preview";

/** Reach is asked of a policy file, which these reviews have none of: see test/reach/review. */
const classLimits = limits.filter((limit) => limit !== "reach");

const all = { scopes: ["all"] };
const dns = { scopes: ["dns:read"] };

/** A step whose states have more than their arguments. */
function withStates(given: GivenStep, old: Bag, after: Bag = {}): GivenStep {
  return {
    ...given,
    ...(given.oldState && { oldState: { ...given.oldState, ...old } }),
    ...(given.newState && { newState: { ...given.newState, ...after } }),
  };
}

const told = (found: Review) =>
  found.report.credentials.map(({ change, class: danger, lost, life }) => ({
    change,
    class: danger,
    lost: lost.length > 0,
    life: life[0],
  }));

const revoked = "Revoked: anyone who still uses it loses access.";

describe("a credential that was only looked up", () => {
  const external = { external: true };

  test("everything of a looked-up credential is new, and nothing is lost or revoked, if the stack manages it from now on", () => {
    const replacement = withStates(step("replace", "OAuthClient", "a", all, dns), external);
    expect(told(reviewed(replacement))).toEqual([
      { change: "create", class: "read", lost: false, life: "Does not expire." },
    ]);
    const parts = ["create-replacement", "replace", "discard-replaced"].map((op) =>
      withStates(
        step(
          op,
          "OAuthClient",
          "a",
          all,
          op === "discard-replaced" ? undefined : { scopes: ["all"] },
        ),
        external,
      ),
    );
    expect(told(reviewed(...parts))).toMatchObject([{ change: "create", class: "admin" }]);
  });

  test("a looked-up credential loses nothing if the lookup ends", () => {
    const found = reviewed(withStates(step("discard", "OAuthClient", "a", all), external));
    expect(told(found)).toEqual([
      {
        change: "discard",
        class: "none",
        lost: false,
        life: "The stack only looked it up; it stays as it is.",
      },
    ]);
    expect(classLimits.filter((limit) => exceedsLimit(found, limit))).toEqual(["any"]);
  });

  test("a credential that stays a lookup is not reported", () => {
    const found = reviewed(
      withStates(step("read", "OAuthClient", "a", all, {}), external, external),
      step("read", "OAuthClient", "b", undefined, {}),
    );
    expect(found.report.credentials).toEqual([]);
  });
});

describe("a credential that the stack managed before", () => {
  test("a managed credential stays active if the stack only looks it up from now on", () => {
    const found = reviewed(
      withStates(step("read", "OAuthClient", "a", all, {}), {}, { external: true }),
    );
    expect(told(found)).toEqual([
      {
        change: "release",
        class: "none",
        lost: false,
        life: "It stays alive, and nobody manages it: from now on the stack only looks it up.",
      },
    ]);
    expect(exceedsLimit(found, "gained")).toBe(true);
  });

  test("a managed credential is revoked if a lookup replaces it", () => {
    const parts = ["read-replacement", "replace"].map((op) =>
      withStates(step(op, "OAuthClient", "a", all, {}), {}, { external: true }),
    );
    for (const steps of [
      parts,
      parts.slice(1),
      [...parts, step("delete-replaced", "OAuthClient", "a", all)],
    ]) {
      expect(told(reviewed(...steps))).toEqual([
        { change: "delete", class: "none", lost: true, life: revoked },
      ]);
    }
  });

  test("a managed credential is revoked if an import replaces it, and the imported one stays unchanged", () => {
    const parts = ["import-replacement", "replace"].map((op) =>
      step(op, "OAuthClient", "a", dns, all),
    );
    expect(told(reviewed(...parts))).toEqual([
      {
        change: "import",
        class: "none",
        lost: false,
        life: "The stack manages it from now on; it stays as it is.",
      },
      { change: "delete", class: "none", lost: true, life: revoked },
    ]);
  });
});

test("an import gives nothing, and the next step gives what it adds", () => {
  const found = reviewed(
    step("import", "OAuthClient", "a", undefined, dns),
    step("update", "OAuthClient", "a", dns, { scopes: ["dns"] }),
  );
  expect(told(found)).toMatchObject([
    { change: "update", class: "write" },
    { change: "import", class: "none" },
  ]);
});

describe("a credential that stays alive when its resource goes", () => {
  const host = urnOf("OAuthClient", "host");
  const gone = (more: Bag) => withStates(step("delete", "OAuthClient", "a", all), more);

  test.each<[string, GivenStep[], string, string]>([
    [
      "by retainOnDelete",
      [gone({ retainOnDelete: true })],
      "release",
      "It stays alive, and nobody manages it: retainOnDelete keeps it.",
    ],
    [
      "by deletedWith something that goes",
      [gone({ deletedWith: host }), step("delete", "OAuthClient", "host", dns)],
      "release",
      "It stays alive, and nobody manages it: Pulumi does not delete it, because deletedWith names host, which is deleted too.",
    ],
    [
      "by deletedWith something that goes when its replacement is made",
      [
        gone({ deletedWith: host }),
        withStates(step("replace", "OAuthClient", "host", dns, { ...dns, generation: 1 }), {
          delete: true,
        }),
      ],
      "release",
      "It stays alive, and nobody manages it: Pulumi does not delete it, because deletedWith names host, which is deleted too.",
    ],
    [
      "perhaps, by deletedWith something that goes before its replacement is made",
      [
        gone({ deletedWith: host }),
        step("replace", "OAuthClient", "host", dns, { ...dns, generation: 1 }),
      ],
      "delete",
      "It may stay alive, and nobody would manage it: Pulumi does not delete it, because deletedWith names host, which is deleted too.",
    ],
  ])(
    "a credential that stays active without its resource is not lost: %s",
    (_, steps, change, sentence) => {
      const found = reviewed(...steps);
      const a = found.report.credentials.find(({ name }) => name === "a");
      expect(a).toMatchObject({ change, class: "none", lost: [], tagsLost: [], life: [sentence] });
      expect(exceedsLimit(found, "gained")).toBe(true);
    },
  );

  test("a credential is revoked if the resource that it is deletedWith stays", () => {
    expect(told(reviewed(gone({ deletedWith: host })))).toEqual([
      { change: "delete", class: "none", lost: true, life: revoked },
    ]);
  });

  test("a replacement of a credential that stays active has only new access", () => {
    const kept = withStates(
      step("replace", "OAuthClient", "a", { ...all, generation: 1 }, { ...all, generation: 2 }),
      { retainOnDelete: true },
    );
    expect(only(reviewed(kept))).toMatchObject({
      change: "replace",
      class: "admin",
      lost: [],
      life: [
        "A new client with a different id and secret is created.",
        "The old one stays alive, and nobody manages it: retainOnDelete keeps it.",
        "Does not expire.",
        "Also gets every operation that Tailscale adds later.",
      ],
    });
  });

  test("a plan claims no loss of a credential that may stay active, because it does not show the options", () => {
    const found = reviewedPlan({ [urnOf("OAuthClient", "a")]: { steps: ["delete"], state: null } });
    expect(only(found)).toMatchObject({ change: "delete", lost: [], class: "none" });
    expect(only(found).life).toEqual([
      "It may stay alive, and nobody would manage it: it cannot be seen whether retainOnDelete or deletedWith keeps it.",
    ]);
    expect(found.report.notReviewed).toEqual([
      "a (delete) is revoked by code that a plan does not show.",
    ]);
  });
});

describe("several steps of one URN are changes of their own", () => {
  const old = (name: string, op: string, id: string, before: Bag, after?: Bag) =>
    withStates(step(op, "OAuthClient", name, before, after), { id });

  test("revoking what an earlier run left is a change apart from an update", () => {
    const found = reviewed(
      old("a", "update", "k2", dns, { scopes: ["dns"] }),
      old("a", "delete-replaced", "k1", all),
    );
    expect(told(found)).toMatchObject([
      { change: "update", class: "write", lost: false },
      { change: "delete", class: "none", lost: true },
    ]);
  });

  test("revoking what an earlier run left is a change apart from a replacement with an old half of its own", () => {
    const found = reviewed(
      old("a", "create-replacement", "k2", dns, { ...dns, generation: 2 }),
      old("a", "replace", "k2", dns, { ...dns, generation: 2 }),
      old("a", "delete-replaced", "k1", all),
      old("a", "delete-replaced", "k2", dns),
    );
    expect(told(found)).toMatchObject([
      { change: "replace", class: "none", lost: false },
      { change: "delete", class: "none", lost: true },
    ]);
  });

  test("two creates, or a delete and a create, compare the new credential with nothing", () => {
    expect(
      told(
        reviewed(
          step("create", "OAuthClient", "a", undefined, dns),
          step("create", "OAuthClient", "a", undefined, all),
        ),
      ),
    ).toMatchObject([{ class: "admin" }, { class: "read" }]);
    expect(
      told(
        reviewed(
          step("delete", "OAuthClient", "a", all),
          step("create", "OAuthClient", "a", undefined, all),
        ),
      ),
    ).toMatchObject([
      { change: "create", class: "admin" },
      { change: "delete", class: "none" },
    ]);
  });

  test("several steps of one URN in a plan are separate changes", () => {
    const found = reviewedPlan({
      [urnOf("OAuthClient", "a")]: { steps: ["delete", "delete-replaced"], state: null },
    });
    expect(told(found)).toMatchObject([{ change: "delete" }, { change: "delete" }]);
  });
});

describe("the code that runs is part of the change", () => {
  const foreign = 'exports.handler=()=>require("./evil").OAuthClient.provider';
  const sentence = expect.stringContaining("a (update) runs code that is not Tailscope's");
  const update = () =>
    step("update", "OAuthClient", "a", dns, { ...dns, description: "x" }) as Required<GivenStep>;
  const inputs = (half: Bag) => half["inputs"] as Bag;

  test.each<[string, (given: Required<GivenStep>) => void]>([
    ["afterwards", ({ newState }) => (inputs(newState)["__provider"] = foreign)],
    ["before", ({ oldState }) => (inputs(oldState)["__provider"] = foreign)],
    [
      "among the outputs before, from where it is run",
      ({ oldState }) => ((oldState["outputs"] as Bag)["__provider"] = foreign),
    ],
    [
      "of another kind",
      ({ newState }) =>
        (inputs(newState)["__provider"] =
          'exports.handler=()=>require("tailscope").AuthKey.provider'),
    ],
    ["with another space", ({ newState }) => (inputs(newState)["__provider"] += " ")],
    ["that is secret", ({ newState }) => (inputs(newState)["__provider"] = secret)],
    ["that is not known yet", ({ newState }) => (inputs(newState)["__provider"] = unknown)],
    ["that is missing", ({ newState }) => delete inputs(newState)["__provider"]],
    ["that is missing before", ({ oldState }) => delete inputs(oldState)["__provider"]],
    ["that is not a string", ({ newState }) => (inputs(newState)["__provider"] = { a: 1 })],
    ["of hidden inputs", ({ newState }) => (newState["inputs"] = secret)],
  ])("a step with code %s is not understood", (_, change) => {
    const given = update();
    change(given);
    const found = reviewed(given);
    expect(found.report).toMatchObject({
      verdict: "admin",
      credentials: [],
      notUnderstood: [sentence],
    });
    for (const limit of limits) expect(exceedsLimit(found, limit)).toBe(true);
  });

  test.each(["same", "refresh", "read", "delete", "discard"])(
    "a step with foreign code is not understood even if only a %s shows it, because the engine runs it then",
    (op) => {
      const given = update();
      inputs(given.newState)["__provider"] = foreign;
      inputs(given.oldState)["__provider"] = foreign;
      const found = reviewed({ ...given, op });
      expect(found.report.verdict).toBe("admin");
      expect(found.report.notUnderstood).toHaveLength(1);
    },
  );

  test.each(["adds", "updates"])("a plan that %s foreign code is not understood", (part) => {
    const { __provider } = inputs(update().newState);
    const found = reviewedPlan({
      [urnOf("OAuthClient", "a")]: {
        goal: { inputDiff: { [part]: { __provider } } },
        steps: ["update"],
        state: { __provider, scopes: ["dns"] },
      },
    });
    expect(found.report.notUnderstood).toEqual([sentence]);
  });

  test("a plan that replaces something by name compares with nothing, and is understood", () => {
    const { __provider } = inputs(update().newState);
    const found = reviewedPlan({
      [urnOf("OAuthClient", "a")]: {
        goal: { inputDiff: { adds: { __provider, scopes: ["dns"] } } },
        steps: ["create-replacement", "replace", "delete-replaced"],
        state: { __provider, scopes: ["dns"] },
      },
    });
    expect(found.report).toMatchObject({ verdict: "write", notUnderstood: [] });
  });
});

describe("a step is ours if its URN or one of its states says so", () => {
  const official = "tailscale:index/oauthClient:OauthClient";

  test.each<[string, GivenStep]>([
    [
      "the type before",
      { ...step("update", official, "a", all, all), oldState: state("OAuthClient", all) },
    ],
    [
      "the type afterwards",
      { ...step("update", official, "a", all, all), newState: state("OAuthClient", all) },
    ],
    [
      "the URN alone",
      { ...step("update", official, "a", all, all), urn: urnOf("OAuthClient", "a") },
    ],
    [
      "the URN that it had",
      withStates(step("update", official, "a", all, all), { urn: urnOf("OAuthClient", "a") }),
    ],
  ])("a step is one of ours by %s, but is not understood if another sign disagrees", (_, given) => {
    const found = reviewed(given);
    expect(found.report.verdict).toBe("admin");
    expect(found.report.notUnderstood).toEqual([
      expect.stringContaining("a (update) has more than one type:"),
    ]);
  });

  test("a different kind of our resources does not take over a credential", () => {
    const found = reviewed({
      ...step("update", "OAuthClient", "a", all, all),
      oldState: state("AuthKey", { reusable: true }),
    });
    expect(found.report.notUnderstood).toHaveLength(1);
  });

  test("the same credential may have another name and another parent", () => {
    const renamed = withStates(step("update", "OAuthClient", "a", dns, dns), {
      urn: `urn:pulumi:dev::test::acme:index:Team$${urnOf("OAuthClient", "x").split("::")[2]}::old`,
    });
    expect(reviewed(renamed).report).toMatchObject({ verdict: "none", notUnderstood: [] });
  });
});

describe("other changes of access are reported and count as changes", () => {
  test.each([
    ["create", "pulumi-nodejs:dynamic:Resource"],
    ["update", "pulumi-nodejs:dynamic/acme:Thing"],
    ["replace", "pulumi-python:dynamic:Resource"],
    ["create", "pulumi-python:dynamic/acme:Thing"],
    ["create", "command:local:Command"],
    ["delete", "command:remote:Command"],
    ["create", "command:remote:CopyToRemote"],
    ["create", "acme:index:HasCode"],
  ])("a step %s of %s is reported, because it runs code of its own", (op, type) => {
    const code = { __provider: "exports.handler = () => ({})" };
    const found = reviewed(
      step(op, type, "a", op === "create" ? undefined : code, op === "delete" ? undefined : code),
    );
    expect(found.report).toEqual({
      verdict: "none",
      credentials: [],
      notUnderstood: [],
      notReviewed: [
        `a (${op}) is a ${type}, which runs its own code with the deployer's credentials: that code is not reviewed.`,
      ],
    });
    expect(classLimits.filter((limit) => exceedsLimit(found, limit))).toEqual(["any"]);
  });

  test.each(["same", "refresh", "read"])(
    "nothing is reported for the step %s of a resource with code",
    (op) => {
      const found = reviewed(step(op, "command:local:Command", "a", {}, {}));
      expect(found.report.notReviewed).toEqual([]);
    },
  );

  test.each([
    ["tailscale:index/acl:Acl", "told"],
    ["tailscale:index/deviceTags:DeviceTags", "told"],
    ["tailscale:index/dnsSearchPaths:DnsSearchPaths", "told"],
    ["tailscale:index/webhook:Webhook", "told"],
    ["pulumi:providers:tailscale", "told"],
    ["tailscale:index/dnsPreferences:DnsPreferences", "harmless"],
    ["tailscale:index/awsExternalId:AwsExternalId", "harmless"],
    ["tailscale:index/oauthClient:OauthClient", "not understood"],
    ["tailscale:index/tailnetKey:TailnetKey", "not understood"],
    ["tailscale:index:FederatedIdentity", "not understood"],
    ["tailscale:index/apiKey:ApiKey", "not understood"],
    ["tailscale:index/constructor:constructor", "not understood"],
  ])("the official provider's %s is %s", (type, meaning) => {
    const { report } = reviewed(step("update", type, "a", { a: 1 }, { a: 2 }));
    expect([report.notReviewed.length, report.notUnderstood.length]).toEqual(
      { told: [1, 0], harmless: [0, 0], "not understood": [0, 1] }[meaning],
    );
    expect(reviewed(step("same", type, "a", {}, {})).report).toMatchObject({
      notReviewed: [],
      notUnderstood: [],
    });
  });

  test.each([
    [
      "oauthClient:OauthClient",
      "OAuthClient",
      { scopes: ["dns"] },
      { scopes: ["auth_keys"], tags: ["tag:a"] },
    ],
    [
      "tailnetKey:TailnetKey",
      "AuthKey",
      { expiry: 3600, tags: ["tag:a"] },
      { expiry: 7200, tags: ["tag:a"], reusable: true },
    ],
    [
      "federatedIdentity:FederatedIdentity",
      "FederatedIdentity",
      { scopes: ["dns"], issuer: "https://i.example", subject: "a" },
      { scopes: ["dns"], issuer: "https://i.example", subject: "*" },
    ],
  ])("the official provider's %s is reviewed as our %s", (type, kind, before, after) => {
    const given = { ...after, __defaults: [] };
    const [official, own] = [
      reviewed(step("update", `tailscale:index/${type}`, "a", before, given)),
      reviewed(step("update", kind, "a", before, after)),
    ];
    const { urn: _, ...told } = official.report.credentials[0] ?? { urn: "" };
    expect(own.report.credentials[0]).toMatchObject(told);
    expect(official.report.notUnderstood).toEqual([]);
  });

  test("changed settings of the stack are reported, from a plan or from the provider resource", () => {
    const type = "pulumi:providers:pulumi-nodejs";
    const urn = urnOf(type, "default");
    const settings = { "tailscope:tailnet": "b.example.com", version: "3.0.0" };
    const planned = (inputDiff: Bag, steps = ["update"]) =>
      reviewedPlan({ [urn]: { goal: { inputDiff }, steps, state: settings } }).report.notReviewed;
    const sentence =
      "default (update) changes tailscope:tailnet: the review does not check whether the stack's credentials stay in their tailnet.";
    expect(planned({ updates: { "tailscope:tailnet": "b.example.com" } })).toEqual([sentence]);
    expect(planned({ adds: { "tailscope:tailnet": "b.example.com" } })).toEqual([sentence]);
    expect(planned({ updates: { version: "3.0.0" } })).toEqual([]);
    expect(planned({ adds: settings }, ["create"])).toEqual([]);
    expect(planned({}, ["same"])).toEqual([]);
    const named = step("update", type, "default", { "tailscope:tailnet": "a" }, settings);
    expect(reviewed(named).report.notReviewed).toEqual([sentence]);
    const hidden = { "tailscope:connections": secret };
    expect(reviewed(step("update", type, "default", hidden, hidden)).report.notReviewed).toEqual([
      expect.stringContaining("changes tailscope:connections"),
    ]);
  });

  test("resources of other providers are not reported", () => {
    expect(
      reviewed(step("create", "aws:s3/bucket:Bucket", "a", undefined, { acl: "x" })).report,
    ).toMatchObject({ credentials: [], notUnderstood: [], notReviewed: [] });
  });
});

describe("a step that lacks what it must have is not understood", () => {
  test.each<[string, GivenStep, string]>([
    ["a create", { op: "create", urn: urnOf("OAuthClient", "a") }, "lacks the state after"],
    [
      "an update without before",
      step("update", "OAuthClient", "a", undefined, all),
      "lacks the state before",
    ],
    ["an update without after", step("update", "OAuthClient", "a", all), "lacks the state after"],
    [
      "a replacement",
      step("replace", "OAuthClient", "a", undefined, all),
      "lacks the state before",
    ],
    ["a delete", { op: "delete", urn: urnOf("OAuthClient", "a") }, "lacks the state before"],
    ["an import", { op: "import", urn: urnOf("OAuthClient", "a") }, "lacks the state after"],
    [
      "a step of the future",
      step("constructor", "OAuthClient", "a", dns, all),
      "is a step that this version does not know",
    ],
  ])("a step that lacks a required part is not understood: %s", (_, given, sentence) => {
    expect(reviewed(given).report).toMatchObject({
      verdict: "admin",
      notUnderstood: [expect.stringContaining(sentence)],
    });
  });
});
