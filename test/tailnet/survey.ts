/** Whether a tailnet is one that a run may use: a throwaway, or one that its owner named. */

import { type Listed, listCredentials } from "./credentials.ts";
import { isMarked, randomText, type Session } from "./session.ts";
import { type Answer, listAt, textAt } from "./wire.ts";

export interface Survey {
  /** Why it does not look like a throwaway, in sentences; empty where it does. */
  readonly objections: readonly string[];
  /** How many credentials an earlier run has left. */
  readonly left: number;
}

/** @param token of a client that may see more than the run's own credential */
export async function surveyTailnet(session: Session, token?: string): Promise<Survey> {
  const seen = await listCredentials(session, token);
  const listed = "listed" in seen ? seen.listed : [];
  const objections = [
    ...("refused" in seen ? [cannotSee("its credentials", seen.refused)] : []),
    ...objectionsToCredentials(listed.filter(({ id }) => id !== session.self.id)),
    ...(await objectionsToDevices(session)),
    ...(session.self.kind === "user" ? await objectionsToUsers(session) : []),
  ];
  return { objections, left: listed.filter(({ description }) => isMarked(description)).length };
}

function objectionsToCredentials(others: readonly Listed[]): readonly string[] {
  const foreign = others.filter(({ description }) => !isMarked(description));
  if (foreign.length === 0) return [];
  const some = foreign.slice(0, 5).map(({ id, description }) => `${id} "${description}"`);
  const more = foreign.length > some.length ? ` and ${foreign.length - some.length} more` : "";
  return [`It has ${count(foreign.length, "credential")} of others: ${some.join(", ")}${more}.`];
}

async function objectionsToDevices(session: Session): Promise<readonly string[]> {
  const path = `/tailnet/${session.tailnet}/devices`;
  const answer = await session.send({ method: "GET", path });
  if (answer.status !== 200) return [cannotSee("its devices", answer)];
  const { length } = listAt(answer.body, "devices");
  return length === 0 ? [] : [`It has ${count(length, "device")}.`];
}

/** A user's token may not show what others made. fact: user-token-list */
async function objectionsToUsers(session: Session): Promise<readonly string[]> {
  const path = `/tailnet/${session.tailnet}/users`;
  const answer = await session.send({ method: "GET", path });
  if (answer.status !== 200) return [cannotSee("its users", answer)];
  const { length } = listAt(answer.body, "users");
  if (length <= 1) return [];
  return [`It has ${length} users, and this token may not show what the others made.`];
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;

const cannotSee = (what: string, { status, body }: Answer) =>
  `This credential cannot see ${what} (${status} ${textAt(body, "message")}).`;

/**
 * Why `name` is not shown to be the tailnet of the run's credential; undefined where it is.
 *
 * The API knows which names a tailnet has, and no endpoint lists them: so it is asked for the
 * tailnet of that name, which it gives to credentials of that tailnet alone. fact:
 * wrong-tailnet-status
 */
export async function objectionToName(session: Session, name: string): Promise<string | undefined> {
  const keys = (tailnet: string) =>
    session.send({ method: "GET", path: `/tailnet/${encodeURIComponent(tailnet)}/keys` });
  if (name === "-" || name === "")
    return "Write the tailnet's name or id, as the console's general settings show it.";
  const named = await keys(name);
  if (named.status !== 200)
    return `The API does not take "${name}" for the tailnet of this credential (${named.status} ${textAt(named.body, "message")}).`;
  const invented = await keys(`tailscope-test-${randomText(12)}.example.com`);
  if (invented.status !== 200) return undefined;
  return "The API takes any name for the tailnet of this credential, so a name shows nothing.";
}
