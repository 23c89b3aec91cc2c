/** Characters that a reader cannot see, or could take for others. */

/**
 * Controls, formats, and what is ignorable: text that has one of them is not what it looks like.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** The characters in `text` that nobody sees, as `"U+200B"`, each once. */
export function findInvisible(text: string): string[] {
  return [...new Set([...text.matchAll(invisible)].map(([character]) => nameCharacter(character)))];
}

function nameCharacter(character: string): string {
  return `U+${getCodePoint(character).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** `text` with everything outside printable ASCII as an escape, as in `"repo:\u{430}cme/app"`. */
export function escapeToAscii(text: string): string {
  return text.replace(/[^ -~]/gu, (character) => `\\u{${getCodePoint(character).toString(16)}}`);
}

function getCodePoint(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/**
 * An issuer as it may be shown: as it is where that is plain, for the case of its letters counts.
 * Else its host as the network has it (other letters in punycode), without a user's name, and
 * everything else in ASCII.
 */
export function escapeIssuer(issuer: string): string {
  const isPlain = escapeToAscii(issuer) === issuer && !hasUserInformation(issuer);
  if (isPlain || !URL.canParse(issuer)) return escapeToAscii(issuer);
  const { protocol, host } = new URL(issuer);
  const rest = /^[^/\\]*[/\\]*[^/\\?#]*(.*)$/su.exec(issuer)?.[1] ?? "";
  return `${protocol}//${host}${escapeToAscii(rest)}`;
}

/**
 * Whether an issuer has a user's name before its host, as in
 * `"https://issuer.example.com@elsewhere.example"`.
 */
export function hasUserInformation(issuer: string): boolean {
  // A parsed URL leaves out an empty one: `https://@host`.
  return URL.canParse(issuer) && /^[^/\\]*[/\\]*[^/\\?#]*@/su.test(issuer);
}
