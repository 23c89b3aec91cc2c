/**
 * Whether what a state holds belongs to the tailnet that is asked. With the deployer of another
 * tailnet every credential looks as if it were gone, and a refresh would forget them all.
 */

import { isSameTailnet, parseTailnetId, type TailnetIdentity } from "../api/auth/tailnet-identity";
import type { Properties } from "./resource";

/** The member of the state that says in which tailnet the credential was made, and by whom. */
export const madeInKey = "madeIn";

/** What the state says of the tailnet; states of 0.1.0 say nothing. */
function readOrigin(state: Properties): TailnetIdentity {
  const written = state[madeInKey];
  // Ours, written with the state.
  return typeof written === "object" && written !== null ? (written as TailnetIdentity) : {};
}

/** The id of the tailnet of a credential, where its own id or the state says so. */
function findTailnetId(id: string, state: Properties): string | undefined {
  return parseTailnetId(id) ?? readOrigin(state).id;
}

/** @throws Error where the credential is known to be another tailnet's */
export function requireSameTailnet(
  type: string,
  id: string,
  state: Properties,
  here: TailnetIdentity,
): void {
  const there = findTailnetId(id, state);
  if (there === undefined || here.id === undefined || there === here.id) return;
  throw new Error(
    `${type} ${id} was made in the tailnet ${there}, and the deployer ${here.deployer} works in ${here.id}: it is neither read nor changed there.\n` +
      `  Use a deployer of ${there}. ${wayToMove}`,
  );
}

const wayToMove =
  "To move a stack to another tailnet on purpose, run `pulumi destroy` with the old deployer first; or, where the old tailnet no longer exists, take each credential out of the state with `pulumi state delete`.";

/** Reads of one tailnet in this run: whether any id of the state is known there. */
export interface Reads {
  /** Runs `read` and remembers whether it found something. */
  run<Found>(read: () => Promise<Found | undefined>): Promise<Found | undefined>;
  /** Whether a read found something; waits for those under way. */
  foundAny(): Promise<boolean>;
}

export function trackReads(): Reads {
  const underWay = new Set<Promise<unknown>>();
  let found = false;
  // All who ask wait together: each for itself, many would wait for many.
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
 * Refuses to take a credential for gone where nothing shows that this is its tailnet: neither what
 * the state says, nor another credential of the state that is there.
 *
 * @throws Error that says what to check
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
    `${type} ${id} is not known to the tailnet ${here.id ?? here.name ?? "of the deployer"}, nor is any other credential of this state, as the deployer ${here.deployer ?? ""} sees it: so this may be another tailnet. ${describeOrigin(id, state)}\n` +
      `  Check the deployer and TAILSCALE_TAILNET. ${wayToMove}`,
  );
}

/** Where a credential was made and by whom, in a sentence; empty where the state does not say. */
export function describeOrigin(id: string, state: Properties): string {
  const { deployer, name } = readOrigin(state);
  const tailnet = findTailnetId(id, state) ?? name;
  const by = deployer === undefined ? "" : ` by the deployer ${deployer}`;
  const where = tailnet === undefined ? "" : ` in the tailnet ${tailnet}`;
  return by || where ? `It was made${by}${where}.` : "";
}
