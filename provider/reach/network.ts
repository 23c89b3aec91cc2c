/**
 * The rules of a policy file in the form that reach needs: indexed by source, with every name
 * resolved to its definition.
 */

import {
  internetRanges,
  machineRanges,
  parseRange,
  parseSpan,
  type Range,
  subtractRange,
} from "../policy-file/addresses";
import { describeAttribute } from "../policy-file/attributes";
import type {
  Login,
  NetworkRule,
  NotUnderstood,
  Owner,
  Place,
  PolicyFile,
  Selector,
  SshRule,
} from "../policy-file/model";
import { allPorts, type Opening as Ports } from "../policy-file/ports";
import type { Owned, Ownership } from "./holders";
import type { Condition } from "./model";
import { coverWholeTailnet, formatRange } from "./ranges";

/** What a rule opens at its destinations. */
export interface Opening {
  /**
   * The number of a protocol, `"app NAME"` for a capability, `"login"` for an SSH login, `"stand
   * for"` for taking somebody's place, `"any traffic"` if there are no rules, `"anything"` for
   * access that nothing can limit, which also includes logins and the places of others.
   */
  readonly what: string;
  /** Ports, both inclusive; the full range if it has no ports. */
  readonly first: number;
  readonly last: number;
  /** The name of a login, or the values of a capability as JSON. */
  readonly detail: string;
}

/** The source name for rules that apply to all members and all machines with tags. */
export const everyMachine = "every machine";

/** What a selector stands for. */
export interface Targets {
  /** As the policy file writes it. */
  readonly written: string;
  /** Tags, users, roles, services, `"internet"`, `"any machine"`. */
  readonly names: readonly string[];
  readonly ranges: readonly Range[];
  /** Whether it stands for everything. */
  readonly isEverything: boolean;
}

export const everything: Targets = { written: "*", names: [], ranges: [], isEverything: true };

/** Any machine, with any tag or user. */
export const anyMachine: Targets = {
  written: "any machine",
  names: ["any machine"],
  ranges: [],
  isEverything: false,
};

/** Any subnet behind a router, and the internet behind an exit node. */
export const anyRoute: Targets = {
  written: "any subnet and exit node",
  names: ["internet"],
  ranges: machineRanges.reduce<readonly Range[]>(subtractRange, [
    { family: 4, first: 0n, last: (1n << 32n) - 1n },
    { family: 6, first: 0n, last: (1n << 128n) - 1n },
  ]),
  isEverything: false,
};

export const anyService: Targets = {
  written: "any service",
  names: ["any service"],
  ranges: [],
  isEverything: false,
};

export interface Rule {
  readonly at: Place;
  readonly isLogin: boolean;
  /**
   * Names of sources: `"tag:web"`, `"ada@acme.example"`, `"group:ops"`, `"autogroup:tagged"`,
   * `"*"`.
   */
  readonly sources: readonly string[];
  /** The addresses among the sources: of hosts, sets of addresses and ranges. */
  readonly sourceRanges: readonly Range[];
  /** Whether these ranges together cover every machine of the tailnet. */
  readonly isForAllAddresses: boolean;
  readonly destinations: readonly Destination[];
  readonly conditions: readonly Condition[];
}

export interface Destination {
  readonly to: Targets;
  readonly openings: readonly Opening[];
}

/** Who becomes a router, an exit node or the host of a service without manual approval. */
export interface Approval {
  readonly at: Place;
  readonly approver: string;
  readonly of: Targets;
}

/** The traffic that machines with a certain name route as an app connector. */
export interface Connector {
  readonly at: Place;
  /** A tag, or `autogroup:tagged`, because only machines with tags can be connectors. */
  readonly connector: string;
  /** The names that it answers for, regardless of approvals. */
  readonly domains: readonly Targets[];
  /** The routes that it serves after somebody approves them. */
  readonly routes: readonly Targets[];
}

/** Something that a policy file gives to machines independently of its rules. */
export interface Remark {
  readonly at: Place;
  readonly sentence: string;
}

/** The parts of a policy file that decide reach. */
export interface Network {
  readonly ownership: Ownership;
  /** Where each tag is defined. */
  readonly tagPlaces: ReadonlyMap<string, Place>;
  /** Tags that people own. */
  readonly owners: readonly { readonly name: string; readonly tag: string; readonly at: Place }[];
  readonly rules: readonly Rule[];
  readonly approvals: readonly Approval[];
  readonly connectors: readonly Connector[];
  readonly remarks: readonly Remark[];
  /** Addresses that machines get from `ipPool`. */
  readonly pools: readonly {
    readonly targets: readonly string[];
    readonly ranges: readonly Range[];
  }[];
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly hosts: ReadonlyMap<string, readonly Range[]>;
  readonly ipsets: ReadonlyMap<string, readonly Range[]>;
  /** The API's role for each login name, if known. */
  readonly roles?: ReadonlyMap<string, string>;
  readonly notUnderstood: readonly NotUnderstood[];
  /** For each source, the indexes in `rules` of the rules that name it. */
  readonly bySource: ReadonlyMap<string, readonly number[]>;
  /** The indexes of the rules that have addresses as sources. */
  readonly byAddress: readonly number[];
  readonly hasLogins: boolean;
}

