/**
 * What a policy file looks like once its fields are spelled in the usual way.
 * Source: https://tailscale.com/kb/1337/policy-syntax
 */

import { z } from "zod";

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

export const testShape = z.looseObject({
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

export const policyShape = z.looseObject({
  groups: named,
  hosts: z.record(z.string(), z.string()).default({}),
  ipsets: named,
  postures: named,
  defaultSrcPosture: names.default([]),
  tagOwners: named,
  // If both are absent, everything is open.
  acls: z.array(acl).optional(),
  grants: z.array(grant).optional(),
  ssh: z.array(sshRule).default([]),
  nodeAttrs: z
    .array(z.looseObject({ target: names.default([]), ipPool: names.default([]) }))
    .default([]),
  autoApprovers: z
    .looseObject({ routes: named, exitNode: names.default([]), services: named })
    .optional(),
  tests: z.array(testShape).default([]),
  sshTests: z.array(sshTest).default([]),
});

export type Policy = z.infer<typeof policyShape>;
export type Acl = z.infer<typeof acl>;
export type Grant = z.infer<typeof grant>;
export type SshRule = z.infer<typeof sshRule>;
export type PolicyTest = z.infer<typeof testShape>;
export type SshTest = z.infer<typeof sshTest>;

/** The fields of each object, by its place. Go's JSON accepts their names in any case. */
const fields = {
  "": [...Object.keys(policyShape.shape)],
  acls: [...Object.keys(acl.shape)],
  grants: [...Object.keys(grant.shape)],
  ssh: [...Object.keys(sshRule.shape)],
  nodeAttrs: ["target", "attr", "app", "ipPool"],
  autoApprovers: ["routes", "exitNode", "services"],
  tests: [...Object.keys(testShape.shape)],
  sshTests: [...Object.keys(sshTest.shape)],
} as const satisfies Record<string, readonly string[]>;

/** The older spellings of fields. */
const older: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  acls: { users: "src", ports: "dst" },
  tests: { user: "src", allow: "accept" },
};

/** Converts every field to the usual spelling, and removes null values. */
export function spellFields(value: unknown, place: keyof typeof fields): unknown {
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
