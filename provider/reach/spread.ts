/** Finds everything that somebody can get or become, and everything that this opens to them. */

import type { Place } from "../policy-file/model";
import { normalizeTag } from "../policy-file/selector";
import {
  dropPosture,
  findAddressUses,
  findStandingUses,
  findUsesFromAddresses,
  standing,
} from "./addresses";
import { implies, keepStrongest } from "./conditions";
import { findHolderSteps } from "./holders";
import { type Logins, rememberLogins } from "./logins";
import {
  type Actor,
  type Condition,
  getNodeKey,
  type Node,
  type Source,
  type Step,
  toHolder,
} from "./model";
import {
  anyMachine,
  anything,
  everything,
  findRanges,
  type Network,
  type Targets,
} from "./network";
import { formatRange, isInTailnet } from "./ranges";
import { type Abilities, findAbilities } from "./scope-steps";
import type { Start } from "./starts";
import {
  findNames,
  findPossibleRoles,
  rememberUses,
  type Use,
  type UsesOf,
  unknownUser,
} from "./uses";

/** Something that opens to somebody who has become a node. */
export interface Opened {
  readonly by: Became;
  readonly uses: readonly Use[];
}

/**
 * A node that somebody can become. A node appears again if it is possible under other conditions.
 */
export interface Became {
  readonly node: Node;
  /** The number of steps from the start; 0 for the start. */
  readonly hops: number;
  /** The conditions of all steps. */
  readonly conditions: readonly Condition[];
  /** The last step of the shortest way, and where it comes from; undefined for the start. */
  readonly last: { readonly step: Step; readonly from: Became } | undefined;
  /** The last steps of other ways. */
  readonly otherSteps: readonly Step[];
}

export interface Spread {
  readonly origin: Node;
  /** Nearest first. */
  readonly became: readonly Became[];
  readonly opened: readonly Opened[];
  /** What a credential can change apart from the network, each worded to follow "can". */
  readonly asides: readonly string[];
}

/** Computes what somebody reaches under one policy file, and caches it. */
export type SpreadFrom = (start: Start) => Spread;

/**
 * @example
 * ```ts
 * const spreadFrom = rememberSpreads(toNetwork(policy));
 * spreadFrom({ kind: "OAuthClient", name: "ci", scopes: ["auth_keys"], tags: ["tag:ci"] }).opened
 * ```
 */
export function rememberSpreads(network: Network): SpreadFrom {
  const usesOf = rememberUses(network);
  const context: Context = { network, usesOf, loginsOf: rememberLogins(network, usesOf) };
  const known = new Map<string, Spread>();
  return (start) => {
    const { origin, abilities, beside } = findBeginning(start, network);
    const key = [getNodeKey(origin), abilities.key, beside === undefined ? "" : "user"].join("\n");
    const found = known.get(key) ?? computeSpread(origin, abilities, beside, context);
    known.set(key, found);
    return found;
  };
}

interface Context {
  readonly network: Network;
  readonly usesOf: UsesOf;
  readonly loginsOf: (node: Node) => Logins;
}

interface Beginning {
  readonly origin: Node;
  readonly abilities: Abilities;
  /** What opens to it in addition to the rules. */
  readonly beside?: Use;
}

function findBeginning(start: Start, { ownership }: Network): Beginning {
  const abilities = findAbilities([]);
  if (start.kind === "Person") return { origin: toPerson(start.name), abilities };
  if (start.kind === "Machine")
    return { origin: toHolder("machine", start.tags.map(normalizeTag)), abilities };
  if (start.kind === "Addresses")
    return { origin: { kind: "address", name: start.name }, abilities };
  if (start.kind === "ApiAccessToken") {
    const unknown: Condition = { kind: "unknown", what: "its user's role is not known" };
    const may = "An API access token can do what its user can.";
    return {
      origin: { kind: "person", name: "its user" },
      abilities,
      beside: toRewriting(may, { scope: "an API access token" }, [unknown]),
    };
  }
  const tags = start.hides?.tags ? ownership.defined : start.tags.map(normalizeTag);
  if (start.kind !== "AuthKey")
    return {
      origin: toHolder("credential", tags),
      abilities: findAbilities(start.hides?.scopes ? ["all"] : start.scopes),
    };
  // Without tags its machine belongs to its creator, who is unknown: anybody in the tailnet.
  const origin = [...tags].length > 0 ? toHolder("auth key", tags) : toPerson(unknownUser);
  return { origin, abilities };
}

