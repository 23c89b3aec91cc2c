/**
 * Escapes text from a preview for our Markdown, so that it cannot mention anybody, create links or
 * break out of its place.
 *
 * Character references are not enough, because GitHub and GitLab decode them before they look for
 * links and mentions. Both leave code unchanged. Source: https://github.github.com/gfm/#code-spans
 * and, for links and mentions outside code,
 * https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
 * and https://docs.gitlab.com/user/markdown/#gitlab-specific-references
 */

import { sanitize } from "../../access/sanitize";
import { escapeHtml } from "./html-text";

/**
 * Formats text as a code span, in which only the backtick has a meaning. Backticks are written as
 * an escape. A longer fence would not work, because cmark treats a fence of more than 80 as text.
 */
export function toCodeSpan(text: string): string {
  const line = sanitize(text).replaceAll("`", "\\u0060");
  return line === "" ? "(empty)" : `\`${line}\``;
}

/** Formats text as code within a line of HTML, where Markdown has no effect. */
export function toHtmlCode(text: string): string {
  return `<code>${escapeHtml(text)}</code>`;
}

/**
 * Formats a sentence that may contain text from outside. Plain words and small numbers stay
 * unchanged; everything else becomes code.
 *
 * @example
 * toSafeMarkdown('Its subject "repo:acme/app:*" is new.');
 * // 'Its subject `"repo:acme/app:*"` is new.'
 */
export function toSafeMarkdown(text: string): string {
  const parts: string[] = [];
  let run: string[] = [];
  const endRun = () => {
    parts.push(...splitAtParentheses(run).map(toCode));
    run = [];
  };
  for (const word of sanitize(text).split(" ")) {
    const beginsList = parts.length + run.length === 0 && /^\d+[.)]$/.test(word);
    if (!isPlainWord(word) || beginsList) {
      run.push(word);
      continue;
    }
    endRun();
    parts.push(word);
  }
  endRun();
  return parts.join(" ");
}

/**
 * Splits words that become code, so that no part contains only one half of a pair of parentheses.
 */
function splitAtParentheses(words: readonly string[]): string[] {
  const starts = new Set<number>();
  const open: number[] = [];
  for (const [at, word] of words.entries()) {
    const surplus = countSurplus(word);
    if (surplus > 0 && word.startsWith("(")) open.push(at);
    if (surplus < 0 && open.pop() === undefined) starts.add(at + 1);
  }
  for (const at of open) starts.add(at);
  const parts: string[][] = [];
  for (const [at, word] of words.entries()) {
    if (at === 0 || starts.has(at)) parts.push([]);
    parts.at(-1)?.push(word);
  }
  return parts.map((part) => part.join(" "));
}

/** How many parentheses open more than close. */
function countSurplus(text: string): number {
  return text.split("(").length - text.split(")").length;
}

/**
 * Formats text as code, except for the punctuation of the sentence: its end, and parentheses whose
 * other half is outside.
 */
function toCode(text: string): string {
  const [, body = text, end = ""] = /^(.*[^.,;: ])([.,;:])$/.exec(text) ?? [];
  const surplus = countSurplus(body);
  const opening = /^\(*/.exec(body)?.[0].slice(0, Math.max(surplus, 0)) ?? "";
  const closing = /\)*$/.exec(body)?.[0].slice(0, Math.max(-surplus, 0)) ?? "";
  const inside = body.slice(opening.length, body.length - closing.length);
  return inside === "" || inside.trim() !== inside
    ? toCodeSpan(text)
    : `${opening}${toCodeSpan(inside)}${closing}${end}`;
}

const plainWord = /^[("']?([A-Za-z]+(?:['-][A-Za-z]+)*|\d{1,6})["']?[)]?[.,;:?]?$/;

/**
 * Whether it is a plain word or a small number. One that could be the beginning of a commit id is
 * neither.
 */
function isPlainWord(word: string): boolean {
  const core = plainWord.exec(word)?.[1];
  return core !== undefined && !/^[0-9a-f]{7,}$/i.test(core) && !/^www$/i.test(core);
}
