/**
 * Searches everything that a run left behind for secrets: in plaintext, URL-encoded and in base64,
 * whole or without the prefix that shows their kind. It reports the place of a secret and never
 * shows the secret.
 */

import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** The random end of a secret is as sensitive as the whole secret. */
const tailLength = 33;

/** The start of every secret in base64, for each of the three possible alignments. */
const base64Starts = [0, 1, 2].map((shift) => {
  const text = Buffer.from(`${"x".repeat(shift)}tskey-`).toString("base64");
  // The first and the last character of a group can depend on their neighbours.
  return text.slice(shift === 0 ? 0 : shift + 1, Math.floor(((shift + 6) * 8) / 6));
});

/**
 * @param {Iterable<string>} secrets
 * @returns {(content: Buffer) => string[]} how secrets appear in a content: `"in plaintext"`,
 *   `"URL-encoded"`, `"in base64"`
 */
export function createSearch(secrets) {
  const tails = new Set([...secrets].map((secret) => secret.slice(-tailLength)));

  /** @param {string} text */
  function holdsSecret(text) {
    for (const [run] of text.matchAll(/[1-9A-HJ-NP-Za-km-z]{33,}/g)) {
      for (let at = 0; at + tailLength <= run.length; at++)
        if (tails.has(run.slice(at, at + tailLength))) return true;
    }
    return false;
  }

  return (content) => {
    const text = content.toString("latin1");
    const found = [];
    if (holdsSecret(text)) found.push("in plaintext");
    const encoded =
      text.match(/(?:%[0-9A-Fa-f]{2}|[\w.~-]){33,}/g)?.filter((run) => run.includes("%")) ?? [];
    if (
      encoded.some((run) =>
        holdsSecret(
          run.replace(/%([0-9A-Fa-f]{2})/g, (_, code) =>
            String.fromCharCode(Number.parseInt(code, 16)),
          ),
        ),
      )
    ) {
      found.push("URL-encoded");
    }
    const runs = text.match(/[A-Za-z0-9+/_-]{40,}/g) ?? [];
    const suspects = runs.filter((run) => base64Starts.some((start) => run.includes(start)));
    if (
      suspects.some((run) =>
        [0, 1, 2, 3].some((shift) =>
          holdsSecret(Buffer.from(run.slice(shift), "base64").toString("latin1")),
        ),
      )
    ) {
      found.push("in base64");
    }
    return found;
  };
}

/**
 * @param {(content: Buffer) => string[]} search
 * @param {string} folder every file below it is searched, archives included; links are not followed
 * @param {(path: string) => boolean} isMeant whether a file contains secrets on purpose
 * @returns {{ files: number, found: string[] }}
 */
export function searchFolder(search, folder, isMeant) {
  let files = 0;
  /** @type {string[]} */
  const found = [];
  for (const path of listFilesBelow(folder)) {
    if (isMeant(path)) continue;
    files++;
    const content = readFileSync(path);
    const isPacked = content[0] === 0x1f && content[1] === 0x8b;
    for (const how of search(isPacked ? gunzipSync(content) : content))
      found.push(`${path}: ${how}`);
  }
  return { files, found };
}

/**
 * @param {string} folder
 * @returns {Generator<string>}
 */
function* listFilesBelow(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stat = lstatSync(path);
    if (stat.isDirectory()) yield* listFilesBelow(path);
    else if (stat.isFile()) yield path;
  }
}
