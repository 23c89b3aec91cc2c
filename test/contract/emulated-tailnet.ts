/** Examines the facts of test/tailnet against an emulator, in this process and without waiting. */

import type { Emulator } from "tailscope-emulator";
import { knownScopes } from "../../provider/access/scopes";
import type { Outcome } from "../tailnet/outcome.ts";
import { type Run, type RunOptions, run } from "../tailnet/run.ts";
import type { Self } from "../tailnet/session.ts";
import type { Clock } from "../tailnet/wire.ts";
import { ask } from "./ask";

/** As whom a run asks: the owner, or the client with `all`. */
export type Asker = "owner" | "client";

export function selfOf(emulator: Emulator, asker: Asker): Self {
  if (asker === "client")
    return { kind: "client", id: emulator.clientId, secret: emulator.clientSecret };
  const id = /^tskey-api-(\w+)-/.exec(emulator.apiKey)?.[1];
  return { kind: "user", id, token: emulator.apiKey };
}

/** A clock on which sleeping moves the emulator's own time. */
export function clockOf(emulator: Emulator): Clock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    async sleep(milliseconds) {
      ahead += milliseconds;
      emulator.control.advanceClock(milliseconds);
    },
  };
}

/** A run against an emulator as if it were a throwaway. */
export function examineThrowaway(
  emulator: Emulator,
  asker: Asker = "owner",
  options: Partial<RunOptions> = {},
): Promise<Run> {
  return run({
    baseUrl: emulator.url,
    tailnet: "-",
    self: selfOf(emulator, asker),
    writes: true,
    logPatience: 10_000,
    catalogue: knownScopes,
    clock: clockOf(emulator),
    interruption: new AbortController().signal,
    say: () => {},
    ask,
    ...options,
  });
}

/** The same where its owner named the tailnet, which has more than a throwaway. */
export function examineEmulator(
  emulator: Emulator,
  asker?: Asker,
  options: Partial<RunOptions> = {},
): Promise<Run> {
  return examineThrowaway(emulator, asker, { approved: emulator.tailnet, ...options });
}

/** What each fact came to, in few words: `"confirmed"`, `"answered: yes"`. */
export function inShort({ results }: Run): ReadonlyMap<string, string> {
  return new Map(results.map(({ fact, outcome }) => [fact.id, spell(outcome)]));
}

function spell(outcome: Outcome): string {
  if (outcome.kind === "answered") return `answered: ${outcome.answer}`;
  return "reason" in outcome ? `${outcome.kind}: ${outcome.reason}` : outcome.kind;
}
