/**
 * Names of claims in the rules of a federated identity. A period selects a member of an object, and
 * a name that contains a period is put in double quotes: `user.name` and `"open.id".username`.
 * Source: https://tailscale.com/kb/1581/workload-identity-federation#custom-claim-key-format
 */

/** The path to a claim in a token, outermost name first; or what is wrong with the written name. */
export type ClaimPath = { readonly path: readonly string[] } | { readonly problem: string };

/** Parses the name of a claim. */
export function parseClaim(name: string): ClaimPath {
  const path: string[] = [];
  let rest = name;
  for (;;) {
    const [whole, quoted, plain] = /^(?:"([^"]*)"|([^".]*))/.exec(rest) ?? [];
    const part = quoted ?? plain ?? "";
    if (quoted === undefined && rest.startsWith('"'))
      return { problem: "has a double quote that does not end" };
    if (part === "") {
      if (quoted !== undefined) return { problem: "has double quotes with nothing between them" };
      const isEmpty = path.length === 0 && rest === "";
      return { problem: isEmpty ? "is empty" : "has a period with no name before or after it" };
    }
    if (part.trim() !== part) return { problem: "has a space before or after a name" };
    path.push(part);
    rest = rest.slice(whole?.length);
    if (rest === "") return isUnquotedAddress(name, path) ? { problem: unquoted } : { path };
    if (!rest.startsWith("."))
      return { problem: "has a double quote inside of a name: quote the whole name" };
    rest = rest.slice(1);
  }
}

/** The normal form of a claim's name, so that two spellings of the same claim compare as equal. */
export function formatClaim(path: readonly string[]): string {
  return path.map((name) => (/[."\s]/.test(name) ? `"${name}"` : name)).join(".");
}

const unquoted =
  'has periods in its own name, which then stands in double quotes: "\\"https://sts.amazonaws.com/\\".aws_account"';

/**
 * A name that is an address always contains periods, and nobody means a member of an object called
 * `https://sts`.
 */
function isUnquotedAddress(name: string, path: readonly string[]): boolean {
  return /^https?:\/\//.test(name) && path.length > 1;
}
