/**
 * Runs the tests of a policy file. Each asks whether a rule lets a source reach a destination.
 * Source: https://tailscale.com/kb/1337/policy-syntax#tests
 *
 * The emulator knows few users and no addresses of machines. A test that depends on others counts
 * as passed: it is evaluated with the best and with the worst assumption.
 */

import { meetsPosture } from "./policy-postures.js";
import type { Policy, PolicyTest, SshRule, SshTest } from "./policy-shape.js";
import {
  findHostNetwork,
  findProtocol,
  hasPort,
  isAddress,
  isInIpset,
  isInNetwork,
  isInternetAddress,
  isTailnetAddress,
  listNetworks,
  mayBeMachines,
  splitPorts,
  takesPorts,
} from "./policy-targets.js";
import type { User } from "./state.js";

/** A failing test, as the API reports it: for whom, and what went wrong. */
export interface TestFailure {
  readonly user: string;
  readonly errors: readonly string[];
}

type Users = readonly Pick<User, "loginName" | "role">[];

export function findFailingTests(policy: Policy, users: Users): TestFailure[] {
  const { tests: _, sshTests: __, ...rules } = policy;
  const world = { policy, users, names: JSON.stringify(rules).toLowerCase() };
  const failures = [
    ...policy.tests.map((test) => ({ user: test.src, errors: findTestErrors(world, test) })),
    ...policy.sshTests.map((test) => ({ user: test.src, errors: findSshTestErrors(world, test) })),
  ];
  return failures.filter(({ errors }) => errors.length > 0);
}

interface Known {
  readonly policy: Policy;
  readonly users: Users;
  /** The file without its tests, in lower case. Everybody whom it names is in the tailnet. */
  readonly names: string;
}

/** What a test asks. `assume` is the answer to everything that the emulator cannot know. */
interface Question extends Known {
  readonly assume: boolean;
  /** Whether a source that is given as an address may be any machine. */
  readonly isAnySource?: boolean;
  readonly from: Party;
  readonly to: Party;
}

/** A user, a tag, a Service or an address. */
interface Party {
  readonly user?: string;
  readonly tag?: string;
  readonly service?: string;
  readonly address?: string;
}

function findTestErrors(world: Known, test: PolicyTest): string[] {
  const { src, accept = [], deny = [] } = test;
  if (accept.length + deny.length === 0) return ["test has neither accept nor deny"];
  const froms = findParties(world.policy, src.trim());
  if (froms === undefined) return [`invalid src ${JSON.stringify(src)}`];
  return [
    ...accept.flatMap((dst) => findAssertionErrors(world, test, froms, dst, true)),
    ...deny.flatMap((dst) => findAssertionErrors(world, test, froms, dst, false)),
  ];
}

function findAssertionErrors(
  world: Known,
  test: PolicyTest,
  froms: readonly Party[],
  dst: string,
  wanted: boolean,
): string[] {
  const [host, written] = splitPorts(dst.trim());
  const protocol = findProtocol((test.proto ?? "tcp").toLowerCase() || "tcp");
  const port = /^\d{1,5}$/.test(written) ? Number(written) : undefined;
  const tos = findParties(world.policy, host);
  const isPing = protocol === 1 || protocol === 58;
  const isValid =
    tos !== undefined &&
    protocol !== undefined &&
    port !== undefined &&
    (isPing ? port === 0 : takesPorts(protocol) && port > 0 && port < 65_536);
  if (!isValid) return [`invalid address ${JSON.stringify(dst)}`];
  const isOpen = (from: Party, to: Party) =>
    isReached({ ...world, from, to, assume: wanted }, test, protocol, port);
  const isWrong = froms.some((from) => tos.some((to) => isOpen(from, to) !== wanted));
  const [want, got] = wanted ? ["Accept", "Drop"] : ["Drop", "Accept"];
  return isWrong ? [`address ${JSON.stringify(dst)}: want: ${want}, got: ${got}`] : [];
}

/**
 * The users and machines that a name in a test stands for; `undefined` for a name that tests do not
 * accept.
 */
