/** What a holder may pass on: each answer, and in words what to do where it may not. */

import { describe, expect, test } from "vitest";
import {
  findAbilityProblem,
  findScopeProblem,
  findTagProblems,
  findUndefinedTags,
  type Holder,
  isReader,
} from "../../provider/access/grants";

const holder = (scopes: string[] | undefined, tags: string[] = []): Holder => ({
  name: "the deployer kD",
  kind: "credential",
  scopes,
  tags,
});
const user = (scopes: string[] | undefined): Holder => ({ ...holder(scopes), kind: "user" });

describe("a scope", () => {
  test.each<[string, Holder, string]>([
    ["that is held", holder(["dns", "users"]), "users"],
    ["whose writing is held", holder(["dns"]), "dns:read"],
    ["of a holder of all", holder(["all"]), "users"],
    ["that is read, of a holder of all:read", holder(["all:read"]), "users:read"],
    ["that an older name stands for", holder(["routes"]), "devices:routes"],
    ["by an older name, which the API decides", holder(["dns"]), "acl"],
    ["of a holder of whom nothing is known", holder(undefined), "all"],
    ["that the user's role permits", user(["dns"]), "dns"],
  ])("a scope %s can be given", (_what, from, scope) => {
    expect(findScopeProblem(from, scope)).toBeUndefined();
  });

  test.each<[Holder, string, string]>([
    [
      holder(["dns:read", "users"]),
      "dns",
      '"dns" cannot be given by the deployer kD, which holds dns:read, users and can only pass on scopes of its own. Give it "dns", or leave "dns" out here.',
    ],
    [
      holder([]),
      "dns",
      '"dns" cannot be given by the deployer kD, which holds no scope and can only pass on scopes of its own. Give it "dns", or leave "dns" out here.',
    ],
    [
      user(["dns", "users"]),
      "all",
      `"all" exceeds the deploying user's role: this API access token can only give dns, users. Deploy as a user whose role allows it, or leave "all" out.`,
    ],
  ])("a scope that the deployer lacks is refused with what to do", (from, scope, reason) => {
    expect(findScopeProblem(from, scope)).toBe(reason);
  });
});

describe("a kind of credential", () => {
  test("a kind of credential can be created with its scope, or if nothing is known of the deployer", () => {
    expect(findAbilityProblem(holder(["oauth_keys"]), "oauth_keys")).toBeUndefined();
    expect(findAbilityProblem(holder(undefined), "oauth_keys")).toBeUndefined();
  });

  test.each([
    [["oauth_keys:read", "dns"], "oauth_keys:read, dns"],
    [[], "no scope"],
  ])(
    "a kind of credential cannot be created with %j, and the reason says what is missing",
    (scopes, held) => {
      expect(findAbilityProblem(holder(scopes), "oauth_keys")).toBe(
        `the deployer kD holds ${held}, but this needs oauth_keys. Give it "oauth_keys".`,
      );
    },
  );

  test.each<[string[] | undefined, boolean]>([
    [["oauth_keys:read"], true],
    [["all:read"], true],
    [["oauth_keys"], false],
    [["oauth_keys", "oauth_keys:read"], false],
    [["dns:read"], false],
    [[], false],
    [undefined, false],
  ])("whether a deployer with %j can only read a kind: %s", (scopes, isOnlyRead) => {
    expect(isReader(holder(scopes), "oauth_keys")).toBe(isOnlyRead);
  });
});

describe("the tags that a holder can give", () => {
  const owners = {
    "tag:deployer": [],
    "tag:ci": ["tag:deployer"],
    "tag:web": ["group:ops"],
    "tag:db": ["group:ops", "tag:deployer"],
  };
  const tagged = holder(["auth_keys"], ["tag:deployer", "tag:web"]);

  test.each<[string, Holder, string[], typeof owners | undefined]>([
    ["that a tag of the holder owns", tagged, ["tag:ci", "tag:db"], owners],
    ["that are the holder's own, in any order", tagged, ["tag:web", "tag:deployer"], owners],
    ["of a holder of all", holder(["all"]), ["tag:web"], owners],
    ["of a user, whose groups are not known", user(["auth_keys"]), ["tag:web"], owners],
    ["of a holder of whom nothing is known", holder(undefined), ["tag:web"], owners],
    ["where the policy file cannot be read", holder(["auth_keys"]), ["tag:web"], undefined],
    ["none at all", holder(["auth_keys"]), [], owners],
  ])("tags %s can be given", (_what, from, tags, known) => {
    expect(findTagProblems(from, tags, known)).toEqual([]);
  });

  test("tags that the policy file does not define cannot be given by anybody, and only those are named", () => {
    const line = (owner: string) =>
      `"tag:new" is not defined in the policy file, so nobody can give it. Add under "tagOwners": "tag:new": ["${owner}"]`;
    for (const [from, owner] of [
      [tagged, "tag:deployer"],
      [user(undefined), "autogroup:admin"],
      [holder(["all"], ["tag:new"]), "tag:new"],
      // Where every tag of its own is among those that are asked for, the first of them.
      [holder(["all"], ["tag:web"]), "tag:web"],
    ] as const) {
      const problems = findTagProblems(from, ["tag:web", "tag:new"], owners);
      expect(problems).toEqual([{ tag: "tag:new", reason: line(owner) }]);
      expect(findUndefinedTags(from, ["tag:web", "tag:new"], owners)).toEqual(problems);
    }
    expect(findTagProblems(tagged, ["constructor"], owners)).toHaveLength(1);
    expect(findUndefinedTags(tagged, ["tag:new"], undefined)).toEqual([]);
  });

  test("tags that are neither the holder's set nor owned by it are refused, each with the line that would allow it", () => {
    expect(findTagProblems(tagged, ["tag:web", "tag:ci"], owners)).toEqual([
      {
        tag: "tag:web",
        reason:
          '"tag:web" cannot be given by the deployer kD, which has the tags tag:deployer, tag:web: it may give exactly its own set of tags, or tags that its own tags own in the policy file, but not a part of its set. Add under "tagOwners": "tag:web": ["tag:web"]',
      },
    ]);
    expect(findTagProblems(holder(["auth_keys"]), ["tag:web"], owners)).toEqual([
      {
        tag: "tag:web",
        reason:
          '"tag:web" cannot be given by the deployer kD, which has no tags: it may give exactly its own set of tags, or tags that its own tags own in the policy file, but not a part of its set. Add under "tagOwners": "tag:web": ["autogroup:admin"]',
      },
    ]);
    // As many as the holder's own, and others.
    expect(findTagProblems(holder(["auth_keys"], ["tag:ci"]), ["tag:web"], owners)).toHaveLength(1);
    // A part of its own set.
    expect(
      findTagProblems(holder(["auth_keys"], ["tag:ci", "tag:web"]), ["tag:web"], owners).map(
        ({ tag }) => tag,
      ),
    ).toEqual(["tag:web"]);
  });
});
