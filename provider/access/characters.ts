/** Characters that a reader cannot see, or could mistake for others. */

/** Control, format and ignorable characters. Text that contains one is not what it looks like. */
const invisible = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** The invisible characters in `text`, without duplicates, as `"U+200B"`. */
export function findInvisible(text: string): string[] {
  return [...new Set([...text.matchAll(invisible)].map(([character]) => nameCharacter(character)))];
}

function nameCharacter(character: string): string {
  return `U+${getCodePoint(character).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Escapes everything in `text` outside printable ASCII, as in `"repo:\u{430}cme/app"`. */
export function escapeToAscii(text: string): string {
  return text.replace(/[^ -~]/gu, (character) => `\\u{${getCodePoint(character).toString(16)}}`);
}

function getCodePoint(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/**
 * An issuer in a form that is safe to show. A plain ASCII issuer stays unchanged, because its case
 * is significant. Otherwise the host is in punycode, the user name is left out, and everything else
 * is escaped to ASCII.
 */
export function escapeIssuer(issuer: string): string {
  const isPlain = escapeToAscii(issuer) === issuer && !hasUserInformation(issuer);
  if (isPlain || !URL.canParse(issuer)) return escapeToAscii(issuer);
  const { protocol, host } = new URL(issuer);
  const rest = /^[^/\\]*[/\\]*[^/\\?#]*(.*)$/su.exec(issuer)?.[1] ?? "";
  return `${protocol}//${host}${escapeToAscii(rest)}`;
}

/**
 * Whether an issuer has a user name before its host, as in
 * `"https://issuer.example.com@elsewhere.example"`.
 */
export function hasUserInformation(issuer: string): boolean {
  // A parsed URL drops an empty user name: `https://@host`.
  return URL.canParse(issuer) && /^[^/\\]*[/\\]*[^/\\?#]*@/su.test(issuer);
}
