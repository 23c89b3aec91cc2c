/** Text that is not what it looks like. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  escapeIssuer,
  escapeToAscii,
  findInvisible,
  hasUserInformation,
} from "../../provider/access/characters";

describe("invisible characters", () => {
  test.each([
    ["NUL", "\u0000", "U+0000"],
    ["a control", "\u001b", "U+001B"],
    ["a line's end", "\n", "U+000A"],
    ["zero width", "\u200b", "U+200B"],
    ["a soft hyphen", "\u00ad", "U+00AD"],
    ["right to left", "\u202e", "U+202E"],
    ["a filler", "\u3164", "U+3164"],
    ["a variation selector", "\ufe0f", "U+FE0F"],
    ["a tag", "\u{e0041}", "U+E0041"],
  ])("the invisible character %s is found and named once", (_, character, name) => {
    expect(findInvisible(`a${character}b${character}`)).toEqual([name]);
  });

  test("visible letters, signs, spaces and escapes are not invisible characters", () => {
    expect(findInvisible("\u00a0\u2028\ud800\ue000")).toEqual([]);
    expect(findInvisible("repo:Grüße/日本語 аcme_*-1:ref:refs/heads/main é")).toEqual([]);
  });
});

test("text that is shown in ASCII is ASCII, and two different texts stay different", () => {
  expect(escapeToAscii("repo:\u0430cme/\u{1f600}\n")).toBe("repo:\\u{430}cme/\\u{1f600}\\u{a}");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(escapeToAscii(text)).toMatch(/^[ -~]*$/);
    }),
  );
});

describe("an issuer in ASCII", () => {
  test.each([
    ["https://gitlab.com", "https://gitlab.com"],
    [
      "https://token.actions.ɡithubusercontent.com",
      "https://token.actions.xn--ithubusercontent-wxg.com",
    ],
    ["https://TOKEN.example.com/", "https://TOKEN.example.com/"],
    ["https://token.actions.githubusercontent.com@evil.example/x", "https://evil.example/x"],
    ["https://a.example/tenants/\u0430", "https://a.example/tenants/\\u{430}"],
    ["https:\\\\trusted.example@evil.example\\x", "https://evil.example\\x"],
    ["https://a.example:8443/x", "https://a.example:8443/x"],
    ["no URL \u0430", "no URL \\u{430}"],
  ])("the issuer %j is shown in ASCII as %j", (issuer, shown) => {
    expect(escapeIssuer(issuer)).toBe(shown);
  });

  test.each([
    ["https://token.actions.githubusercontent.com@evil.example", true],
    ["https://user:secret@evil.example", true],
    ["https://@evil.example", true],
    ["https:\\\\trusted.example@evil.example", true],
    ["https://a.example/x@y", false],
    ["https://a.example?x=a@b", false],
    ["no URL@", false],
  ])("whether the issuer %j contains a user: %j", (issuer, has) => {
    expect(hasUserInformation(issuer)).toBe(has);
  });
});
