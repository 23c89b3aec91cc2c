/** The report of `tailscope review --json`, held against what is expected. */

import type { Class } from "./classes.ts";
import {
  type Bounds,
  type Expectation,
  type ExpectedChange,
  isWithinBounds,
} from "./expectation.ts";

export interface ReportedCredential {
  readonly urn: string;
  readonly name: string;
  readonly kind: string;
  readonly change: string;
  readonly class: Class;
  readonly gained: readonly string[];
  readonly lost: readonly string[];
  readonly tagsGained: readonly string[];
  readonly tagsLost: readonly string[];
  readonly life: readonly string[];
  readonly unknown: readonly string[];
}

export interface Report {
  readonly verdict: Class;
  readonly credentials: readonly ReportedCredential[];
  readonly notUnderstood: readonly string[];
  readonly [other: string]: unknown;
}

/**
 * One thing that is said wrongly. `what` names its kind, so that the same fault is counted once.
 */
export interface Difference {
  readonly what: string;
  readonly urn: string;
  readonly detail: string;
}

export function differences(expected: Expectation, report: Report): Difference[] {
  const found: Difference[] = [];
  const lost = new Set(expected.notUnderstood);
  const text = JSON.stringify(report);
  const elsewhere = JSON.stringify({ ...report, credentials: undefined });
  const urns = new Set([
    ...expected.changes.map(({ urn }) => urn),
    ...report.credentials.map(({ urn }) => urn),
  ]);
  for (const urn of urns) {
    const mine = expected.changes.filter((one) => one.urn === urn);
    const theirs = report.credentials.filter((one) => one.urn === urn);
    if (!lost.has(urn)) found.push(...matched(urn, mine, theirs));
  }
  for (const urn of lost)
    if (!report.notUnderstood.some((line) => line.includes(nameIn(urn))))
      found.push({ what: "not understood, and not said", urn, detail: elsewhere });
  for (const urn of expected.named)
    if (!text.includes(nameIn(urn)))
      found.push({ what: "not told", urn, detail: "its name is not in the report" });
  const { least, most } = expected.verdict;
  // A wrong class makes a wrong verdict; that is one fault, not two.
  if (found.length === 0 && !isWithinBounds(report.verdict, expected.verdict))
    found.push({
      what: `verdict ${report.verdict}, not ${least === most ? least : `${least} to ${most}`}`,
      urn: "",
      detail: report.notUnderstood.join("; "),
    });
  return found;
}

/** How a name stands in JSON, without the quotes. Long ones may be cut in their middle. */
function nameIn(urn: string): string {
  return JSON.stringify(urn.split("::").slice(3).join("::")).slice(1, -1);
}

/**
 * Two changes of one resource may be told in any order: the pairing with the fewest differences
 * counts.
 */
function matched(
  urn: string,
  mine: readonly ExpectedChange[],
  theirs: readonly ReportedCredential[],
): Difference[] {
  const [first, ...rest] = mine;
  if (first === undefined)
    return theirs.map(({ change }) => ({
      what: `told, although nothing changes: ${change}`,
      urn,
      detail: "",
    }));
  const missing: Difference = {
    what: `missing: ${first.kind} ${first.change.join(" or ")}`,
    urn,
    detail: "",
  };
  const options = [
    [...(first.isRequired ? [missing] : []), ...matched(urn, rest, theirs)],
    ...theirs.map((one, index) => [
      ...compared(first, one),
      ...matched(urn, rest, theirs.toSpliced(index, 1)),
    ]),
  ];
  return options.toSorted((a, b) => weight(a) - weight(b))[0] ?? [];
}

/** What is told wrongly is still told: any difference weighs less than a change that is missing. */
function weight(list: readonly Difference[]): number {
  const missing = list.filter(({ what }) => what.startsWith("missing")).length;
  return list.length + 20 * missing;
}

function compared(expected: ExpectedChange, found: ReportedCredential): Difference[] {
  const { urn } = expected;
  const result: Difference[] = [];
  const of = `${expected.kind} ${expected.change.join(" or ")}`.trim();
  const say = (what: string, detail = "") => result.push({ what: `${of}: ${what}`, urn, detail });
  if (expected.change.length > 0 && !expected.change.includes(found.change))
    say(`change "${found.change}", not "${expected.change.join('" or "')}"`);
  if (found.name !== expected.name) say(`name "${found.name}"`);
  if (found.kind !== expected.kind) say(`kind ${found.kind}, not ${expected.kind}`);
  const { least, most } = expected.class;
  if (!isWithinBounds(found.class, expected.class))
    say(`class ${found.class}, not ${least === most ? least : `${least} to ${most}`}`);
  for (const part of ["gained", "lost", "tagsGained", "tagsLost"] as const)
    for (const [what, names] of outside(expected[part], found[part]))
      say(`${part}: ${what}`, names.join(", "));
  const life = found.life.join("\n");
  const isSaid = /may use it/.test(life) && !/^(As many|Fewer|Nobody else) may use it/m.test(life);
  if (expected.isWider && !isSaid) say("others may use it, and that is not said", life);
  if (expected.ends === "lives on" && !/alive|lives on|nobody/i.test(life))
    say("it lives on, and that is not said", life);
  if (expected.ends === "revoked" && expected.change[0] !== "update" && !/revoked/i.test(life))
    say("it is revoked, and that is not said", life);
  return result;
}

function outside(
  { least, most }: Bounds<ReadonlySet<string>>,
  found: readonly string[],
): [what: string, names: readonly string[]][] {
  const missing = [...least].filter((one) => !found.includes(one));
  const tooMuch = found.filter((one) => !most.has(one));
  const all: [string, readonly string[]][] = [
    ["something is missing", missing],
    ["something is too much", tooMuch],
  ];
  return all.filter(([, names]) => names.length > 0);
}
