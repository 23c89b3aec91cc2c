/**
 * Whether a credential of the state belongs to the tailnet of the deployer. With the deployer of
 * another tailnet every credential looks as if it were gone, and a refresh would forget them all.
 */

import { isSameTailnet, parseTailnetId, type TailnetIdentity } from "../api/auth/tailnet-identity";
import type { Properties } from "./resource";

/** The member of the state that says in which tailnet the credential was created, and by whom. */
export const madeInKey = "madeIn";

/** What the state says about the tailnet; a state of 0.1.0 says nothing. */
function readOrigin(state: Properties): TailnetIdentity {
  const written = state[madeInKey];
  // Written by `completeState`.
  return typeof written === "object" && written !== null ? (written as TailnetIdentity) : {};
}

/** The id of a credential's tailnet, if the credential's own id or its state has it. */
function findTailnetId(id: string, state: Properties): string | undefined {
  return parseTailnetId(id) ?? readOrigin(state).id;
}

/** @throws Error if the credential is known to belong to another tailnet */
export function requireSameTailnet(
  type: string,
  id: string,
  state: Properties,
  here: TailnetIdentity,
): void {
  const there = findTailnetId(id, state);
  if (there === undefined || here.id === undefined || there === here.id) return;
  throw new Error(
    `${type} ${id} was created in the tailnet ${there}, but the deployer ${here.deployer} works in ${here.id}, so it was neither read nor changed.\n` +
      `  Use a deployer of ${there}. ${wayToMove}`,
  );
}

const wayToMove =
  "To move a stack to another tailnet on purpose, run `pulumi destroy` with the old deployer first. If the old tailnet no longer exists, take each credential out of the state with `pulumi state delete`.";

/** The reads of one tailnet in this run. They show whether it has any credential of the state. */
export interface Reads {
  /** Runs `read`, and remembers whether it found something. */
  run<Found>(read: () => Promise<Found | undefined>): Promise<Found | undefined>;
  /** Whether any read found something. Waits for those under way. */
  foundAny(): Promise<boolean>;
}

export function trackReads(): Reads {
  const underWay = new Set<Promise<unknown>>();
  let found = false;
  // All callers wait for one promise: with one each, many reads would wait for many reads.
  let settled: Promise<unknown> | undefined;
  return {
    async run(read) {
      const reading = read();
      underWay.add(reading);
      try {
        const result = await reading;
        found ||= result !== undefined;
        return result;
      } finally {
        underWay.delete(reading);
      }
    },
    async foundAny() {
      while (!found && underWay.size > 0) {
        settled ??= Promise.allSettled(underWay).finally(() => {
          settled = undefined;
        });
        await settled;
      }
      return found;
    },
  };
}

/**
 * Requires evidence that this is the credential's tailnet, before it counts as gone: the state says
 * so, or the tailnet has another credential of the state.
 *
 * @throws Error that says what to check if there is none
 */
export async function requireEvidence(
  type: string,
  id: string,
  state: Properties,
  here: TailnetIdentity,
  reads: Reads,
): Promise<void> {
  const there = readOrigin(state);
  const isHere = isSameTailnet(there, here) || parseTailnetId(id) === (here.id ?? "");
  if (isHere || (await reads.foundAny())) return;
  throw new Error(
    `In the tailnet ${here.id ?? here.name ?? "of the deployer"}, the deployer ${here.deployer ?? ""} finds neither ${type} ${id} nor any other credential of this state, so this may be the wrong tailnet. ${describeOrigin(id, state)}\n` +
      `  Check the deployer and TAILSCALE_TAILNET. ${wayToMove}`,
  );
}

/** Where and by whom a credential was created, as a sentence; `""` if the state does not say. */
export function describeOrigin(id: string, state: Properties): string {
  const { deployer, name } = readOrigin(state);
  const tailnet = findTailnetId(id, state) ?? name;
  const by = deployer === undefined ? "" : ` by the deployer ${deployer}`;
  const where = tailnet === undefined ? "" : ` in the tailnet ${tailnet}`;
  return by || where ? `It was created${by}${where}.` : "";
}
