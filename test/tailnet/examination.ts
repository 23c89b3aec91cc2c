/** Examines all facts, one after the other, and removes after each what it made. */

import { openApi } from "./api.ts";
import { checks } from "./checks/index.ts";
import { remove } from "./credentials.ts";
import type { Fact } from "./fact.ts";
import { type ExaminedId, facts } from "./facts.ts";
import { contradicted, NotTestable, type Outcome } from "./outcome.ts";
import type { Session } from "./session.ts";
import { Unanswered } from "./wire.ts";

export interface Result {
  readonly fact: Fact;
  readonly outcome: Outcome;
}

/** After so many facts without an answer nobody waits for the rest. */
const mostFailures = 3;

/**
 * @param begins is told each fact before it is examined
 * @throws Interrupted
 */
export async function examine(
  session: Session,
  begins: (fact: Fact) => void = () => {},
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let failures = 0;
  for (const fact of facts) {
    const outcome =
      failures >= mostFailures
        ? notExamined("failed", "given up: the API does not answer")
        : await examineOne(session, fact, begins);
    failures = outcome.kind === "failed" ? failures + 1 : 0;
    results.push({ fact, outcome });
  }
  return results;
}

async function examineOne(
  session: Session,
  fact: Fact,
  begins: (fact: Fact) => void,
): Promise<Outcome> {
  const { examination } = fact;
  if (examination.by === "nothing") return notExamined("not testable", examination.reason);
  if (examination.by === "writing" && !session.writes) {
    return notExamined("not testable", "it makes credentials for this: run it with --write");
  }
  begins(fact);
  // Facts that are examined have an examination: their ids are its keys.
  const check = checks[fact.id as ExaminedId];
  const earlier = new Set(session.made);
  try {
    return judge(fact, await check(openApi(session, fact.id)));
  } catch (error) {
    return outcomeOf(error);
  } finally {
    await tidy(session, earlier);
  }
}

/** An answer that Tailscope is not prepared for contradicts what it relies on. */
function judge(fact: Fact, outcome: Outcome): Outcome {
  if (fact.status !== "unknown" || outcome.kind !== "answered") return outcome;
  if (fact.otherwise !== undefined) return outcome;
  if (fact.answers.some(({ answer }) => answer === outcome.answer)) return outcome;
  return contradicted(`the answer is: ${outcome.answer}`, ...outcome.shown);
}

const notExamined = (kind: "not testable" | "failed", reason: string): Outcome => ({
  kind,
  reason,
  shown: [],
});

function outcomeOf(error: unknown): Outcome {
  if (error instanceof NotTestable) {
    return { kind: "not testable", reason: error.message, shown: error.shown };
  }
  if (error instanceof Unanswered) return notExamined("failed", error.message);
  throw error;
}

/** Removes what an examination made. What cannot be removed now is tried again at the end. */
async function tidy(session: Session, earlier: ReadonlySet<string>): Promise<void> {
  for (const id of session.made) {
    if (earlier.has(id)) continue;
    try {
      await remove(session, id);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
    }
  }
}
