/** Text from outside, as people may be shown it. */

/** Text without Tailscale's secrets, which start with `tskey-`; the kind may be shown. */
export function withoutSecrets(text: string): string {
  return text.replace(/tskey-([a-z]+)-[A-Za-z0-9_-]+/g, "tskey-$1-[secret]");
}

/** Characters that a terminal would obey, or that nobody sees. */
const controlCharacters = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/**
 * Text from outside, fit to be shown: one line, no control characters (a terminal would obey them), no secrets, not endless.
 */
export function shown(text: string): string {
  const line = withoutSecrets(text.replace(controlCharacters, " ")).replace(/ {2,}/g, " ").trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

/** Data from outside, fit for programs whose output people read: every text in it whole, without control characters and secrets. */
export function readable(value: unknown): unknown {
  if (typeof value === "string") return withoutSecrets(value.replace(controlCharacters, " "));
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [String(readable(name)), readable(member)]),
  );
}
