/** The value of a setting: read from a file if it names one, and refused if it has a wrong form. */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describeError } from "../../access/error-text";
import { sanitize } from "../../access/sanitize";
import { detectForm, type Form, formInWords } from "../../access/secret-form";
import { credentialsPage } from "./credential";
import { SettingsError } from "./error";
import { description, listSettingPlaces, type Setting } from "./table";

/** Where a text of each form belongs. */
const homes: Readonly<Partial<Record<Form, Setting>>> = {
  api: "apiKey",
  client: "oauthClientSecret",
  identityToken: "identityToken",
  id: "oauthClientId",
};

/** Forms that a setting never has. A secret of a form that we do not know may be valid. */
const wrongForms: Readonly<Partial<Record<Setting, readonly Form[]>>> = {
  apiKey: ["client", "auth", "identityToken", "id"],
  oauthClientSecret: ["api", "auth", "identityToken", "id"],
  identityToken: ["api", "auth", "client", "otherSecret", "id"],
};

/** Forms that all other settings never have. */
const secrets: readonly Form[] = ["api", "auth", "client", "otherSecret", "identityToken"];

/** The path in `file:PATH`; undefined for any other value. */
export function parseFilePath(value: string): string | undefined {
  return value.startsWith("file:") ? value.slice("file:".length) : undefined;
}

/**
 * The value of a setting, from `raw` or the file that it names.
 * @param place where it is, for messages
 * @throws SettingsError that says what kind of value it is instead, and never shows it
 */
export function readSettingValue(setting: Setting, raw: string, place: string): string {
  const path = description[setting].fromFile ? parseFilePath(raw) : undefined;
  const value = path === undefined ? raw : readValueFile(path, place);
  const problem = findValueProblem(setting, value);
  if (problem === undefined) return value;
  throw new SettingsError(
    `${place}${path === undefined ? "" : ` (the file ${sanitize(path)})`} ${problem}`,
  );
}

function readValueFile(path: string, place: string): string {
  const wrong = (problem: string) =>
    new SettingsError(
      `${place} names the file ${sanitize(resolve(path))}, which ${problem}.\n  Write the value itself, or file: and the path of a file that has nothing else.`,
    );
  let content: string;
  try {
    content = readFileSync(path, "utf8").trim();
  } catch (error) {
    throw wrong(`cannot be read: ${describeError(error)}`);
  }
  if (content === "") throw wrong("is empty");
  return content;
}

/** What is wrong with a value and what to do, without the value itself. */
function findValueProblem(setting: Setting, value: string): string | undefined {
  if (/^(["'`]).*\1$/s.test(value))
    return "is in quotation marks, which are not part of it.\n  Leave them out.";
  if (description[setting].isSecret && /[\s\p{Cc}]/u.test(value))
    return "has white space or a line break in it, which no secret has.\n  Copy it again, on one line.";
  // `tailscale up` takes them:
  // https://tailscale.com/kb/1215/oauth-clients#registering-new-nodes-using-oauth-credentials
  if (description[setting].isSecret && /^tskey-[^?]*\?/.test(value))
    return "has parameters after a question mark, which are not part of the secret: only `tailscale up` takes them.\n  Leave out the question mark and what follows it.";
  const form = detectForm(value);
  if (form === undefined || !(wrongForms[setting] ?? secrets).includes(form)) return undefined;
  const home = homes[form];
  const next =
    home === undefined
      ? `To deploy, make an OAuth client under ${credentialsPage}`
      : `That belongs in ${listSettingPlaces(home)}`;
  return `holds ${formInWords[form]}, not ${description[setting].what}.\n  ${next}.`;
}
