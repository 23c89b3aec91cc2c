/** The oracle is itself a program that may be wrong: it notices each way to review wrongly. */

import { describe, expect, test } from "vitest";
import { createProgram } from "../../provider/cli/program";
import { isWithin } from "./patterns.ts";
import type { Report, ReportedCredential } from "./report.ts";
import { runOracle } from "./run.ts";
import { accessOf, beyond, classOf, everyScope } from "./scopes.ts";
import { type Reviewer, reviewerOf } from "./subject.ts";

/** A reviewer that says something else of each credential than the one under test. */
function tampered(
  reviewer: Reviewer,
  tamper: (credential: ReportedCredential) => ReportedCredential | undefined,
): Reviewer {
  return {
    exitCode: (...args) => reviewer.exitCode(...args),
    async review(...args) {
      const { report, ...answer } = await reviewer.review(...args);
      if (report === undefined) return answer;
      const credentials = report.credentials.flatMap((one) => tamper(one) ?? []);
      const changed: Report = { ...report, credentials };
      return { ...answer, report: changed };
    },
    [Symbol.dispose]: () => reviewer[Symbol.dispose](),
  };
}

describe("faults that the oracle notices", () => {
  test.each<[string, (one: ReportedCredential) => ReportedCredential | undefined, RegExp]>([
    ["leaves out a gain", (one) => ({ ...one, gained: one.gained.slice(1) }), /gained: .*missing/],
    ["adds a loss", (one) => ({ ...one, lost: [...one.lost, "GET /x"] }), /lost: .*too much/],
    [
      "rates what can create credentials as a write",
      (one) => ({ ...one, class: one.class === "persist" ? "write" : one.class }),
      /class write, not persist/,
    ],
    [
      "does not mention the new users",
      (one) => ({ ...one, life: one.life.filter((line) => !/may use it/.test(line)) }),
      /others may use it/,
    ],
    [
      "calls a replacement an update",
      (one) => ({ ...one, change: one.change === "replace" ? "update" : one.change }),
      /change "update", not "replace"/,
    ],
    [
      "leaves out a deleted credential",
      (one) => (one.change === "delete" ? undefined : one),
      /missing: \w+ delete/,
    ],
  ])("the oracle notices a review that %s", async (_, tamper, what) => {
    using reviewer = tampered(reviewerOf(createProgram), tamper);
    const { mismatches } = await runOracle(reviewer, 1, 300);
    expect(mismatches.map((one) => one.what)).toContainEqual(expect.stringMatching(what));
  });
});

test("a pattern is within another exactly if the other matches every short text that it matches", () => {
  const letters = ["a", "b", "*"];
  const upTo = (length: number, alphabet: readonly string[]): string[] =>
    length === 0
      ? [""]
      : ["", ...alphabet.flatMap((one) => upTo(length - 1, alphabet).map((rest) => one + rest))];
  const patterns = [...new Set(upTo(3, letters))];
  // A text as long as both patterns, with a letter that neither has, tells any two of them apart.
  const texts = [...new Set(upTo(5, ["a", "b", "c"]))];
  const matches = (pattern: string) => {
    const expression = new RegExp(`^${pattern.replaceAll("*", ".*")}$`, "s");
    return new Set(texts.filter((text) => expression.test(text)));
  };
  const matched = new Map(patterns.map((pattern) => [pattern, matches(pattern)]));
  for (const [inner, some] of matched)
    for (const [outer, more] of matched)
      expect(isWithin(inner, outer), `${inner} within ${outer}`).toBe(
        [...some].every((text) => more.has(text)),
      );
});

test("all covers every scope, all:read covers every read scope, and older names open what newer ones do", () => {
  const [all, reads] = [accessOf(["all"]), accessOf(["all:read"])];
  for (const scope of everyScope) {
    const access = accessOf([scope]);
    expect(access.strange.size, scope).toBe(0);
    expect(classOf(beyond(access, all)), scope).toBe("none");
    if (scope.endsWith(":read")) expect(classOf(beyond(access, reads)), scope).toBe("none");
  }
  expect(accessOf(["acl"]).operations).toEqual(accessOf(["policy_file"]).operations);
});
