/**
 * Reviews random pairs of credentials, and holds each review against the oracle's own and against
 * the laws.
 */

import { brokenPreview, wrapped } from "./envelopes.ts";
import { type Expectation, exitCodes, expectationOf, type Limit, limits } from "./expectation.ts";
import { type Case, generateCase } from "./generation.ts";
import {
  hidingLowersNothing,
  inAnotherOrder,
  isNothing,
  mirrors,
  saysTheSame,
  withSomeHidden,
} from "./laws.ts";
import { type Random, randomFrom } from "./random.ts";
import { readPlan, readPreview } from "./reading.ts";
import { type Difference, differences, type Report } from "./report.ts";
import { generateUpdate } from "./shapes.ts";
import { smallest, smallestPair } from "./shrinking.ts";
import type { Answer, Input, Reviewer } from "./subject.ts";

export interface Mismatch {
  readonly what: string;
  readonly count: number;
  /** The first one that was found, as small as it gets. */
  readonly example: string;
  readonly detail: string;
}

export interface Outcome {
  readonly pairs: number;
  /** How often each shape was there. */
  readonly shapes: ReadonlyMap<string, number>;
  /** How often each law was tried. */
  readonly laws: ReadonlyMap<string, number>;
  readonly mismatches: readonly Mismatch[];
}

type Document = Case["document"];

export async function runOracle(
  reviewer: Reviewer,
  seed: number,
  pairs: number,
  tell: (pairs: number) => void = () => {},
): Promise<Outcome> {
  const random = randomFrom(seed);
  const shapes = new Map<string, number>();
  const laws = new Map<string, number>();
  const found = new Map<string, Mismatch>();
  const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
  let done = 0;
  let told = 0;

  /** Counts what was found, and keeps the first of a kind as small as `shrink` gets it. */
  async function note(
    list: readonly Difference[],
    shrink: (what: string) => Promise<readonly Document[]>,
  ) {
    for (const { what, detail } of list) {
      const known = found.get(what);
      if (known !== undefined) found.set(what, { ...known, count: known.count + 1 });
      else {
        const example = (await shrink(what)).map(inputOf).map(written).join("\n");
        found.set(what, { what, count: 1, example, detail });
      }
    }
  }

  const judged = async (document: Document, limit?: Limit) =>
    (await compare(reviewer, document, limit)).list.map(({ what }) => what);

  async function hold({ holds }: Pick<Law, "holds">, pair: readonly [Document, Document]) {
    const broken = async ([one, other]: readonly [Document, Document]) => {
      const [first, second] = [
        (await reviewer.review(inputOf(one))).report,
        (await reviewer.review(inputOf(other))).report,
      ];
      return first === undefined || second === undefined ? [] : holds(first, second);
    };
    await note(await broken(pair), (what) =>
      smallestPair(pair, async (less) => (await broken(less)).some((one) => one.what === what)),
    );
  }

  while (done < pairs) {
    const one = generateCase(random);
    done += one.pairs;
    for (const shape of one.shapes) count(shapes, shape);
    const limit = random.chance(0.7) ? random.pick(limits) : undefined;
    const { list, answer } = await compare(reviewer, one.document, limit);
    await note(list, async (what) => [
      await smallest(one.document, async (less) => (await judged(less, limit)).includes(what)),
    ]);
    if (answer.report !== undefined) {
      const { report } = answer;
      const name = random.pick(lawsOfOne);
      count(laws, name);
      if (name === "format")
        await note(await formatHolds(one, answer, limit, random, reviewer), async () => [
          one.document,
        ]);
      else if (name === "envelope")
        await note(await envelopeHolds(one, report, random, reviewer), async () => [one.document]);
      else if (name === "failed preview")
        await note(await failureHolds(one, random, reviewer), async () => [one.document]);
      else {
        const law = lawsOfTwo[name];
        const other = law.other(random, one);
        if (other !== undefined) await hold(law, [one.document, other]);
      }
    }
    if (random.chance(0.15)) {
      const { there, back, same } = generateUpdate(random);
      const name = random.pick(["no change", "way back"] as const);
      count(laws, name);
      await hold(
        { holds: lawsOfTwo[name].holds },
        name === "no change" ? [same, same] : [there, back],
      );
    }
    if (done - told >= 5_000) {
      told = done;
      tell(done);
    }
  }
  const mismatches = [...found.values()].toSorted((a, b) => b.count - a.count);
  return { pairs: done, shapes, laws, mismatches };
}

