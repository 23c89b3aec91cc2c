/** Runs the assertions of a policy file: `tests` and `sshTests`. */

import { internetRanges, isInRanges, parseAddress } from "./addresses";
import type {
  Destination,
  Login,
  NetworkRule,
  Place,
  PolicyFile,
  PolicyTest,
  SshRule,
  SshTest,
} from "./model";
import {
  allPorts,
  hasPorts,
  icmp,
  icmpV6,
  type Opening,
  parseProtocol,
  tcp,
  usualProtocols,
} from "./ports";
import { meetsCondition } from "./posture";
import type { Tailnet } from "./tailnet";
import {
  findSubjects,
  holdsForAll,
  holdsForAny,
  means,
  type Subject,
  type Truth,
} from "./test-subjects";

/** One assertion of a test, and its outcome. */
export interface TestResult {
  /** The place of the test. */
  readonly place: Place;
  readonly source: string;
  /** `HOST:PORT`, or `LOGIN on MACHINE`. */
  readonly target: string;
  readonly wanted: "accept" | "check" | "deny";
  /** `unknown` if it depends on users or machines that we do not know. */
  readonly outcome: "holds" | "fails" | "unknown";
  /** Why the test fails, if it asks for something impossible. */
  readonly reason?: string;
}

/**
 * Runs every assertion in the file's `tests` and `sshTests`. Tailscale refuses a file if one fails.
 *
 * @param tailnet - the users and machines; if omitted, whatever depends on them is `unknown`
 */
export function runTests(policy: PolicyFile, tailnet?: Tailnet): readonly TestResult[] {
  return [
    ...policy.tests.flatMap((test) => runTest(policy, test, tailnet)),
    ...policy.sshTests.flatMap((test) => runSshTest(policy, test, tailnet)),
  ];
}

/** Runs the assertions of one entry in `tests`. */
export function runTest(
  policy: PolicyFile,
  test: PolicyTest,
  tailnet?: Tailnet,
): readonly TestResult[] {
  const { place, source } = test;
  const assertions = [
    ...test.accept.map((target) => ({ target, wanted: "accept" as const })),
    ...test.deny.map((target) => ({ target, wanted: "deny" as const })),
  ];
  if (assertions.length === 0)
    return [fail({ place, source, target: "", wanted: "accept" }, "has neither accept nor deny")];
  const sources = findSubjects(policy, source, tailnet);
  return assertions.map((assertion) => {
    const asked = { place, source, ...assertion };
    if ("invalid" in sources) return fail(asked, `${JSON.stringify(source)} ${sources.invalid}`);
    const question = parseQuestion(policy, test, assertion.target, tailnet);
    if ("invalid" in question) return fail(asked, question.invalid);
    if (sources.length === 0 || question.destinations.length === 0)
      return { ...asked, outcome: "unknown" };
    const isOpen = (from: Subject, to: Subject) => isReached(policy, test, from, to, question);
    return judgeTruth(
      asked,
      holdsForEveryPair(sources, question.destinations, isOpen, assertion.wanted),
    );
  });
}

type Asked = Pick<TestResult, "place" | "source" | "target" | "wanted">;

function fail(asked: Asked, reason: string): TestResult {
  return { ...asked, outcome: "fails", reason };
}

function judgeTruth(asked: Asked, truth: Truth): TestResult {
  return { ...asked, outcome: truth === undefined ? "unknown" : truth ? "holds" : "fails" };
}

/** Whether every pair is open, or closed if the test says so. */
function holdsForEveryPair(
  sources: readonly Subject[],
  destinations: readonly Subject[],
  isOpen: (from: Subject, to: Subject) => Truth,
  wanted: TestResult["wanted"],
): Truth {
  return holdsForAll(sources, (from) =>
    holdsForAll(destinations, (to) => {
      const truth = isOpen(from, to);
      return wanted === "deny" && truth !== undefined ? !truth : truth;
    }),
  );
}

interface Question {
  readonly destinations: readonly Subject[];
  readonly protocol: number;
  readonly port: number;
}

function parseQuestion(
  policy: PolicyFile,
  { protocol: written }: PolicyTest,
  target: string,
  tailnet: Tailnet | undefined,
): Question | { readonly invalid: string } {
  const protocol = written === undefined ? tcp : parseProtocol(written);
  if (protocol === undefined || !(hasPorts(protocol) || protocol === icmp || protocol === icmpV6))
    return { invalid: `${JSON.stringify(written)} is not a protocol that tests know` };
  const colon = target.lastIndexOf(":");
  const port = target.slice(colon + 1);
  const host = target.slice(0, Math.max(colon, 0)).replace(/^\[(.*)\]$/, "$1");
  const highest = hasPorts(protocol) ? allPorts.last : 0;
  const lowest = hasPorts(protocol) ? 1 : 0;
  if (!/^\d{1,5}$/.test(port) || Number(port) > highest || Number(port) < lowest)
    return { invalid: `${JSON.stringify(target)} does not end in one port` };
  const destinations = findSubjects(policy, host, tailnet);
  if ("invalid" in destinations)
    return { invalid: `${JSON.stringify(host)} ${destinations.invalid}` };
  return { destinations, protocol, port: Number(port) };
}

