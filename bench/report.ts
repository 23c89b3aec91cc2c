/**
 * What was measured, as data in `results.json` and `mutation.json`, and as the page that people
 * read. What a person read out of it is in `READING.md`, and becomes part of the page.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import {
  type Aimed,
  drawFigures,
  formatFigures,
  formatMedian,
  formatTable,
  isAimed,
  isMissed,
  type Table,
} from "./figures.ts";
import type { Measured, Part } from "./part.ts";

/** One part, and how it was measured. */
export interface MeasuredPart extends Measured, Pick<Part, "name" | "title" | "about"> {
  readonly command: string;
  readonly date: string;
  readonly seconds: number;
  readonly rounds: number;
  readonly machine: string;
  /** How many processes wanted a core on average of the last minute, before and after. */
  readonly load: readonly [before: number, after: number];
  readonly cores: number;
  readonly versions: Readonly<Record<string, string>>;
}

export interface Results {
  /** Each as it was last measured. */
  readonly parts: readonly MeasuredPart[];
}

export interface MutationScore {
  readonly folder: string;
  readonly date: string;
  readonly killed: number;
  readonly survived: number;
  /** Mutants that no test reaches; they count as survivors. */
  readonly notCovered: number;
  /** In what runs only while a module loads: not tried, see stryker.config.mjs. */
  readonly leftOut: number;
}

export interface Mutation {
  readonly scores: readonly MutationScore[];
}

const locateFile = (name: string) => new URL(name, import.meta.url);

export const computeScore = ({
  killed,
  survived,
  notCovered,
}: Pick<MutationScore, "killed" | "survived" | "notCovered">) =>
  (100 * killed) / Math.max(1, killed + survived + notCovered);

interface Kept {
  readonly results: Results;
  readonly mutation: Mutation;
}

/** Saves a measurement, and writes the page again. */
export function keep<Name extends keyof Kept>(name: Name, content: Kept[Name]): void {
  writeFileSync(locateFile(`${name}.json`), `${JSON.stringify(content, undefined, 2)}\n`);
  writePage();
}

/** What {@link keep} wrote last. */
export function readKept<Name extends keyof Kept>(name: Name): Kept[Name] | undefined {
  return existsSync(locateFile(`${name}.json`))
    ? JSON.parse(readFileSync(locateFile(`${name}.json`), "utf8"))
    : undefined;
}

/**
 * The parts with one of them measured again; the others keep what they had.
 *
 * @param order the names of all parts, in the order in which the page has them
 */
export function withPart(
  parts: readonly MeasuredPart[],
  part: MeasuredPart,
  order: readonly string[],
): readonly MeasuredPart[] {
  const getOrder = ({ name }: MeasuredPart) => order.indexOf(name);
  return [...parts.filter(({ name }) => name !== part.name && order.includes(name)), part].sort(
    (one, other) => getOrder(one) - getOrder(other),
  );
}

/** Writes the page of what is kept, for example after somebody wrote into `READING.md`. */
export function writePage(): void {
  const results = readKept("results");
  if (results === undefined) return;
  const reading = readFileSync(locateFile("READING.md"), "utf8");
  writeFileSync(locateFile("RESULTS.md"), formatPage(results, reading, readKept("mutation")));
  const figures = results.parts.flatMap((part) => part.figures);
  writeFileSync(locateFile("results.svg"), drawFigures(figures.filter(isAimed)));
}

