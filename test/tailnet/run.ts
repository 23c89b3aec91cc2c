/**
 * A whole run: may this tailnet be used, what was left, the facts, the removal of all that was
 * made.
 */

import { openSweeper, type Removal, remove, removeMarked } from "./credentials.ts";
import { examine, type Result } from "./examination.ts";
import type { Fact } from "./fact.ts";
import { NotTestable } from "./outcome.ts";
import { openSession, type Self, type Session } from "./session.ts";
import { objectionToName, surveyTailnet } from "./survey.ts";
import { type Answer, type Ask, type Clock, Interrupted, openWire, textAt } from "./wire.ts";

export interface RunOptions {
  readonly baseUrl: string;
  readonly tailnet: string;
  readonly self: Self;
  readonly writes: boolean;
  /** The name of a tailnet that is no throwaway, and may be used all the same. */
  readonly approved?: string;
  readonly logPatience: number;
  readonly catalogue: readonly string[];
  readonly clock: Clock;
  readonly interruption: AbortSignal;
  /** Takes what a person should know while it runs. */
  readonly say: (line: string) => void;
  readonly begins?: (fact: Fact) => void;
  /** What sends a request. */
  readonly ask?: Ask;
}

export interface Run {
  readonly results: readonly Result[];
  /** Every answer of the API, in order. */
  readonly history: readonly Answer[];
  readonly isInterrupted: boolean;
  /** What could not be removed, with what the API said. */
  readonly left: ReadonlyMap<string, string>;
}

/** The tailnet may not be used, or cannot be. */
export class Refused extends Error {}

/** @throws Refused; Unanswered where the API does not answer at all */
export async function run(options: RunOptions): Promise<Run> {
  const history: Answer[] = [];
  const wire = openWire(
    options.baseUrl,
    options.clock,
    (answer) => history.push(answer),
    options.ask,
  );
  const session = openSession({ ...options, wire });
  try {
    await prepare(session, options);
  } catch (error) {
    const left = await removeMade(session);
    if (error instanceof Interrupted) return { results: [], history, isInterrupted: true, left };
    throw left.size === 0
      ? explain(error)
      : new Refused(`${messageOf(error)}\n${stillThere(left)}`);
  }
  try {
    return await end(session, history, await examine(session, options.begins));
  } catch (error) {
    const ended = await end(session, history, undefined);
    if (error instanceof Interrupted) return ended;
    throw error;
  }
}

/**
 * Removes what was made before the tailnet was found to be one that may be used: no more than that.
 */
async function removeMade(session: Session): Promise<ReadonlyMap<string, string>> {
  session.finish();
  const left = new Map<string, string>();
  for (const id of session.made) {
    const said = await remove(session, id).catch((error: unknown) => messageOf(error));
    if (said !== undefined) left.set(id, said);
  }
  return left;
}

function explain(error: unknown): unknown {
  if (!(error instanceof NotTestable)) return error;
  return new Refused(`${error.message}: ${textAt(error.shown[0]?.body, "message")}`);
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Removes all that the run made; what an answer that was lost made is in the lists alone. */
async function end(
  session: Session,
  history: readonly Answer[],
  results: readonly Result[] | undefined,
): Promise<Run> {
  session.finish();
  const { left } = session.writes ? await removeMarked(session) : nothingLeft;
  return { results: results ?? [], history, isInterrupted: results === undefined, left };
}

const nothingLeft: Removal = { removed: 0, left: new Map() };

/** Goes on where the tailnet may be used, and removes what an earlier run left in it. */
async function prepare(session: Session, options: RunOptions): Promise<void> {
  const { approved, say } = options;
  if (approved !== undefined) {
    const objection = await objectionToName(session, approved);
    if (objection !== undefined) throw new Refused(objection);
  }
  const survey = await surveyTailnet(session);
  if (approved === undefined) refuse(survey.objections);
  if (!session.writes) {
    if (survey.left > 0)
      say(`An earlier run left ${survey.left} credentials: run it with --write to remove them.`);
    return;
  }
  // A client of our own may see what a user's token does not.
  const sweeper = await openSweeper(session);
  if (sweeper !== undefined && approved === undefined)
    refuse((await surveyTailnet(session, sweeper.token)).objections);
  const { removed, left } = await removeMarked(session, sweeper);
  if (removed > 0) say(`Removed ${removed} credentials that an earlier run left.`);
  if (left.size > 0) throw new Refused("Nothing was tried, because it could not be removed.");
}

function refuse(objections: readonly string[]): void {
  if (objections.length === 0) return;
  throw new Refused(
    [
      "This tailnet does not look like a throwaway, so nothing was tried:",
      ...objections.map((objection) => `  ${objection}`),
      "Use a tailnet that is empty. If it has to be this one, name it: --yes-this-tailnet NAME,",
      "with its name or id as the console's general settings show it.",
    ].join("\n"),
  );
}

/** Which credentials are still there, and what to do about it. */
export function stillThere(left: ReadonlyMap<string, string>): string {
  const ids = [...left].map(([id, said]) => `${id} (${said.trim()})`).join(", ");
  return `Could not be removed: ${ids}.\nRevoke them in the console, or run this again with --write.`;
}
