/**
 * What a rule of the pack can be told, in code or in the file of `--policy-pack-config`: one schema checks both, and is what the
 * engine holds the file against.
 */

import type { PolicyConfigSchema } from "@pulumi/policy";
import { z } from "zod";
import { type Duration, seconds } from "../access/lifetime";
import { urnPattern } from "./urn-pattern";

const length = z
  .union([z.string(), z.number()], { error: notALength })
  .refine((given) => (seconds(given) ?? 0) > 0, { error: notALength });

function notALength({ input }: { readonly input?: unknown | undefined }): string {
  return `${JSON.stringify(input)} is no length of time. Write it like "30d" or "12h"`;
}

const reason = z
  .string({ error: "the reason is missing. Write in a sentence why" })
  .regex(/\S/, { error: "the reason is missing. Write in a sentence why" });

const until = z.iso.date({
  error: ({ input }) =>
    `${JSON.stringify(input)} is no day. Write the last one as until, like "2027-03-31"`,
});

const nameIt = "name the resource and the scope";

const urn = z.string({ error: `${nameIt}: the urn is missing` }).superRefine((text, context) => {
  const read = urnPattern(text);
  if ("problem" in read) context.addIssue({ code: "custom", message: `the urn ${read.problem}` });
});

/** What is said of members that there are not. */
function unrecognized(instead: string) {
  return (issue: { readonly code?: string; readonly keys?: readonly string[] }) =>
    issue.code === "unrecognized_keys"
      ? `there is no ${(issue.keys ?? []).map((key) => `"${key}"`).join(", ")}. ${instead}`
      : instead;
}

const exemption = z.strictObject(
  { urn, reason, until },
  { error: unrecognized('Write { urn: "…", reason: "…", until: "2027-03-31" }') },
);

const exception = z.strictObject(
  {
    urn,
    scope: z
      .string({ error: `${nameIt}: the scope is missing` })
      .min(1, { error: `${nameIt}: the scope is empty` }),
    reason,
    until,
  },
  {
    error: unrecognized(
      'A name alone would mean resources of every project. Write { urn: "…", scope: "…", reason: "…", until: "2027-03-31" }',
    ),
  },
);

const texts = (what: string) =>
  z.array(z.string({ error: `give ${what} as texts` }), { error: `give ${what} as a list` });

const allowance = z.strictObject(
  {
    project: z.string().optional(),
    stack: z.string().optional(),
    tags: texts("the tags"),
    scopes: texts("the scopes"),
  },
  { error: unrecognized('Write { project: "…", stack: "…", tags: […], scopes: […] }') },
);

const none = z.strictObject({}, { error: unrecognized("The rule takes nothing but its level") });

const lengthOnly = z.strictObject(
  { longest: length.optional() },
  { error: unrecognized('The rule takes { longest: "30d" }') },
);

/** What each rule takes beside its level. */
export const schemas = {
  "no-all-scope": none,
  "administrators-by-exception": z.strictObject(
    {
      exceptions: z.array(exception, { error: "give the exceptions as a list" }).optional(),
    },
    { error: unrecognized("The rule takes { exceptions: […] }") },
  ),
  "auth-key-expiry": lengthOnly,
  "reusable-keys-are-ephemeral": none,
  "preauthorized-keys-are-tagged": none,
  "description-required": none,
  "allowed-tags-and-scopes": z.strictObject(
    { table: z.array(allowance, { error: "give the table as a list of rows" }).optional() },
    { error: unrecognized("The rule takes { table: […] }") },
  ),
  "subject-names-its-owner": none,
  "clients-rotate": lengthOnly,
  "only-known-code": z.strictObject(
    {
      exceptions: z.array(exemption, { error: "give the exceptions as a list" }).optional(),
    },
    { error: unrecognized("The rule takes { exceptions: […] }") },
  ),
} as const;

export type RuleName = keyof typeof schemas;

/** What a rule takes, by its name. */
export type Options<Name extends RuleName> = z.output<(typeof schemas)[Name]>;

/**
 * What a rule is told: what the file says takes the place of what the code says, option by option.
 * @throws Error where something of it is wrong, with the place
 */
export function optionsOf<Name extends RuleName>(
  rule: Name,
  inCode: object,
  inFile: object = {},
): Options<Name> {
  const result = schemas[rule].safeParse({ ...inCode, ...inFile });
  // TypeScript loses which schema a name that is not known yet stands for.
  if (result.success) return result.data as Options<Name>;
  const [issue] = result.error.issues;
  const place = placeOf(issue?.path ?? []);
  throw new Error(`${rule}: ${place === "" ? "" : `${place}: `}${issue?.message ?? ""}.`);
}

/** The place of what is wrong in a list, as `exceptions[0]`: which member it is the message says. */
function placeOf(path: readonly PropertyKey[]): string {
  const last = path.findLastIndex((step) => typeof step === "number");
  return path
    .slice(0, last + 1)
    .map((step) => (typeof step === "number" ? `[${step}]` : String(step)))
    .join("");
}

/** A rule's options as the engine takes them: JSON Schema, draft 7. */
export function configSchemaOf(
  rule: RuleName,
  defaults: { readonly longest?: Duration | undefined },
): PolicyConfigSchema {
  const { properties = {} } = z.toJSONSchema(schemas[rule], { target: "draft-7", io: "input" });
  // Of a length of time our own message says more than the engine's ("must validate at least one schema").
  const { longest } = defaults;
  const withLength = longest !== undefined && { longest: { type: lengthTypes, default: longest } };
  // Both are JSON Schema; zod's type allows more than the engine's.
  return { properties: { ...(properties as PolicyConfigSchema["properties"]), ...withLength } };
}

const lengthTypes: ("string" | "integer")[] = ["string", "integer"];
