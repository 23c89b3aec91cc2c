/**
 * App connectors, which `app` in `nodeAttrs` configures: machines that answer for names on the
 * internet and route the traffic to them. Source: https://tailscale.com/kb/1281/app-connectors
 */

import { parseRange, type Range } from "./addresses";
import type { AppConnector, Selector } from "./model";
import {
  type Located,
  type LocatedText,
  type Member,
  type Reading,
  readItems,
  readMembers,
  readTexts,
  reportNotUnderstood,
} from "./reading";
import { type Names, parseSelector } from "./selector";

const application = "tailscale.com/app-connectors";

/** The routes of an app named by its ID are defined by Tailscale, and not in the file. */
const fields = ["name", "connectors", "domains", "routes", "presetappid"];

/** The app connectors among the applications of an entry for `targets`. */
export function readAppConnectors(
  reading: Reading,
  applications: readonly Member[],
  targets: readonly Selector[],
  names: Names,
): readonly AppConnector[] {
  return applications
    .filter(({ key }) => key.trim().toLowerCase() === application)
    .flatMap((member) => readItems(reading, member) ?? [])
    .map((item) => readAppConnector(reading, item, targets, names));
}

function readAppConnector(
  reading: Reading,
  item: Located,
  targets: readonly Selector[],
  names: Names,
): AppConnector {
  const found = new Map<string, Member>();
  const before = reading.notUnderstood.length;
  for (const member of readMembers(reading, item, true)) {
    const name = member.key.toLowerCase();
    if (fields.includes(name)) found.set(name, member);
    else reportNotUnderstood(reading, member.place, "is not a known field", "selector");
  }
  const texts = (name: string): readonly LocatedText[] => {
    const field = found.get(name);
    return field === undefined ? [] : (readTexts(reading, field) ?? []);
  };
  const connectors = texts("connectors").map((text) => readConnector(reading, text, names));
  const routes = texts("routes").flatMap((text) => readRoute(reading, text));
  return {
    place: item.place,
    // If it names no connectors, the machines that the entry targets are the connectors.
    connectors: found.has("connectors") ? connectors : targets,
    domains: texts("domains").map(({ text }) => text.toLowerCase()),
    routes,
    isPreset: found.has("presetappid"),
    isUnderstood: reading.notUnderstood.length === before,
  };
}

/** A tag, or `*`. */
function readConnector(reading: Reading, { text, place }: LocatedText, names: Names): Selector {
  const parsed = parseSelector(text, names, "");
  if ("selector" in parsed) return parsed.selector;
  const reason = "refused" in parsed ? "is not a known tag" : parsed.notUnderstood;
  reportNotUnderstood(reading, place, reason, "selector");
  return { kind: "unknown", text };
}

function readRoute(reading: Reading, { text, place }: LocatedText): readonly Range[] {
  const range = parseRange(text);
  if (range === undefined)
    reportNotUnderstood(reading, place, "is not an IP address or CIDR", "selector");
  return range === undefined ? [] : [range];
}
