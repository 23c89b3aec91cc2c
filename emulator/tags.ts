/**
 * Who may assign which tags. Source: https://tailscale.com/api (POST /tailnet/{tailnet}/keys: "tags
 * must be identical to the credential's or owned by them") and https://tailscale.com/kb/1068/tags
 */

import type { Role } from "./permissions.js";
import type { Policy } from "./policy-shape.js";
import type { Actor } from "./world.js";

/** Whether `actor` may assign exactly the tags `wanted`. */
export function mayGiveTags(actor: Actor, wanted: readonly string[], policy: Policy): boolean {
  if (wanted.length === 0) return true;
  // Nobody can assign a tag that the policy file does not define.
  if (!wanted.every((tag) => Object.hasOwn(policy.tagOwners, tag))) return false;
  if (actor.user !== undefined) {
    const { role, loginName } = actor.user;
    return (
      mayDefineTags.includes(role) || wanted.every((tag) => userOwns(tag, role, loginName, policy))
    );
  }
  if (actor.givesAnyTag) return true;
  return isSameSet(actor.tags, wanted) || wanted.every((tag) => isOwned(tag, actor.tags, policy));
}

/**
 * Whether one of `tags` is among the owners of `tag`. A tag owns itself only if the policy file
 * says so.
 */
export function isOwned(tag: string, tags: readonly string[], policy: Policy): boolean {
  return policy.tagOwners[tag]?.some((owner) => tags.includes(owner)) ?? false;
}

/** The roles that may write the policy file, and so may become owner of any tag. */
const mayDefineTags: readonly Role[] = ["owner", "admin", "network-admin"];

function userOwns(tag: string, role: Role, loginName: string, policy: Policy): boolean {
  return (policy.tagOwners[tag] ?? []).some(
    (owner) =>
      owner === loginName ||
      owner === "autogroup:member" ||
      owner === `autogroup:${role}` ||
      (policy.groups[owner]?.includes(loginName) ?? false),
  );
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  const [a, b] = [new Set(one), new Set(other)];
  return a.size === b.size && [...a].every((tag) => b.has(tag));
}
