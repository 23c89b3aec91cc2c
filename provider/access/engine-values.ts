/** How Pulumi's engine writes a value that is unknown, secret or not representable in JSON. */

/**
 * A value that is unknown until another resource exists: a marker for a string, and one for each
 * other type. Source: `sdk/go/common/resource/plugin/rpc.go`, `UnknownStringValue` and those beside
 * it
 */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const unknownValues: ReadonlySet<unknown> = new Set([
  unknownValue,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // a boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // a number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // a list
  "030794c1-ac77-496b-92df-f27374a8bd58", // an asset
  "e48ece36-62e2-4504-bad9-02848725956a", // an archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // an object
]);

export function isUnknown(value: unknown): boolean {
  return unknownValues.has(value);
}

/**
 * The text that an Output turns into inside a template literal, such as `` `tag:${team}` ``: a
 * note for the programmer instead of the value. Source: `sdk/nodejs/output.ts`, `toString` and
 * `toJSON`
 */
const outputNote = /Calling \[to(?:String|JSON)\] on an \[Output<T>\]/;

export function holdsOutputNote(text: string): boolean {
  return outputNote.test(text);
}

/** What is wrong with such a text. */
export const outputNoteProblem =
  "an Output stands within a text, where Pulumi writes a note instead of its value. Write pulumi.interpolate`…`, or make the text in .apply()";

/**
 * Replaces a secret in a preview. In the event stream it also replaces a secret inside a longer
 * text.
 */
export const secretText = "[secret]";

/**
 * The member that marks an object as something else: an encrypted secret, an asset, a text that is
 * not Unicode, … Source: `sdk/go/common/resource/sig`
 */
export const signatureKey = "4dabf18193072939515e22adb298388d";

/** Whether a value exists but cannot be read: a secret, or a value that JSON cannot represent. */
export function isHidden(value: unknown): boolean {
  if (typeof value === "string") return value.includes(secretText) || isBytes(value);
  return typeof value === "object" && value !== null && Object.hasOwn(value, signatureKey);
}

/**
 * Whether a value is text that is not valid Unicode, as a preview shows it
 * (`backend/display/json.go`).
 */
function isBytes(value: string): boolean {
  return /^b"[A-Za-z0-9+/]*={0,2}"$/.test(value);
}
