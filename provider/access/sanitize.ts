/** Makes text from outside safe to show to people. */

import { formatCount } from "./word-list";

/**
 * Replaces Tailscale's secrets, which start with `tskey-`. The kind of the secret stays visible.
 */
export function redactSecrets(text: string): string {
  return text.replace(/tskey-([a-z]+)-[A-Za-z0-9_-]+/g, "tskey-$1-[secret]");
}

/** Characters that control a terminal, and invisible ones. */
const unseenCharacters = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+/gu;

/**
 * Makes text from outside safe to show: on one line of limited length, without secrets, invisible
 * characters and characters that control a terminal.
 */
export function sanitize(text: string): string {
  const line = redactSecrets(text.replace(unseenCharacters, " ")).replace(/ {2,}/g, " ").trim();
  return shorten(line, 300);
}

/**
 * Removes the middle of a text that is longer than `longest`, because its beginning and end
 * identify it. The result says how many characters are left out and how many of them are `*`,
 * because a `*` decides what a pattern matches.
 */
export function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const half = Math.floor(longest / 2);
  const [head, middle, tail] = [text.slice(0, half), text.slice(half, -half), text.slice(-half)];
  const stars = middle.split("*").length - 1;
  const left = `${formatCount(middle.length, "more character")}${stars > 0 ? `, among them ${stars} *` : ""}`;
  // The cut may leave half a surrogate pair, which is not a character.
  return `${head}… (${left}) …${tail}`.replace(/\p{Cs}/gu, "\ufffd");
}

/**
 * Makes data from outside safe to print for programs: every text stays whole, but loses secrets
 * and control characters.
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
