/** Reads the sections that define names: groups, hosts, address sets, postures, tags. */

import {
  internetRanges,
  mergeRanges,
  parseRange,
  parseSpan,
  type Range,
  subtractRange,
} from "./addresses";
import type { Group, NamedRanges, Posture, TagOwners } from "./model";
import { parseCondition } from "./posture";
import { readOwners } from "./read-owners";
import {
  type Located,
  type LocatedText,
  type Reading,
  readMembers,
  readText,
  readTexts,
  refuse,
  reportNotUnderstood,
} from "./reading";
import { isTag, type Names, normalizeTag } from "./selector";

export function readGroups(reading: Reading, section: Located): Map<string, Group> {
  const groups = new Map<string, Group>();
  let nested: (() => void) | undefined;
  for (const { key, node, place } of readMembers(reading, section, false)) {
    if (!key.startsWith("group:"))
      reportNotUnderstood(reading, place, "does not begin with group:");
    const members: string[] = [];
    for (const member of readTexts(reading, { node, place }) ?? []) {
      if (member.text.startsWith("group:")) {
        // Tailscale's message names the last one.
        nested = () =>
          refuse(
            reading,
            member.place,
            `groups[${JSON.stringify(key)}]: ${JSON.stringify(member.text)}: group members cannot be recursive`,
          );
      } else if (!member.text.includes("@") || member.text.includes(":")) {
        reportNotUnderstood(reading, member.place, "is not a user's login name");
      } else members.push(member.text.toLowerCase());
    }
    groups.set(key, { place, members });
  }
  nested?.();
  return groups;
}

export function readHosts(reading: Reading, section: Located): Map<string, NamedRanges> {
  const hosts = new Map<string, NamedRanges>();
  for (const { key, node, place } of readMembers(reading, section, false)) {
    if (key.includes("@")) refuse(reading, place, `hosts[${JSON.stringify(key)}]: has an @`);
    const value = readText(reading, { node, place });
    if (value === undefined) continue;
    const range = parseRange(value.text);
    if (range === undefined) {
      const what = `hosts[${JSON.stringify(key)}]: ${JSON.stringify(value.text)}`;
      refuse(reading, place, `${what} is not an IP address or CIDR`);
    }
    hosts.set(key, { place, ranges: range === undefined ? [] : [range] });
  }
  return hosts;
}

/** Each set may name others, in any order. A cycle is refused. */
const longestChain = 100;

export function readIpsets(
  reading: Reading,
  section: Located,
  hosts: ReadonlyMap<string, NamedRanges>,
): Map<string, NamedRanges> {
  const written = new Map(
    readMembers(reading, section, false).map((member) => [
      member.key,
      { place: member.place, entries: readTexts(reading, member) ?? [] },
    ]),
  );
  const resolved = new Map<string, NamedRanges>();

  function resolve(name: string, chain: readonly string[]): NamedRanges | undefined {
    const known = resolved.get(name);
    if (known !== undefined) return known;
    const found = written.get(name);
    if (found === undefined) return undefined;
    if (chain.includes(name)) {
      refuse(reading, found.place, `ipsets: ${JSON.stringify(name)} contains itself`);
      return { place: found.place, ranges: [] };
    }
    if (chain.length >= longestChain) return undefined;
    let ranges: Range[] = [];
    for (const entry of found.entries) {
      const { remove, target } = splitEntry(entry.text);
      const meant = resolveRanges(target, [...chain, name]);
      if (meant === undefined) {
        reportNotUnderstood(reading, entry.place, "is not a known target of an ipset");
        continue;
      }
      ranges = remove
        ? meant.reduce<Range[]>(subtractRange, ranges)
        : mergeRanges([...ranges, ...meant]);
    }
    const ipset = { place: found.place, ranges };
    resolved.set(name, ipset);
    return ipset;
  }

  function resolveRanges(target: string, chain: readonly string[]): readonly Range[] | undefined {
    if (target === "autogroup:internet") return internetRanges;
    if (target.startsWith("ipset:")) return resolve(target, chain)?.ranges;
    const range = parseRange(target) ?? parseSpan(target);
    if (range !== undefined) return [range];
    return hosts.get(target.replace(/^host:/, ""))?.ranges;
  }

  for (const [name, { place }] of written) {
    if (!name.startsWith("ipset:"))
      reportNotUnderstood(reading, place, "does not begin with ipset:");
    resolve(name, []);
  }
  return resolved;
}

function splitEntry(text: string): { readonly remove: boolean; readonly target: string } {
  const [, verb, target] = /^(add|remove)\s+(.*)$/s.exec(text) ?? [];
  return { remove: verb === "remove", target: (target ?? text).trim() };
}

export function readPostures(reading: Reading, section: Located): Map<string, Posture> {
  const postures = new Map<string, Posture>();
  for (const member of readMembers(reading, section, false)) {
    const { key, place } = member;
    if (!key.startsWith("posture:"))
      reportNotUnderstood(reading, place, "does not begin with posture:");
    const conditions = (readTexts(reading, member) ?? []).map((text) =>
      readCondition(reading, text),
    );
    postures.set(key, { place, conditions });
  }
  return postures;
}

/** A condition that we do not understand counts as met. */
function readCondition(reading: Reading, { text, place }: LocatedText) {
  const condition = parseCondition(text);
  if (condition !== undefined) return condition;
  reportNotUnderstood(reading, place, "is not a known form of condition", "selector");
  return { text, attribute: "", operator: "NOT SET" as const, values: [] };
}

/** Reads the tags of the section. Owners may also be tags. */
export function readTags(reading: Reading, section: Located): Set<string> {
  const tags = new Set<string>();
  for (const { key, place } of readMembers(reading, section, false)) {
    if (!isTag(key)) {
      const what = `tagOwners[${JSON.stringify(key)}]`;
      refuse(reading, place, `${what}: tag names must start with a letter, after 'tag:'`);
    }
    if (tags.has(normalizeTag(key))) reportNotUnderstood(reading, place, "is there twice");
    tags.add(normalizeTag(key));
  }
  return tags;
}

export function readTagOwners(
  reading: Reading,
  section: Located,
  names: Names,
): Map<string, TagOwners> {
  // Its names were already checked when the tags were read.
  const quiet = { ...reading, notUnderstood: [] };
  return new Map(
    readMembers(quiet, section, false).map((member) => [
      normalizeTag(member.key),
      { place: member.place, owners: readOwners(reading, member, names) },
    ]),
  );
}
