/**
 * The parts of a URN: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. A name may have `::` in it.
 */

/**
 * The resource's own type, without those of its parents; empty if the URN has none.
 * @see https://www.pulumi.com/docs/iac/concepts/resources/names/
 */
export function parseType(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/**
 * The resource's name in the program; the whole URN if it has none.
 * @see https://www.pulumi.com/docs/iac/concepts/resources/names/
 */
export function parseName(urn: string): string {
  return urn.split("::").slice(3).join("::") || urn;
}
