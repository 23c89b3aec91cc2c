/** Reads the sections with rules: acls, grants, ssh. */

import { isDefaultRoute } from "./addresses";
import { refuseCapability } from "./capability";
import { parseCheckPeriod } from "./check-period";
import type {
  AutogroupName,
  Capability,
  Destination,
  Login,
  NetworkRule,
  Place,
  Posture,
  Selector,
  SshRule,
} from "./model";
import {
  allPorts,
  hasPorts,
  type Opening,
  parseIpEntry,
  parsePorts,
  parseProtocol,
  usualProtocols,
} from "./ports";
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
  reportNotUnderstood,
} from "./reading";
import { type Names, normalizeTag, parseSelector, refuseDomain } from "./selector";

/** The names that rules refer to. */
export interface RuleNames extends Names {
  readonly postures: ReadonlyMap<string, Posture>;
  readonly defaultSourcePostures: readonly string[];
}

/**
 * The fields of an object, keyed by their names in lower case. Fields that are not in `known` are
 * reported as not understood.
 */
export function readFields(
  reading: Reading,
  located: Located,
  known: readonly string[],
): ReadonlyMap<string, Member> {
  const fields = new Map<string, Member>();
  for (const member of readMembers(reading, located, true)) {
    const name = member.key.toLowerCase();
    if (!known.includes(name)) reportNotUnderstood(reading, member.place, "is not a known field");
    if (member.node.type !== "null") fields.set(name, member);
  }
  return fields;
}

export function readAcls(
  reading: Reading,
  section: Located,
  names: RuleNames,
): readonly NetworkRule[] {
  return (readItems(reading, section) ?? []).map((item) => readAcl(reading, item, names));
}

const aclFields = ["action", "src", "dst", "users", "ports", "proto", "srcposture"];

function readAcl(reading: Reading, item: Located, names: RuleNames): NetworkRule {
  const fields = readFields(reading, item, aclFields);
  readAction(reading, item.place, fields.get("action"), ["accept"]);
  // `users` and `ports` are the older spelling.
  const sourceField = fields.get("src") ?? fields.get("users");
  const destinationField = fields.get("dst") ?? fields.get("ports");
  for (const name of ["users", "ports"]) {
    const old = fields.get(name);
    if (old !== undefined && old !== sourceField && old !== destinationField)
      reportNotUnderstood(reading, old.place, "says again what src or dst says");
  }
  const protocols = readProtocol(reading, fields.get("proto"));
  const sources = readSources(reading, sourceField, names, "");
  const destinations = collectTexts(reading, destinationField).map((text) =>
    readAclDestination(reading, text, protocols, names),
  );
  checkSelf(reading, item.place, sources, destinations, ["any"]);
  const sourcePostures = readSourcePostures(reading, fields.get("srcposture"), names);
  const { place } = item;
  return { place, kind: "acl", sources, destinations, capabilities: [], sourcePostures, via: [] };
}

function readProtocol(reading: Reading, field: Member | undefined): readonly number[] {
  const written = field && readText(reading, field);
  if (written === undefined || written.text === "") return usualProtocols;
  const protocol = parseProtocol(written.text);
  if (protocol !== undefined) return [protocol];
  reportNotUnderstood(reading, written.place, "is not a known protocol");
  return [];
}

function readAclDestination(
  reading: Reading,
  { text, place }: LocatedText,
  protocols: readonly number[],
  names: Names,
): Destination {
  const [, bracketed, prefix = "", after] = /^\[([^\]]*)\](\/\d+)?:(.*)$/s.exec(text) ?? [];
  const colon = text.lastIndexOf(":");
  const host = bracketed === undefined ? text.slice(0, Math.max(colon, 0)) : bracketed + prefix;
  if (bracketed === undefined && colon < 0) {
    refuse(reading, place, `dst ${JSON.stringify(text)}: has no port: use "${text}:*"`);
    return { place, selector: { kind: "unknown", text }, openings: [] };
  }
  const selector = readSelector(reading, { text: host, place }, names, "dst");
  const written = (bracketed === undefined ? text.slice(colon + 1) : after) ?? "";
  const ports = parsePorts(written.trim());
  if ("problem" in ports) {
    refuse(reading, place, ports.problem);
    return { place, selector, openings: [] };
  }
  if (protocols.some((protocol) => !hasPorts(protocol)) && protocols !== usualProtocols) {
    const all = ports.every(({ first, last }) => first <= 1 && last === allPorts.last);
    if (!all) refuse(reading, place, `dst ${JSON.stringify(text)}: the protocol has no ports`);
  }
  return { place, selector, openings: [{ protocols, ports }] };
}

