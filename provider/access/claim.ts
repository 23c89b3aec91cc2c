/**
 * Names of claims, as the rules of a federated identity write them: a period leads into an object,
 * and a name that has a period itself stands in double quotes, so `user.name` and
 * `"open.id".username`. Source:
 * https://tailscale.com/kb/1581/workload-identity-federation#custom-claim-key-format
 */

/**
 * The way to a claim in a token, the outermost name first; or what is wrong with how it is written.
 */
export type ClaimPath = { readonly path: readonly string[] } | { readonly problem: string };

/** Reads the name of a claim. */
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
    if (part.trim() !== part) return { problem: "has a blank before or after a name" };
    path.push(part);
    rest = rest.slice(whole?.length);
    if (rest === "") return isUnquotedAddress(name, path) ? { problem: unquoted } : { path };
    if (!rest.startsWith("."))
      return { problem: "has a double quote inside of a name: quote the whole name" };
    rest = rest.slice(1);
  }
}

/** The one way to write a claim's name, so that two spellings of one claim are seen to be one. */
export function formatClaim(path: readonly string[]): string {
  return path.map((name) => (/[."\s]/.test(name) ? `"${name}"` : name)).join(".");
}

const unquoted =
  'has periods in its own name, which then stands in double quotes: "\\"https://sts.amazonaws.com/\\".aws_account"';

/**
 * Names that are addresses always have periods, and nobody means to look into an object called
 * `https://sts`.
 */
function isUnquotedAddress(name: string, path: readonly string[]): boolean {
  return /^https?:\/\//.test(name) && path.length > 1;
}
