/**
 * Text from a preview inside our Markdown, so that it can mention nobody, link nowhere and not
 * leave its place.
 *
 * Character references do not hold: GitHub and GitLab decode them before they look for links and
 * mentions. Both leave code alone. Source: https://github.github.com/gfm/#code-spans and, for what
 * is looked for outside code,
 * https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
 * and https://docs.gitlab.com/user/markdown/#gitlab-specific-references
 */

import { sanitize } from "../../access/sanitize";
import { escaped } from "./html-text";

/**
 * Text as a code span, in which nothing but the backtick that ends it means anything. That one is
 * written as an escape: a longer fence would not do, because cmark takes one of more than 80 for
 * text.
 */
export function code(text: string): string {
  const line = sanitize(text).replaceAll("`", "\\u0060");
  return line === "" ? "(empty)" : `\`${line}\``;
}

/** Text as code within a line of HTML, where Markdown is not read. */
export function codeInHtml(text: string): string {
  return `<code>${escaped(text)}</code>`;
}

/**
 * A sentence that may have text from outside in it: its plain words and small numbers stay as they
 * are, everything else is code.
 *
 * @example sentence('Its subject "repo:acme/app:*" is new.') // 'Its subject `"repo:acme/app:*"` is
 *   new.'
 */
export function sentence(text: string): string {
  const parts: string[] = [];
  let run: string[] = [];
  const endRun = () => {
    if (run.length === 0) return;
    const joined = run.join(" ");
    // The sentence's own punctuation reads better outside.
    const [, inside = joined, after = ""] = /^(.*[^.,;: ])([.,;:])$/.exec(joined) ?? [];
    parts.push(`${code(inside)}${after}`);
    run = [];
  };
  for (const word of sanitize(text).split(" ")) {
    if (!isPlain(word)) {
      run.push(word);
      continue;
    }
    endRun();
    parts.push(word);
  }
  endRun();
  return parts.join(" ");
}

const plainWord = /^[("']?([A-Za-z]+(?:['-][A-Za-z]+)*|\d{1,6})["']?[)]?[.,;:?]?$/;

/**
 * A word of English or a small number. One that could be the beginning of a commit id is neither.
 */
function isPlain(word: string): boolean {
  const core = plainWord.exec(word)?.[1];
  return core !== undefined && !/^[0-9a-f]{7,}$/i.test(core) && !/^www$/i.test(core);
}