/** What a person wrote, without the title and the introduction, a level deeper. */
function extractReadings(reading: string): string {
  const from = reading.search(/^## /m);
  return from < 0 ? "" : reading.slice(from).trim().replace(/^## /gm, "### ");
}

/** The headings of `READING.md`: the beginning of a figure's name, and the date. */
function isRead(reading: string, { what }: Aimed): boolean {
  const headings = [...reading.matchAll(/^## (.+?) \(\d{4}-\d\d-\d\d\)$/gm)];
  return headings.some(([, heading = ""]) =>
    heading.split("; ").some((beginning) => what.startsWith(beginning)),
  );
}

export function formatPage(
  { parts }: Results,
  reading: string,
  mutation: Mutation | undefined,
): string {
  const figures = parts.flatMap((part) => part.figures);
  const missed = figures.filter(isMissed);
  const unread = missed.filter((figure) => !isRead(reading, figure));
  return `# Results

Made by \`npm run bench\`, each part when it was last measured: \`npm run bench -- NAME\` measures one
again. Each figure is the median of its rounds, with the least and the most; a ratio is taken round
by round. Times by the clock are noisy on a busy machine, processor time is much less so.

${formatVerdict(figures.filter(isAimed), missed)}
${unread.length === 0 ? "" : `\nNobody has written yet why: ${unread.map(({ what }) => what).join("; ")}.\n`}
![Each figure against its target](results.svg)

${parts.map(formatPart).join("\n\n")}

## What a person read out of them

${extractReadings(reading)}
${mutation === undefined ? "" : formatMutation(mutation)}`;
}

function formatVerdict(aimed: readonly Aimed[], missed: readonly Aimed[]): string {
  if (missed.length === 0) return `All ${aimed.length} targets are met.`;
  const list = missed.map(
    ({ what, target, unit, values }) =>
      `- ${what}: ${formatMedian({ values, unit })}, to reach ${target} ${unit}`,
  );
  return `${missed.length} of ${aimed.length} targets ${missed.length === 1 ? "is" : "are"} missed:\n\n${list.join("\n")}`;
}

function formatPart(part: MeasuredPart): string {
  const { title, about, command, date, seconds, rounds, figures, tables = [] } = part;
  const { machine, load, cores, versions } = part;
  const took = seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} minutes`;
  // One process of ours at a time, and what the engine starts beside it.
  const isBusy = load[0] > cores / 2;
  const busy = isBusy ? ` **The machine was busy with other work** (load ${load[0]}).` : "";
  const names = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `## ${title}`,
    about,
    ...(figures.length > 0 ? [formatFigures(figures)] : []),
    ...tables.flatMap((table) => [`### ${table.title}`, ...formatPartTable(table)]),
    `\`${command}\` on ${date}: ${rounds} ${rounds === 1 ? "round" : "rounds"}, ${took}.${busy} ${machine}; ${names.join(", ")}.`,
  ].join("\n\n");
}

const formatPartTable = ({ about, heads, rows }: Table) =>
  rows.length === 0 ? [about] : [about, formatTable(heads, rows)];

function formatMutation({ scores }: Mutation): string {
  const sum = (of: (score: MutationScore) => number) =>
    scores.reduce((total, score) => total + of(score), 0);
  const all = {
    folder: "all",
    date: "",
    killed: sum(({ killed }) => killed),
    survived: sum(({ survived }) => survived),
    notCovered: sum(({ notCovered }) => notCovered),
    leftOut: sum(({ leftOut }) => leftOut),
  };
  const rows = [...scores, all].map((score) => {
    const { folder, date, killed, survived, notCovered, leftOut } = score;
    return [
      folder,
      `**${computeScore(score).toFixed(1)} %**`,
      ...[killed, survived, notCovered, leftOut].map(String),
      date,
    ];
  });
  const heads = ["folder", "noticed", "killed", "survived", "no test reaches it", "left out", "on"];
  return `
## Tests that notice

\`npm run test:mutation\`: of the changes that Stryker makes to what matters most, how many a test notices. Left out is what
runs only while a module loads, such as the table of scopes: each change there would need every test again.

${formatTable(heads, rows)}

The survivors were looked at. Most are of four sorts: guards for what an answer or argument may lack and no test leaves out; what only
housekeeping would show (a timer that is cleared, a connection that is closed, something kept for the next time); expressions that another
one beside them makes right again; the words of a message. What the provider does in a process of its own below the real engine is not
seen from here: test/engine holds that.
`;
}