/** A person as the policy file names them; `"internet"` for anybody outside. */
function toPerson(name: string): Node {
  return name === "internet" ? { kind: "anybody", name } : { kind: "person", name };
}

function computeSpread(
  origin: Node,
  abilities: Abilities,
  beside: Use | undefined,
  context: Context,
): Spread {
  const became = growSpread(origin, abilities, context);
  const byRules = findOpened(became, abilities, context);
  const { notUnderstood } = context.network;
  const [first] = became;
  const open = [
    ...(beside === undefined ? [] : [beside]),
    ...findRewritingUses(abilities),
    ...notUnderstood.flatMap(({ place, reason, counts }) =>
      counts === "everything"
        ? [
            toRewriting(
              `${place.path || "The policy file"} ${reason}, so it counts as everything.`,
              { policy: place },
              [],
            ),
          ]
        : [],
    ),
  ];
  return {
    origin,
    became,
    opened: [
      ...(first !== undefined && open.length > 0 ? [{ by: first, uses: open }] : []),
      ...byRules,
      ...findUsesThroughOthers(became, abilities, context.network),
      ...findMovedUses(became, byRules, abilities),
    ],
    asides: [...abilities.asides, ...(became.length > 1 ? [] : abilities.otherwise)],
  };
}

/** Everything that `origin` can become, nearest first. */
function growSpread(origin: Node, abilities: Abilities, context: Context): Became[] {
  type Growing = Became & { readonly otherSteps: Step[] };
  const first: Growing = { node: origin, hops: 0, conditions: [], last: undefined, otherSteps: [] };
  const became: Growing[] = [first];
  const byKey = new Map<string, Growing[]>([[getNodeKey(origin), [first]]]);
  // The list grows during the loop.
  for (const from of became)
    for (const step of findSteps(from.node, abilities, context)) {
      const conditions = keepStrongest([
        ...from.conditions,
        ...dropMetConditions(abilities, step.conditions),
      ]);
      const known = byKey.get(getNodeKey(step.to)) ?? [];
      const easier = known.find((other) => implies(conditions, other.conditions));
      if (easier !== undefined) {
        if (easier !== first) easier.otherSteps.push(step);
        continue;
      }
      const { to: node } = step;
      const next: Growing = {
        node,
        hops: from.hops + 1,
        conditions,
        last: { step, from },
        otherSteps: [],
      };
      became.push(next);
      byKey.set(getNodeKey(node), [...known, next]);
    }
  return became;
}

function findSteps(node: Node, abilities: Abilities, { network, loginsOf }: Context): Step[] {
  const given =
    "tags" in node
      ? findHolderSteps(node, abilities, network.ownership)
      : node.kind === "person"
        ? [...findOwnedSteps(node, network), ...findRoleSteps(node, network)]
        : node.kind === "address"
          ? findAddressSteps(node, network)
          : [];
  const logins = node.kind === "machine" || node.kind === "person" ? loginsOf(node).steps : [];
  return [...given, ...logins, ...(network.hasLogins ? combineTags(given) : [])];
}

/**
 * Steps to all owned tags at once. A machine with several tags has what each of them has, so this
 * only matters for SSH, where one tag may open the port and another may allow the login.
 */
