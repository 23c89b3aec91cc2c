/**
 * The files of this folder, and when two answers are of one form. README.md says what the members
 * mean.
 */

import { readdirSync, readFileSync } from "node:fs";

export interface SampleRequest {
  readonly as?: string;
  readonly method: string;
  /** Below `/api/v2`. */
  readonly path: string;
  readonly body?: unknown;
}

/**
 * What leads to the answer: a request whose answer may be kept under a name, or a command of the
 * control interface.
 */
export type Step =
  | (SampleRequest & { readonly name?: string })
  | { readonly control: string; readonly body: Readonly<Record<string, unknown>> };

export interface Sample {
  readonly source: string;
  readonly date: string;
  readonly fact?: string;
  readonly before?: readonly Step[];
  readonly request: SampleRequest;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Every sample with its name, for `test.each`. */
export const samples: readonly (readonly [string, Sample])[] = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".json"))
  .sort()
  .map((file) => {
    const text = readFileSync(new URL(file, import.meta.url), "utf8");
    return [file.replace(/\.json$/, ""), JSON.parse(text) as Sample]; // Its form is tested with the emulator.
  });

/** Where `actual` is not of the form of `expected`, each with its place; none where it is. */
export function differences(expected: unknown, actual: unknown, place = "body"): string[] {
  if (typeof expected === "string" && typeof actual === "string") {
    const [wanted, got] = [formOf(expected), formOf(actual)];
    return wanted === got ? [] : [`${place}: ${got}, not ${wanted}`];
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const isOfObjects = expected.length > 0 && expected.every(isObject);
    return isOfObjects
      ? missing(expected, actual, place)
      : membersThatDiffer({ ...expected }, { ...actual }, place);
  }
  if (isObject(expected) && isObject(actual)) return membersThatDiffer(expected, actual, place);
  return Object.is(expected, actual)
    ? []
    : [`${place}: ${kindOf(actual)}, not ${kindOf(expected)}`];
}

type Members = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function membersThatDiffer(expected: Members, actual: Members, place: string): string[] {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return names.flatMap((name) => {
    if (!Object.hasOwn(actual, name)) return [`${place}.${name}: it is missing`];
    if (!Object.hasOwn(expected, name)) return [`${place}.${name}: it should not be there`];
    return differences(expected[name], actual[name], `${place}.${name}`);
  });
}

/**
 * What no element of `actual` is like; for each the differences from the element that is nearest to
 * it.
 */
function missing(expected: readonly unknown[], actual: readonly unknown[], place: string) {
  const left = [...actual];
  return expected.flatMap((wanted, index) => {
    const nearest = left
      .map((candidate, at) => ({ at, found: differences(wanted, candidate, `${place}.${index}`) }))
      .sort((a, b) => a.found.length - b.found.length)[0];
    if (nearest === undefined) return [`${place}.${index}: it is missing`];
    left.splice(nearest.at, 1);
    return nearest.found;
  });
}

/** A text without what differs from one tailnet and moment to another. */
function formOf(text: string): string {
  return text
    .replace(/tskey-([a-z]+)-(\[secret\]|[\w-]+)/g, "tskey-$1-[secret]")
    .replace(/\b([kTu])\w{5,40}CNTRL\b/g, "$1…CNTRL")
    .replace(/\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d\.\d+/g, "[time with a fraction,$1]")
    .replace(/\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d/g, "[time in seconds,$1]")
    .replace(/\b[0-9a-f]{32}\b/g, "[group]")
    .replace(/https:\/\/(console|login)\.tailscale\.com\/\S+/g, "[console page]");
}

function kindOf(value: unknown): string {
  return isObject(value) ? "an object" : (JSON.stringify(value) ?? "nothing");
}