export function readGrants(
  reading: Reading,
  section: Located,
  names: RuleNames,
): readonly NetworkRule[] {
  return (readItems(reading, section) ?? []).map((item) => readGrant(reading, item, names));
}

const grantFields = ["src", "dst", "ip", "app", "srcposture", "via"];

function readGrant(reading: Reading, item: Located, names: RuleNames): NetworkRule {
  const { place } = item;
  const fields = readFields(reading, item, grantFields);
  const sources = readSources(reading, fields.get("src"), names, "");
  const openings = collectTexts(reading, fields.get("ip")).flatMap((text) => readIp(reading, text));
  const app = fields.get("app");
  const capabilities = app === undefined ? [] : readCapabilities(reading, app);
  const via = collectTexts(reading, fields.get("via")).map((text) => readVia(reading, text, names));
  const noIp = (fields.get("ip")?.node.children ?? []).length === 0;
  if (noIp && capabilities.length === 0) refuse(reading, place, "ip and app can not both be empty");
  const destinations = collectTexts(reading, fields.get("dst")).map((text) => {
    const selector = readSelector(reading, text, names, "dst");
    checkGrantDestination(reading, text, selector, capabilities.length > 0);
    return { place: text.place, selector, openings };
  });
  checkSelf(reading, place, sources, destinations, []);
  const sourcePostures = readSourcePostures(reading, fields.get("srcposture"), names);
  return { place, kind: "grant", sources, destinations, capabilities, sourcePostures, via };
}

function readIp(reading: Reading, { text, place }: LocatedText): readonly Opening[] {
  const opening = parseIpEntry(text);
  if (!("problem" in opening)) return [opening];
  refuse(reading, place, opening.problem);
  return [];
}

function readVia(reading: Reading, { text, place }: LocatedText, { tags }: Names): string {
  const tag = normalizeTag(text);
  if (!tag.startsWith("tag:")) refuse(reading, place, `via ${JSON.stringify(text)}: is not a tag`);
  else if (!tags.has(tag)) refuse(reading, place, `via=tag not found: ${JSON.stringify(text)}`);
  return tag;
}

function readCapabilities(reading: Reading, app: Located): readonly Capability[] {
  return readMembers(reading, app, false).map(({ key, node, place }) => {
    const reason = refuseCapability(key);
    if (reason !== undefined) refuse(reading, place, reason);
    const values = readPlain(node);
    if (Array.isArray(values) || values === null) return { place, name: key, values: values ?? [] };
    reportNotUnderstood(reading, place, "is not a list of what the application reads", "selector");
    return { place, name: key, values: [values] };
  });
}

function checkGrantDestination(
  reading: Reading,
  { text, place }: LocatedText,
  selector: Selector,
  hasApp: boolean,
): void {
  if (selector.kind === "addresses" && selector.ranges.some(isDefaultRoute)) {
    const instead = 'to allow all IP addresses, use "*" or "autogroup:internet"';
    refuse(reading, place, `dst ${JSON.stringify(text)}: ${instead}`);
  }
  if (hasApp && selector.kind === "autogroup" && selector.name === "internet")
    refuse(reading, place, "cannot use app grants with autogroup:internet");
}

/** The autogroups that can be used with `autogroup:self`: roles, and all members. */
const peopleAutogroups: ReadonlySet<AutogroupName> = new Set([
  "member",
  "owner",
  "admin",
  "it-admin",
  "network-admin",
  "billing-admin",
  "auditor",
]);

