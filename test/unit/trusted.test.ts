/** Patterns of federated identities: what one lets in that another does not. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isWithin, matches } from "../../provider/access/patterns";
import {
  describeUsers,
  isTrustWithin,
  judgeTrust,
  type Trusted,
} from "../../provider/access/trusted";
import { runs } from "../runs";

const github = "https://token.actions.githubusercontent.com";

type Whose = "owner" | "strangers" | "nobody";

const trusting = (subject: string, more: Partial<Trusted> = {}): Trusted => ({
  issuer: github,
  subject,
  audience: "",
  claims: {},
  ...more,
});

// NUL is a letter like any other.
const pattern = fc.string({ unit: fc.constantFrom("a", "\u0000", "*"), maxLength: 5 });

/** Every text of up to so many of these letters. */
function textsOf(letters: readonly string[], length: number): string[] {
  return length === 0
    ? [""]
    : [
        "",
        ...textsOf(letters, length - 1).flatMap((text) => letters.map((letter) => letter + text)),
      ];
}

/** One of its letters is in no pattern. */
const texts = textsOf(["a", "\u0000", "c"], 5);

describe("a pattern", () => {
  test("a pattern of up to five letters matches what the same regular expression matches", () => {
    for (const wild of textsOf(["a", "\u0000", "*"], 5)) {
      const expression = new RegExp(`^${wild.replaceAll("*", ".*")}$`, "s");
      const differing = texts.filter((text) => matches(wild, text) !== expression.test(text));
      expect({ wild, differing }).toEqual({ wild, differing: [] });
    }
  });

  test("a pattern is within another only if the other matches everything that it matches", () => {
    fc.assert(
      fc.property(pattern, pattern, (narrow, wide) => {
        const counterexample = texts.find((text) => matches(narrow, text) && !matches(wide, text));
        // A short text is proof that it is not; where there is none, that it is.
        expect(isWithin(narrow, wide)).toBe(counterexample === undefined);
      }),
      { numRuns: runs(2000) },
    );
  });

  test("a pattern takes no longer for a malicious text", () => {
    const started = process.cpuUsage();
    expect(matches(`${"*a".repeat(2000)}*b`, "a".repeat(200_000))).toBe(false);
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(2);
  });
});

