/**
 * Whether a plan can work, found out before anything is sent: what the deployer holds, and what the
 * policy file allows.
 */

import {
  findAbilityProblem,
  findScopeProblem,
  findTagProblems,
  findUndefinedTags,
  type Holder,
  isReader,
} from "../access/grants";
import { waitsKey } from "../access/internal-arguments";
import { isPassing } from "../api/errors";
import type { Tailnet } from "../api/tailnet";
import type { Failure, Grants, Properties } from "./resource";
import { warn, warnOnce } from "./run";
import { conceal } from "./secret-arguments";

/** The inputs as the program wrote them: for the places in messages, and for what they wait for. */
export interface Written extends Properties {
  readonly scopes?: unknown;
  readonly tags?: unknown;
  /** Whether the resource is made after others of the program, which may define its tags. */
  readonly [waitsKey]?: unknown;
}

/** The scope that lets an OAuth client mint auth keys. */
const mintingScope = "auth_keys";

/**
 * Tailnets that did not answer in this run: every further look would wait as long again, and the
 * engine looks at one after the other.
 */
const silent = new WeakSet<Tailnet>();

/**
 * {@link preflight}, which is advice: where Tailscale does not answer, or takes longer than
 * `patience` in milliseconds, it is left out for the rest of the run, and a word is said about it.
 */
export async function lookAhead(
  grants: Grants,
  tailnet: Tailnet,
  written: Written,
  patience = 30_000,
): Promise<Failure[]> {
  if (silent.has(tailnet)) return [];
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, patience, `Tailscale did not answer within ${patience / 1000} s`);
  });
  const looked = preflight(grants, tailnet, written).catch((error: unknown) => {
    if (error instanceof Error && isPassing(error)) return error.message.split("\n")[0] ?? "";
    throw error;
  });
  try {
    const found = await Promise.race([looked, tooLong]);
    if (typeof found !== "string") return found;
    silent.add(tailnet);
    warn(`scopes and tags are not checked ahead: ${found}`);
    return [];
  } finally {
    clearTimeout(timer);
    // Nobody waits for it any more.
    looked.catch(() => {});
  }
}

export async function preflight(
  grants: Grants,
  tailnet: Tailnet,
  written: Written,
): Promise<Failure[]> {
  const { minter, scopes = [], tags = [] } = grants;
  const needs = minter === undefined ? grants.needs : mintingScope;
  const found =
    minter === undefined ? await tailnet.deployer() : await tailnet.clientAsHolder(minter.clientId);
  if (found === undefined) return [];
  const holder: Holder = found;
  const failures: Failure[] = [];
  // Whoever may read these credentials and not write them previews for another, of whom nothing is
  // known but this.
  const isPreviewer = isReader(holder, needs);
  const findProblems = isPreviewer ? findUndefinedTags : findTagProblems;
  const tagFailures = await checkTags();
  if (isPreviewer) return tagFailures;

  const inability = findAbilityProblem(holder, needs);
  if (inability !== undefined)
    failures.push({ property: minter === undefined ? "deployer" : "mintedBy", reason: inability });

  for (const scope of scopes) {
    const reason = findScopeProblem(holder, scope);
    if (reason !== undefined)
      failures.push({ property: locate("scopes", written.scopes, scope), reason });
  }
  return [...failures, ...tagFailures];

  /** What stands in the way of the tags by the policy file as it is now. */
  async function checkTags(): Promise<Failure[]> {
    if (tags.length === 0) return [];
    let problems = findProblems(holder, tags, await tailnet.tagOwners());
    // The same run may have changed the policy file since it was read.
    if (problems.length > 0) {
      problems = findProblems(holder, tags, await tailnet.tagOwners("again"));
    }
    const found = problems.map(({ tag, reason }) => ({
      property: locate("tags", written.tags, tag),
      reason,
    }));
    if (!written[waitsKey]) {
      return found.map((failure) => ({ ...failure, reason: `${failure.reason} (${wayOut})` }));
    }
    for (const failure of found) {
      const { property, reason } = conceal(failure, written);
      warnOnce(
        `${property}: ${reason}. What this resource depends on may change that: Tailscale decides when it is made.`,
      );
    }
    return [];
  }
}

const wayOut =
  "where the same program changes the policy file, let this resource depend on it with dependsOn";

function locate(name: string, written: unknown, member: string): string {
  const index = Array.isArray(written) ? written.indexOf(member) : -1;
  return index < 0 ? name : `${name}[${index}]`;
}
