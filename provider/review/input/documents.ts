/** Finds the JSON in the output of a command, which may have printed other lines first. */

import { isObject } from "./argument";

export type Documents = { readonly documents: readonly unknown[] } | { readonly problem: string };

/** Sequences that control a terminal: colours, cursor movements, erased lines. */
const controlSequence = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

/**
 * Parses one document, or several in a row. Text before the JSON is skipped: the CLI reports there
 * which plugins and policy packs it installs, and whatever runs the CLI may write a log. Text after
 * the JSON is refused, because it may say that the preview failed.
 *
 * @param what what the JSON should be, for example "the JSON of `pulumi preview --json`"
 * @param isExpected whether a document on a single line is the expected one, and not part of a log
 */
export function parseDocuments(
  text: string,
  what: string,
  isExpected: (document: unknown) => boolean = () => true,
): Documents {
  // Nearly every file is one document and nothing else. Its lines would take as much memory again.
  const alone = text.startsWith("{") ? tryParseJson(text) : undefined;
  if (alone !== undefined) return { documents: [alone] };
  // None of these can be part of the JSON, because strings contain control characters and line ends
  // only as escapes. So a byte order mark at the beginning of a line is not in a string either.
  const lines = text
    .replaceAll(controlSequence, "")
    .split(/\r\n?|\n/)
    .map((line) => (line.startsWith("\ufeff") ? line.slice(1) : line));
  const first = Math.max(
    0,
    lines.findIndex((line) => line.startsWith("{")),
  );
  const whole = tryParseJson(lines.slice(first).join("\n"));
  if (whole !== undefined) return { documents: [whole] };
  const start = lines.findIndex(
    (line, index) => index >= first && line.startsWith("{") && !isLogged(line, isExpected),
  );
  return parseEach(lines.slice(start < 0 ? first : start), what);
}

/** Whether a document is an object that has one of these keys. */
export function hasKeyOf(document: unknown, keys: readonly string[]): boolean {
  return isObject(document) && keys.some((key) => Object.hasOwn(document, key));
}

/** Whether a line contains an unrelated object, from a log or from `console.log`. */
function isLogged(line: string, isExpected: (document: unknown) => boolean): boolean {
  const document = tryParseJson(line);
  return document === undefined ? /^\{(?!").*\}\s*$/.test(line) : !isExpected(document);
}

function parseEach(lines: readonly string[], what: string): Documents {
  const documents: unknown[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (line.trim() === "") continue;
    const found = parseFirst(lines, index);
    if (found === undefined) return { problem: explainProblem(line, documents.length > 0, what) };
    documents.push(found.document);
    index = found.end;
  }
  return documents.length > 0 ? { documents } : { problem: explainProblem("", false, what) };
}

/** The document that begins on a line, and the line on which it ends. */
function parseFirst(
  lines: readonly string[],
  start: number,
): { readonly document: unknown; readonly end: number } | undefined {
  const inOneLine = tryParseJson(lines[start] ?? "");
  if (inOneLine !== undefined) return { document: inOneLine, end: start };
  if (!lines[start]?.startsWith("{")) return undefined;
  for (let end = start + 1; end < lines.length; end += 1) {
    if (!/^\}\s*$/.test(lines[end] ?? "")) continue;
    const document = tryParseJson(lines.slice(start, end + 1).join("\n"));
    if (document !== undefined) return { document, end };
  }
  return undefined;
}

function explainProblem(line: string, isBehind: boolean, what: string): string {
  if (!isBehind) return `it is not ${what}`;
  return line.startsWith("{")
    ? "it has more than one JSON document: review each one separately"
    : `it has text after the JSON, which may report a failure: ${JSON.stringify(line)}. Give standard output only`;
}

function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
