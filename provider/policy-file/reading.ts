/**
 * Shared by the readers of a policy file: values with their places, and the problems found so far.
 */

import type { Node } from "jsonc-parser";
import { isHidden, isUnknown, unknownValue } from "../access/engine-values";
import type { NotUnderstood, Place, Refusal } from "./model";
import { findPosition, type LineStarts } from "./syntax";

/** The state of reading one file. */
export interface Reading {
  readonly lineStarts: LineStarts;
  readonly refused: Refusal[];
  readonly notUnderstood: NotUnderstood[];
}

/** A value of the file. */
export interface Located {
  readonly node: Node;
  readonly place: Place;
}

/** A member of an object. */
export interface Member extends Located {
  /** The original text. */
  readonly key: string;
}

/** A string in the file, trimmed, because surrounding spaces do not matter. */
export interface LocatedText {
  readonly text: string;
  readonly place: Place;
}

export function refuse({ refused }: Reading, place: Place, reason: string): void {
  refused.push({ place, reason });
}

export function reportNotUnderstood(
  { notUnderstood }: Reading,
  place: Place,
  reason: string,
  counts: NotUnderstood["counts"] = "everything",
): void {
  notUnderstood.push({ place, reason, counts });
}

/** What a part of a value adds to the value's place. */
interface Part {
  readonly path: string;
  readonly index?: number;
  readonly key?: string;
}

/**
 * The place of `node`, a part of the value at `parent`. It is computed for every value, so it is
 * simple and fast.
 */
function locateNode({ lineStarts }: Reading, node: Node, parent: Place, part: Part): Place {
  const { section } = parent;
  const index = part.index ?? parent.index;
  const key = part.key ?? parent.key;
  const { line, column } = findPosition(lineStarts, node.offset);
  const { path } = part;
  if (index !== undefined && key !== undefined) return { section, index, key, path, line, column };
  if (index !== undefined) return { section, index, path, line, column };
  if (key !== undefined) return { section, key, path, line, column };
  return { section, path, line, column };
}

/**
 * The members of an object, by name. Names of sections and fields match in any case, as in Go's
 * JSON (`fold`). If two names are the same, it is not defined which one counts.
 */
export function readMembers(
  reading: Reading,
  { node, place }: Located,
  fold: boolean,
): readonly Member[] {
  if (node.type !== "object") {
    refuseType(reading, { node, place }, "an object");
    return [];
  }
  const seen = new Set<string>();
  const members: Member[] = [];
  for (const { children = [] } of node.children ?? []) {
    const [keyNode, valueNode] = children;
    if (keyNode === undefined || valueNode === undefined) continue;
    const key = String(keyNode.value);
    const path = appendKey(place, key, fold);
    const isEntry = !fold && place.path === place.section;
    const at = locateNode(reading, keyNode, place, isEntry ? { path, key } : { path });
    const name = fold ? key.toLowerCase() : key;
    if (seen.has(name)) reportNotUnderstood(reading, at, "is there twice");
    seen.add(name);
    if (isHidden(key) || key.includes(unknownValue))
      reportNotUnderstood(reading, at, "has a name that is not known yet, or hidden");
    members.push({ key, node: valueNode, place: at });
  }
  return members;
}

function appendKey({ path }: Place, key: string, isName: boolean): string {
  if (path === "") return key;
  return isName ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

/** The items of a list; `undefined` for `null`, which Go's JSON treats as absent. */
export function readItems(reading: Reading, located: Located): readonly Located[] | undefined {
  const { node, place } = located;
  if (node.type === "null") return undefined;
  if (node.type !== "array") {
    refuseType(reading, located, "a list");
    return [];
  }
  // The items of a section are its rules.
  const areRules = place.path === place.section;
  return (node.children ?? []).map((item, index) => {
    const path = `${place.path}[${index}]`;
    return {
      node: item,
      place: locateNode(reading, item, place, areRules ? { path, index } : { path }),
    };
  });
}

export function readTexts(reading: Reading, located: Located): readonly LocatedText[] | undefined {
  return readItems(reading, located)?.flatMap((item) => {
    const text = readText(reading, item);
    return text === undefined ? [] : [text];
  });
}

export function readText(reading: Reading, located: Located): LocatedText | undefined {
  const { node, place } = located;
  if (node.type !== "string") {
    refuseType(reading, located, "a string");
    return undefined;
  }
  const value = String(node.value);
  if (isHidden(value) || isUnknown(value) || value.includes(unknownValue)) {
    reportNotUnderstood(reading, place, "is not known yet, or hidden");
    return undefined;
  }
  return { text: value.trim(), place };
}

export function refuseType(reading: Reading, { node, place }: Located, expected: string): void {
  const got = node.type === "array" ? "list" : node.type;
  const article = /^[aeiou]/.test(got) ? "an" : "a";
  refuse(
    reading,
    place,
    `${place.path || "the policy file"}: expected ${expected}, got ${got === "null" ? got : `${article} ${got}`}`,
  );
}

/** The value as plain data. */
export function readPlain(node: Node): unknown {
  if (node.type === "array") return (node.children ?? []).map(readPlain);
  if (node.type !== "object") return node.value;
  return Object.fromEntries(
    (node.children ?? []).flatMap(({ children: [key, value] = [] }) =>
      key && value ? [[String(key.value), readPlain(value)]] : [],
    ),
  );
}
