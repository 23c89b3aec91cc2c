/** How commands print: tables and sentences that fit the terminal, JSON for programs, progress. */

import { styleText } from "node:util";
import { sanitize, sanitizeData } from "../access/sanitize";
import { type Column, layOut } from "./table";
import { wrap } from "./wrapping";

/** Prints one JSON document, free of secrets and control characters. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(sanitizeData(value), undefined, 2)}\n`);
}

/** Prints lines on standard output, wrapped to the terminal. */
export function print(text: string): void {
  process.stdout.write(`${wrap(text, measureWidth(process.stdout))}\n`);
}

/** Prints lines without wrapping them, for commands that people copy. */
export function printVerbatim(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints lines on standard error, so that standard output contains only the result. */
export function printAside(text: string): void {
  process.stderr.write(`${wrap(text, measureWidth(process.stderr))}\n`);
}

/**
 * The reader of the output may stop early, as in `| head`. The rest of the output is then dropped
 * silently, and the exit code stays the same.
 */
export function endQuietlyWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error;
    });
}

/** The width of the terminal; infinite for a file or a pipe. */
export function measureWidth({ isTTY, columns }: NodeJS.WriteStream): number {
  return isTTY && columns > 0 ? columns : Number.POSITIVE_INFINITY;
}

/**
 * Prints a table with two spaces between columns, fitted to the terminal: see `layOut`. A column is
 * either a title or a title with options. A column with the title ID is never shortened. Text from
 * the tailnet is made safe to show.
 */
export function printTable(
  head: readonly (string | Column)[],
  rows: readonly (readonly string[])[],
): void {
  const columns = head.map((column) =>
    typeof column === "string" ? { title: column, isWhole: column === "ID" } : column,
  );
  const laidOut = layOut(
    columns,
    rows.map((row) => row.map(sanitize)),
    measureWidth(process.stdout),
  );
  if (laidOut.head !== undefined) printVerbatim(styleText("bold", laidOut.head));
  if (laidOut.rows.length > 0) printVerbatim(laidOut.rows.join("\n"));
}

/** Says what the command is waiting for if it takes longer than a second. */
export async function announceWait<Result>(what: string, work: Promise<Result>): Promise<Result> {
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

/** How long ago something was, in short form: `"3d"`. */
export function formatAge(time: string, now: number): string {
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
