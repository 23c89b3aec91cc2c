/**
 * What Tailscale refuses in a policy file: 400, with its own message where one was captured.
 *
 * It shares no code with the provider's reader of policy files, so that no mistake can be in both.
 * Both are tested with the same captures.
 */

import type { Acl, Grant, Policy, SshRule } from "./policy-shape.js";
import {
  findHostNetwork,
  findProtocol,
  isNetwork,
  overlaps,
  refusePorts,
  splitPorts,
  takesPorts,
} from "./policy-targets.js";

/** The first thing that is wrong with the policy. */
export function refusePolicy(policy: Policy): string | undefined {
  for (const problem of findProblems(policy)) return problem;
  return undefined;
}

type Problems = Generator<string, void>;

function* findProblems(policy: Policy): Problems {
  yield* findNameProblems(policy);
  for (const acl of policy.acls ?? []) yield* findAclProblems(policy, acl);
  for (const grant of policy.grants ?? []) yield* findGrantProblems(policy, grant);
  for (const rule of policy.ssh) yield* findSshRuleProblems(policy, rule);
  for (const { target, ipPool } of policy.nodeAttrs) {
    for (const text of target) yield* findTargetProblems(policy, text, "");
    for (const pool of ipPool.map(trim)) {
      if (!isNetwork(pool)) yield `ipPool: invalid CIDR ${quote(pool)}`;
      const isReserved = ["100.100.100.0/24", "100.115.92.0/23"].some((reserved) =>
        overlaps(pool, reserved),
      );
      if (isReserved) yield `ipPool: ${quote(pool)} is reserved`;
    }
  }
  const { routes = {}, exitNode = [], services = {} } = policy.autoApprovers ?? {};
  for (const route of Object.keys(routes))
    if (!isNetwork(route.trim())) yield `autoApprovers: invalid route ${quote(route)}`;
  for (const text of [
    ...Object.values(routes).flat(),
    ...exitNode,
    ...Object.values(services).flat(),
  ])
    yield* findTargetProblems(policy, text, "");
  for (const { dst } of policy.sshTests) {
    for (const text of dst.map(trim)) {
      if (text.startsWith("tag:") && !isDefinedTag(policy, text))
        yield `SSH tests dst contains unknown tag ${quote(text)}`;
    }
  }
}

function* findNameProblems(policy: Policy): Problems {
  for (const [name, members] of Object.entries(policy.groups)) {
    if (!name.startsWith("group:")) yield `groups[${quote(name)}]: must start with "group:"`;
    for (const member of members.map(trim)) {
      if (!/^[^:]+@|^group:/.test(member))
        yield `groups[${quote(name)}]: ${quote(member)}: is not a user`;
    }
  }
  const nested = Object.entries(policy.groups).flatMap(([name, members]) =>
    members
      .filter((member) => member.trim().startsWith("group:"))
      .map(
        (member) => `groups[${quote(name)}]: ${quote(member)}: group members cannot be recursive`,
      ),
  );
  // Tailscale names the last of several.
  if (nested.length > 0) yield nested.at(-1) ?? "";
  for (const [name, network] of Object.entries(policy.hosts)) {
    if (name.includes("@")) yield `hosts[${quote(name)}]: invalid host name`;
    if (!isNetwork(network.trim()))
      yield `hosts[${quote(name)}]: invalid address ${quote(network)}`;
  }
  const circle = findCircle(policy);
  if (circle !== undefined) yield `ipsets[${quote(circle)}]: contains itself`;
  for (const [tag, owners] of Object.entries(policy.tagOwners)) {
    if (!/^tag:[A-Za-z][A-Za-z0-9-]*$/.test(tag))
      yield `tagOwners[${quote(tag)}]: tag names must start with a letter, after 'tag:'`;
    for (const owner of owners) yield* findTargetProblems(policy, owner, "");
  }
  for (const name of policy.defaultSrcPosture) yield* findPostureProblems(policy, name);
}

/** A set that leads back to itself. */
function findCircle({ ipsets }: Policy): string | undefined {
  const done = new Set<string>();
  function leadsBack(name: string, chain: ReadonlySet<string>): boolean {
    if (chain.has(name) || chain.size > 100) return true;
    if (done.has(name) || !Object.hasOwn(ipsets, name)) return false;
    const inner = (ipsets[name] ?? []).flatMap((entry) => {
      const target = entry.trim().replace(/^(add|remove)\s+/, "");
      return target.startsWith("ipset:") ? [target] : [];
    });
    const isCircle = inner.some((next) => leadsBack(next, new Set([...chain, name])));
    if (!isCircle) done.add(name);
    return isCircle;
  }
  return Object.keys(ipsets).find((name) => leadsBack(name, new Set()));
}

function* findPostureProblems({ postures }: Policy, name: string): Problems {
  if (!Object.hasOwn(postures, name.trim())) yield `posture not found: ${quote(name)}`;
}

