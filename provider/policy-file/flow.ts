/** What one machine reaches at one address, as it is told. */

import type { Reached } from "./combinations";
import type { PolicyFile } from "./model";
import { allPorts, type PortRange } from "./ports";
import { anybodyElse, loginsToAsk, type SshAction, sshAction } from "./ssh";
import type { Source, Target } from "./tailnet";

export interface Flow {
  /** The name of a machine. */
  readonly src: string;
  /** `NAME` at its IPv4 address, `NAME/v6`, `ADDRESS by NAME` of a router. */
  readonly dst: string;
  /** Ports and ranges in order: `22`, `80-443`, `*`. */
  readonly tcp?: readonly string[];
  readonly udp?: readonly string[];
  readonly sctp?: readonly string[];
  /** An echo request passes. */
  readonly icmp?: true;
  /** Numbers of further protocols that pass. */
  readonly other?: readonly number[];
  /** Names of application capabilities. */
  readonly caps?: readonly string[];
  /** By login name; `someone-else` for those that no rule names. Only where port 22 is open. */
  readonly ssh?: Readonly<Record<string, SshAction>>;
  /** SSH rules allow a login, and no rule opens port 22. */
  readonly sshWithoutPort?: true;
}

/** `undefined` where nothing is open. */
export function writeFlow(
  policy: PolicyFile,
  everything: boolean,
  source: Source,
  target: Target,
  reached: Reached,
  capabilities: readonly string[],
): Flow | undefined {
  const logins = loginsTo(policy, everything, source, target);
  if (!reached.icmp && capabilities.length === 0 && logins === undefined) return undefined;
  const hasPort22 = reached.tcp.some(({ first, last }) => first <= 22 && 22 <= last);
  const parts = {
    ...(reached.icmp ? { icmp: true as const } : {}),
    ...(reached.tcp.length > 0 ? { tcp: reached.tcp.map(formatPorts) } : {}),
    ...(reached.udp.length > 0 ? { udp: reached.udp.map(formatPorts) } : {}),
    ...(reached.sctp.length > 0 ? { sctp: reached.sctp.map(formatPorts) } : {}),
    ...(reached.other.length > 0 ? { other: reached.other } : {}),
    ...(capabilities.length > 0 ? { caps: [...new Set(capabilities)].sort() } : {}),
    ...(logins === undefined
      ? {}
      : hasPort22
        ? { ssh: logins }
        : { sshWithoutPort: true as const }),
  };
  return { src: source.member.machine.name, dst: target.label, ...parts };
}

const everyLogin: Readonly<Record<string, SshAction>> = { root: "accept", [anybodyElse]: "accept" };

/** The logins that rules allow from one machine to another, asked at the IPv4 address; none: undefined. */
function loginsTo(
  policy: PolicyFile,
  everything: boolean,
  { member, address }: Source,
  { at }: Target,
): Readonly<Record<string, SshAction>> | undefined {
  if (at.kind !== "machine" || address.family !== 4) return undefined;
  if (everything) return everyLogin;
  if (policy.sshRules.length === 0) return undefined;
  const logins = loginsToAsk(policy, member).flatMap((login) => {
    const action = sshAction(policy, member, at.member, login);
    return action === undefined ? [] : [[login, action] as const];
  });
  return logins.length > 0 ? Object.fromEntries(logins) : undefined;
}

function formatPorts({ first, last }: PortRange): string {
  if (first <= 1 && last === allPorts.last) return "*";
  return first === last ? String(first) : `${first}-${last}`;
}