/** Extracts from a policy file what decides reach. */
export function toNetwork(file: PolicyFile): Network {
  const rules = [
    ...(file.hasNetworkRules ? [] : [openToAll]),
    ...file.networkRules.map((rule) => toNetworkRule(rule, file)),
    ...file.sshRules.map((rule) => toLoginRule(rule, file)),
    ...file.nodeAttributes.flatMap(({ place, targets, attributes }) =>
      attributes.includes("funnel") ? [toFunnelRule(place, targets, file)] : [],
    ),
  ];
  return {
    ...findOwnership(file),
    tagPlaces: new Map([...file.tagOwners].map(([tag, { place }]) => [tag, place])),
    rules,
    approvals: findApprovals(file),
    connectors: findConnectors(file),
    remarks: findRemarks(file),
    pools: file.nodeAttributes.flatMap(({ targets, ipPool }) =>
      ipPool.length > 0 ? [{ targets: targets.map(getSelectorName), ranges: ipPool }] : [],
    ),
    groups: new Map([...file.groups].map(([name, { members }]) => [name, members])),
    hosts: new Map([...file.hosts].map(([name, { ranges }]) => [name, ranges])),
    ipsets: new Map([...file.ipsets].map(([name, { ranges }]) => [name, ranges])),
    notUnderstood: file.notUnderstood,
    ...indexRules(rules),
    hasLogins: file.sshRules.length > 0,
  };
}

function indexRules(rules: readonly Rule[]): Pick<Network, "bySource" | "byAddress"> {
  const bySource = new Map<string, number[]>();
  const byAddress: number[] = [];
  for (const [place, { sources, sourceRanges }] of rules.entries()) {
    for (const source of new Set(sources)) {
      const places = bySource.get(source);
      if (places === undefined) bySource.set(source, [place]);
      else places.push(place);
    }
    if (sourceRanges.length > 0) byAddress.push(place);
  }
  return { bySource, byAddress };
}

export const anything: Opening = {
  what: "anything",
  first: allPorts.first,
  last: allPorts.last,
  detail: "",
};

/** Every protocol and port, but no logins and nobody else's place. */
const anyTraffic: Opening = { ...anything, what: "any traffic" };

/** The rule for a file without any rules. Source: https://tailscale.com/kb/1192/acl-samples */
const openToAll: Rule = {
  at: { section: "", path: "", line: 1, column: 1 },
  isLogin: false,
  sources: ["*"],
  sourceRanges: [],
  isForAllAddresses: false,
  destinations: [{ to: everything, openings: [anyTraffic] }],
  conditions: [],
};

function toNetworkRule(rule: NetworkRule, file: PolicyFile): Rule {
  const capabilities = rule.capabilities.map(
    ({ name, values }): Opening => ({
      ...anything,
      what: `app ${name}`,
      detail: JSON.stringify(values),
    }),
  );
  return {
    at: rule.place,
    isLogin: false,
    ...resolveSources(rule.sources),
    destinations: mergeWhole(
      rule.destinations.map(({ selector, openings }) => ({
        to: resolveTargets(selector, file),
        openings: [...openings.flatMap(toOpenings), ...capabilities],
      })),
    ),
    conditions: [
      ...toPostureCondition(rule.sourcePostures, file),
      ...(rule.via.length > 0 ? [{ kind: "via" as const, tags: rule.via }] : []),
    ],
  };
}

/** Merges destinations into one if only together they are the whole tailnet. */
function mergeWhole(destinations: readonly Destination[]): readonly Destination[] {
  if (destinations.length < 2) return destinations;
  const alike = new Map<string, Destination[]>();
  for (const one of destinations) {
    const key = JSON.stringify(one.openings);
    alike.set(key, [...(alike.get(key) ?? []), one]);
  }
  return [...alike.values()].flatMap((same) => {
    const areAll = isEveryone(same.flatMap(({ to }) => to.names));
    const ranges = same.flatMap(({ to }) => to.ranges);
    const cover = coverWholeTailnet(ranges) && !same.some(({ to }) => coverWholeTailnet(to.ranges));
    const isPart = ({ to }: Destination) =>
      (areAll && to.names.some((name) => everyone.includes(name))) ||
      (cover && to.names.length === 0 && to.ranges.length > 0);
    const parts = same.filter(isPart);
    const [first] = parts;
    if (first === undefined) return same;
    const names = parts.flatMap(({ to }) => to.names);
    const whole = {
      written: everyMachine,
      names: [...anyMachine.names, ...names],
      ranges: parts.flatMap(({ to }) => to.ranges),
      isEverything: false,
    };
    return [{ ...first, to: whole }, ...same.filter((one) => !isPart(one))];
  });
}

