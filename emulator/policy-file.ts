/**
 * The tailnet policy file in HuJSON. Its `tagOwners` decide who may give which tag, and its `tests`
 * must pass. Source: https://tailscale.com/kb/1337/policy-syntax
 */

import { createHash } from "node:crypto";
import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import { z } from "zod";
import { refusePolicy } from "./policy-refusals.js";
import {
  type Policy,
  type PolicyTest,
  policyShape,
  spellFields,
  testShape,
} from "./policy-shape.js";
import { describeFirstProblem, describeProblem } from "./schema-problem.js";

export interface PolicyFile {
  /** As it was written, comments included. */
  readonly text: string;
  /** With the quotation marks, as in the ETag header. */
  readonly etag: string;
}

/** No policy file needs deeper nesting, and the parser recurses for each level. */
const deepest = 100;

/**
 * Whether brackets are nested too deeply. Those in strings and comments count, too, which errs on
 * the safe side.
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

/** The policy in `text`, or why Tailscale refuses it. */
export function parsePolicy(text: string): { policy: Policy } | { problem: string } {
  const read = readPolicy(text);
  if ("problem" in read) return read;
  const problem = refusePolicy(read.policy);
  return problem === undefined ? read : { problem };
}

/** The policy in `text`, which was accepted before; or what is wrong with its form. */
export function readPolicy(text: string): { policy: Policy } | { problem: string } {
  if (isTooDeep(text)) return { problem: `more than ${deepest} levels of brackets` };
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined) {
    const line = text.slice(0, error.offset).split("\n").length;
    return { problem: `line ${line}: ${printParseErrorCode(error.error)}` };
  }
  const shaped = policyShape.safeParse(spellFields(value, ""), { error: describeProblem });
  return shaped.success
    ? { policy: shaped.data }
    : { problem: describeFirstProblem(shaped.error, "policy") };
}

/** The tests in an array of them, or what is wrong with it. */
export function parseTests(text: string): { tests: PolicyTest[] } | { problem: string } {
  if (isTooDeep(text)) return { problem: `more than ${deepest} levels of brackets` };
  const shaped = z
    .array(testShape)
    .safeParse(spellFields(parse(text, [], { allowTrailingComma: true }), "tests"), {
      error: describeProblem,
    });
  return shaped.success
    ? { tests: shaped.data }
    : { problem: describeFirstProblem(shaped.error, "the list of tests") };
}

export function createPolicyFile(text: string): PolicyFile {
  return { text, etag: `"${createHash("sha256").update(text).digest("hex")}"` };
}

/**
 * The policy file of a new tailnet: everything may reach everything, and admins may give a few
 * tags.
 */
export const freshPolicy = `{
  // Nobody is named as an owner, so only admins may give these tags.
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
