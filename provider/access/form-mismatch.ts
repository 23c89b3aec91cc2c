/** Says where data from outside has the wrong form: what was expected there, and what was found. */

/** A problem as zod reports it. This folder does not import zod. */
interface Issue {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly expected?: string;
  readonly keys?: readonly string[];
}

const expectedTypes: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  number: "a number",
  object: "an object",
  record: "an object",
  string: "a string",
};

/** The type of a value, without the value itself, which may be long or secret. */
export function describeType(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/**
 * Describes the first problem of `content`, without any of its values.
 * @example "deployment.resources.0.urn: expected a string, got a number"
 */
export function describeFormMismatch(issues: readonly Issue[], content: unknown): string {
  const [issue] = issues;
  const path = issue?.path ?? [];
  const place = path.length === 0 ? "" : `${path.join(".")}: `;
  if (issue?.code === "unrecognized_keys")
    return `${place}it has a member that is not known: ${(issue.keys ?? []).join(", ")}`;
  if (issue?.code === "invalid_key") return `${place}this member is not known`;
  if (issue?.code === "too_small") return `${place}it is empty`;
  const found = describeType(getMember(content, path));
  const expected = expectedTypes[issue?.expected ?? ""] ?? "another value";
  return `${place}expected ${expected}, got ${found}`;
}

function getMember(content: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined,
    content,
  );
}
