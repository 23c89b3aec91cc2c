/**
 * Finds the commit that last changed a line, with the git of this machine. It sends no requests.
 */

import { execFile } from "node:child_process";
import { basename, dirname, resolve } from "node:path";
import { promisify } from "node:util";
import { sanitize } from "../../access/sanitize";
import { printAside } from "../output";

/** A line of a file, and the commit that last changed it. */
export interface BlamedLine {
  /** The path as the caller gave it. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Commit, author, date and subject, or why no commit is known. */
  readonly broughtBy: string;
}

/** Finds who last changed these lines of a file. If that is not possible, prints why. */
export async function blameLines(path: string, lines: readonly number[]): Promise<BlamedLine[]> {
  const wanted = [...new Set(lines)].sort((one, other) => one - other);
  if (wanted.length === 0) return [];
  const folder = dirname(resolve(path));
  try {
    const ranges = wanted.flatMap((line) => ["-L", `${line},${line}`]);
    const porcelain = await runGit(folder, [
      "blame",
      "--line-porcelain",
      "-w",
      ...ranges,
      "--",
      basename(path),
    ]);
    const isShallow =
      (await runGit(folder, ["rev-parse", "--is-shallow-repository"])).trim() === "true";
    if (isShallow)
      printAside(
        "This is a shallow clone: lines that are older than its first commit cannot be blamed. Fetch the whole history (fetch-depth: 0, or git fetch --unshallow).",
      );
    return [...parsePorcelain(porcelain, isShallow)].map(([line, broughtBy]) => ({
      file: path,
      line,
      broughtBy,
    }));
  } catch (error) {
    printAside(`${sanitize(path)}: its lines cannot be blamed: ${explainFailure(error)}`);
    return [];
  }
}

async function runGit(cwd: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("git", [...args], { cwd, maxBuffer: 2 ** 28 });
  return stdout;
}

/** Source: https://git-scm.com/docs/git-blame#_the_porcelain_format */
function parsePorcelain(text: string, isShallow: boolean): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  let commit = "";
  let line = 0;
  let fields = new Map<string, string>();
  for (const one of text.split("\n")) {
    const [, id, place] = /^([0-9a-f]{40,64}) \d+ (\d+)/.exec(one) ?? [];
    if (id !== undefined) {
      [commit, line, fields] = [id, Number(place), new Map()];
      continue;
    }
    if (!one.startsWith("\t")) {
      const [name = "", ...rest] = one.split(" ");
      fields.set(name, rest.join(" "));
      continue;
    }
    found.set(line, describeCommit(commit, fields, isShallow));
  }
  return found;
}

function describeCommit(
  commit: string,
  fields: ReadonlyMap<string, string>,
  isShallow: boolean,
): string {
  if (/^0+$/.test(commit)) return "not committed yet";
  if (isShallow && fields.has("boundary")) return "older than this shallow clone";
  const date = new Date(Number(fields.get("author-time") ?? 0) * 1000).toISOString().slice(0, 10);
  return [commit.slice(0, 7), fields.get("author") ?? "", date, fields.get("summary") ?? ""].join(
    " ",
  );
}

function explainFailure(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "ENOENT")
    return "git is not on PATH.";
  const said =
    error instanceof Error && "stderr" in error && typeof error.stderr === "string"
      ? error.stderr
      : String(error);
  return sanitize(said.split("\n")[0] ?? "");
}
