/** What the engine plans to do with one resource, from whichever file it was read. */

export type Properties = Readonly<Record<string, unknown>>;

/** A place in the program, relative to its folder. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Step {
  /** As the engine names it: `create`, `update`, `replace`, … */
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  /** The arguments before, for what exists. */
  readonly old?: Properties;
  /** The arguments after, for what will exist. */
  readonly new?: Properties;
  /** Where the program makes it, where the engine knows. */
  readonly position?: Position;
}

/** The steps of a file, or why it cannot be used. */
export type Read = { readonly steps: readonly Step[] } | { readonly problem: string };

/** How the engine spells a value that is not known before the deployment (`UnknownStringValue` in the Pulumi SDK). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The member by which the engine marks an encrypted secret in its files (`sdk/go/common/resource/sig`). */
const secretSignature = "4dabf18193072939515e22adb298388d";

/** Whether a value cannot be seen: not known yet, or secret. */
export function isHidden(value: unknown): boolean {
  return (
    value === unknownValue ||
    value === "[secret]" ||
    (typeof value === "object" && value !== null && secretSignature in value)
  );
}

/** Whether something in a value is not known yet, or secret. */
export function holdsHidden(value: unknown): boolean {
  if (isHidden(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsHidden);
}