function checkSelf(
  reading: Reading,
  place: Place,
  sources: readonly Selector[],
  destinations: readonly { readonly selector: Selector }[],
  also: readonly Selector["kind"][],
): void {
  if (!destinations.some(({ selector }) => isSelf(selector))) return;
  const isPeople = (selector: Selector) =>
    ["user", "group", "domain", "unknown", ...also].includes(selector.kind) ||
    (selector.kind === "autogroup" && peopleAutogroups.has(selector.name));
  if (!sources.every(isPeople)) {
    const only = "can only be used with users, groups, or supported autogroups";
    refuse(reading, place, `autogroup:self ${only}`);
  }
}

function isSelf(selector: Selector): boolean {
  return selector.kind === "autogroup" && selector.name === "self";
}

export function readSshRules(
  reading: Reading,
  section: Located,
  names: RuleNames,
): readonly SshRule[] {
  return (readItems(reading, section) ?? []).map((item) => readSshRule(reading, item, names));
}

const sshFields = [
  "action",
  "src",
  "dst",
  "users",
  "checkperiod",
  "acceptenv",
  "srcposture",
  "recorder",
  "enforcerecorder",
];

function readSshRule(reading: Reading, item: Located, names: RuleNames): SshRule {
  const { place } = item;
  const fields = readFields(reading, item, sshFields);
  const action = readAction(reading, place, fields.get("action"), ["accept", "check"]);
  const sources = collectTexts(reading, fields.get("src")).map((text) =>
    readSshSource(reading, text, names),
  );
  const destinations = collectTexts(reading, fields.get("dst")).map((text) =>
    readSshDestination(reading, text, names),
  );
  checkSelf(
    reading,
    place,
    sources,
    destinations.map((selector) => ({ selector })),
    [],
  );
  // Only the user may reach the user's own machines.
  const others = destinations.find(
    (selector) =>
      selector.kind === "user" &&
      !sources.every((source) => source.kind === "user" && source.name === selector.name),
  );
  if (others !== undefined) refuse(reading, place, `invalid dst ${JSON.stringify(others.text)}`);
  for (const text of collectTexts(reading, fields.get("acceptenv"))) {
    if (text.text === "") refuse(reading, text.place, "acceptEnv values cannot be empty");
  }
  const users = collectTexts(reading, fields.get("users"));
  if (users.length === 0) refuse(reading, place, "users must be specified");
  const logins = users.flatMap((text) => readLogin(reading, text, names));
  const sourcePostures = readSourcePostures(reading, fields.get("srcposture"), names);
  const checkPeriod = readCheckPeriod(reading, fields.get("checkperiod"));
  return {
    place,
    action: action === "check" ? "check" : "accept",
    sources,
    destinations,
    logins,
    sourcePostures,
    checkPeriod,
  };
}

function readSshSource(reading: Reading, text: LocatedText, names: Names): Selector {
  const selector = readSelector(reading, text, names, "src", "[ssh] ");
  const isSource =
    ["tag", "user", "group", "domain", "autogroup", "unknown"].includes(selector.kind) &&
    selector.text !== "autogroup:danger-all";
  if (!isSource) refuse(reading, text.place, `invalid src ${JSON.stringify(text.text)}`);
  return selector;
}

function readSshDestination(reading: Reading, text: LocatedText, names: Names): Selector {
  const selector = readSelector(reading, text, names, "dst");
  const isMachines =
    selector.kind === "tag" ||
    selector.kind === "user" ||
    selector.kind === "unknown" ||
    (selector.kind === "autogroup" && ["self", "tagged"].includes(selector.name));
  if (!isMachines) refuse(reading, text.place, `invalid dst ${JSON.stringify(text.text)}`);
  return selector;
}

const unknownDomain = "names users of a domain that is not known here";