function isReached(
  policy: PolicyFile,
  test: PolicyTest,
  from: Subject,
  to: Subject,
  { protocol, port }: Question,
): Truth {
  const opens = ({ protocols, ports }: Opening) =>
    protocols.includes(protocol) &&
    (!hasPorts(protocol) || ports.some(({ first, last }) => first <= port && port <= last));
  if (policy.notUnderstood.some(({ counts }) => counts === "everything")) return undefined;
  if (!policy.hasNetworkRules) return usualProtocols.includes(protocol);
  return holdsForAny(policy.networkRules, (rule) => {
    if (!meetsRulePostures(policy, rule, test)) return false;
    const targets = rule.destinations.filter(({ openings }) => openings.some(opens));
    if (targets.length === 0) return false;
    const source = holdsForAny(rule.sources, (selector) => means(policy, selector, from));
    if (source === false) return false;
    const target = holdsForAny(targets, (destination) =>
      isTarget(policy, rule, destination, from, to),
    );
    return target === false ? false : source === undefined ? undefined : target;
  });
}

/** Without `srcPostureAttrs` a test asks about a machine that has no attributes. */
function meetsRulePostures(
  { postures }: PolicyFile,
  { sourcePostures }: Pick<NetworkRule, "sourcePostures">,
  { sourceAttributes = new Map() }: Pick<PolicyTest, "sourceAttributes">,
): boolean {
  if (sourcePostures.length === 0) return true;
  return sourcePostures.some((name) =>
    postures
      .get(name)
      ?.conditions.every((condition) => meetsCondition(condition, sourceAttributes)),
  );
}

function isTarget(
  policy: PolicyFile,
  { via }: NetworkRule,
  { selector }: Destination,
  from: Subject,
  to: Subject,
): Truth {
  const isMachine = to.login !== undefined || to.tags.size > 0 || to.service !== undefined;
  // A grant with `via` applies only behind routers, and opens no machine.
  if (via.length > 0 && isMachine) return false;
  if (selector.kind === "autogroup" && selector.name === "self") return isSameMachine(from, to);
  if (selector.kind === "autogroup" && selector.name === "internet")
    return to.addresses?.some((address) => isInRanges(address, internetRanges)) ?? false;
  return means(policy, selector, to);
}

function isSameMachine(from: Subject, to: Subject): Truth {
  if (from.login !== undefined && from.login === to.login) return true;
  return (from.isOpen || to.isOpen) && from.tags.size === 0 && to.tags.size === 0
    ? undefined
    : false;
}

/** Runs the assertions of one entry in `sshTests`, which only consider the `ssh` rules. */
export function runSshTest(
  policy: PolicyFile,
  test: SshTest,
  tailnet?: Tailnet,
): readonly TestResult[] {
  const { place, source } = test;
  const assertions = (["accept", "check", "deny"] as const).flatMap((wanted) =>
    test[wanted].flatMap((login) =>
      test.destinations.map((destination) => ({ login, destination, wanted })),
    ),
  );
  if (assertions.length === 0)
    return [fail({ place, source, target: "", wanted: "accept" }, "asserts nothing")];
  const sources = findSubjects(policy, source, tailnet);
  return assertions.map(({ login, destination, wanted }) => {
    const asked = { place, source, target: `${login} on ${destination}`, wanted };
    if ("invalid" in sources) return fail(asked, `${JSON.stringify(source)} ${sources.invalid}`);
    const found = findSubjects(policy, destination, tailnet);
    if ("invalid" in found) return fail(asked, `${JSON.stringify(destination)} ${found.invalid}`);
    // As captured, Tailscale does not find a machine by its IPv6 address.
    if (parseAddress(destination)?.family === 6)
      return fail(asked, `${JSON.stringify(destination)} is an IPv6 address`);
    if (sources.length === 0 || found.length === 0) return { ...asked, outcome: "unknown" };
    const isOpen = (from: Subject, to: Subject) => {
      const check = isLoginOpen(policy, "check", from, to, login);
      if (wanted === "check") return check;
      return holdsForAny([check, isLoginOpen(policy, "accept", from, to, login)], (truth) => truth);
    };
    return judgeTruth(asked, holdsForEveryPair(sources, found, isOpen, wanted));
  });
}

function isLoginOpen(
  policy: PolicyFile,
  action: SshRule["action"],
  from: Subject,
  to: Subject,
  login: string,
): Truth {
  return holdsForAny(policy.sshRules, (rule) => {
    if (rule.action !== action || !hasLogin(rule, from, login)) return false;
    if (from.tags.size > 0 && to.tags.size === 0 && !to.isOpen) return false;
    const source = holdsForAny(rule.sources, (selector) => means(policy, selector, from));
    const target = holdsForAny(rule.destinations, (selector) =>
      selector.kind === "autogroup" && selector.name === "self"
        ? isSameMachine(from, to)
        : means(policy, selector, to),
    );
    return holdsForAll([source, target], (truth) => truth);
  });
}

function hasLogin({ logins }: SshRule, { login: user = "" }: Subject, login: string): boolean {
  return logins.some((form) => opensLogin(form, user, login));
}

function opensLogin(form: Login, user: string, login: string): boolean {
  switch (form.kind) {
    case "named":
      return form.name === login;
    case "nonroot":
      return login !== "root";
    case "localpart":
      return user === `${login}@${form.domain}`.toLowerCase();
  }
}
