/** Finds the JSON in the output of a command, which may have printed other lines first. */

export type Documents = { readonly documents: readonly unknown[] } | { readonly problem: string };

/**
 * One document, or one in each line. Text before the first line that starts with `{` is skipped:
 * there the CLI reports plugins and policy packs that it installs. Text after the JSON is refused,
 * because it may say that the preview failed.
 *
 * @param what what the JSON should be, for example "the JSON of `pulumi preview --json`"
 */
export function parseDocuments(text: string, what: string): Documents {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  const first = Math.max(
    0,
    lines.findIndex((line) => line.startsWith("{")),
  );
  const rest = lines.slice(first);
  const whole = parseJson(rest.join("\n"));
  if (whole !== undefined) return { documents: [whole] };
  const each = rest.filter((line) => line.trim() !== "").map(parseJson);
  if (each.length > 0 && each.every((document) => document !== undefined))
    return { documents: each };
  return { problem: explainProblem(rest, what) };
}

function explainProblem(lines: readonly string[], what: string): string {
  const isComplete = (length: number) => parseJson(lines.slice(0, length).join("\n")) !== undefined;
  const end = lines.findIndex((line, index) => /^\}\s*$/.test(line) && isComplete(index + 1));
  if (end < 0) return `it is not ${what}`;
  const behind = lines.slice(end + 1).find((line) => line.trim() !== "") ?? "";
  return behind.startsWith("{")
    ? "it has more than one JSON document: review each one separately"
    : `it has text after the JSON, which may report a failure: ${JSON.stringify(behind)}. Give standard output only`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
