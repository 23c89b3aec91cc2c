/**
 * The options of a rule, in code or in the file of `--policy-pack-config`. One schema checks both,
 * and the engine checks the file against it.
 */

import type { PolicyConfigSchema } from "@pulumi/policy";
import { z } from "zod";
import { type Duration, parseDuration } from "../access/lifetime";
import { parseUrnPattern } from "./urn-pattern";

const length = z
  .union([z.string(), z.number()], { error: describeLength })
  .refine((given) => (parseDuration(given) ?? 0) > 0, { error: describeLength });

function describeLength({ input }: { readonly input?: unknown | undefined }): string {
  return `${JSON.stringify(input)} is not a duration. Write it like "30d" or "12h"`;
}

const reason = z
  .string({ error: "the reason is missing. Write a sentence that says why" })
  .regex(/\S/, { error: "the reason is missing. Write a sentence that says why" });

const until = z.iso.date({
  error: ({ input }) =>
    `${JSON.stringify(input)} is not a date. Write until as the last day, like "2027-03-31"`,
});

const nameIt = "name the resource and the scope";

const urn = z.string({ error: `${nameIt}: the urn is missing` }).superRefine((text, context) => {
  const read = parseUrnPattern(text);
  if ("problem" in read) context.addIssue({ code: "custom", message: `the urn ${read.problem}` });
});

/** The message for members that do not exist. */
function describeUnrecognized(instead: string) {
  return (issue: { readonly code?: string; readonly keys?: readonly string[] }) =>
    issue.code === "unrecognized_keys"
      ? `there is no ${(issue.keys ?? []).map((key) => `"${key}"`).join(", ")}. ${instead}`
      : instead;
}

const exemption = z.strictObject(
  { urn, reason, until },
  { error: describeUnrecognized('Write { urn: "…", reason: "…", until: "2027-03-31" }') },
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
    error: describeUnrecognized(
      'A name alone would match resources of every project. Write { urn: "…", scope: "…", reason: "…", until: "2027-03-31" }',
    ),
  },
);

const texts = (what: string) =>
  z.array(z.string({ error: `give ${what} as strings` }), { error: `give ${what} as a list` });

const allowance = z.strictObject(
  {
    project: z.string().optional(),
    stack: z.string().optional(),
    tags: texts("the tags"),
    scopes: texts("the scopes"),
  },
  { error: describeUnrecognized('Write { project: "…", stack: "…", tags: […], scopes: […] }') },
);

const none = z.strictObject({}, { error: describeUnrecognized("The rule takes only its level") });

const lengthOnly = z.strictObject(
  { longest: length.optional() },
  { error: describeUnrecognized('The rule takes { longest: "30d" }') },
);

/** The options of each rule, besides its level. */
export const schemas = {
  "no-all-scope": none,
  "administrators-by-exception": z.strictObject(
    {
      exceptions: z.array(exception, { error: "give the exceptions as a list" }).optional(),
    },
    { error: describeUnrecognized("The rule takes { exceptions: […] }") },
  ),
  "auth-key-expiry": lengthOnly,
  "reusable-keys-are-ephemeral": none,
  "preauthorized-keys-are-tagged": none,
  "description-required": none,
  "allowed-tags-and-scopes": z.strictObject(
    { table: z.array(allowance, { error: "give the table as a list of rows" }).optional() },
    { error: describeUnrecognized("The rule takes { table: […] }") },
  ),
  "subject-names-its-owner": none,
  "clients-rotate": lengthOnly,
  "only-known-code": z.strictObject(
    {
      exceptions: z.array(exemption, { error: "give the exceptions as a list" }).optional(),
    },
    { error: describeUnrecognized("The rule takes { exceptions: […] }") },
  ),
  "reach-denied": z.strictObject(
    {
      policy: z.string({ error: "give the policy file's text" }).optional(),
      targets: texts("the targets").optional(),
      exceptions: z.array(exemption, { error: "give the exceptions as a list" }).optional(),
    },
    {
      error: describeUnrecognized("The rule takes { policy: …, targets: […], exceptions: […] }"),
    },
  ),
} as const;

export type RuleName = keyof typeof schemas;

/** The options of one rule. */
export type Options<Name extends RuleName> = z.output<(typeof schemas)[Name]>;

/**
 * The options of a rule. Each option in the file overrides the one in code.
 * @throws Error that names the place, if an option is wrong
 */
export function readOptions<Name extends RuleName>(
  rule: Name,
  inCode: object,
  inFile: object = {},
): Options<Name> {
  const result = schemas[rule].safeParse({ ...inCode, ...inFile });
  // TypeScript cannot tell which schema belongs to a generic name.
  if (result.success) return result.data as Options<Name>;
  const [issue] = result.error.issues;
  const place = formatPlace(issue?.path ?? []);
  throw new Error(`${rule}: ${place === "" ? "" : `${place}: `}${issue?.message ?? ""}.`);
}

/** The place of a wrong entry, as `exceptions[0]`; the message says which member. */
function formatPlace(path: readonly PropertyKey[]): string {
  const last = path.findLastIndex((step) => typeof step === "number");
  return path
    .slice(0, last + 1)
    .map((step) => (typeof step === "number" ? `[${step}]` : String(step)))
    .join("");
}

/** A rule's options as JSON Schema draft 7, which the engine expects. */
export function makeConfigSchema(
  rule: RuleName,
  defaults: { readonly longest?: Duration | undefined },
): PolicyConfigSchema {
  const { properties = {} } = z.toJSONSchema(schemas[rule], { target: "draft-7", io: "input" });
  // For a duration, our own message says more than the engine's ("must validate at least one
  // schema").
  const { longest } = defaults;
  const withLength = longest !== undefined && { longest: { type: lengthTypes, default: longest } };
  // Both are JSON Schema; zod's type allows more than the engine's.
  return { properties: { ...(properties as PolicyConfigSchema["properties"]), ...withLength } };
}

const lengthTypes: ("string" | "integer")[] = ["string", "integer"];
