/**
 * Patterns in which `*` stands for any characters, as in a federated identity's subject and claim
 * rules (https://tailscale.com/api).
 */

/**
 * Whether `wide` matches everything that `narrow` matches. The answer is exact: a character that
 * is in neither pattern can stand for whatever the stars of `narrow` match.
 */
export function isWithin(narrow: string, wide: string): boolean {
  return matches(wide, narrow.replaceAll("*", findUnusedCharacter(narrow + wide)));
}

/** A character that is not in `text`, so that only a `*` can match it. */
function findUnusedCharacter(text: string): string {
  let code = 0;
  while (text.includes(String.fromCharCode(code))) code++;
  return String.fromCharCode(code);
}

/** Whether `pattern` matches the whole of `text`. */
export function matches(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return text === pattern;
  const last = rest.pop() ?? "";
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  // Each part takes its earliest place, which leaves the most room for the parts after it.
  let from = first.length;
  const end = text.length - last.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}
