/** Who and what a test of the policy file names, as far as the file alone says. */

import {
  type Address,
  coverTailnet,
  isInRanges,
  overlapsTailnet,
  type Range,
  tailnetRanges,
} from "./addresses";
import { findLogin } from "./matching";
import type { AutogroupName, PolicyFile, Selector } from "./model";
import { type Names, parseSelector } from "./selector";
import { listMembers, type Machine, parseAddresses, type Tailnet, type User } from "./tailnet";

/** `undefined` if what we know does not decide it. */
export type Truth = boolean | undefined;

export function holdsForAny<Item>(items: readonly Item[], test: (item: Item) => Truth): Truth {
  let result: Truth = false;
  for (const item of items) {
    const truth = test(item);
    if (truth === true) return true;
    if (truth === undefined) result = undefined;
  }
  return result;
}

export function holdsForAll<Item>(items: readonly Item[], test: (item: Item) => Truth): Truth {
  let result: Truth = true;
  for (const item of items) {
    const truth = test(item);
    if (truth === false) return false;
    if (truth === undefined) result = undefined;
  }
  return result;
}

/** One machine, user or address that a test asks about. */
export interface Subject {
  /** In lower case. */
  readonly login?: string | undefined;
  /** `undefined` if unknown. */
  readonly role?: string | undefined;
  /** Whether the user is a member of the tailnet. */
  readonly isMember?: Truth;
  readonly tags: ReadonlySet<string>;
  readonly service?: string;
  /** `undefined`: some address in the tailnet. */
  readonly addresses?: readonly Address[];
  /** Whether it may have unknown tags or an unknown user. */
  readonly isOpen: boolean;
}

/** The subjects that a name stands for, or why tests do not accept the name. */
export type Subjects = readonly Subject[] | { readonly invalid: string };

/**
 * Finds what `text` stands for in a test. Source: https://tailscale.com/kb/1337/policy-syntax#tests
 */
export function findSubjects(
  policy: PolicyFile,
  text: string,
  tailnet: Tailnet | undefined,
): Subjects {
  const parsed =
    text === "" ? { refused: "is empty" } : parseSelector(text, collectNames(policy), "");
  if ("refused" in parsed) return { invalid: parsed.refused };
  if ("notUnderstood" in parsed) return { invalid: parsed.notUnderstood };
  const { selector } = parsed;
  switch (selector.kind) {
    case "user":
      return [findUser(policy, selector.name, tailnet)];
    case "group":
      if (!selector.defined) return [{ login: undefined, tags: new Set(), isOpen: true }];
      return findGroup(policy, selector.name, tailnet);
    case "tag":
      return [
        { tags: new Set([selector.name]), ...findKnownAddresses(selector, tailnet), isOpen: false },
      ];
    case "addresses":
      return findAddress(selector.ranges, tailnet);
    case "service":
      return [
        { tags: findServiceTags(selector.name, tailnet), service: selector.name, isOpen: false },
      ];
    case "autogroup":
      return findAutogroupSubjects(selector.name);
    default:
      return { invalid: "is not something that a test can name" };
  }
}

export function collectNames({ groups, hosts, ipsets, tagOwners }: PolicyFile): Names {
  return { groups, hosts, ipsets, tags: new Set(tagOwners.keys()), domains: undefined };
}

/**
 * If the tailnet's users are known, a user who is not among them is not a member. Otherwise a user
 * whom the rules name counts as a member.
 */
function findUser(policy: PolicyFile, login: string, tailnet: Tailnet | undefined): Subject {
  const user = tailnet?.users.find((known) => findLogin(known) === login);
  if (user !== undefined && tailnet !== undefined) return toSubject(user, tailnet);
  const hasUsers = tailnet !== undefined && tailnet.users.length > 0;
  const isMember = hasUsers ? false : isNamed(policy, login) ? true : undefined;
  const role = hasUsers ? "none" : undefined;
  return { login, role, isMember, tags: new Set(), isOpen: false };
}

/**
 * The names that each file uses outside its tests. Cached, so that a file with many tests is
 * searched once.
 */
const namedIn = new WeakMap<PolicyFile, ReadonlySet<string>>();

function isNamed(policy: PolicyFile, login: string): boolean {
  const known = namedIn.get(policy) ?? findNamed(policy);
  namedIn.set(policy, known);
  return known.has(login);
}

function findNamed(policy: PolicyFile): ReadonlySet<string> {
  const { networkRules, sshRules, groups, tagOwners, nodeAttributes, autoApprovers } = policy;
  const selectors = [
    ...networkRules.flatMap(({ sources, destinations }) => [
      ...sources,
      ...destinations.map(({ selector }) => selector),
    ]),
    ...sshRules.flatMap(({ sources, destinations }) => [...sources, ...destinations]),
    ...nodeAttributes.flatMap(({ targets }) => targets),
    ...[...tagOwners.values()].flatMap(({ owners }) => owners.map(({ selector }) => selector)),
    ...[...autoApprovers.routes, ...autoApprovers.services]
      .flatMap(({ approvers }) => approvers)
      .concat(autoApprovers.exitNode)
      .map(({ selector }) => selector),
  ];
  return new Set([
    ...selectors.flatMap((selector) => (selector.kind === "user" ? [selector.name] : [])),
    ...[...groups.values()].flatMap(({ members }) => members),
  ]);
}

