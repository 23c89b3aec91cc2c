/**
 * A review as GitHub reads it: rendered by cmark-gfm with every extension, then searched for what
 * GitHub and GitLab would link.
 */

import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, inject, type TestContext, test } from "vitest";
import { sanitize } from "../../provider/access/sanitize";
import { formatMarkdown } from "../../provider/review/formats/markdown";
import {
  toCodeSpan,
  toHtmlCode,
  toSafeMarkdown,
} from "../../provider/review/formats/markdown-text";
import { runs } from "../runs";
import { reviewed, step } from "../unit/a-preview";

const { path: cmarkGfm, missing } = inject("cmarkGfm");

const extensions = ["table", "strikethrough", "autolink", "tagfilter", "tasklist", "footnotes"];

/** The HTML of a comment before the platform's own filters; our own tags in it stay. */
function rendered(markdown: string, context: TestContext): string {
  if (cmarkGfm === undefined) return context.skip(missing);
  const args = ["--unsafe", ...extensions.flatMap((extension) => ["-e", extension])];
  return execFileSync(cmarkGfm, args, { input: markdown, encoding: "utf8" });
}

/** Text of HTML as a reader sees it. */
function decoded(html: string): string {
  const names: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return html.replace(/&(?:#(\d+)|(\w+));/g, (whole, number, name) =>
    number === undefined ? (names[name] ?? whole) : String.fromCodePoint(Number(number)),
  );
}

/**
 * What GitHub and GitLab make links, mentions, pictures or commands of in a text that is no code,
 * after references are decoded. Sources:
 * https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
 * and https://docs.gitlab.com/user/markdown/#gitlab-specific-references
 */
const taken: readonly [what: string, pattern: RegExp][] = [
  ["a mention", /@/],
  ["an issue", /#\s*\S|\bGH-\d/i],
  ["an issue of another tracker", /\b[A-Z][A-Z0-9_]*-\d/],
  ["a merge request, snippet, label, milestone, epic, iteration or alert", /[!$~%&*^]\S/],
  ["a reference in brackets", /[[\]{}]/],
  ["a commit", /\b[0-9a-f]{7,}\b/i],
  ["an address", /:\/\/|\bwww\.|\b(mailto|xmpp|tel|data|javascript):/i],
  ["an emoji", /:[\w+-]+:/],
  ["mathematics, a fence or an escape", /[$`\\|]/],
];

/**
 * Nothing but our own elements, and no text outside code that a platform would take for its own.
 */
function expectInert(html: string): void {
  const elements = new Set([...html.matchAll(/<\/?([a-z0-9]+)/gi)].map(([, name]) => name));
  for (const element of elements)
    expect(["h3", "p", "strong", "em", "ul", "li", "code", "br", "details", "summary"]).toContain(
      element,
    );
  const outside = decoded(
    html
      .replace(/^<!-- tailscope review[^>]*-->/, "")
      .replace(/<code>[^<]*<\/code>/g, "CODE")
      .replace(/<[^>]*>/g, "\n"),
  );
  for (const [what, pattern] of taken) expect(outside, `${what} outside code`).not.toMatch(pattern);
  // A comment's line that begins with a slash is a command to GitLab.
  expect(outside).not.toMatch(/^\s*\//m);
}

const pieces = [
  ..."aZ 09-+*_~^$%&!#@:;.,/\\|<>[](){}\"'`\n\r\t",
  "@acme/security",
  "@all",
  "#1",
  "acme/app#1",
  "GH-1",
  "gh-12",
  "PROJ-7",
  "!1",
  "$1",
  "~bug",
  '~"a label"',
  "%v1.0",
  "&1",
  "*iteration:1",
  "[issue:1]",
  "[vulnerability:1]",
  "^alert#1",
  "deadbeef",
  "defaced",
  "1234567",
  "acme/app@0123456789abcdef0123456789abcdef01234567",
  "mailto:a@b.example",
  "xmpp:a@b.example/c",
  "a@b.example",
  "www.evil.example",
  "WWW.evil.example",
  "https://evil.example",
  "ftp://evil.example",
  "<https://evil.example>",
  "[safe](https://evil.example)",
  "![](https://evil.example/x.png)",
  "[x]: https://evil.example",
  "[^1]",
  "[ ]",
  ":+1:",
  ":thumbsup:",
  "&commat;acme",
  "&#64;acme",
  "&#x40;acme",
  "&amp;#64;acme",
  "<b>",
  "</code>",
  "</summary></details>",
  "<!--",
  "-->",
  "<img src=x onerror=alert(1)>",
  "```",
  "~~~",
  "``",
  "`".repeat(80),
  "`".repeat(81),
  "$$",
  "$`x`$",
  "{+ a +}",
  "[[_TOC_]]",
  "%{gitlab_server}",
  "| a | b |\n|---|---|",
  "\n\n",
  "\n# title",
  "\n---\n",
  "/close",
  "\n/merge\n",
  "\u202e",
  "\u2066",
  "\u200b",
  "\u2028",
  "\u00a0",
  "\ud800",
  "é",
  "＠acme",
  "no",
  "gain",
];

const hostile = fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((all) => all.join(""));

test.for(pieces.map((piece) => [JSON.stringify(piece), piece] as const))(
  "%s is shown as text wherever it stands",
  ([, piece], context) => {
    for (const text of [piece, `x ${piece} y`, `${piece} ${piece}`, `(${piece})`, `"${piece}".`]) {
      expectInert(rendered(`- ${toSafeMarkdown(text)} and ${toCodeSpan(text)}.\n`, context));
      expectInert(
        rendered(`<details><summary>${toHtmlCode(text)}</summary>\n\nx\n\n</details>\n`, context),
      );
    }
  },
);

/** Half a surrogate pair is no character: UTF-8 has a mark in its place. */
const asUtf8 = (text: string) => text.replace(/\p{Cs}/gu, "\ufffd");

const shownAsUtf8 = (text: string) => asUtf8(sanitize(text));

/** What a reader sees of code. */
const codeOf = (html: string) => decoded(/<code>([^<]*)<\/code>/.exec(html)?.[1] ?? "");

test("code in a comment shows its text unchanged, character by character", (context) => {
  fc.assert(
    fc.property(hostile, (text) => {
      const line = shownAsUtf8(text);
      fc.pre(line !== "");
      expect(codeOf(rendered(toCodeSpan(text), context))).toBe(line.replaceAll("`", "\\u0060"));
      expect(asUtf8(codeOf(toHtmlCode(text))).replaceAll("&#39;", "'")).toBe(line);
    }),
    { numRuns: runs(300) },
  );
});

test("a sentence in a comment shows every word of its text", (context) => {
  fc.assert(
    fc.property(hostile, (text) => {
      const html = rendered(`- ${toSafeMarkdown(text)}`, context);
      const seen = decoded(html.replace(/<[^>]*>/g, "")).trim();
      const line = shownAsUtf8(text).replaceAll("`", "\\u0060");
      expect(seen).toBe(line === "" ? "(empty)" : line);
    }),
    { numRuns: runs(300) },
  );
});

test("a comment with deceptive names, tags, subjects and titles links nothing, mentions nobody and keeps its layout", (context) => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (name, value, title) => {
      const identity = { scopes: ["users"], issuer: "https://i.example.com", subject: "me" };
      const found = reviewed(
        step("create", "OAuthClient", name, undefined, {
          scopes: ["dns", value],
          tags: [value],
          description: value,
        }),
        step("update", "FederatedIdentity", `${name}2`, identity, {
          ...identity,
          issuer: value,
          subject: value,
          audience: name,
          customClaimRules: { [value]: value },
        }),
        step("create", "AuthKey", value, undefined, {
          tags: [name],
          expiry: value,
          [name]: value,
        }),
        step("delete", "OAuthClient", `${name}3`, { scopes: ["dns"], tags: [value] }),
        step(value, "OAuthClient", `${name}4`, undefined, {}),
        step("create", value, `${name}5`, undefined, {}),
        step("create", "command:local:Command", `${name}6`, undefined, { create: value }),
      );
      const html = rendered(formatMarkdown(found, title), context);
      expectInert(html);
      const count = found.assessments.length;
      expect(count).toBeGreaterThan(2);
      expect(html.match(/<details>/g) ?? []).toHaveLength(count);
      expect(html.match(/<\/details>/g) ?? []).toHaveLength(count);
      expect(html.match(/<h3>/g)).toHaveLength(1);
      expect(html.match(/<!--/g)).toHaveLength(1);
    }),
    { numRuns: runs(300) },
  );
});
