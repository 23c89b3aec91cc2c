/** Makes text from outside safe to show to people. */

import { formatCount } from "./word-list";

/** Text without Tailscale's secrets, which start with `tskey-`; the kind may be shown. */
export function redactSecrets(text: string): string {
  return text.replace(/tskey-([a-z]+)-[A-Za-z0-9_-]+/g, "tskey-$1-[secret]");
}

/** Characters that a terminal would obey, or that nobody sees. */
const unseenCharacters = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+/gu;

/**
 * Text from outside, fit to be shown: one line, no characters that a terminal would obey or nobody
 * would see, no secrets, not endless.
 */
export function sanitize(text: string): string {
  const line = redactSecrets(text.replace(unseenCharacters, " ")).replace(/ {2,}/g, " ").trim();
  return shorten(line, 300);
}

/**
 * `text` without its middle where it is longer than `longest`: beginning and end say what it is. Of
 * what is left out it tells how much that is, and how many `*`, which decide what a pattern
 * matches.
 */
export function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const half = Math.floor(longest / 2);
  const [head, middle, tail] = [text.slice(0, half), text.slice(half, -half), text.slice(-half)];
  const stars = middle.split("*").length - 1;
  const left = `${formatCount(middle.length, "more character")}${stars > 0 ? `, among them ${stars} *` : ""}`;
  // Half a surrogate pair at the seam is no character.
  return `${head}… (${left}) …${tail}`.replace(/\p{Cs}/gu, "\ufffd");
}

/**
 * Data from outside, fit for programs whose output people read: every text in it whole, without
 * control characters and secrets.
 */
export function sanitizeData(value: unknown): unknown {
  if (typeof value === "string") return redactSecrets(value.replace(unseenCharacters, " "));
  if (Array.isArray(value)) return value.map(sanitizeData);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      String(sanitizeData(name)),
      sanitizeData(member),
    ]),
  );
}