function findParties(policy: Policy, name: string): readonly Party[] | undefined {
  if (name.startsWith("tag:")) return [{ tag: name.toLowerCase() }];
  if (name.startsWith("svc:")) return [{ service: name }];
  if (name.startsWith("group:")) {
    if (!Object.hasOwn(policy.groups, name)) return name.includes("@") ? [] : undefined;
    return policy.groups[name]?.map((user) => ({ user: user.trim().toLowerCase() }));
  }
  const member = /^autogroup:(members?|owner|admin|it-admin|network-admin|billing-admin|auditor)$/;
  if (member.test(name)) return [{ user: name }];
  if (/^[^:]+@/.test(name)) return [{ user: name.toLowerCase() }];
  const address = findHostNetwork(policy, name)?.replace(/\/(32|128)$/, "") ?? name;
  return isAddress(address) ? [{ address }] : undefined;
}

/** What a rule without a protocol opens: ICMP for both families, TCP, UDP. */
const usual: readonly number[] = [1, 6, 17, 58];

function isReached(
  question: Question,
  { srcPostureAttrs }: PolicyTest,
  protocol: number,
  port: number,
): boolean {
  const { policy } = question;
  if (policy.acls === undefined && policy.grants === undefined) return usual.includes(protocol);
  const meets = (own: readonly string[]) => {
    const names = own.length > 0 ? own : policy.defaultSrcPosture;
    return names.length === 0 || names.some((name) => meetsPosture(policy, name, srcPostureAttrs));
  };
  const opens = (protocols: readonly number[], ports: string) =>
    protocols.includes(protocol) && (!takesPorts(protocol) || hasPort(ports, port));
  return (
    (policy.acls ?? []).some(({ src, dst, proto = "", srcPosture }) => {
      const number = findProtocol(proto.toLowerCase());
      return (
        meets(srcPosture) &&
        src.some((name) => isParty(question, name.trim(), question.from)) &&
        dst.some((target) => {
          const [host, ports] = splitPorts(target.trim());
          return opens(number === undefined ? usual : [number], ports) && isTarget(question, host);
        })
      );
    }) ||
    (policy.grants ?? []).some(({ src, dst, ip, via, srcPosture }) => {
      // Such a grant applies only behind routers, and opens no machine.
      if (via.length > 0 && question.to.address === undefined) return false;
      const isOpening = ip.some((entry) => {
        const [, name, ports = ""] = /^(?:([^:]*):)?(.*)$/s.exec(entry.trim()) ?? [];
        return opens(name === undefined ? usual : [findProtocol(name.toLowerCase()) ?? 0], ports);
      });
      return (
        isOpening &&
        meets(srcPosture) &&
        src.some((selector) => isParty(question, selector.trim(), question.from)) &&
        dst.some((selector) => isTarget(question, selector.trim()))
      );
    })
  );
}

/** Whether the destination of the question is what `name` stands for. */
function isTarget(question: Question, name: string): boolean {
  const { from, to } = question;
  if (name === "autogroup:internet")
    return to.address !== undefined && isInternetAddress(to.address);
  if (name !== "autogroup:self") return isParty(question, name, to);
  if (from.user === undefined) return false;
  return to.user === from.user || (isOpenAddress(to) && question.assume);
}

/** An address of a machine that may have any tag or user. */
function isOpenAddress({ address }: Party): boolean {
  return address !== undefined && isTailnetAddress(address);
}

function isParty(question: Question, name: string, party: Party): boolean {
  const { policy, assume, from, isAnySource } = question;
  const { user, tag, service, address } = party;
  if (name === "*" || name === "autogroup:danger-all") return true;
  const network = name.startsWith("ipset:") ? undefined : (findHostNetwork(policy, name) ?? name);
  if (network === undefined || /^[\da-f.:]+(\/\d+)?$/i.test(network))
    return isPartyWithin(question, name, network, party);
  // The emulator does not know whose machine has that address.
  if (isOpenAddress(party)) return (party !== from || isAnySource === true) && assume;
  if (name.startsWith("tag:")) {
    if (tag !== undefined) return name.toLowerCase() === tag;
    return service !== undefined && assume;
  }
  if (name.startsWith("svc:")) return name === service;
  if (name === "autogroup:tagged") return tag !== undefined;
  if (user === undefined || address !== undefined) return false;
  if (name.startsWith("group:")) {
    if (!Object.hasOwn(policy.groups, name)) return assume;
    return policy.groups[name]?.some((member) => member.trim().toLowerCase() === user) ?? false;
  }
  if (name.startsWith("user:*@")) return user.endsWith(name.slice("user:*".length).toLowerCase());
  if (name.startsWith("autogroup:")) return isInAutogroup(question, name, user);
  return name.toLowerCase() === user;
}

