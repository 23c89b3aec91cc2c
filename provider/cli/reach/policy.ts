/** The policy file that a question is about: where it comes from, and what is wrong with it. */

import type { Place, PolicyFile } from "../../policy-file/model";
import { readPolicyFile } from "../../policy-file/read";
import type { Tailnet } from "../../policy-file/tailnet";
import { runTests } from "../../policy-file/tests";
import { CommandFailure } from "../failure";

export interface KnownPolicy {
  /** What messages call it: a file's path, or "the tailnet's policy file". */
  readonly name: string;
  readonly text: string;
  /** The path, if it is a file. */
  readonly path?: string;
  /** Whether the tailnet uses it, so Tailscale has accepted it. */
  readonly isDeployed?: boolean;
  /** The tailnet's domains, if the user gave them. */
  readonly domains?: readonly string[];
}

/** Parses a policy file, or returns why Tailscale would refuse it. */
export function parsePolicy(
  { text, isDeployed = false, domains: given }: KnownPolicy,
  tailnet?: Tailnet,
): { readonly policy: PolicyFile } | { readonly rejected: string; readonly place: Place } {
  const domains = given ?? (tailnet && findDomains(tailnet));
  const reading = readPolicyFile(text, { isDeployed, ...(domains && { domains }) });
  if (!("policy" in reading)) {
    const [first] = reading.refused;
    const place = first?.place ?? { section: "", path: "", line: 1, column: 1 };
    return { rejected: first?.reason ?? "it is not a policy file", place };
  }
  const failing = runTests(reading.policy, tailnet).find(({ outcome }) => outcome === "fails");
  if (failing === undefined) return { policy: reading.policy };
  return { rejected: "test(s) failed", place: failing.place };
}

/** The domain of the tailnet is that of its owner; undefined if no owner is known. */
function findDomains({ users }: Tailnet): readonly string[] | undefined {
  const owners = users.filter(({ role, email }) => role === "owner" && email.includes("@"));
  return owners.length === 0
    ? undefined
    : owners.map(({ email }) => email.slice(email.lastIndexOf("@") + 1));
}

/** Parses a policy file. @throws CommandFailure that names the place if it is invalid */
export function requirePolicy(known: KnownPolicy, tailnet?: Tailnet): PolicyFile {
  const read = parsePolicy(known, tailnet);
  if ("policy" in read) return read.policy;
  throw new CommandFailure(
    `Tailscale would refuse ${known.name}: ${read.rejected} (${read.place.path || "the file"}, line ${read.place.line}).\n  Correct it first: reach cannot be computed from an invalid policy file.`,
  );
}
