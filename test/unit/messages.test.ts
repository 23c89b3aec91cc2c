/**
 * docs/messages.md: every message that a person can meet, read from the source. `UPDATE_DOCS=1`
 * writes it again.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatMessagesPage, readMessages } from "../../tools/messages";
import { providers } from "../providers";

const file = fileURLToPath(new URL("../../docs/messages.md", import.meta.url));
const { messages, unread } = readMessages(
  fileURLToPath(new URL("../../provider", import.meta.url)),
);

test("the page of messages is generated from the current code", () => {
  if (process.env["UPDATE_DOCS"]) writeFileSync(file, formatMessagesPage(messages));
  expect(readFileSync(file, "utf8"), "npm run docs:update").toBe(formatMessagesPage(messages));
});

test("every error has a text, except those that pass on another one's", () => {
  const passingOn = /new RequestError|error\.message|failures\.map|issue\?\.message|found\.problem/;
  expect(unread.filter(({ source }) => !passingOn.test(source))).toEqual([]);
});

test("every message of a check for a wrong argument is on the page, apart from names", async () => {
  const parts = messages.map(({ text }) => text.split("…").filter((part) => part.trim() !== ""));
  const wrong = [
    [providers.OAuthClient, { scopes: ["auth_key"] }],
    [providers.OAuthClient, { scopes: ["dns"], description: "x".repeat(80) }],
    [providers.OAuthClient, { scopes: ["dns"], rotateEvery: "soon" }],
    [providers.AuthKey, { expiry: "91d" }],
    [providers.FederatedIdentity, { scopes: ["dns"], subject: "me", issuer: "http://x.example" }],
  ] as const;
  for (const [provider, inputs] of wrong) {
    const { failures = [] } = (await provider.check?.({}, inputs)) ?? {};
    expect(failures.length).toBeGreaterThan(0);
    for (const { reason } of failures) {
      const listed = parts.some((ones) => ones.every((part) => reason.includes(part.trim())));
      expect(listed, reason).toBe(true);
    }
  }
});

describe("the messages of a source", () => {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-messages-"));
  beforeAll(() => mkdirSync(join(folder, "api")));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each<[string, string, string[]]>([
    [
      "an error with conditions",
      'throw new Error(`Cannot #{a ? "read the file" : "write the file"} now.`);',
      ["Cannot read the file now.", "Cannot write the file now."],
    ],
    [
      "an error made by a function, for each of its callers",
      "function wrong(what: string) { return new TypeProblem(`It is wrong: #{what}.`); }\nclass TypeProblem extends Error {}\nthrow wrong('no colour');\nthrow wrong('no name');",
      ["It is wrong: no colour.", "It is wrong: no name."],
    ],
    [
      "an error whose class words it",
      "class Lost extends Error { constructor(what: string) { super(`Nobody knows where #{what} is.`); } }\nthrow new Lost('the answer');",
      ["Nobody knows where the answer is."],
    ],
    [
      "a text that another function gives",
      "const advice = () => 'Run it again later.';\nthrow new Error(`No answer came.\\n  #{advice()}`);",
      ["No answer came.\n Run it again later."],
    ],
    ["a warning", "warn(`The key #{id} is old.`);", ["The key … is old."]],
  ])("the messages of a source are found: %s", (_, source, expected) => {
    writeFileSync(join(folder, "api", "one.ts"), source.replaceAll("#{", "$".concat("{")));
    expect(readMessages(folder).messages.map(({ text }) => text)).toEqual(expected);
  });

  test("an error without a message is found", () => {
    writeFileSync(join(folder, "api", "one.ts"), "throw new Error(text);");
    expect(readMessages(folder).unread).toHaveLength(1);
  });
});
