/**
 * Checks before the deployment whether it can work: whether the deployer may give the scopes, and
 * whether the policy file allows the tags.
 */

import { getFirstLine } from "../access/error-text";
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
import type { Run } from "./run";
import { conceal } from "./secret-arguments";

/** The inputs as the program wrote them: messages name places in them. */
export interface Written extends Properties {
  readonly scopes?: unknown;
  readonly tags?: unknown;
  /** Whether other resources of the program come before this one: they may define its tags. */
  readonly [waitsKey]?: unknown;
}

/** The scope that lets an OAuth client mint auth keys. */
const mintingScope = "auth_keys";

/**
 * Tailnets that did not answer in this run. They are not asked again: the engine checks one
 * resource after the other, and each would wait as long.
 */
const silent = new WeakSet<Tailnet>();

/**
 * {@link checkGrants} as advice: if Tailscale does not answer, or takes longer than `patience`
 * milliseconds, the check is skipped for the rest of the run, with a warning.
 */
export async function checkAhead(
  run: Run,
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
  const checking = checkGrants(run, grants, tailnet, written).catch((error: unknown) => {
    if (isPassing(error)) return getFirstLine(error);
    throw error;
  });
  try {
    const result = await Promise.race([checking, tooLong]);
    if (typeof result !== "string") return result;
    silent.add(tailnet);
    run.warn(`scopes and tags are not checked ahead: ${result}`);
    return [];
  } finally {
    clearTimeout(timer);
    // After `tooLong` nobody waits for it, and its failure must not end the process.
    checking.catch(() => {});
  }
}

/** What keeps the deployer, or the OAuth client that mints, from giving what is asked for. */
export async function checkGrants(
  run: Run,
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
  // A read-only deployer previews for another one, whose scopes and tags we cannot see.
  const isPreviewer = isReader(holder, needs);
  const findProblems = isPreviewer ? findUndefinedTags : findTagProblems;
  const tagFailures = await checkTagOwners();
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

  /** Why the policy file, as it is now, does not allow the tags. */
  async function checkTagOwners(): Promise<Failure[]> {
    if (tags.length === 0) return [];
    let problems = findProblems(holder, tags, await tailnet.tagOwners());
    // This run may have changed the policy file since it was read.
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
      run.warnOnce(
        `${property}: ${reason}. A resource that this one depends on may change that, so Tailscale decides when this one is created.`,
      );
    }
    return [];
  }
}

const wayOut =
  "if the same program changes the policy file, make this resource depend on it with dependsOn";

function locate(name: string, written: unknown, member: string): string {
  const index = Array.isArray(written) ? written.indexOf(member) : -1;
  return index < 0 ? name : `${name}[${index}]`;
}
