/** Reads who may give a tag, or who is approved automatically. */

import type { Owner, Selector } from "./model";
import { type Located, type Reading, readTexts, refuse, reportNotUnderstood } from "./reading";
import { type Names, parseSelector } from "./selector";

export function readOwners(reading: Reading, list: Located, names: Names): readonly Owner[] {
  return (readTexts(reading, list) ?? []).map(({ text, place }) => {
    const parsed = parseSelector(text, names, "");
    if ("refused" in parsed) refuse(reading, place, parsed.refused);
    else if ("notUnderstood" in parsed) reportNotUnderstood(reading, place, parsed.notUnderstood);
    else if (isOwner(parsed.selector)) return { place, selector: parsed.selector };
    else reportNotUnderstood(reading, place, "is not a user, group, autogroup or tag");
    return { place, selector: { kind: "unknown", text } };
  });
}

function isOwner(selector: Selector): boolean {
  return ["user", "group", "tag", "autogroup", "domain"].includes(selector.kind);
}