/** Every machine has either a member as its user or a tag; machines shared in do not count. */
const everyone: readonly string[] = ["autogroup:member", "autogroup:tagged"];

function isEveryone(names: readonly string[]): boolean {
  return everyone.every((one) => names.includes(one));
}

function toOpenings({ protocols, ports }: Ports): Opening[] {
  return protocols.flatMap((protocol) =>
    ports.map(({ first, last }) => ({ what: String(protocol), first, last, detail: "" })),
  );
}

function toLoginRule(rule: SshRule, file: PolicyFile): Rule {
  return {
    at: rule.place,
    isLogin: true,
    ...resolveSources(rule.sources),
    destinations: rule.destinations.map((selector) => ({
      to: resolveTargets(selector, file),
      openings: rule.logins.map((login) => ({
        ...anything,
        what: "login",
        detail: describeLogin(login),
      })),
    })),
    conditions: [
      ...toPostureCondition(rule.sourcePostures, file),
      ...(rule.action === "check"
        ? [{ kind: "check" as const, period: rule.checkPeriod ?? "12h" }]
        : []),
    ],
  };
}

/** Our text for `autogroup:nonroot`. */
export const anyButRoot = "any login but root";

function describeLogin(login: Login): string {
  switch (login.kind) {
    case "named":
      return login.name;
    case "nonroot":
      return anyButRoot;
    case "localpart":
      return `the user's own name at ${login.domain}`;
  }
}

/** Source: https://tailscale.com/kb/1223/funnel */
function toFunnelRule(at: Place, targets: readonly Selector[], file: PolicyFile): Rule {
  const openings = [443, 8443, 10_000].map((port) => ({
    what: "6",
    first: port,
    last: port,
    detail: "",
  }));
  return {
    at,
    isLogin: false,
    sources: ["internet"],
    sourceRanges: [],
    isForAllAddresses: false,
    destinations: targets.map((target) => ({ to: resolveTargets(target, file), openings })),
    conditions: [],
  };
}

function toPostureCondition(names: readonly string[], file: PolicyFile): Condition[] {
  if (names.length === 0) return [];
  const anyOf = names.map((name) =>
    // We do not know who meets an undefined posture, so we do not treat it as an obstacle.
    (file.postures.get(name)?.conditions ?? []).map(({ text }) => text.replace(/\s+/g, " ").trim()),
  );
  return [{ kind: "posture", anyOf }];
}

function resolveSources(
  selectors: readonly Selector[],
): Pick<Rule, "sources" | "sourceRanges" | "isForAllAddresses"> {
  const sourceRanges = selectors.flatMap((one) => ("ranges" in one ? one.ranges : []));
  const names = selectors
    .filter((one) => !("ranges" in one))
    // Every address, even outside the tailnet, which `*` does not include.
    .flatMap((one) =>
      isAnybody(one) ? [getSelectorName(one), "internet"] : [getSelectorName(one)],
    );
  return {
    sources: isEveryone(names) ? [...names, everyMachine] : names,
    sourceRanges,
    isForAllAddresses: sourceRanges.length > 0 && coverWholeTailnet(sourceRanges),
  };
}

function isAnybody(selector: Selector): boolean {
  return selector.kind === "autogroup" && selector.name === "danger-all";
}

/** The name of a selector as an owner or a source. One that we do not understand may be anybody. */
export function getSelectorName(selector: Selector): string {
  switch (selector.kind) {
    case "any":
    case "unknown":
      return "*";
    case "autogroup":
      return selector.name === "danger-all" ? "*" : `autogroup:${selector.name}`;
    case "service":
      return selector.name.toLowerCase();
    case "user":
    case "group":
    case "tag":
    case "ipset":
      return selector.name;
    case "domain":
      return `user:*@${selector.domain.toLowerCase()}`;
    case "addresses":
      return selector.text;
  }
}

