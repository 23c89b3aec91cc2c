/** Which resources an exception of the policy pack is for. */

import { expect, test } from "vitest";
import { isFor, parseUrn, parseUrnPattern } from "../../provider/policy/urn-pattern";

test.each([
  ["urn:pulumi:prod::infra::a:b:C::ci", "prod", "infra", "a:b:C", "ci"],
  ["urn:pulumi:prod::infra::a:b:C$d:e:F::team::ci", "prod", "infra", "a:b:C$d:e:F", "team::ci"],
  ["urn:pulumi:prod::infra::a:b:C::", "prod", "infra", "a:b:C", ""],
  ["urn:pulumi:a\nb::infra::a:b:C::ci", "a\nb", "infra", "a:b:C", "ci"],
])("%j has four parts", (urn, stack, project, type, name) => {
  expect(parseUrn(urn)).toEqual({ stack, project, type, name });
});

test.each([
  "",
  "ci",
  "urn:pulumi:prod",
  "urn:pulumi:prod::infra",
  "urn:pulumi:prod::infra::a:b:C",
  "urn:pulumi:prod::::a:b:C::ci",
  "urn:pulumi:prod::infra::::ci",
  "urn:pulumi:::infra::a:b:C::ci",
  "my-urn:pulumi:prod::infra::a:b:C::ci",
])("%j is not the URN of a resource, or a pattern of one", (urn) => {
  expect(parseUrn(urn)).toBeUndefined();
  expect(parseUrnPattern(urn)).toEqual({
    problem:
      "is incomplete: it needs a stack, project, type and name. Copy it from the rule's message",
  });
  expect(isFor(urn, urn)).toBe(false);
  expect(isFor("urn:pulumi:*::infra::a:b:C::*", urn)).toBe(false);
});

test("a pattern without a name is incomplete, and one with a * in its project or type is too wide", () => {
  expect(parseUrnPattern("urn:pulumi:prod::infra::a:b:C::")).toHaveProperty("problem");
  for (const pattern of ["urn:pulumi:prod::*::a:b:C::ci", "urn:pulumi:prod::infra::a:b:*::ci"])
    expect(parseUrnPattern(pattern)).toEqual({
      problem: "has a * in its project or type. Write both in full",
    });
});

test.each([
  ["urn:pulumi:prod::infra::a:b:C::ci", true],
  ["urn:pulumi:*::infra::a:b:C::c*", true],
  ["urn:pulumi:dev::infra::a:b:C::ci", false],
  ["urn:pulumi:prod::other::a:b:C::ci", false],
  ["urn:pulumi:prod::infra::a:b:D::ci", false],
  ["urn:pulumi:prod::infra::a:b:C::cd", false],
  ["urn:pulumi:prod::infra*::a:b:C::ci", false],
])("whether the exception %j applies: %j", (pattern, isMeant) => {
  expect(isFor(pattern, "urn:pulumi:prod::infra::a:b:C::ci")).toBe(isMeant);
});
