/**
 * Schemas of arguments that several resources take: what is valid, its normal form, and what to
 * write instead of an invalid value.
 */

import { z } from "zod";
import { describeType } from "../../access/form-mismatch";

export const createTextSchema = (what: string) =>
  z.string({ error: (issue) => `expected ${what}, got ${describeType(issue.input)}` });

/** A list whose order does not matter: it is sorted, and a duplicate member is refused. */
export function createSetSchema(member: z.ZodType<string, string>, what: string) {
  return z
    .array(member, {
      error: (issue) => `expected a list, for example ${what}, got ${describeType(issue.input)}`,
    })
    .superRefine((members, context) => {
      members.forEach((name, index) => {
        if (members.indexOf(name) < index) {
          context.addIssue({
            code: "custom",
            path: [index],
            message: `"${name}" is listed twice: leave one out`,
          });
        }
      });
    })
    .transform((members) => [...members].sort());
}

/**
 * The API's form of a tag (https://tailscale.com/kb/1068/tags): a letter first, then letters,
 * digits and hyphens.
 */
const tag = createTextSchema('a tag such as "tag:ci"').superRefine((name, context) => {
  if (/^tag:[A-Za-z][A-Za-z0-9-]*$/.test(name)) return;
  const message = name.startsWith("tag:")
    ? `"${name}" is not a valid tag: after "tag:" comes a letter, then letters, digits and hyphens`
    : `"${name}" is not a valid tag: tags start with "tag:". ${/^[A-Za-z][A-Za-z0-9-]*$/.test(name) ? `Write "tag:${name}".` : 'Write it like "tag:ci".'}`;
  context.addIssue({ code: "custom", message });
});

export const tags = createSetSchema(tag, '["tag:ci"]').optional();

/**
 * The API's rule for descriptions: at most 50 letters, digits, hyphens and spaces
 * (https://tailscale.com/api#tag/keys); it also accepts underscores (fact: description-characters).
 */
export const description = createTextSchema("a string")
  .superRefine((words, context) => {
    const length = [...words].length;
    if (length > 50) {
      context.addIssue({
        code: "custom",
        message: `it has ${length} characters, and the API accepts at most 50. Shorten it by ${length - 50}.`,
      });
    }
    const wrong = [
      ...new Set([...words].filter((character) => !/[\p{L}\p{M}\p{N} _-]/u.test(character))),
    ];
    if (wrong.length > 0) {
      context.addIssue({
        code: "custom",
        message: `the API takes letters, digits, hyphens, underscores and spaces only: leave out ${wrong.map((character) => JSON.stringify(character)).join(" ")}`,
      });
    }
  })
  .optional();

export const flag = z
  .boolean({ error: (issue) => `expected true or false, got ${describeType(issue.input)}` })
  .default(false);

export const recreation = z
  .enum(["always", "never"], { error: 'write "always" or "never"' })
  .optional();

export const connection = createTextSchema("the name of a connection").optional();

/** A whole number; a change replaces the credential. */
export const generation = z
  .int({ error: (issue) => `expected a whole number, got ${describeType(issue.input)}` })
  .optional();