/** Resolves a selector as a destination, using its definition. */
export function resolveTargets(selector: Selector, file: PolicyFile): Targets {
  const written = selector.text;
  const named = (...names: string[]): Targets => ({
    written,
    names,
    ranges: [],
    isEverything: false,
  });
  switch (selector.kind) {
    case "any":
    case "unknown":
      return { ...everything, written };
    case "group": {
      const group = file.groups.get(selector.name);
      return group === undefined ? named(selector.name) : named(...group.members);
    }
    case "addresses":
    case "ipset":
      return { ...named(), ranges: selector.ranges };
    case "autogroup":
      return selector.name === "internet"
        ? { ...named("internet"), ranges: internetRanges }
        : named(getSelectorName(selector));
    default:
      return named(getSelectorName(selector));
  }
}

function findOwnership(file: PolicyFile): Pick<Network, "ownership" | "owners"> {
  const ownedBy = new Map<string, Owned[]>();
  const owners: { name: string; tag: string; at: Place }[] = [];
  for (const [tag, { owners: listed }] of file.tagOwners)
    for (const { selector, place } of listed) {
      if (selector.kind !== "tag") {
        owners.push({ name: getSelectorName(selector), tag, at: place });
        continue;
      }
      const owned = ownedBy.get(selector.name);
      const one = { tag, at: { policy: place } };
      if (owned === undefined) ownedBy.set(selector.name, [one]);
      else owned.push(one);
    }
  return { ownership: { defined: new Set(file.tagOwners.keys()), ownedBy }, owners };
}

function findApprovals({ autoApprovers }: PolicyFile): Approval[] {
  const { routes, exitNode, services } = autoApprovers;
  const approved = (approvers: readonly Owner[], of: Targets) =>
    approvers.map(({ selector, place }) => ({
      at: place,
      approver: getSelectorName(selector),
      of,
    }));
  return [
    ...routes.flatMap(({ prefix, approvers }) =>
      approved(approvers, {
        written: formatRange(prefix),
        names: [],
        // A machine of the tailnet is never behind a router.
        ranges: machineRanges.reduce<readonly Range[]>(subtractRange, [prefix]),
        isEverything: false,
      }),
    ),
    ...approved(exitNode, {
      written: "autogroup:internet",
      names: ["internet"],
      ranges: internetRanges,
      isEverything: false,
    }),
    ...services.flatMap(({ service, approvers }) =>
      approved(approvers, {
        written: service,
        names: [service.toLowerCase()],
        ranges: [],
        isEverything: false,
      }),
    ),
  ];
}

function findConnectors({ nodeAttributes }: PolicyFile): Connector[] {
  const apps = nodeAttributes.flatMap(({ appConnectors }) => appConnectors);
  return apps.flatMap(({ place, connectors, domains, routes, isPreset, isUnderstood }) => {
    const answers = [
      ...domains.map(toDomainTargets),
      ...(isPreset || !isUnderstood ? [anyDomain] : []),
    ];
    const carries = [
      ...routes.map((range) => ({
        written: formatRange(range),
        names: [],
        ranges: machineRanges.reduce<readonly Range[]>(subtractRange, [range]),
        isEverything: false,
      })),
      ...(isUnderstood ? [] : [anyRoute]),
    ];
    const names = connectors.map((one) => (one.kind === "tag" ? one.name : "autogroup:tagged"));
    return [...new Set(names)].map((connector) => ({
      at: place,
      connector,
      domains: answers,
      routes: carries,
    }));
  });
}

function toDomainTargets(domain: string): Targets {
  return { written: domain, names: [domain], ranges: [], isEverything: false };
}

/** Domains of an application that Tailscale knows, or domains that we do not understand. */
const anyDomain: Targets = {
  written: "names on the internet",
  names: ["internet"],
  ranges: [],
  isEverything: false,
};

function findRemarks({ nodeAttributes }: PolicyFile): Remark[] {
  return nodeAttributes.flatMap(({ place, targets, attributes }) => {
    const whose = targets.map(({ text }) => (text === "*" ? "all" : text)).join(", ");
    return attributes.flatMap((attribute) => {
      const meaning = describeAttribute(attribute);
      return meaning === undefined
        ? []
        : [{ at: place, sentence: `By ${attribute} the machines of ${whose} ${meaning}.` }];
    });
  });
}

/**
 * Parses addresses from user text: an address, a CIDR, `FROM-TO`, a name in `hosts` or `ipsets`;
 * undefined for anything else.
 */
export function findRanges(
  text: string,
  { hosts, ipsets }: Pick<Network, "hosts" | "ipsets">,
): readonly Range[] | undefined {
  const range = parseRange(text) ?? parseSpan(text);
  if (range !== undefined) return [range];
  return hosts.get(text.replace(/^host:/, "")) ?? ipsets.get(text);
}
