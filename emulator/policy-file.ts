/**
 * The tailnet policy file: HuJSON, of which `tagOwners` decides who may give which tag, and `tests`
 * say what must hold. Source: https://tailscale.com/kb/1337/policy-syntax
 */

import { createHash } from "node:crypto";
import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import { z } from "zod";
import { describeProblem, firstProblem } from "./schema-problem.js";

export interface PolicyFile {
  /** As it was written, comments included. */
  readonly text: string;
  /** With the quotation marks, as in the ETag header. */
  readonly etag: string;
}

const names = z.array(z.string());

const rule = z.looseObject({
  action: z.string().optional(),
  src: names.default([]),
  dst: names.default([]),
});

const test = z.looseObject({ src: z.string(), accept: names.optional(), deny: names.optional() });

const policyShape = z.looseObject({
  groups: z.record(z.string(), names).default({}),
  tagOwners: z.record(z.string(), names).default({}),
  acls: z.array(rule).default([]),
  tests: z.array(test).default([]),
});

export type Policy = z.infer<typeof policyShape>;
export type PolicyTest = z.infer<typeof test>;

/** A failing test, as the API reports it: for whom, and what went wrong. */
export interface TestFailure {
  readonly user: string;
  readonly errors: readonly string[];
}

/** No policy file needs more, and the parser calls itself for each. */
const deepest = 100;

/**
 * Whether brackets are open within each other too often; those in texts and comments count as well,
 * which errs on the safe side.
 */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const sign of text) {
    if (sign === "[" || sign === "{") depth++;
    else if (sign === "]" || sign === "}") depth--;
    if (depth > deepest) return true;
  }
  return false;
}

/** The policy in `text`, or what is wrong with it. */
export function parsePolicy(text: string): { policy: Policy } | { problem: string } {
  if (isTooDeep(text)) return { problem: `more than ${deepest} levels of brackets` };
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined) {
    const line = text.slice(0, error.offset).split("\n").length;
    return { problem: `line ${line}: ${printParseErrorCode(error.error)}` };
  }
  const shaped = policyShape.safeParse(value, { error: describeProblem });
  if (!shaped.success) return { problem: firstProblem(shaped.error, "policy") };
  const wrongTag = Object.keys(shaped.data.tagOwners).find(
    (name) => !/^tag:[A-Za-z][A-Za-z0-9-]*$/.test(name),
  );
  if (wrongTag !== undefined) return { problem: `tagOwners: "${wrongTag}" is not a valid tag` };
  const undefinedTag = shaped.data.acls
    .flatMap(({ src }) => src)
    .find((name) => name.startsWith("tag:") && !Object.hasOwn(shaped.data.tagOwners, name));
  // As measured: `fact: validate-answers`.
  if (undefinedTag !== undefined) return { problem: `src=tag not found: "${undefinedTag}"` };
  return { policy: shaped.data };
}

/** The tests in an array of them, or what is wrong with it. */
export function parseTests(text: string): { tests: PolicyTest[] } | { problem: string } {
  if (isTooDeep(text)) return { problem: `more than ${deepest} levels of brackets` };
  const shaped = z
    .array(test)
    .safeParse(parse(text, [], { allowTrailingComma: true }), { error: describeProblem });
  return shaped.success
    ? { tests: shaped.data }
    : { problem: firstProblem(shaped.error, "the list of tests") };
}

export function policyFile(text: string): PolicyFile {
  return { text, etag: `"${createHash("sha256").update(text).digest("hex")}"` };
}

/**
 * What a new tailnet starts with: everything may talk to everything, and a few tags that admins may
 * give.
 */
export const freshPolicy = `{
  // Who may give which tag: nobody is named, so admins only.
  "tagOwners": {
    "tag:ci": [],
    "tag:dev": [],
    "tag:k8s": [],
    "tag:prod": [],
    "tag:server": [],
  },
  "acls": [{ "action": "accept", "src": ["*"], "dst": ["*:*"] }],
}
`;

/**
 * The tests that fail. Sources and destinations are compared by name, with groups and \`*\`: enough
 * to try a policy file with.
 */
export function failingTests(policy: Policy, tests: readonly PolicyTest[]): TestFailure[] {
  return tests.flatMap(({ src, accept = [], deny = [] }) => {
    const errors = [
      ...accept
        .filter((dst) => !reaches(policy, src, dst))
        .map((dst) => `address "${dst}": want: Accept, got: Drop`),
      ...deny
        .filter((dst) => reaches(policy, src, dst))
        .map((dst) => `address "${dst}": want: Drop, got: Accept`),
    ];
    return errors.length > 0 ? [{ user: src, errors }] : [];
  });
}

function reaches(policy: Policy, source: string, destination: string): boolean {
  const [host, port] = hostAndPort(destination);
  return policy.acls.some(
    (rule) =>
      rule.src.some((name) => isMember(policy, name, source)) &&
      rule.dst.some((target) => {
        const [allowedHost, allowedPorts] = hostAndPort(target);
        return isMember(policy, allowedHost, host) && opens(allowedPorts, port);
      }),
  );
}

function isMember(policy: Policy, name: string, who: string): boolean {
  return (
    name === "*" ||
    name === who ||
    (policy.groups[name]?.includes(who) ?? false) ||
    (name === "autogroup:member" && who.includes("@"))
  );
}

function hostAndPort(text: string): [string, string] {
  const colon = text.lastIndexOf(":");
  return colon < 0 ? [text, "*"] : [text.slice(0, colon), text.slice(colon + 1)];
}

function opens(allowed: string, port: string): boolean {
  return allowed.split(",").some((part) => {
    const [from, to = from] = part.split("-");
    return part === "*" || (Number(from) <= Number(port) && Number(port) <= Number(to));
  });
}
