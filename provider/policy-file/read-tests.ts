/** Reads the sections with assertions: tests, sshTests. */

import type { PolicyTest, PostureValue, SshTest } from "./model";
import { readFields } from "./read-rules";
import {
  type Located,
  type LocatedText,
  type Member,
  type Reading,
  readItems,
  readMembers,
  readPlain,
  readText,
  readTexts,
  refuse,
} from "./reading";
import { type Names, normalizeTag } from "./selector";

/**
 * A part of a test that we do not understand opens nothing. It is read separately, and Tailscale
 * lets the test fail.
 */
export function readTests(reading: Reading, section: Located): readonly PolicyTest[] {
  const names = ["src", "user", "proto", "accept", "allow", "deny", "srcpostureattrs"];
  return (readItems(reading, section) ?? []).map((item) => {
    const fields = readFields(readApart(reading), item, names);
    const attributes = fields.get("srcpostureattrs");
    const protocol = readOptionalText(reading, fields.get("proto"));
    return {
      place: item.place,
      // `user` and `allow` are the older spelling.
      source: readOptionalText(reading, fields.get("src") ?? fields.get("user")),
      sourceAttributes: attributes && readAttributes(reading, attributes),
      protocol: protocol === "" ? undefined : protocol,
      accept: readOptionalTexts(reading, fields.get("accept") ?? fields.get("allow")),
      deny: readOptionalTexts(reading, fields.get("deny")),
    };
  });
}

export function readSshTests(
  reading: Reading,
  section: Located,
  { tags }: Names,
): readonly SshTest[] {
  const names = ["src", "dst", "accept", "check", "deny", "srcpostureattrs"];
  return (readItems(reading, section) ?? []).map((item) => {
    const fields = readFields(readApart(reading), item, names);
    for (const { text, place } of readLocatedTexts(reading, fields.get("dst"))) {
      if (text.startsWith("tag:") && !tags.has(normalizeTag(text)))
        refuse(reading, place, `SSH tests dst contains unknown tag ${JSON.stringify(text)}`);
    }
    return {
      place: item.place,
      source: readOptionalText(reading, fields.get("src")),
      destinations: readOptionalTexts(reading, fields.get("dst")),
      accept: readOptionalTexts(reading, fields.get("accept")),
      check: readOptionalTexts(reading, fields.get("check")),
      deny: readOptionalTexts(reading, fields.get("deny")),
    };
  });
}

function readApart(reading: Reading): Reading {
  return { ...reading, notUnderstood: [] };
}

function readAttributes(reading: Reading, field: Located): ReadonlyMap<string, PostureValue> {
  return new Map(
    readMembers(readApart(reading), field, false).flatMap(({ key, node }) => {
      const value = readPlain(node);
      const isValue =
        typeof value === "string" || typeof value === "number" || typeof value === "boolean";
      return isValue ? [[key, value] as const] : [];
    }),
  );
}

function readOptionalText(reading: Reading, field: Member | undefined): string {
  return (field && readText(reading, field)?.text) ?? "";
}

function readOptionalTexts(reading: Reading, field: Member | undefined): readonly string[] {
  return readLocatedTexts(reading, field).map(({ text }) => text);
}

function readLocatedTexts(reading: Reading, field: Member | undefined): readonly LocatedText[] {
  return (field && readTexts(reading, field)) ?? [];
}