function combineTags(steps: readonly Step[]): Step[] {
  const kinds = new Map<string, Step[]>();
  for (const step of steps) {
    if (!("policy" in step.because.at)) continue;
    const kind = `${step.to.kind} ${step.how}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), step]);
  }
  return [...kinds.values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined || alike.length < 2 || !("tags" in first.to)) return [];
    const tags = alike.flatMap(({ to }) => ("tags" in to ? to.tags : []));
    const to = toHolder(first.to.kind, tags);
    return [{ ...first, to }];
  });
}

/** Steps to the tags that a person owns, and so can give to machines. */
function findOwnedSteps(person: Actor, network: Network): Step[] {
  const names = new Set(findNames(person, network));
  return network.owners
    .filter(({ name }) => names.has(name))
    .map(({ name, tag, at }) => ({
      how: "admits",
      from: person,
      to: toHolder("machine", [tag]),
      because: {
        sentence: `${name} can give ${tag} to machines.`,
        inShort: `owned by ${name}`,
        at: { policy: at },
      },
      conditions: [],
    }));
}

/**
 * Steps to the roles and groups that a user may have. The policy file does not say who has them.
 */
function findRoleSteps(person: Actor, network: Network): Step[] {
  return findPossibleRoles(person.name, network).map(({ name, at }) => ({
    how: "is",
    from: person,
    to: { kind: "person", name },
    because: {
      sentence: `${person.name} may be one of ${name}, whose members the policy file does not name.`,
      inShort: "whose members the policy file does not name",
      at: { policy: at },
    },
    conditions: [{ kind: "unknown", what: `whether ${person.name} is one of ${name}` }],
  }));
}

/**
 * Steps from a tailnet address. The policy file does not say whose machine has it, so it may be
 * anybody's.
 */
function findAddressSteps(address: Actor, network: Network): Step[] {
  if (!(findRanges(address.name, network) ?? []).some(isInTailnet)) return [];
  const file: Place = { section: "", path: "", line: 1, column: 1 };
  const step = (to: Node, whose: string, policy = file): Step => ({
    how: "is",
    from: address,
    to,
    because: {
      sentence: `${address.name} may be the address of ${whose}.`,
      inShort: "if the address is of one",
      at: { policy },
    },
    conditions: [{ kind: "unknown", what: `whether ${address.name} is an address of ${whose}` }],
  });
  return [
    ...[...network.ownership.defined].map((tag) =>
      step(toHolder("machine", [tag]), `a machine of ${tag}`, network.tagPlaces.get(tag)),
    ),
    step({ kind: "person", name: unknownUser }, "a user's machine"),
  ];
}

/** What the rules open to each node. What applies to all nodes is reported for the nearest one. */
function findOpened(
  became: readonly Became[],
  abilities: Abilities,
  { network, usesOf, loginsOf }: Context,
): Opened[] {
  const opened: Opened[] = [];
  const add = (by: Became, uses: readonly Use[]) => {
    if (uses.length > 0) opened.push({ by, uses: dropSetAttributes(uses, abilities) });
  };
  const told = new Map<string, (readonly Condition[])[]>();
  const isNew = (what: string, { conditions }: Became): boolean => {
    const known = told.get(what) ?? [];
    if (known.some((other) => implies(conditions, other))) return false;
    told.set(what, [...known, conditions]);
    return true;
  };
  const { approvals, connectors, pools } = network;
  const depends = [approvals, connectors, pools].some(({ length }) => length > 0);
  for (const by of became) {
    const { node } = by;
    const names = findNames(node, network);
    if (names.length === 0) continue;
    if (node.kind === "address") {
      const ranges = findRanges(node.name, network) ?? [];
      const uses = [...names.flatMap(usesOf), ...findUsesFromAddresses(ranges, network)];
      add(by, ranges.some(isInTailnet) ? uses : dropPosture(uses));
      continue;
    }
    for (const name of names) if (isNew(name, by)) add(by, usesOf(name));
    // What a credential can do to one machine it can do to any machine.
    const isFirst = isNew(`the first ${node.kind}`, by);
    if (isFirst || depends) {
      add(by, findAddressUses(names, network, abilities));
      add(by, findStandingUses(names, network, abilities, isFirst));
    }
    add(by, loginsOf(node).uses);
  }
  return opened;
}

/**
 * What a credential without a machine opens to the machines of others by approving what they
 * advertise.
 */
function findUsesThroughOthers(
  became: readonly Became[],
  abilities: Abilities,
  network: Network,
): Opened[] {
  const [first] = became;
  const hasMachine = became.some(({ node }) => node.kind === "machine");
  if (first?.node.kind !== "credential" || hasMachine) return [];
  const needed: Condition = { kind: "unknown", what: "it needs a machine whose owner helps" };
  const uses = [
    ...findAddressUses([], network, abilities),
    ...findStandingUses([], network, abilities, true),
  ].filter(({ how }) => how === "stands for");
  return uses.length === 0
    ? []
    : [
        {
          by: first,
          uses: uses.map((use) => ({
            ...use,
            conditions: keepStrongest([...use.conditions, needed]),
          })),
        },
      ];
}

/** Removes from rules the conditions that the credential can meet by itself. */
function dropSetAttributes(uses: readonly Use[], abilities: Abilities): readonly Use[] {
  if (abilities.scopeFor("sets posture") === undefined) return uses;
  return uses.map((use) => ({ ...use, conditions: dropMetConditions(abilities, use.conditions) }));
}

/** Removes the conditions on attributes that the credential can set itself. */
function dropMetConditions(
  abilities: Abilities,
  conditions: readonly Condition[],
): readonly Condition[] {
  if (abilities.scopeFor("sets posture") === undefined) return conditions;
  return conditions.flatMap((condition): Condition[] => {
    if (condition.kind !== "posture") return [condition];
    const anyOf = condition.anyOf.map((all) => all.filter((one) => !one.startsWith("custom:")));
    return anyOf.some((all) => all.length === 0) ? [] : [{ ...condition, anyOf }];
  });
}

function findRewritingUses(abilities: Abilities): Use[] {
  const scope = abilities.scopeFor("rewrites rules");
  const makers = abilities.scopeFor("makes administrators");
  return [
    ...(scope === undefined
      ? []
      : [toRewriting(`"${scope}" can rewrite the policy file.`, { scope }, [])]),
    ...(makers === undefined || scope !== undefined
      ? []
      : [
          toRewriting(
            `"${makers}" can make any other user an administrator, who can rewrite the policy file.`,
            { scope: makers },
            [{ kind: "unknown", what: "it needs another user who helps" }],
          ),
        ]),
    ...abilities.unknown.map((unknown) =>
      toRewriting(
        `"${unknown}" is not a scope that is known here, so it counts as everything.`,
        { scope: unknown },
        [],
      ),
    ),
  ];
}

function toRewriting(why: string, at: Source, conditions: readonly Condition[]): Use {
  return {
    how: "rewrites",
    at,
    destinations: [{ to: everything, openings: [anything] }],
    conditions,
    why,
  };
}

/**
 * A credential that can change tags and addresses can give any machine of the tailnet a tag or an
 * address. Every rule with that destination then opens the machine.
 */
function findMovedUses(
  became: readonly Became[],
  opened: readonly Opened[],
  abilities: Abilities,
): Opened[] {
  const scope = abilities.scopeFor("changes machines");
  if (scope === undefined) return [];
  const given = new Set<string>();
  for (const { last, otherSteps } of became)
    for (const one of last === undefined ? otherSteps : [last.step, ...otherSteps])
      if (one.how === "retags" && "tags" in one.to) for (const tag of one.to.tags) given.add(tag);
  const [some] = given;
  const placeIn = ({ names, ranges }: Targets): string | undefined => {
    const tag =
      some !== undefined && names.includes("autogroup:tagged")
        ? some
        : names.find((name) => given.has(name));
    if (tag !== undefined) return `put ${tag} on any machine`;
    // POST /device/{deviceId}/ip sets an IPv4 address: https://tailscale.com/api#tag/devices
    const range = ranges.find((one) => one.family === 4 && isInTailnet(one));
    return range && `give any machine an address in ${formatRange(range)}`;
  };
  return opened.flatMap(({ by, uses }) => {
    const moved = uses.flatMap((use) => {
      const destinations = use.destinations.flatMap(({ to, openings }) => {
        const place = placeIn(to);
        return place === undefined || openings.includes(standing) ? [] : [{ place, openings }];
      });
      return destinations.map(
        ({ place, openings }): Use => ({
          ...use,
          how: "is reached by",
          destinations: [{ to: anyMachine, openings }],
          why: `It can ${place} (${scope}), which the rule then opens.`,
        }),
      );
    });
    return moved.length > 0 ? [{ by, uses: moved }] : [];
  });
}

/** The steps of the shortest way from the start. */
export function findPath(became: Became): readonly Step[] {
  const path: Step[] = [];
  for (let at = became; at.last !== undefined; at = at.last.from) path.unshift(at.last.step);
  return path;
}

/** Every condition that must be met for a rule to apply to somebody. */
export function collectConditions({ conditions }: Became, use: Use): readonly Condition[] {
  return conditions.length === 0
    ? use.conditions
    : keepStrongest([...conditions, ...use.conditions]);
}
