/**
 * Which scopes and tags a holder may give to a new credential, and what to do if it may not.
 * Source: https://tailscale.com/kb/1623/trust-credentials, https://tailscale.com/api (POST
 * /tailnet/{tailnet}/keys)
 */

import { isSameSet } from "./same-set";
import { covers, expandLegacyScopes, legacyScopes } from "./scopes";

/** What creates a credential: the deployer, or the OAuth client that mints an auth key. */
export interface Holder {
  /** What messages call it, for example `"the deployer k123CNTRL"`. */
  readonly name: string;
  /** Whether it is a user with an API access token, or a trust credential. */
  readonly kind: "user" | "credential";
  /** The scopes that it holds; undefined if they cannot be read. */
  readonly scopes?: readonly string[] | undefined;
  readonly tags: readonly string[];
}

/** The owners of each tag that the policy file defines: they may give it. */
export type TagOwners = Readonly<Record<string, readonly string[]>>;

/** Why `holder` cannot give `scope`; undefined if it can, or if we do not know what it holds. */
export function findScopeProblem(holder: Holder, scope: string): string | undefined {
  // Only the API knows whether a legacy name may be given: a credential with current scopes cannot
  // give one (fact: older-name-needs-all).
  if (holder.scopes === undefined || legacyScopes.has(scope) || holds(holder, scope))
    return undefined;
  const held = holder.scopes.length > 0 ? holder.scopes.join(", ") : "no scope";
  return holder.kind === "user"
    ? `"${scope}" exceeds the deploying user's role: this API access token can only give ${held}. Deploy as a user whose role allows it, or leave "${scope}" out.`
    : `"${scope}" cannot be given by ${holder.name}, which holds ${held} and can only pass on scopes of its own. Give it "${scope}", or leave "${scope}" out here.`;
}

/** Why `holder` cannot create a kind of credential that needs `scope`; undefined if it can. */
export function findAbilityProblem(holder: Holder, scope: string): string | undefined {
  if (holder.scopes === undefined || holds(holder, scope)) return undefined;
  return `${holder.name} holds ${holder.scopes.join(", ") || "no scope"}, but this needs ${scope}. Give it "${scope}".`;
}

/** Whether `holder` may only read what `scope` allows to read and write. */
export function isReader(holder: Holder, scope: string): boolean {
  return holder.scopes !== undefined && !holds(holder, scope) && holds(holder, `${scope}:read`);
}

export interface TagProblem {
  readonly tag: string;
  readonly reason: string;
}

/**
 * The tags that nobody can give, because the policy file does not define them. `owners` is
 * undefined if the policy file cannot be read.
 */
export function findUndefinedTags(
  holder: Holder,
  tags: readonly string[],
  owners: TagOwners | undefined,
): TagProblem[] {
  if (owners === undefined) return [];
  return tags
    .filter((tag) => !Object.hasOwn(owners, tag))
    .map((tag) => ({
      tag,
      reason: `"${tag}" is not defined in the policy file, so nobody can give it. Add under "tagOwners": ${formatOwnerLine(tag, holder, tags)}`,
    }));
}

/** Why `holder` cannot give exactly `tags`: a reason for each tag that it cannot give. */
export function findTagProblems(
  holder: Holder,
  tags: readonly string[],
  owners: TagOwners | undefined,
): TagProblem[] {
  const undefinedTags = findUndefinedTags(holder, tags, owners);
  if (owners === undefined || undefinedTags.length > 0) return undefinedTags;
  // Only the API knows which tags a user owns: that depends on groups and roles, which not every
  // deployer may read.
  if (holder.kind === "user" || holder.scopes === undefined || holder.scopes.includes("all"))
    return [];
  if (isSameSet(holder.tags, tags)) return [];
  const notOwned = tags.filter((tag) => !owners[tag]?.some((owner) => holder.tags.includes(owner)));
  const own = holder.tags.length > 0 ? `the tags ${holder.tags.join(", ")}` : "no tags";
  return notOwned.map((tag) => ({
    tag,
    reason: `"${tag}" cannot be given by ${holder.name}, which has ${own}: it may give exactly its own set of tags, or tags that its own tags own in the policy file, but not a part of its set. Add under "tagOwners": ${formatOwnerLine(tag, holder, tags)}`,
  }));
}

/** The line of the policy file that lets `holder` give `tag`. */
function formatOwnerLine(tag: string, holder: Holder, tags: readonly string[]): string {
  const owner = holder.tags.includes(tag)
    ? tag
    : (holder.tags.find((owned) => !tags.includes(owned)) ?? holder.tags[0]);
  return `"${tag}": ["${owner ?? "autogroup:admin"}"]`;
}

function holds({ scopes = [] }: Holder, wanted: string): boolean {
  return covers(expandLegacyScopes(scopes), wanted);
}
