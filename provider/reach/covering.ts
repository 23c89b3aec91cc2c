/** Which openings include which others. */

import type { Range } from "../policy-file/addresses";
import { subtractRange } from "../policy-file/addresses";
import { implies } from "./conditions";
import type { Condition } from "./model";
import { anyButRoot, type Opening, type Targets } from "./network";
import { overlaps } from "./ranges";
import { collectConditions, type Spread } from "./spread";

/** The names whose machines include those of `name`, including `name` itself. */
export function findNamesAround(name: string): readonly string[] {
  const machine = "any machine";
  if (name.startsWith("tag:")) return [name, "autogroup:tagged", machine];
  if (name === "autogroup:owner") return [name, "autogroup:admin", "autogroup:member", machine];
  if (name.startsWith("svc:")) return [name, "any service"];
  if (name === "internet" || name === "any service" || name === machine) return [name];
  if (isDomain(name)) return [...findDomainsAround(name), "internet"];
  if (name === "autogroup:tagged" || name === "autogroup:member") return [name, machine];
  if (/^[^:]*@/.test(name))
    return [name, `user:*@${name.slice(name.lastIndexOf("@") + 1)}`, "autogroup:member", machine];
  return [name, "autogroup:member", machine];
}

/** Whether it is a domain name, or all names below one: `*.acme.com`. */
export function isDomain(name: string): boolean {
  return !/[:@ ]/.test(name);
}

/** `api.eu.acme.com`, `*.eu.acme.com` and `*.acme.com`. */
function findDomainsAround(name: string): readonly string[] {
  const labels = name.split(".");
  return [name, ...labels.slice(1, -1).map((_, at) => `*.${labels.slice(at + 1).join(".")}`)];
}

/** The part of an opening that decides what it covers. */
interface Entry {
  readonly first: number;
  readonly last: number;
  readonly conditions: readonly Condition[];
}

interface Entries {
  readonly everything: Entry[];
  readonly byName: Map<string, Entry[]>;
  readonly ranges: (Entry & { readonly range: Range })[];
}

/** Everything that is open, indexed by what it opens. */
export type Cover = ReadonlyMap<string, Entries>;

export function buildCover({ opened }: Pick<Spread, "opened">): Cover {
  const cover = new Map<string, Entries>();
  for (const { by, uses } of opened)
    for (const use of uses) {
      const conditions = collectConditions(by, use);
      for (const { to, openings } of use.destinations)
        for (const opening of openings) {
          const key = getOpeningKey(opening.what, opening.detail);
          const entries = cover.get(key) ?? { everything: [], byName: new Map(), ranges: [] };
          cover.set(key, entries);
          addEntry(entries, to, { first: opening.first, last: opening.last, conditions });
        }
    }
  return cover;
}

function addEntry(entries: Entries, to: Targets, entry: Entry): void {
  if (to.isEverything) entries.everything.push(entry);
  for (const name of to.names) {
    const known = entries.byName.get(name);
    if (known === undefined) entries.byName.set(name, [entry]);
    else known.push(entry);
  }
  for (const range of to.ranges) entries.ranges.push({ ...entry, range });
}

function getOpeningKey(what: string, detail: string): string {
  return `${what}\n${detail}`;
}

/** The keys of the openings that include this one. */
function findKeysAround({ what, detail }: Opening): readonly string[] {
  const keys = [getOpeningKey(what, detail), getOpeningKey("anything", "")];
  if (what === "login")
    return detail === "root" ? keys : [...keys, getOpeningKey("login", anyButRoot)];
  return /^\d+$/.test(what) ? [...keys, getOpeningKey("any traffic", "")] : keys;
}

/** The destinations and ports of one opening that are not covered. */
export interface Rest {
  readonly to: Targets;
  readonly opening: Opening;
}

/** Removes from an opening everything that `cover` opens under the same or weaker conditions. */
export function findRest(
  to: Targets,
  opening: Opening,
  conditions: readonly Condition[],
  cover: Cover,
): Rest[] {
  const around = findKeysAround(opening).flatMap((key) => cover.get(key) ?? []);
  const applies = (entry: Entry) => implies(conditions, entry.conditions);
  const whole = around.flatMap(({ everything }) => everything).filter(applies);
  const ports = subtractPorts([opening], whole);
  if (ports.length === 0) return [];
  if (to.isEverything) return ports.map((left) => ({ to, opening: { ...opening, ...left } }));
  const byPorts = new Map<
    string,
    { names: string[]; ranges: Range[]; first: number; last: number }
  >();
  const keep = ({ first, last }: Ports, what: { name?: string; range?: Range }) => {
    const key = `${first}-${last}`;
    const known = byPorts.get(key) ?? { names: [], ranges: [], first, last };
    byPorts.set(key, known);
    if (what.name !== undefined) known.names.push(what.name);
    if (what.range !== undefined) known.ranges.push(what.range);
  };
  for (const name of to.names) {
    const entries = around
      .flatMap(({ byName }) => findNamesAround(name).flatMap((one) => byName.get(one) ?? []))
      .filter(applies);
    for (const left of subtractPorts(ports, entries)) keep(left, { name });
  }
  for (const range of to.ranges) {
    const entries = around
      .flatMap(({ ranges }) => ranges.filter((entry) => overlaps(entry.range, range)))
      .filter(applies);
    for (const left of subtractRectangles({ range, ports }, entries))
      keep(left.ports, { range: left.range });
  }
  return [...byPorts.values()].map(({ names, ranges, first, last }) => ({
    to: { ...to, names, ranges },
    opening: { ...opening, first, last },
  }));
}

interface Ports {
  readonly first: number;
  readonly last: number;
}

function subtractPorts(from: readonly Ports[], taken: readonly Ports[]): Ports[] {
  let left = from.map(({ first, last }) => ({ first, last }));
  for (const { first, last } of taken)
    left = left.flatMap((one) =>
      one.last < first || last < one.first
        ? [one]
        : [
            ...(one.first < first ? [{ first: one.first, last: first - 1 }] : []),
            ...(last < one.last ? [{ first: last + 1, last: one.last }] : []),
          ],
    );
  return left;
}

interface Rectangle {
  readonly range: Range;
  readonly ports: Ports;
}

function subtractRectangles(
  { range, ports }: { range: Range; ports: readonly Ports[] },
  taken: readonly (Entry & { readonly range: Range })[],
): Rectangle[] {
  let left: Rectangle[] = ports.map((one) => ({ range, ports: one }));
  for (const entry of taken)
    left = left.flatMap((one) => {
      if (!overlaps(one.range, entry.range)) return [one];
      const outside = subtractRange([one.range], entry.range);
      const inside = outside.reduce<readonly Range[]>(subtractRange, [one.range]);
      return [
        ...outside.map((rest) => ({ range: rest, ports: one.ports })),
        ...inside.flatMap((rest) =>
          subtractPorts([one.ports], [entry]).map((more) => ({ range: rest, ports: more })),
        ),
      ];
    });
  return left;
}
