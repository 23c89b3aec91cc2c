/** What a run found, for people and for programs. */

import { styleText } from "node:util";
import type { Result } from "./examination.ts";
import type { Evidence } from "./fact.ts";
import type { Inventor } from "./inventions.ts";
import { bodyOf, type Outcome, type Shown } from "./outcome.ts";

/** One fact with what came of it, as plain texts without secrets. */
export interface Row {
  readonly id: string;
  readonly sentence: string;
  readonly status: "confirmed" | "corrected" | "unknown";
  readonly evidence: readonly {
    readonly source: string;
    readonly url: string;
    readonly says?: string;
  }[];
  readonly outcome: Outcome["kind"];
  /** The answer to an open question. */
  readonly answer?: string;
  /** What the API showed instead, what the answer is, or why there is none. */
  readonly details: readonly string[];
}

/** More of an answer than this is not read by anybody. */
const longest = 400;

export function rowsOf(results: readonly Result[], inventor: Inventor): readonly Row[] {
  return results.map(({ fact, outcome }) => ({
    id: fact.id,
    sentence: fact.sentence,
    status: fact.status,
    evidence: fact.evidence.map(citationOf),
    outcome: outcome.kind,
    ...(outcome.kind === "answered" && { answer: inventor.text(outcome.answer) }),
    details: detailsOf(outcome, inventor),
  }));
}

const citationOf = ({ source, says, url }: Evidence) => ({
  source: `${source.name} (${source.date})`,
  url: url ?? source.url,
  ...(says !== undefined && { says }),
});

function detailsOf(outcome: Outcome, inventor: Inventor): readonly string[] {
  switch (outcome.kind) {
    case "confirmed":
      return [];
    case "contradicted":
      return outcome.shown.map((shown) => spell(shown, inventor));
    case "answered": {
      const detail = outcome.detail === undefined ? "" : ` (${outcome.detail})`;
      return [`unknown until now → ${inventor.text(outcome.answer + detail)}`];
    }
    case "not testable":
    case "failed":
      return [
        `${inventor.text(outcome.reason)}`,
        ...outcome.shown.map((shown) => spell(shown, inventor)),
      ];
  }
}

function spell(shown: Shown, inventor: Inventor): string {
  if (typeof shown === "string") return inventor.text(shown);
  const json = (value: unknown, path?: string) =>
    cut(JSON.stringify(inventor.value(value, path)) ?? "nothing");
  const { request, status } = "members" in shown ? shown.answer : shown;
  const body = "members" in shown ? bodyOf(shown) : shown.body;
  const sent = request.json === undefined ? "" : ` with ${json(request.json)}`;
  const got = body === undefined ? "an empty body" : json(body, request.path);
  return `${request.method} ${inventor.text(request.path)}${sent}: ${status} ${got}`;
}

const cut = (text: string) => (text.length > longest ? `${text.slice(0, longest)}…` : text);

const colours = {
  confirmed: "green",
  contradicted: "red",
  answered: "cyan",
  "not testable": "dim",
  failed: "yellow",
} as const satisfies Record<Outcome["kind"], string>;

/** The table: for each fact what came of it, its id and sentence, and the evidence. */
export function tableOf(rows: readonly Row[], width: number): string {
  const outcomes = Math.max(...Object.keys(colours).map(({ length }) => length));
  const ids = Math.max(...rows.map(({ id }) => id.length));
  const indent = " ".repeat(outcomes + 2);
  const lines = rows.flatMap(({ id, outcome, sentence, evidence, details }) => {
    const [first = "", ...rest] = wrap(sentence, Math.max(40, width - outcomes - ids - 4));
    const more = " ".repeat(outcomes + ids + 4);
    const below = (text: string) =>
      wrap(text, Math.max(40, width - indent.length - 2)).map((line, index) =>
        index === 0 ? `${indent}${line}` : `${indent}  ${line}`,
      );
    return [
      `${styleText(colours[outcome], outcome.padEnd(outcomes))}  ${id.padEnd(ids)}  ${first}`,
      ...rest.map((line) => `${more}${line}`),
      ...details.flatMap(below),
      ...below(`evidence: ${[...new Set(evidence.map(({ source }) => source))].join("; ")}`).map(
        (line) => styleText("dim", line),
      ),
    ];
  });
  return lines.join("\n");
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** How many facts came to what, for example `"41 confirmed, 0 contradicted, …"`. */
export function summaryOf(rows: readonly Row[]): string {
  return Object.entries(countsOf(rows))
    .filter(([kind, count]) => kind !== "failed" || count > 0)
    .map(([kind, count]) => `${count} ${kind === "not testable" ? "not testable here" : kind}`)
    .join(", ");
}

export function countsOf(rows: readonly Row[]): Readonly<Record<Outcome["kind"], number>> {
  const count = (kind: Outcome["kind"]) => rows.filter(({ outcome }) => outcome === kind).length;
  return {
    confirmed: count("confirmed"),
    contradicted: count("contradicted"),
    answered: count("answered"),
    "not testable": count("not testable"),
    failed: count("failed"),
  };
}
