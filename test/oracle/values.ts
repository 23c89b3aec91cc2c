/** What stands in a preview or plan: a value, something hidden, nothing, or what cannot be. */

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json };

export type Members = { readonly [name: string]: Json };

/** How the engine prints a secret in a preview. */
export const secret = "[secret]";

/** How the engine prints what is not known before the deployment. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** How the engine writes a secret into a plan. Source: sdk/go/common/resource/sig.go of Pulumi. */
export const encrypted = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "v1:kC4Mc8gP7Y3/GQHJ:ARhOvsqzVMsdanhethmRtlwjLHJ0",
} as const;

export function isMembers(value: Json | undefined): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Secret or not known yet: what is there cannot be seen. */
export function isHidden(value: Json | undefined): boolean {
  if (value === secret || value === unknown) return true;
  return isMembers(value) && Object.hasOwn(value, "4dabf18193072939515e22adb298388d");
}

/** One argument, as far as it can be seen. */
export type Seen<T> =
  | { readonly is: "known"; readonly value: T }
  | { readonly is: "hidden" | "absent" | "malformed" };

const absent = { is: "absent" } as const;
const hidden = { is: "hidden" } as const;
const malformed = { is: "malformed" } as const;

function known<T>(value: T): Seen<T> {
  return { is: "known", value };
}

/** Absent, null, an empty text and an empty list are one thing. */
function seen<T>(value: Json | undefined, read: (value: Json) => T | undefined): Seen<T> {
  if (value === undefined || value === null || value === "") return absent;
  if (isHidden(value)) return hidden;
  const found = read(value);
  return found === undefined ? malformed : known(found);
}

export function textIn(value: Json | undefined): Seen<string> {
  return seen(value, (one) => (typeof one === "string" ? one : undefined));
}

export function flagIn(value: Json | undefined): Seen<boolean> {
  return seen(value, (one) => (typeof one === "boolean" ? one : undefined));
}

export function numberIn(value: Json | undefined): Seen<number> {
  return seen(value, (one) => (typeof one === "number" ? one : undefined));
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds: a number of them, or a text such as "90d". */
export function durationIn(value: Json | undefined): Seen<number> {
  return seen(value, (one) => {
    if (typeof one === "number") return one;
    const [, count, unit] = (typeof one === "string" && /^(\d+)([smhd])$/.exec(one)) || [];
    return unit === undefined ? undefined : Number(count) * (units[unit] ?? Number.NaN);
  });
}

/** A set of texts of which some, or all, may not be known. */
export interface PartOfSet {
  readonly sure: ReadonlySet<string>;
  readonly orMore: boolean;
}

export function setIn(value: Json | undefined): PartOfSet | "malformed" {
  if (value === undefined || value === null || value === "")
    return { sure: new Set(), orMore: false };
  if (isHidden(value)) return { sure: new Set(), orMore: true };
  if (!Array.isArray(value)) return "malformed";
  const elements: readonly Json[] = value;
  const texts = elements.filter((one) => !isHidden(one));
  if (!texts.every((one) => typeof one === "string")) return "malformed";
  return { sure: new Set(texts), orMore: texts.length < elements.length };
}

/** Claims, each with its pattern or with what hides it. */
export type Rules = ReadonlyMap<string, Seen<string>>;

export function rulesIn(value: Json | undefined): Seen<Rules> {
  return seen(value, (one) => {
    if (!isMembers(one)) return undefined;
    const rules = new Map(Object.entries(one).map(([claim, rule]) => [claim, textIn(rule)]));
    return [...rules.values()].some(({ is }) => is === "malformed") ? undefined : rules;
  });
}
