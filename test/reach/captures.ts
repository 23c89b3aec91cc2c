/** The captures as data; `captures/README.md` says what they are and where they come from. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface CapturedUser {
  readonly name: string;
  /** Empty where the capture does not say. */
  readonly email: string;
  readonly role: string;
}

export interface CapturedMachine {
  readonly name: string;
  readonly ipv4: string;
  readonly ipv6: string;
  readonly tags?: readonly string[];
  readonly user?: string;
  readonly routes?: readonly string[];
  readonly approved?: readonly string[];
}

export interface CapturedFlow {
  readonly src?: string;
  readonly dst?: string;
  readonly from?: readonly string[];
  readonly to?: readonly string[];
  readonly tcp?: readonly string[];
  readonly udp?: readonly string[];
  readonly icmp?: boolean;
  readonly other?: readonly number[];
  readonly caps?: readonly string[];
  readonly ssh?: Readonly<Record<string, "accept" | "check">>;
  readonly sshWithoutPort?: boolean;
}

export interface Accepted {
  readonly id: string;
  readonly policy: Readonly<Record<string, unknown>>;
  readonly users: readonly CapturedUser[];
  readonly machines: readonly CapturedMachine[];
  readonly sshAsked: boolean;
  readonly flows: readonly CapturedFlow[];
}

export interface Refused {
  readonly id: string;
  readonly policy: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly message: string;
}

export const accepted: readonly Accepted[] = readLines("accepted.jsonl");

export const refused: readonly Refused[] = readLines("refused.jsonl");

/** The one domain of the captured tailnet. */
export const domains = ["acme.example"];

function readLines<Line>(name: string): readonly Line[] {
  const path = fileURLToPath(new URL(`captures/${name}`, import.meta.url));
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line); // as `captures/README.md` says
}
