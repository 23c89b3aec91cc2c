/** Names of claims: what leads where, and that two ways to write one are one. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { formatClaim, parseClaim } from "../../provider/access/claim";
import { isTrustWithin, type Trusted } from "../../provider/access/trusted";

test.each([
  ["ref", ["ref"]],
  ["user.name", ["user", "name"]],
  ['"open.id".username', ["open.id", "username"]],
  ['"open.id"', ["open.id"]],
  ['a."b.c"."d"', ["a", "b.c", "d"]],
  ["cognito:groups", ["cognito:groups"]],
  ['"https://sts.amazonaws.com/".aws_account', ["https://sts.amazonaws.com/", "aws_account"]],
  ["constructor.__proto__", ["constructor", "__proto__"]],
])("the claim name %s leads to %j", (name, path) => {
  expect(parseClaim(name)).toEqual({ path });
});

test.each([
  ["", "is empty"],
  [".", "has a period with no name before or after it"],
  [".a", "has a period with no name before or after it"],
  ["a..b", "has a period with no name before or after it"],
  ["a.", "has a period with no name before or after it"],
  ['""', "has double quotes with nothing between them"],
  ['"a', "has a double quote that does not end"],
  ['a"b"', "has a double quote inside of a name"],
  ['"a"b', "has a double quote inside of a name"],
  ["a .b", "has a space before or after a name"],
  ["https://example.com/x", "has periods in its own name"],
])("the claim name %j is refused: it %s", (name, problem) => {
  const read = parseClaim(name);
  expect("problem" in read ? read.problem : read).toContain(problem);
});

test("every path of a claim is read as it was written", () => {
  const names = fc.string({
    unit: fc.constantFrom("a", "B", ".", ":", "/", "_", "é"),
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(fc.array(names, { minLength: 1, maxLength: 4 }), (path) => {
      const quoted = path.map((name) => `"${name}"`).join(".");
      expect(parseClaim(quoted)).toEqual({ path });
      const written = formatClaim(path);
      // An address is only read where it is quoted.
      if (!/^https?:\/\//.test(written)) expect(parseClaim(written)).toEqual({ path });
    }),
  );
});

test("two spellings of one claim are one rule", () => {
  const trusting = (claims: Trusted["claims"]): Trusted => ({
    issuer: "https://i.example.com",
    subject: "me",
    audience: "",
    claims,
  });
  expect(isTrustWithin(trusting({ '"user"."name"': "ci" }), trusting({ "user.name": "c*" }))).toBe(
    true,
  );
  expect(isTrustWithin(trusting({ '"user.name"': "ci" }), trusting({ "user.name": "c*" }))).toBe(
    false,
  );
});

test("a change of an invisible character is never within the trust before", () => {
  const trusting = (subject: string, claims: Trusted["claims"] = {}): Trusted => ({
    issuer: "https://i.example.com",
    subject,
    audience: "",
    claims,
  });
  expect(isTrustWithin(trusting("a\u200bb"), trusting("*"))).toBe(false);
  expect(isTrustWithin(trusting("ab", { "r\u00adef": "x" }), trusting("*"))).toBe(false);
  expect(isTrustWithin(trusting("a\u200bb"), trusting("a\u200bb"))).toBe(true);
});