function toSubject(user: User, tailnet: Tailnet): Subject {
  const addresses = listMembers(tailnet)
    .filter((member) => member.user === user)
    .flatMap(({ machine }) => parseAddresses(machine));
  return {
    login: findLogin(user),
    role: user.role,
    isMember: user.role !== "shared",
    tags: new Set(),
    isOpen: false,
    ...(addresses.length > 0 ? { addresses } : {}),
  };
}

function findGroup(
  policy: PolicyFile,
  name: string,
  tailnet: Tailnet | undefined,
): readonly Subject[] {
  return (policy.groups.get(name)?.members ?? []).map((login) => findUser(policy, login, tailnet));
}

function findKnownAddresses(selector: Selector, tailnet: Tailnet | undefined) {
  if (tailnet === undefined || selector.kind !== "tag") return {};
  const addresses = listMembers(tailnet)
    .filter(({ tags }) => tags.has(selector.name))
    .flatMap(({ machine }) => parseAddresses(machine));
  return addresses.length > 0 ? { addresses } : {};
}

function findServiceTags(name: string, tailnet: Tailnet | undefined): ReadonlySet<string> {
  const service = tailnet?.services?.find((known) => known.name === name);
  return new Set((service?.tags ?? []).map((tag) => tag.toLowerCase()));
}

/** Finds a single address. A test cannot ask about a whole network. */
function findAddress(ranges: readonly Range[], tailnet: Tailnet | undefined): Subjects {
  const [range] = ranges;
  if (range === undefined || ranges.length > 1 || range.first !== range.last)
    return { invalid: "is a network, not an address" };
  const address = { family: range.family, value: range.first };
  const member =
    tailnet && listMembers(tailnet).find(({ machine }) => hasAddress(machine, address));
  if (member === undefined) {
    const isOpen = tailnet === undefined && isInRanges(address, tailnetRanges);
    return [{ tags: new Set(), addresses: [address], isOpen }];
  }
  const { tags, user } = member;
  const login = user && findLogin(user);
  const isMember = user !== undefined && user.role !== "shared";
  return [{ login, role: user?.role, isMember, tags, addresses: [address], isOpen: false }];
}

/** A subject about whom we know only the autogroup. */
function findAutogroupSubjects(name: AutogroupName): Subjects {
  switch (name) {
    case "member":
      return [{ login: "", role: "member", isMember: true, tags: new Set(), isOpen: false }];
    case "owner":
    case "admin":
    case "it-admin":
    case "network-admin":
    case "billing-admin":
    case "auditor":
      return [{ login: "", role: name, isMember: true, tags: new Set(), isOpen: false }];
    default:
      return { invalid: "is not something that a test can name" };
  }
}

function hasAddress(machine: Machine, { family, value }: Address): boolean {
  return parseAddresses(machine).some((own) => own.family === family && own.value === value);
}

/** Whether the selector includes the subject, as a source or as a destination machine. */
export function means(policy: PolicyFile, selector: Selector, subject: Subject): Truth {
  const { login, tags, isOpen } = subject;
  const otherwise = isOpen ? undefined : false;
  switch (selector.kind) {
    case "any":
      return true;
    case "unknown":
      return undefined;
    case "addresses":
    case "ipset":
      return isSubjectInRanges(subject, selector.ranges);
    case "tag":
      return tags.has(selector.name) ? true : otherwise;
    case "user":
      return login === selector.name ? true : otherwise;
    case "group":
      if (login === undefined) return otherwise;
      if (!selector.defined) return undefined;
      return policy.groups.get(selector.name)?.members.includes(login) ?? false;
    case "domain":
      return login === undefined ? otherwise : login.endsWith(`@${selector.domain.toLowerCase()}`);
    case "service":
      return subject.service === selector.name;
    case "autogroup":
      return meansAutogroup(selector.name, subject, otherwise);
  }
}

function meansAutogroup(name: AutogroupName, subject: Subject, otherwise: Truth): Truth {
  const { login, role, tags } = subject;
  if (name === "danger-all") return true;
  if (name === "self" || name === "internet") return false;
  if (name === "tagged") return tags.size > 0 ? true : otherwise;
  if (login === undefined) return otherwise;
  if (name === "member") return subject.isMember;
  // We do not know the role of somebody who is only named in the file.
  if (role === undefined) return name === "shared" ? false : undefined;
  return role === name || (name === "admin" && role === "owner");
}

/** An unknown tailnet address is certainly within ranges that contain the whole tailnet. */
function isSubjectInRanges({ addresses, service }: Subject, ranges: readonly Range[]): Truth {
  if (addresses !== undefined) {
    const inside = addresses.filter((address) => isInRanges(address, ranges));
    if (inside.length === 0) return false;
    // Each family is checked separately: a rule for IPv4 addresses applies to machines by their
    // IPv4 addresses.
    const first = inside[0];
    const same = addresses.filter(({ family }) => family === first?.family);
    return inside.length >= same.length ? true : undefined;
  }
  if (service !== undefined) return undefined;
  if (coverTailnet(ranges)) return true;
  return overlapsTailnet(ranges) ? undefined : false;
}
