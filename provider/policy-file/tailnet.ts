/**
 * The users and machines that a policy file is evaluated for, and the addresses between which
 * traffic may flow.
 */

import {
  type Address,
  formatAddress,
  isCarriedByExitNodes,
  isDefaultRoute,
  isInRanges,
  parseAddress,
  parseRange,
  type Range,
} from "./addresses";
import { normalizeTag } from "./selector";

export interface Tailnet {
  readonly users: readonly User[];
  readonly machines: readonly Machine[];
  readonly services?: readonly Service[];
}

export interface User {
  /** The name by which machines refer to their user. */
  readonly name: string;
  /** The login name: `ada@acme.com`, `ada@github`. */
  readonly email: string;
  /**
   * The API's name for the role: `owner`, `admin`, `it-admin`, …, `member`; `shared` for a user who
   * only accepted a share. If omitted, the role is unknown, and the user may have any role.
   */
  readonly role?: string;
}

/** A machine has tags or a user, never both. */
export interface Machine {
  readonly name: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly tags?: readonly string[];
  /** The name of a user. */
  readonly user?: string;
  /** The CIDRs that it advertises. */
  readonly routes?: readonly string[];
  /** Those of `routes` that are approved. */
  readonly approved?: readonly string[];
  /** For postures: `node:os`, … If omitted, every condition counts as met. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

/** A Tailscale Service, with its own addresses and tags. */
export interface Service {
  /** `svc:web` */
  readonly name: string;
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly tags?: readonly string[];
}

/** A machine as rules see it. */
export interface Member {
  readonly machine: Machine;
  /** In lower case. */
  readonly tags: ReadonlySet<string>;
  /** `undefined` for a tagged machine, because tags replace the user. */
  readonly user: User | undefined;
}

/** An address from which a machine sends. */
export interface Source {
  readonly member: Member;
  readonly address: Address;
}

/** An address that receives traffic. */
export interface Target {
  /** `NAME`, `NAME/v6`, `ADDRESS by NAME`. */
  readonly label: string;
  readonly address: Address;
  readonly at:
    | { readonly kind: "machine"; readonly member: Member }
    | { readonly kind: "behind"; readonly router: Member }
    | { readonly kind: "service"; readonly service: Service; readonly tags: ReadonlySet<string> };
}

export function listMembers({ users, machines }: Tailnet): readonly Member[] {
  const byName = new Map(users.map((user) => [user.name, user]));
  return machines.map((machine) => {
    const tags = new Set((machine.tags ?? []).map(normalizeTag));
    if (tags.size > 0) return { machine, tags, user: undefined };
    // We only know what the machine says about a user who is not listed.
    const name = machine.user ?? `of ${machine.name}`;
    const user = byName.get(name) ?? { name, email: machine.user ?? "" };
    byName.set(name, user);
    return { machine, tags, user };
  });
}

export function listSources(members: readonly Member[]): readonly Source[] {
  return members.flatMap((member) =>
    parseAddresses(member.machine).map((address) => ({ member, address })),
  );
}

/**
 * The possible targets of a flow: the machines' and services' own addresses, the first address of
 * each approved subnet behind every router that routes to it, and the addresses in `asked` behind
 * routers and exit nodes.
 */
export function listTargets(
  members: readonly Member[],
  services: readonly Service[],
  asked: readonly Address[],
): readonly Target[] {
  const firstHosts = members.flatMap(({ machine }) => findSubnets(machine).map(getFirstHost));
  return [
    ...members.flatMap((member) =>
      parseAddresses(member.machine).map((address) => ({
        label: makeLabel(member.machine.name, address),
        address,
        at: { kind: "machine" as const, member },
      })),
    ),
    ...members.flatMap((router) => findBehind(router, firstHosts, asked)),
    ...services.flatMap((service) =>
      parseAddresses(service).map((address) => ({
        label: makeLabel(service.name, address),
        address,
        at: {
          kind: "service" as const,
          service,
          tags: new Set((service.tags ?? []).map(normalizeTag)),
        },
      })),
    ),
  ];
}

/** A machine's own addresses in the tailnet. */
export function parseAddresses({ ipv4, ipv6 }: Pick<Machine, "ipv4" | "ipv6">): readonly Address[] {
  return [ipv4, ipv6].flatMap((text) => (text === undefined ? [] : (parseAddress(text) ?? [])));
}

function makeLabel(name: string, { family }: Address): string {
  return family === 4 ? name : `${name}/v6`;
}

/**
 * The addresses that `router` routes to: as a subnet router, or as an exit node those in `asked`.
 */
function findBehind(
  router: Member,
  firstHosts: readonly Address[],
  asked: readonly Address[],
): readonly Target[] {
  const subnets = findSubnets(router.machine);
  const exits = findApprovedRoutes(router.machine).filter(isDefaultRoute);
  const addresses = [
    ...[...firstHosts, ...asked].filter((address) => isInRanges(address, subnets)),
    ...asked.filter((address) => isInRanges(address, exits) && isCarriedByExitNodes(address)),
  ];
  const targets = new Map<string, Target>();
  for (const address of addresses) {
    const label = `${formatAddress(address)} by ${router.machine.name}`;
    targets.set(label, { label, address, at: { kind: "behind", router } });
  }
  return [...targets.values()];
}

function findSubnets(machine: Machine): readonly Range[] {
  return findApprovedRoutes(machine).filter((route) => !isDefaultRoute(route));
}

/** A route counts only if it is advertised and approved. */
export function findApprovedRoutes({ routes, approved = [] }: Machine): readonly Range[] {
  return approved
    .filter((route) => routes === undefined || routes.includes(route))
    .flatMap((route) => parseRange(route) ?? []);
}

function getFirstHost({ family, first, last }: Range): Address {
  return { family, value: first === last ? first : first + 1n };
}