function* findAclProblems(policy: Policy, { action, src, dst, proto, srcPosture }: Acl): Problems {
  yield* findActionProblems(action, ["accept"]);
  for (const text of src) yield* findTargetProblems(policy, text, "src");
  const protocol = proto === undefined || proto === "" ? 6 : findProtocol(proto.toLowerCase());
  if (protocol === undefined) yield `unknown protocol ${quote(proto ?? "")}`;
  for (const text of dst.map(trim)) {
    const [host, ports] = splitPorts(text);
    yield* findTargetProblems(policy, host, "dst");
    const problem = refusePorts(ports);
    if (problem !== undefined) yield problem;
    if (protocol !== undefined && !takesPorts(protocol) && !["*", "1-65535"].includes(ports))
      yield `dst ${quote(text)}: protocol ${quote(proto ?? "")} takes no ports`;
  }
  const hosts = dst.map((text) => splitPorts(text.trim())[0]);
  yield* findSelfProblems(src, hosts, ["*"]);
  for (const name of srcPosture) yield* findPostureProblems(policy, name);
}

function* findGrantProblems(
  policy: Policy,
  { src, dst, ip, app, srcPosture, via }: Grant,
): Problems {
  if (ip.length === 0 && Object.keys(app).length === 0) yield "ip and app can not both be empty";
  for (const text of src) yield* findTargetProblems(policy, text, "src");
  for (const text of ip.map(trim)) yield* findIpProblems(text);
  for (const name of Object.keys(app)) yield* findCapabilityProblems(name);
  for (const text of dst.map(trim)) {
    yield* findTargetProblems(policy, text, "dst");
    const network = findHostNetwork(policy, text) ?? text;
    if (network === "0.0.0.0/0" || network === "::/0")
      yield `dst ${quote(text)}: to allow all IP addresses, use "*" or "autogroup:internet"`;
    if (text === "autogroup:internet" && Object.keys(app).length > 0)
      yield "cannot use app grants with autogroup:internet";
  }
  yield* findSelfProblems(src, dst, []);
  for (const text of via.map(trim)) {
    if (!text.startsWith("tag:")) yield `via ${quote(text)} is not a tag`;
    else if (!isDefinedTag(policy, text)) yield `via=tag not found: ${quote(text)}`;
  }
  for (const name of srcPosture) yield* findPostureProblems(policy, name);
}

/** `*`, `443`, `tcp:443`, `gre:*` */
function* findIpProblems(text: string): Problems {
  const colon = text.indexOf(":");
  const protocol = colon < 0 ? 6 : findProtocol(text.slice(0, colon).toLowerCase());
  const ports = text.slice(colon + 1);
  if (protocol === undefined) yield `unknown protocol ${quote(text.slice(0, colon))}`;
  const problem = refusePorts(ports);
  if (problem !== undefined) yield problem;
  else if (protocol !== undefined && !takesPorts(protocol) && ports !== "*")
    yield `ip ${quote(text)}: the protocol takes no ports`;
}

/** Capabilities of Tailscale's own domain that a grant may give. */
const ofTailscale = ["drive", "golink", "kubernetes", "pam", "relay", "secrets", "tsidp", "webui"];

function* findCapabilityProblems(name: string): Problems {
  if (name.includes("://") || !name.includes("/"))
    yield `capability name ${quote(name)} must have the form domain/name`;
  const own = ofTailscale.some((last) => name === `tailscale.com/cap/${last}`);
  if (name.startsWith("tailscale.com/") && !own)
    yield "capability name must not be in the tailscale.com domain";
}

function* findSshRuleProblems(policy: Policy, rule: SshRule): Problems {
  yield* findActionProblems(rule.action, ["accept", "check"]);
  for (const text of rule.src) {
    for (const problem of findTargetProblems(policy, text, "src"))
      yield text.trim().startsWith("user:") ? `[ssh] ${problem}` : problem;
  }
  for (const text of rule.src.map(trim)) {
    if (!mayLogIn(text)) yield `invalid src ${quote(text)}`;
  }
  for (const text of rule.dst.map(trim)) {
    yield* findTargetProblems(policy, text, "dst");
    const isMachines =
      text.startsWith("tag:") ||
      text.includes("@") ||
      ["autogroup:self", "autogroup:tagged"].includes(text);
    if (!isMachines || /^(user|group):/.test(text)) yield `invalid dst ${quote(text)}`;
  }
  yield* findSelfProblems(rule.src, rule.dst, []);
  // Only the user may log in to the user's own machines.
  for (const text of rule.dst.map(trim)) {
    const isUser = /^[^:]+@/.test(text);
    const isSame = (source: string) => source.trim().toLowerCase() === text.toLowerCase();
    if (isUser && !rule.src.every(isSame)) yield `invalid dst ${quote(text)}`;
  }
  if (rule.users.length === 0) yield "users must be specified";
  for (const user of rule.users.map(trim)) {
    if (user === "" || user === "*") yield `user ${quote(user)} is not valid`;
    const [, domain] = /^localpart:\*@(.+)$/.exec(user) ?? [];
    if (domain !== undefined) yield* findDomainProblems(policy, domain);
  }
  if (rule.acceptEnv.some((name) => name.trim() === "")) yield "acceptEnv values cannot be empty";
  for (const name of rule.srcPosture) yield* findPostureProblems(policy, name);
  if (rule.checkPeriod !== undefined) yield* findCheckPeriodProblems(rule.checkPeriod.trim());
}