/** One document against the oracle's reading of it. */
async function compare(
  reviewer: Reviewer,
  document: Document,
  limit: Limit | undefined,
): Promise<{ list: Difference[]; answer: Answer }> {
  const expected = expectationOf(
    "plan" in document ? readPlan(document.plan) : readPreview(document.preview),
  );
  const options = limit === undefined ? [] : ["--fail-on", limit];
  const answer = await reviewer.review(inputOf(document), ...options);
  if (answer.report === undefined) {
    const what = `refused: ${answer.problem?.replace(/^.* cannot be reviewed: /, "")}`.slice(
      0,
      100,
    );
    // To refuse the whole for what is not understood is one way to say so.
    const isMeant = answer.code === 1 && expected.notUnderstood.length > 0;
    return { list: isMeant ? [] : [{ what, urn: "", detail: "" }], answer };
  }
  const list = differences(expected, answer.report);
  // One wrong class makes a wrong code; that is one fault, not two.
  if (list.length === 0) list.push(...codeDifference(expected, answer.code, limit));
  return { list, answer };
}

function codeDifference(
  expected: Expectation,
  code: number,
  limit: Limit | undefined,
): Difference[] {
  const codes = exitCodes(expected, limit);
  if (codes.has(code)) return [];
  const asked = limit === undefined ? "" : ` with --fail-on ${limit}`;
  return [
    { what: `exit code ${code}${asked}, not ${[...codes].join(" or ")}`, urn: "", detail: "" },
  ];
}

/** What is tried of a random document; what is hidden comes most, in the most ways. */
const lawsOfOne = [
  "hiding",
  "hiding",
  "hiding",
  "order",
  "envelope",
  "failed preview",
  "format",
] as const;

interface Law {
  /** The document to hold the first against; nothing where there is none. */
  other(random: Random, one: Case): Document | undefined;
  holds(first: Report, second: Report): Difference[];
}

/**
 * Laws of two documents. Where everything can be seen, there is a way back, and no change is
 * nothing.
 */
const lawsOfTwo = {
  hiding: { other: withSomeHidden, holds: hidingLowersNothing },
  order: {
    other: inAnotherOrder,
    holds: (first, second) => saysTheSame(first, second, "law of order"),
  },
  "no change": { other: () => undefined, holds: isNothing },
  "way back": { other: () => undefined, holds: mirrors },
} as const satisfies Readonly<Record<string, Law>>;

/** The verdict does not depend on how it is printed. */
async function formatHolds(
  { document }: Case,
  { code }: Answer,
  limit: Limit | undefined,
  random: Random,
  reviewer: Reviewer,
): Promise<Difference[]> {
  const format = random.pick(["terminal", "markdown", "sarif", "html"]);
  const options = limit === undefined ? [] : ["--fail-on", limit];
  const other = await reviewer.exitCode(inputOf(document), format, ...options);
  if (other === code) return [];
  return [{ what: `format ${format}: exit code ${other}, not ${code}`, urn: "", detail: "" }];
}

/** What stands around the JSON is read, or refused with the reason; never is less found. */
async function envelopeHolds(one: Case, report: Report, random: Random, reviewer: Reviewer) {
  if ("plan" in one.document) return [];
  const { name, content } = wrapped(random, one.document.preview);
  const answer = await reviewer.review({ content });
  if (answer.report !== undefined && name === "streamed")
    return hidingLowersNothing(report, answer.report, `envelope ${name}`);
  if (answer.report !== undefined) return saysTheSame(report, answer.report, `envelope ${name}`);
  const isRefused = answer.code === 1 && answer.problem !== undefined;
  return isRefused
    ? []
    : [{ what: `envelope ${name}: neither read nor refused`, urn: "", detail: "" }];
}

/** A preview that failed never passes. */
async function failureHolds(one: Case, random: Random, reviewer: Reviewer): Promise<Difference[]> {
  if ("plan" in one.document) return [];
  const { name, content } = brokenPreview(random, one.document.preview);
  const { code } = await reviewer.review({ content });
  return code === 1 ? [] : [{ what: `failed preview passes: ${name}`, urn: "", detail: content }];
}

function inputOf(document: Document): Input {
  return "plan" in document
    ? { content: JSON.stringify(document.plan), isPlan: true }
    : { content: JSON.stringify(document.preview) };
}

function written({ content, isPlan = false }: Input): string {
  return `${isPlan ? "plan" : "preview"} ${String(content)}`;
}
