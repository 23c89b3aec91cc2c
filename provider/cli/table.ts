/** Lays out tables as lines of text that fit the width of a terminal. Pure. */

import { countColumns, truncate, wrap } from "./wrapping";

export interface Column {
  readonly title: string;
  /** An ID or a time, which people copy and compare, so it is never shortened. */
  readonly isWhole?: boolean;
  /**
   * If there is not enough room, the column with the smallest importance is shortened first. 0 if
   * absent.
   */
  readonly importance?: number;
}

export interface Layout {
  /** The titles of the columns; undefined if each row is a block that names its values. */
  readonly head: string | undefined;
  readonly rows: readonly string[];
}

/** A column is never shortened below this width: anything shorter is useless. */
const shortest = 8;

const gap = 2;

/**
 * Lays out lines of at most `room` columns, with two blanks between the cells. If there is not
 * enough room, the least important columns are shortened first, and the widest among those before
 * the others. If that is not enough, each row becomes a block of lines. With infinite room nothing
 * is left out, not even empty columns.
 */
export function layOut(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  room: number,
): Layout {
  const filled = columns
    .map((column, index) => ({ column, cells: rows.map((row) => row[index] ?? "") }))
    .filter(
      ({ cells }, index) => room === Infinity || index === 0 || cells.some((cell) => cell !== ""),
    );
  const widths = fitColumns(
    filled.map(({ column, cells }) => measureColumn(column, cells)),
    room,
  );
  if (widths === undefined)
    return {
      head: undefined,
      rows: rows.map((_, row) =>
        formatBlock(
          filled.map(({ column, cells }) => ({ title: column.title, value: cells[row] ?? "" })),
          room,
        ),
      ),
    };
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        const text = truncate(cell, width);
        return text + " ".repeat(width - countColumns(text));
      })
      .join(" ".repeat(gap))
      .trimEnd();
  return {
    head: line(filled.map(({ column }) => column.title)),
    rows: rows.map((_, row) => line(filled.map(({ cells }) => cells[row] ?? ""))),
  };
}

interface Measured {
  width: number;
  readonly least: number;
  readonly importance: number;
}

function measureColumn(
  { title, isWhole = false, importance = 0 }: Column,
  cells: readonly string[],
) {
  const findLongest = (known: number, measure: (cell: string) => number) =>
    cells.reduce((length, cell) => Math.max(length, measure(cell)), known);
  const width = findLongest(countColumns(title), countColumns);
  const least = findLongest(Math.max(countColumns(title), shortest), measureId);
  return { width, least: isWhole ? width : Math.min(width, least), importance };
}

/** The minimum length of a cell that begins with an ID: the ID, and the sign for omitted text. */
function measureId(cell: string): number {
  const [id] = /^(T[A-Za-z0-9]+-)?k[A-Za-z0-9]{8,}(?=$|\s)/.exec(cell) ?? [];
  return id === undefined ? 0 : id.length + (id.length < cell.length ? 2 : 0);
}

/** The width of each column, or undefined if they cannot fit. */
function fitColumns(columns: readonly Measured[], room: number): number[] | undefined {
  const tooWide = () =>
    columns.reduce((sum, { width }) => sum + width, gap * (columns.length - 1)) - room;
  const tiers = [...new Set(columns.map(({ importance }) => importance))].sort((a, b) => a - b);
  for (const tier of tiers) {
    while (tooWide() > 0) {
      const widest = columns
        .filter(({ width, least, importance }) => importance === tier && width > least)
        .reduce<Measured | undefined>(
          (found, column) => (found === undefined || column.width > found.width ? column : found),
          undefined,
        );
      if (widest === undefined) break;
      widest.width--;
    }
  }
  return tooWide() > 0 ? undefined : columns.map(({ width }) => width);
}

/**
 * One row as a block: the first value on its own line, and the others below it with their titles.
 */
function formatBlock(cells: readonly { title: string; value: string }[], room: number): string {
  const [first, ...others] = cells;
  const indentation = " ".repeat(4);
  const lines = [first?.value ?? ""];
  let current = "";
  for (const { title, value } of others) {
    if (value === "") continue;
    const item = `${title.toLowerCase()}: ${value}`;
    const joined = current === "" ? item : `${current}${" ".repeat(gap)}${item}`;
    if (current !== "" && countColumns(indentation + joined) > room) {
      lines.push(indentation + current);
      current = item;
    } else current = joined;
  }
  if (current !== "") lines.push(indentation + current);
  return wrap(lines.join("\n"), room, 2);
}
