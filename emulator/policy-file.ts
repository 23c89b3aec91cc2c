/**
 * The tailnet policy file: HuJSON, of which `tagOwners` decides who may give which tag, and `tests`
 * say what must hold. Source: https://tailscale.com/kb/1337/policy-syntax
 */

import { createHash } from "node:crypto";
import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import { z } from "zod";
import { refusePolicy } from "./policy-refusals.js";
import { describeProblem, firstProblem } from "./schema-problem.js";

export interface PolicyFile {
  /** As it was written, comments included. */
  readonly text: string;
  /** With the quotation marks, as in the ETag header. */
  readonly etag: string;
}

const names = z.array(z.string());

const acl = z.looseObject({
  action: z.string().optional(),
  src: names.default([]),
  dst: names.default([]),
  proto: z.string().optional(),
  srcPosture: names.default([]),
});

const grant = z.looseObject({
  src: names.default([]),
  dst: names.default([]),
  ip: names.default([]),
  app: z.record(z.string(), z.unknown()).default({}),
  srcPosture: names.default([]),
  via: names.default([]),
});

const sshRule = z.looseObject({
  action: z.string().optional(),
  src: names.default([]),
  dst: names.default([]),
  users: names.default([]),
  acceptEnv: names.default([]),
  checkPeriod: z.string().optional(),
  srcPosture: names.default([]),
});

const attributeValue = z.union([z.string(), z.number(), z.boolean()]);

const test = z.looseObject({
  src: z.string().default(""),
  proto: z.string().optional(),
  accept: names.optional(),
  deny: names.optional(),
  srcPostureAttrs: z.record(z.string(), attributeValue).default({}),
});

const sshTest = z.looseObject({
  src: z.string().default(""),
  dst: names.default([]),
  accept: names.default([]),
  check: names.default([]),
  deny: names.default([]),
});

const named = z.record(z.string(), names).default({});

const policyShape = z.looseObject({
  groups: named,
  hosts: z.record(z.string(), z.string()).default({}),
  ipsets: named,
  postures: named,
  defaultSrcPosture: names.default([]),
  tagOwners: named,
  // Whether they are there at all decides whether everything is open.
  acls: z.array(acl).optional(),
  grants: z.array(grant).optional(),
  ssh: z.array(sshRule).default([]),
  nodeAttrs: z
    .array(z.looseObject({ target: names.default([]), ipPool: names.default([]) }))
    .default([]),
  autoApprovers: z
    .looseObject({ routes: named, exitNode: names.default([]), services: named })
    .optional(),
  tests: z.array(test).default([]),
  sshTests: z.array(sshTest).default([]),
});

export type Policy = z.infer<typeof policyShape>;
export type Acl = z.infer<typeof acl>;
export type Grant = z.infer<typeof grant>;
export type SshRule = z.infer<typeof sshRule>;
export type PolicyTest = z.infer<typeof test>;
export type SshTest = z.infer<typeof sshTest>;

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

/** Objects whose members are fields, which Go's JSON reads in any case, by where they are. */
const fields = {
  "": [...Object.keys(policyShape.shape)],
  acls: [...Object.keys(acl.shape)],
  grants: [...Object.keys(grant.shape)],
  ssh: [...Object.keys(sshRule.shape)],
  nodeAttrs: ["target", "attr", "app", "ipPool"],
  autoApprovers: ["routes", "exitNode", "services"],
  tests: [...Object.keys(test.shape)],
  sshTests: [...Object.keys(sshTest.shape)],
} as const satisfies Record<string, readonly string[]>;

/** The older spellings of fields. */
const older: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  acls: { users: "src", ports: "dst" },
  tests: { user: "src", allow: "accept" },
};

/** The file with every field in the usual spelling; what is null is not there. */
function spellFields(value: unknown, place: keyof typeof fields): unknown {
  if (Array.isArray(value)) return value.map((item) => spellFields(item, place));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => {
      if (member === null) return [];
      const known = fields[place].find((name) => name.toLowerCase() === key.toLowerCase());
      const name = known ?? older[place]?.[key.toLowerCase()] ?? key;
      const isPlace = place === "" && Object.hasOwn(fields, name);
      // `name` is one of the places, as just looked up.
      return [[name, isPlace ? spellFields(member, name as keyof typeof fields) : member]];
    }),
  );
}

/** The policy in `text`, or why Tailscale refuses it. */
export function parsePolicy(text: string): { policy: Policy } | { problem: string } {
  const read = readPolicy(text);
  if ("problem" in read) return read;
  const problem = refusePolicy(read.policy);
  return problem === undefined ? read : { problem };
}

/** The policy in `text`, which was accepted before, or what has no form. */
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
    : { problem: firstProblem(shaped.error, "policy") };
}

/** The tests in an array of them, or what is wrong with it. */
export function parseTests(text: string): { tests: PolicyTest[] } | { problem: string } {
  if (isTooDeep(text)) return { problem: `more than ${deepest} levels of brackets` };
  const shaped = z
    .array(test)
    .safeParse(spellFields(parse(text, [], { allowTrailingComma: true }), "tests"), {
      error: describeProblem,
    });
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
