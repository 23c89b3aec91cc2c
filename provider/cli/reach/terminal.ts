/**
 * Formats answers about reach for a terminal: aligned in columns if there is room, otherwise
 * wrapped between words.
 */

import { styleText } from "node:util";
import { sanitize } from "../../access/sanitize";
import type { Answer, Row } from "../../reach/answers";
import { describePlaces } from "../../reach/words";
import { countColumns, wrap } from "../wrapping";

/** Notes beside a row's places, for example the commits that changed them. */
export type Aside = (row: Row) => readonly string[];

export function formatAnswer(answer: Answer, room: number, aside: Aside = () => []): string {
  const { headline, sections, notes } = answer;
  const labelled = sections.flatMap(({ label, rows }) =>
    rows.map((row, at) => ({ label: at === 0 ? label : "", row })),
  );
  const width = Math.max(0, ...sections.map(({ label }) => countColumns(label))) + 2;
  const cells = labelled.map(({ label, row }) => ({ label, row, parts: toParts(row) }));
  // A column that is too wide would leave no room for the others.
  const fits = (column: 0 | 1) =>
    Math.min(
      column === 0 ? 28 : 40,
      Math.max(0, ...cells.map(({ parts }) => countColumns(parts[column]))),
    );
  const widths = [fits(0), fits(1)] as const;
  return [
    styleText("bold", wrap(sanitize(headline), room)),
    ...(sections.length > 0 ? [""] : []),
    ...cells.flatMap(({ label, row, parts }) => [
      ...formatRow(label, parts, width, widths, room),
      ...aside(row).map((line) => wrap(`${" ".repeat(width + 4)}${sanitize(line)}`, room, 2)),
    ]),
    ...(notes.length > 0 ? [""] : []),
    ...notes.map((note) => wrap(sanitize(note), room)),
    "",
  ].join("\n");
}

type Parts = readonly [what: string, by: string, where: string];

function toParts({ what, by, conditions, places }: Row): Parts {
  const reasons = [by, conditions].filter((one) => one !== "").join("; ");
  return [sanitize(what), sanitize(reasons), sanitize(describePlaces(places))];
}

function formatRow(
  label: string,
  [what, by, where]: Parts,
  width: number,
  [wide, wider]: readonly [number, number],
  room: number,
): string[] {
  const begin = `  ${pad(label, width)}`;
  const line = `${begin}${pad(what, wide)}  ${pad(by, wider)}  ${where}`.trimEnd();
  if (countColumns(line) <= room && countColumns(what) <= wide && countColumns(by) <= wider)
    return [line];
  const indentation = " ".repeat(width + 4);
  const rest = [by, where].filter((one) => one !== "");
  return [
    wrap(`${begin}${what}`, room, width + 2),
    ...rest.map((part) => wrap(`${indentation}${part}`, room, 0)),
  ];
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - countColumns(text)));
}
