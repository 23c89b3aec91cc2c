/** How commands print: tables that fit the terminal, JSON for programs, progress for whoever waits. */

import { styleText } from "node:util";
import { shown } from "../access/shown";

/** One JSON document on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A line to standard error, so that standard output is the result alone. */
export function printAside(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * A table with two spaces between columns. On a terminal its widest columns are cut until it fits, but never ids, which people
 * copy; text from the tailnet is made fit to be shown.
 */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const clean = rows.map((row) => row.map(shown));
  const widths = head.map((title, column) =>
    Math.max(title.length, ...clean.map((row) => row[column]?.length ?? 0)),
  );
  const room = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
  const total = () => widths.reduce((sum, width) => sum + width, 0) + 2 * (widths.length - 1);
  const shortest = 5;
  while (total() > room) {
    const cuttable = widths.map((width, column) => (head[column] === "ID" ? 0 : width));
    const widest = cuttable.indexOf(Math.max(...cuttable));
    if ((cuttable[widest] ?? 0) <= shortest) break;
    widths[widest] = (cuttable[widest] ?? 0) - 1;
  }
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return (cell.length > width ? `${cell.slice(0, width - 1)}…` : cell).padEnd(width);
      })
      .join("  ")
      .trimEnd();
  print(styleText("bold", line(head)));
  for (const row of clean) print(line(row));
}

/** Says what is being waited for, once that takes longer than a second. */
export async function waitingFor<Result>(what: string, work: Promise<Result>): Promise<Result> {
  const started = Date.now();
  const live = process.stderr.isTTY;
  let said = false;
  const say = () => {
    const line = `${what} … ${Math.round((Date.now() - started) / 1000)} s`;
    if (live) process.stderr.write(`\r\x1b[2K${line}`);
    else if (!said) printAside(`${what} …`);
    said = true;
  };
  const timer = setInterval(say, 1000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (said && live) process.stderr.write("\r\x1b[2K");
  }
}

/** How long ago something was, as people say it: `"3d"`. */
export function ago(time: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(time)) / 1000));
  if (Number.isNaN(seconds)) return "";
  const [size, unit] = (
    [
      [86_400, "d"],
      [3600, "h"],
      [60, "m"],
    ] as const
  ).find(([size]) => seconds >= size) ?? [1, "s"];
  return `${Math.floor(seconds / size)}${unit}`;
}
