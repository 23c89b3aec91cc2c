/**
 * Reads the sections about machines: who is approved automatically, and which attributes machines
 * have.
 */

import { mergeRanges, parseRange, type Range } from "./addresses";
import { readAppConnectors } from "./app-connectors";
import type { AutoApprovers, NodeAttribute, Selector } from "./model";
import { readOwners } from "./read-owners";
import { readFields } from "./read-rules";
import {
  type Located,
  type LocatedText,
  type Member,
  type Reading,
  readItems,
  readMembers,
  readTexts,
  refuse,
  reportNotUnderstood,
} from "./reading";
import { type Names, parseSelector } from "./selector";

export const noApprovers: AutoApprovers = { routes: [], exitNode: [], services: [] };

export function readAutoApprovers(reading: Reading, section: Located, names: Names): AutoApprovers {
  const fields = readFields(reading, section, ["routes", "exitnode", "services"]);
  const exitNode = fields.get("exitnode");
  return {
    routes: readMemberList(reading, fields.get("routes")).flatMap((member) => {
      const prefix = parseRange(member.key);
      if (prefix === undefined) {
        refuse(reading, member.place, `autoApprovers: invalid route ${JSON.stringify(member.key)}`);
        return [];
      }
      const approvers = readOwners(reading, member, names);
      return [{ place: member.place, prefix, approvers }];
    }),
    exitNode: exitNode === undefined ? [] : readOwners(reading, exitNode, names),
    services: readMemberList(reading, fields.get("services")).map((member) => ({
      place: member.place,
      service: member.key,
      approvers: readOwners(reading, member, names),
    })),
  };
}

function readMemberList(reading: Reading, field: Member | undefined): readonly Member[] {
  return field === undefined ? [] : readMembers(reading, field, false);
}

/** Addresses that no pool may contain. Source: https://tailscale.com/kb/1304/ip-pool */
const reserved = ["100.100.100.0/24", "100.115.92.0/23"].flatMap((text) => parseRange(text) ?? []);

export function readNodeAttributes(
  reading: Reading,
  section: Located,
  names: Names,
): readonly NodeAttribute[] {
  return (readItems(reading, section) ?? []).map((item) => {
    const fields = readFields(reading, item, ["target", "attr", "app", "ippool"]);
    const texts = (name: string) => {
      const field = fields.get(name);
      return field === undefined ? [] : (readTexts(reading, field) ?? []);
    };
    const targets = texts("target").map((text) => readTarget(reading, text, names));
    const applications = readMemberList(reading, fields.get("app"));
    return {
      place: item.place,
      targets,
      attributes: texts("attr").map(({ text }) => text),
      applications: applications.map(({ key }) => key),
      appConnectors: readAppConnectors(reading, applications, targets, names),
      ipPool: mergeRanges(texts("ippool").flatMap((text) => readPool(reading, text))),
    };
  });
}

function readTarget(reading: Reading, { text, place }: LocatedText, names: Names): Selector {
  const parsed = parseSelector(text, names, "");
  if ("selector" in parsed) return parsed.selector;
  if ("refused" in parsed) refuse(reading, place, parsed.refused);
  else reportNotUnderstood(reading, place, parsed.notUnderstood);
  return { kind: "unknown", text };
}

function readPool(reading: Reading, { text, place }: LocatedText): readonly Range[] {
  const range = parseRange(text);
  if (range === undefined) {
    refuse(reading, place, `ipPool: ${JSON.stringify(text)} is not an IP address or CIDR`);
    return [];
  }
  const isReserved = reserved.some(
    ({ family, first, last }) =>
      family === range.family && first <= range.last && range.first <= last,
  );
  if (isReserved) refuse(reading, place, `ipPool: ${JSON.stringify(text)} is reserved`);
  return [range];
}