describe("the users of an identity", () => {
  test.each<[string, Trusted, Trusted, boolean]>([
    [
      "one character more lets others in",
      trusting("repo:a/b:ref:refs/heads/main*"),
      trusting("repo:a/b:ref:refs/heads/main"),
      false,
    ],
    [
      "one branch is within all",
      trusting("repo:a/b:ref:refs/heads/main"),
      trusting("repo:a/b:*"),
      true,
    ],
    [
      "a claim rule more lets fewer in",
      trusting("x", { claims: { ref: "main" } }),
      trusting("x"),
      true,
    ],
    [
      "a claim rule less lets others in",
      trusting("x"),
      trusting("x", { claims: { ref: "main" } }),
      false,
    ],
    [
      "no claim rule lets in tokens without the claim, which any value does not",
      trusting("x"),
      trusting("x", { claims: { ref: "*" } }),
      false,
    ],
    [
      "a claim rule that only nothing matches is one",
      trusting("x"),
      trusting("x", { claims: { ref: "" } }),
      false,
    ],
    [
      "another issuer is other people",
      trusting("x", { issuer: "https://gitlab.com" }),
      trusting("x"),
      false,
    ],
    ["another audience is other tokens", trusting("x", { audience: "me" }), trusting("x"), false],
  ])("a change of who can use an identity is recognised: %s", (_, one, other, within) => {
    expect(isTrustWithin(one, other)).toBe(within);
    expect(isTrustWithin(one, one)).toBe(true);
  });

  test.each<[string, string, Whose]>([
    ["*", "anybody on GitHub", "strangers"],
    ["repo:*", "anybody on GitHub", "strangers"],
    ["repo:acme*/app:*", "anybody on GitHub", "strangers"],
    ["repo:acme/*", "anybody in the repositories of acme that match acme/*", "owner"],
    ["repo:acme@1/app@2:*", "every branch, tag, environment and pull request of acme/app", "owner"],
    ["repo:acme/app:ref:refs/heads/*", "the runs of acme/app that match ref:refs/heads/*", "owner"],
    ["repo:acme", "nobody (the subject is not one that GitHub Actions ever gives)", "nobody"],
    ["repo:acme:*", "nobody (the subject is not one that GitHub Actions ever gives)", "nobody"],
    ["repo:acme/app*", "anybody in the repositories of acme that match acme/app*", "owner"],
    [
      "repo:acme@12/app@345*",
      "anybody in the repositories of acme that match acme@12/app@345*",
      "owner",
    ],
    [
      "repo:acme@12/app@345:ref:refs/heads/v*",
      "the runs of acme/app that match ref:refs/heads/v*",
      "owner",
    ],
    [
      "repo:acme@12x/app:e*",
      "nobody (the subject is not one that GitHub Actions ever gives)",
      "nobody",
    ],
    ["repo:acme/app:*:x", "every branch, tag, environment and pull request of acme/app", "owner"],
    ["repo:acme/app:ref:*", "the runs of acme/app that match ref:*", "owner"],
    ["job:acme/*", "nobody (the subject is not one that GitHub Actions ever gives)", "nobody"],
    ["*:acme/app", "anybody on GitHub", "strangers"],
    ["*:acme/app:ref:refs/heads/main", "anybody on GitHub", "strangers"],
    [
      "repo:acme/app:pull_request",
      "whoever has a token of token.actions.githubusercontent.com for repo:acme/app:pull_request",
      "owner",
    ],
    ["environment:production", "anybody on GitHub", "strangers"],
    [
      "repository_owner:acme:environment:*",
      "whoever has a token of token.actions.githubusercontent.com for a subject that matches repository_owner:acme:environment:*",
      "owner",
    ],
  ])("the users of GitHub's subject %s are described as %s", (subject, who, whose) => {
    expect(describeUsers(trusting(subject))).toBe(who);
    expect(judgeTrust(trusting(subject)).whose).toBe(whose);
  });

  test.each<[string, string, string | undefined, Whose]>([
    [
      "https://gitlab.com",
      "project_path:acme/*:ref_type:branch:ref:main",
      "whoever has a token of gitlab.com for a subject that matches project_path:acme/*:ref_type:branch:ref:main",
      "owner",
    ],
    ["https://gitlab.com", "project_path:*:ref_type:branch:ref:main", undefined, "strangers"],
    ["https://i.example.com", "*", "anybody with a token of i.example.com", "strangers"],
    ["https://i.example.com", "x*y", "anybody with a token of i.example.com", "strangers"],
    ["https://i.example.com", "me", "whoever has a token of i.example.com for me", "owner"],
    [
      "https://i.example.com",
      "project:me*",
      "anybody with a token of i.example.com and a subject like project:me*",
      "strangers",
    ],
    [
      "https://i.example.com",
      "a/b*",
      "anybody with a token of i.example.com and a subject like a/b*",
      "strangers",
    ],
    // Where an issuer that is not known has the owner is not known either.
    [
      "https://i.example.com",
      "team:me:*",
      "anybody with a token of i.example.com and a subject like team:me:*",
      "strangers",
    ],
    ["", "me", "whoever has a token of an issuer that is not named for me", "owner"],
    ["http://a/https://b", "me", "whoever has a token of http://a/https://b for me", "owner"],
    ["https://i.example.com", "system:serviceaccount:prod:*", undefined, "owner"],
    [
      "https://github.example.com/_services/token",
      "repo:*",
      "anybody on github.example.com/_services/token",
      "strangers",
    ],
  ])("the users of %s, %s, are described too", (issuer, subject, who, whose) => {
    const trusted = trusting(subject, { issuer });
    if (who !== undefined) expect(describeUsers(trusted)).toBe(who);
    expect(judgeTrust(trusted).whose).toBe(whose);
  });
});
