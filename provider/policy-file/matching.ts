/** Which addresses a selector includes, as a source and as a destination. */

import { internetRanges, isInRanges } from "./addresses";
import type { AutogroupName, PolicyFile, Selector } from "./model";
import { meetsCondition } from "./posture";
import type { Member, Source, Target, User } from "./tailnet";

/** Whether `selector`, as the source of a rule, includes this source. */
export function matchesSource(policy: PolicyFile, selector: Selector, source: Source): boolean {
  switch (selector.kind) {
    case "any":
    case "unknown":
      return true;
    case "addresses":
    case "ipset":
      return isInRanges(source.address, selector.ranges);
    case "autogroup":
      if (selector.name === "danger-all") return true;
      return matchesMember(policy, selector, source.member);
    default:
      return matchesMember(policy, selector, source.member);
  }
}

/**
 * Whether `selector`, as the destination of a rule, includes this target. `autogroup:self` also
 * depends on the source, so it includes no target here.
 */
export function matchesTarget(policy: PolicyFile, selector: Selector, target: Target): boolean {
  const { at, address } = target;
  switch (selector.kind) {
    case "any":
    case "unknown":
      return true;
    case "addresses":
    case "ipset":
      return isInRanges(address, selector.ranges);
    case "service":
      return at.kind === "service" && at.service.name === selector.name;
    case "tag":
      // A tag also includes the Services that have it, but not the subnets that its machines route.
      if (at.kind === "service") return at.tags.has(selector.name);
      return at.kind === "machine" && at.member.tags.has(selector.name);
    case "autogroup":
      if (selector.name === "internet")
        return at.kind === "behind" && isInRanges(address, internetRanges);
  }
  return at.kind === "machine" && matchesMember(policy, selector, at.member);
}

/** Whether `selector` names the machine by its tags or its user. */
export function matchesMember(policy: PolicyFile, selector: Selector, member: Member): boolean {
  const { tags, user } = member;
  switch (selector.kind) {
    case "any":
    case "unknown":
      return true;
    case "tag":
      return tags.has(selector.name);
    case "user":
      return user !== undefined && findLogin(user) === selector.name;
    case "group":
      if (user === undefined) return false;
      // We cannot know who is in a group of the identity provider.
      return !selector.defined || isInGroup(policy, selector.name, user);
    case "domain":
      return user !== undefined && findLogin(user).endsWith(`@${selector.domain.toLowerCase()}`);
    case "autogroup":
      return matchesAutogroup(selector.name, tags, user);
    case "addresses":
    case "ipset":
    case "service":
      return false;
  }
}

function matchesAutogroup(
  name: AutogroupName,
  tags: ReadonlySet<string>,
  user: User | undefined,
): boolean {
  switch (name) {
    case "tagged":
      return tags.size > 0;
    case "self":
    case "internet":
    case "danger-all":
      return false;
  }
  if (user === undefined) return false;
  const { role } = user;
  // An unknown role may be any role.
  if (role === undefined) return true;
  if (name === "member") return role !== "shared";
  return role === name || (name === "admin" && role === "owner");
}

function isInGroup({ groups }: PolicyFile, name: string, user: User): boolean {
  return groups.get(name)?.members.includes(findLogin(user)) ?? false;
}

export function findLogin({ email }: User): string {
  return email.toLowerCase();
}

/**
 * Whether the machine meets one of the postures. A condition that we cannot check counts as met.
 */
export function meetsPostures(
  { postures }: PolicyFile,
  names: readonly string[],
  { machine }: Member,
): boolean {
  if (names.length === 0 || machine.attributes === undefined) return true;
  const attributes = new Map(Object.entries(machine.attributes));
  return names.some((name) =>
    postures.get(name)?.conditions.every(
      // A condition that we did not understand has no attribute, and counts as met.
      (condition) => condition.attribute === "" || meetsCondition(condition, attributes),
    ),
  );
}