/** Any other text is the name of an account, as captured: even `tag:web`. */
function readLogin(
  reading: Reading,
  { text, place }: LocatedText,
  { domains }: Names,
): readonly Login[] {
  if (text === "" || text === "*") {
    refuse(reading, place, `user ${JSON.stringify(text)} is not valid`);
    return [];
  }
  if (text === "autogroup:nonroot") return [{ kind: "nonroot" }];
  const [, domain] = /^localpart:\*@(.+)$/.exec(text) ?? [];
  if (domain === undefined) return [{ kind: "named", name: text }];
  const refused = refuseDomain(domain, domains);
  if (refused !== undefined) refuse(reading, place, refused);
  else if (domains === undefined) reportNotUnderstood(reading, place, unknownDomain, "selector");
  return [{ kind: "localpart", domain }];
}

function readCheckPeriod(reading: Reading, field: Member | undefined): string | undefined {
  const written = field && readText(reading, field);
  if (written === undefined || written.text === "") return undefined;
  const problem = parseCheckPeriod(written.text);
  if (problem !== undefined) refuse(reading, written.place, problem);
  return written.text;
}

function readAction(
  reading: Reading,
  place: Place,
  field: Member | undefined,
  valid: readonly string[],
): string | undefined {
  const action = field && readText(reading, field);
  if (action === undefined || action.text === "") {
    if (field === undefined || action !== undefined)
      refuse(reading, place, "action must be specified");
    return undefined;
  }
  if (!valid.includes(action.text))
    refuse(reading, action.place, `${JSON.stringify(action.text)} is not a valid action`);
  return action.text;
}

function readSources(
  reading: Reading,
  field: Member | undefined,
  names: Names,
  prefix: string,
): readonly Selector[] {
  return collectTexts(reading, field).map((text) =>
    readSelector(reading, text, names, "src", prefix),
  );
}

/**
 * Reads a selector. One that we do not understand counts as everything that a selector could match
 * there.
 */
function readSelector(
  reading: Reading,
  { text, place }: LocatedText,
  names: Names,
  side: "src" | "dst",
  prefix = "",
): Selector {
  const parsed = parseSelector(text, names, side);
  if ("refused" in parsed) {
    const isDomain = text.startsWith("user:");
    refuse(reading, place, `${isDomain ? prefix : ""}${parsed.refused}`);
    return { kind: "unknown", text };
  }
  if ("notUnderstood" in parsed) {
    reportNotUnderstood(reading, place, parsed.notUnderstood, "selector");
    return { kind: "unknown", text };
  }
  const { selector } = parsed;
  if (selector.kind === "group" && !selector.defined)
    reportNotUnderstood(reading, place, "is a group whose members are not known here", "selector");
  if (selector.kind === "domain" && names.domains === undefined)
    reportNotUnderstood(reading, place, unknownDomain, "selector");
  refuseSide(reading, { text, place }, selector, side);
  return selector;
}

/** Refuses selectors on the wrong side of a rule. */
function refuseSide(
  reading: Reading,
  { text, place }: LocatedText,
  selector: Selector,
  side: "src" | "dst",
): void {
  const autogroup = selector.kind === "autogroup" ? selector.name : undefined;
  if (side === "dst" && autogroup === "danger-all")
    refuse(reading, place, "cannot use autogroup:danger-all as a dst");
  const notASource = autogroup === "self" || autogroup === "internet";
  if (side === "src" && (notASource || selector.kind === "service"))
    refuse(reading, place, `${JSON.stringify(text)} not valid on the src side of a rule`);
  if (side === "dst" && autogroup === "shared")
    refuse(reading, place, `${JSON.stringify(text)} not valid on the dst side of a rule`);
}

/** Reads the rule's own postures, or else the default. No machine can meet an undefined posture. */
function readSourcePostures(
  reading: Reading,
  field: Member | undefined,
  { postures, defaultSourcePostures }: RuleNames,
): readonly string[] {
  const own = collectTexts(reading, field);
  for (const { text, place } of own) {
    if (!postures.has(text)) reportNotUnderstood(reading, place, "is not defined in postures");
  }
  return own.length > 0 ? own.map(({ text }) => text) : defaultSourcePostures;
}

function collectTexts(reading: Reading, field: Member | undefined): readonly LocatedText[] {
  return field === undefined ? [] : (readTexts(reading, field) ?? []);
}
