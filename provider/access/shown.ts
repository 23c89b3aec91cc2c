/** Text from outside, as people may be shown it. */

/** Text without Tailscale's secrets, which start with `tskey-`; the kind may be shown. */
export function withoutSecrets(text: string): string {
  return text.replace(/tskey-([a-z]+)-[A-Za-z0-9_-]+/g, "tskey-$1-[secret]");
}

/**
 * Text from outside, fit to be shown: one line, no control characters (a terminal would obey them), no secrets, not endless.
 */
export function shown(text: string): string {
  const line = withoutSecrets(text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " "))
    .replace(/ {2,}/g, " ")
    .trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
