/** What the examination of a fact comes to. */

import type { Answer } from "./wire.ts";

/** Some members of a list in an answer: the ones that the examination is about. */
export interface Part {
  readonly answer: Answer;
  /** The list's name, for example `"logs"`. */
  readonly list: string;
  readonly members: readonly unknown[];
}

/** The answer's body with nothing else in its list. */
export function bodyOf({ answer: { body }, list, members }: Part): unknown {
  return typeof body === "object" && body !== null ? { ...body, [list]: members } : body;
}

/** What the API showed: an answer, a part of one, or what is wrong with it in words. */
export type Shown = Answer | Part | string;

export type Outcome =
  | { readonly kind: "confirmed"; readonly shown: readonly Shown[] }
  | { readonly kind: "contradicted"; readonly shown: readonly Shown[] }
  /** The answer to an open question. */
  | {
      readonly kind: "answered";
      readonly answer: string;
      readonly detail?: string;
      readonly shown: readonly Shown[];
    }
  | { readonly kind: "not testable"; readonly reason: string; readonly shown: readonly Shown[] }
  /** Neither the API nor the fact is to blame: there was no answer. */
  | { readonly kind: "failed"; readonly reason: string; readonly shown: readonly Shown[] };

export const contradicted = (...shown: readonly Shown[]): Outcome => ({
  kind: "contradicted",
  shown,
});

/** What holds where `condition` is true, and is contradicted by what came otherwise. */
export const confirmedIf = (condition: boolean, ...shown: readonly Shown[]): Outcome => ({
  kind: condition ? "confirmed" : "contradicted",
  shown,
});

/** @param shown what shows the answer */
export const answered = (answer: string, ...shown: readonly Shown[]): Outcome => ({
  kind: "answered",
  answer,
  shown,
});

/** The same with more than the answer, which differs from time to time. */
export const answeredMore = (answer: string, detail: string, ...shown: readonly Shown[]) => ({
  ...answered(answer, ...shown),
  detail,
});

/** Ends an examination for which something is missing here. */
export class NotTestable extends Error {
  readonly shown: readonly Answer[];

  /** @param shown the answers that show it */
  constructor(reason: string, ...shown: readonly Answer[]) {
    super(reason);
    this.shown = shown;
  }
}
