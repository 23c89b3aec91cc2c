/** What one machine reaches at one address, in the form of the output. */

import type { Reached } from "./combinations";
import type { PolicyFile } from "./model";
import { allPorts, type PortRange } from "./ports";
import { anybodyElse, findLogins, type Logins, type SshAction } from "./ssh";
import type { Source, Target } from "./tailnet";

export interface Flow {
  /** The name of a machine. */
  readonly src: string;
  /**
   * `NAME` for its IPv4 address, `NAME/v6`, or `ADDRESS by NAME` for an address behind a router.
   */
  readonly dst: string;
  /** Ports and ranges in order: `22`, `80-443`, `*`. */
  readonly tcp?: readonly string[];
  readonly udp?: readonly string[];
  readonly sctp?: readonly string[];
  /** An echo request passes. */
  readonly icmp?: true;
  /** Numbers of other protocols that pass. */
  readonly other?: readonly number[];
  /** Names of application capabilities. */
  readonly caps?: readonly string[];
  /**
   * By login name; `someone-else` for logins that no rule names. Present only if port 22 is open.
   */
  readonly ssh?: Readonly<Record<string, SshAction>>;
  /** SSH rules allow a login, but no rule opens port 22. */
  readonly sshWithoutPort?: true;
}

/** Returns `undefined` if nothing is open. */
export function writeFlow(
  source: Source,
  target: Target,
  reached: Reached,
  capabilities: readonly string[],
  logins: Logins,
): Flow | undefined {
  if (!reached.icmp && capabilities.length === 0 && logins.size === 0) return undefined;
  const hasPort22 = reached.tcp.some(({ first, last }) => first <= 22 && 22 <= last);
  const parts = {
    ...(reached.icmp ? { icmp: true as const } : {}),
    ...(reached.tcp.length > 0 ? { tcp: reached.tcp.map(formatPorts) } : {}),
    ...(reached.udp.length > 0 ? { udp: reached.udp.map(formatPorts) } : {}),
    ...(reached.sctp.length > 0 ? { sctp: reached.sctp.map(formatPorts) } : {}),
    ...(reached.other.length > 0 ? { other: reached.other } : {}),
    ...(capabilities.length > 0 ? { caps: [...new Set(capabilities)].sort() } : {}),
    ...(logins.size > 0 && hasPort22 ? { ssh: Object.fromEntries(logins) } : {}),
    ...(logins.size > 0 && !hasPort22 ? { sshWithoutPort: true as const } : {}),
  };
  return { src: source.member.machine.name, dst: target.label, ...parts };
}

const noLogins: Logins = new Map();

const everyLogin: Logins = new Map([
  ["root", "accept"],
  [anybodyElse, "accept"],
]);

/** The logins that `source` has, evaluated at machines' IPv4 addresses. */
export function findLoginsFrom(
  policy: PolicyFile,
  everything: boolean,
  { member, address }: Source,
): (target: Target) => Logins {
  if (address.family !== 4 || (policy.sshRules.length === 0 && !everything)) return () => noLogins;
  const find = everything ? () => everyLogin : findLogins(policy, member);
  return ({ at }) => (at.kind === "machine" ? find(at.member) : noLogins);
}

function formatPorts({ first, last }: PortRange): string {
  if (first <= 1 && last === allPorts.last) return "*";
  return first === last ? String(first) : `${first}-${last}`;
}
