/**
 * The parts of a URN: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. A name may have `::` in it.
 */

/** The type of the resource itself, without those of its parents; empty where there is none. */
export function parseType(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** The name that a program gave the resource, or the whole URN where it has none. */
export function parseName(urn: string): string {
  return urn.split("::").slice(3).join("::") || urn;
}