/** Whether it is a source that may log in: a user, a tag or a group. */
function mayLogIn(text: string): boolean {
  const others = ["autogroup:self", "autogroup:internet", "autogroup:danger-all"];
  return /^(tag|group|user|autogroup):|^[^:]+@/.test(text) && !others.includes(text);
}

function* findCheckPeriodProblems(text: string): Problems {
  if (text === "always" || text === "") return;
  const form = /^([-+]?)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?$/.exec(text);
  if (form === null || !/\d/.test(text)) {
    yield `time: invalid duration ${quote(text)}`;
    return;
  }
  const [, sign, hours = 0, minutes = 0, rest = 0] = form;
  const seconds = Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const shown = `${h > 0 ? `${h}h` : ""}${seconds >= 60 ? `${m}m` : ""}${s}s`;
  if (sign === "-" && seconds > 0) yield `checkPeriod -${shown} must be a positive duration`;
  if (seconds > 168 * 3600) yield `checkPeriod ${shown} must be at most 168h0m0s`;
}

function* findActionProblems(action: string | undefined, valid: readonly string[]): Problems {
  if (action === undefined || action.trim() === "") yield "action must be specified";
  else if (!valid.includes(action.trim())) yield `${quote(action.trim())} is not a valid action`;
}

const roles = ["owner", "admin", "it-admin", "network-admin", "billing-admin", "auditor"];
const people = ["member", "members", ...roles].map((name) => `autogroup:${name}`);
const autogroups = [
  ...people,
  ...["tagged", "self", "internet", "shared", "danger-all"].map((name) => `autogroup:${name}`),
];

/** Sources that cannot reach `autogroup:self`. */
function* findSelfProblems(
  src: readonly string[],
  dst: readonly string[],
  also: readonly string[],
): Problems {
  if (!dst.some((text) => text.trim() === "autogroup:self")) return;
  const isPeople = (text: string) =>
    people.includes(text) ||
    also.includes(text) ||
    /^(group|user):/.test(text) ||
    text.includes("@");
  if (!src.map(trim).every(isPeople))
    yield "autogroup:self can only be used with users, groups, or supported autogroups";
}

/** What is wrong with a source or destination. */
function* findTargetProblems(policy: Policy, written: string, side: "src" | "dst" | ""): Problems {
  const text = written.trim();
  const where = side === "" ? "" : `${side}=`;
  const [, domain] = /^user:\*@(.+)$/.exec(text) ?? [];
  if (text === "*" || isNetwork(text)) return;
  if (text.startsWith("tag:")) {
    if (!isDefinedTag(policy, text)) yield `${where}tag not found: ${quote(text)}`;
  } else if (text.startsWith("group:")) {
    if (!Object.hasOwn(policy.groups, text) && !text.includes("@"))
      yield `${where}group not found: ${quote(text)}`;
  } else if (text.startsWith("autogroup:")) {
    if (!autogroups.includes(text)) yield `${quote(text)} is not a valid autogroup`;
    if (side === "src" && ["autogroup:self", "autogroup:internet"].includes(text))
      yield `${quote(text)} not valid on the src side of a rule`;
    if (side === "dst" && text === "autogroup:danger-all")
      yield "cannot use autogroup:danger-all as a dst";
    if (side === "dst" && text === "autogroup:shared")
      yield `${quote(text)} not valid on the dst side of a rule`;
  } else if (domain !== undefined) {
    yield* findDomainProblems(policy, domain);
  } else if (text.startsWith("ipset:")) {
    if (!Object.hasOwn(policy.ipsets, text)) yield `${where}ipset not found: ${quote(text)}`;
  } else if (text.startsWith("svc:")) {
    if (side === "src") yield `${quote(text)} not valid on the src side of a rule`;
  } else if (findHostNetwork(policy, text) === undefined && !/^[^:]*@/.test(text)) {
    yield `invalid ${side || "target"} ${quote(text)}`;
  }
}

/**
 * A policy file is not written for the emulator's users. So a domain counts as the tailnet's own if
 * one of its users owns a tag by name, or if no user does.
 */
function* findDomainProblems({ tagOwners }: Policy, domain: string): Problems {
  const owners = Object.values(tagOwners)
    .flat()
    .filter((owner) => /^[^:]+@/.test(owner.trim()));
  const own = owners.map((owner) => owner.trim().slice(owner.trim().lastIndexOf("@") + 1));
  if (domain !== "*" && (own.length === 0 || own.includes(domain))) return;
  yield `${domain} is not associated with this Tailnet and cannot be used in user:*@<domain> expressions`;
}

function isDefinedTag({ tagOwners }: Policy, tag: string): boolean {
  return (
    Object.hasOwn(tagOwners, tag) ||
    Object.keys(tagOwners).some((known) => known.toLowerCase() === tag.toLowerCase())
  );
}

function trim(text: string): string {
  return text.trim();
}

function quote(text: string): string {
  return JSON.stringify(text);
}
