import fc from "fast-check";
import { expect, test } from "vitest";
import { sanitize } from "../../provider/access/sanitize";
import { escapeMessage } from "../../provider/review/formats/sarif-text";
import { runs } from "../runs";

/**
 * The links and placeholders of a plain text message, by the grammar of SARIF 2.1.0, 3.11.5 and
 * 3.11.6.
 */
function syntaxIn(message: string): string[] {
  const links = message.match(/\[(?:[^\\[\]]|\\[\\[\]])*\]\([^)]*\)/g) ?? [];
  const placeholders = message.replace(/\{\{|\}\}/g, "").match(/[{}]/g) ?? [];
  return [...links, ...placeholders];
}

/** A message as a reader of the standard shows it. */
const seen = (message: string) => message.replaceAll("{{", "{").replaceAll("}}", "}");

test.each([
  ["[safe](https://evil.example)", "[safe] (https://evil.example)"],
  ["[here](1)", "[here] (1)"],
  ["[[a](1)](2)", "[[a] (1)] (2)"],
  ["[a\\](1)", "[a\\] (1)"],
  ["{0} {1}", "{{0}} {{1}}"],
  ["}{", "}}{{"],
  ['["tag:a"]', '["tag:a"]'],
])("%s becomes %s in a SARIF message", (text, expected) => {
  expect(escapeMessage(text)).toBe(expected);
});

test("a SARIF message has no link and no placeholder, and keeps its text", () => {
  const text = fc
    .array(
      fc.constantFrom("[", "]", "(", ")", "](", "{", "}", "{0}", "\\", "1", "a", " ", "\u202e"),
      { maxLength: 20 },
    )
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, (given) => {
      const message = escapeMessage(given);
      expect(syntaxIn(message)).toEqual([]);
      expect(seen(message)).toBe(sanitize(given).replaceAll("](", "] ("));
    }),
    { numRuns: runs(2000) },
  );
});