/** Whether the party's address, or any that a machine can have, is in the network or set. */
function isPartyWithin(
  { policy, assume }: Question,
  name: string,
  network: string | undefined,
  { address }: Party,
): boolean {
  const isInside = (one: string) =>
    network === undefined ? isInIpset(policy, name, one) : isInNetwork(one, network);
  if (address !== undefined) return isInside(address);
  const ends = ["100.64.0.0", "100.127.255.255", "fd7a:115c:a1e0::", "fd7a:115c:a1e0:ffff::"];
  const [v4, v4End, v6, v6End] = ends.map(isInside);
  if ((v4 && v4End) || (v6 && v6End)) return true;
  // An address of the tailnet's may be the machine's; one of anything else is not.
  const networks = network === undefined ? listNetworks(policy, name) : [network];
  return networks.some((one) => mayBeMachines(one)) && assume;
}

function isInAutogroup({ names, users, assume }: Question, name: string, user: string): boolean {
  const known = users.find(({ loginName }) => loginName.toLowerCase() === user);
  if (name === "autogroup:member" || name === "autogroup:members")
    return (
      known !== undefined ||
      user.startsWith("autogroup:") ||
      names.includes(JSON.stringify(user)) ||
      assume
    );
  if (name === "autogroup:shared") return false;
  // A test may ask about a role itself.
  if (user.startsWith("autogroup:"))
    return name === user || (name === "autogroup:admin" && user === "autogroup:owner");
  const role = known?.role;
  if (role === undefined) return assume;
  return name === `autogroup:${role}` || (name === "autogroup:admin" && role === "owner");
}

function findSshTestErrors(world: Known, test: SshTest): string[] {
  const { src, dst, accept, check, deny } = test;
  if (accept.length + check.length + deny.length === 0) return ["test asserts nothing"];
  const froms = findParties(world.policy, src.trim());
  if (froms === undefined) return [`invalid src ${JSON.stringify(src)}`];
  return dst.flatMap((machine) => {
    const tos = findParties(world.policy, machine.trim());
    // As captured, a machine is not found by its IPv6 address.
    if (tos === undefined || tos.some(({ address }) => address?.includes(":")))
      return [`invalid dst ${JSON.stringify(machine)}`];
    const isWrong = (login: string, actions: readonly string[], wanted: boolean) =>
      froms.some((from) =>
        tos.some((to) => {
          const question = { ...world, from, to, assume: wanted, isAnySource: true };
          return isLoginOpen(question, login, actions) !== wanted;
        }),
      );
    return [
      ...accept
        .filter((login) => isWrong(login, ["accept", "check"], true))
        .map((login) => `${login} on ${machine}: want: accept, got: deny`),
      ...check
        .filter((login) => isWrong(login, ["check"], true))
        .map((login) => `${login} on ${machine}: want: check, got: another action`),
      ...deny
        .filter((login) => isWrong(login, ["accept", "check"], false))
        .map((login) => `${login} on ${machine}: want: deny, got: accept`),
    ];
  });
}

function isLoginOpen(question: Question, login: string, actions: readonly string[]): boolean {
  const { policy, from, to } = question;
  if (from.tag !== undefined && to.user !== undefined) return false;
  return policy.ssh.some(
    ({ action = "", src, dst, users }) =>
      actions.includes(action.trim()) &&
      isNamed(users, login, from) &&
      src.some((name) => isParty(question, name.trim(), from)) &&
      dst.some((name) => isTarget(question, name.trim())),
  );
}

function isNamed(users: SshRule["users"], login: string, { user = "" }: Party): boolean {
  return users
    .map((name) => name.trim())
    .some((name) => {
      if (name === "autogroup:nonroot") return login !== "root";
      const [, domain] = /^localpart:\*@(.+)$/.exec(name) ?? [];
      return domain === undefined ? name === login : user === `${login}@${domain}`.toLowerCase();
    });
}
