/**
 * Who can get which tags, step by step.
 *
 * The rule for tags is one step on an exact set: a holder of the set S may give the set T if T is S
 * itself, or if a tag of S owns each tag of T in the policy file. A subset of S does not qualify.
 * The rule applies to each holder in turn: if a owns b and b owns c, an OAuth client with tag:a can
 * create a key with tag:b, which admits a machine as tag:c.
 *
 * Source: https://tailscale.com/kb/1068/tags ("Group devices with tags"), 2025-12-04
 */

import { joinWords } from "../access/word-list";
import { type Holder, type Source, type Step, toHolder } from "./model";
import type { Abilities, Ability } from "./scope-steps";

/** Which tags each owner owns. */
export interface Ownership {
  /** Every tag that the policy file defines. */
  readonly defined: ReadonlySet<string>;
  /** For each tag, the tags that it owns. */
  readonly ownedBy: ReadonlyMap<string, readonly Owned[]>;
}

export interface Owned {
  readonly tag: string;
  readonly at: Source;
}

/** Whether a holder of exactly the tags `held` can give exactly the tags `wanted`. */
export function canGive(
  held: readonly string[],
  wanted: readonly string[],
  { defined, ownedBy }: Ownership,
): boolean {
  if (!wanted.every((tag) => defined.has(tag))) return false;
  const isSame = held.length === wanted.length && wanted.every((tag) => held.includes(tag));
  if (isSame) return true;
  const owned = new Set(held.flatMap((tag) => ownedBy.get(tag) ?? []).map(({ tag }) => tag));
  return wanted.every((tag) => owned.has(tag));
}

/**
 * Every step that passes on a holder's tags: the same set, and each tag that one of them owns. A
 * set of several owned tags leads nowhere that its single tags do not lead.
 */
export function findHolderSteps(
  holder: Holder,
  abilities: Abilities,
  ownership: Ownership,
): Step[] {
  if (holder.kind === "machine") return [];
  if (holder.kind === "auth key")
    return passOnTags(holder, ownership, { kind: "machine", how: "admits", scope: undefined });
  return credentialSteps.flatMap(({ ability, kind, how }) => {
    const scope = abilities.scopeFor(ability);
    if (scope === undefined) return [];
    return abilities.scopeFor("gives any tag") === undefined
      ? passOnTags(holder, ownership, { kind, how, scope })
      : toAnyTag(holder, ownership, { kind, how, scope });
  });
}

const credentialSteps: readonly {
  readonly ability: Ability;
  readonly kind: Holder["kind"];
  readonly how: Step["how"];
}[] = [
  { ability: "makes auth keys", kind: "auth key", how: "admits" },
  { ability: "changes machines", kind: "machine", how: "retags" },
  { ability: "makes credentials", kind: "credential", how: "makes" },
];

interface Passing {
  readonly kind: Holder["kind"];
  readonly how: Step["how"];
  /** Undefined for an auth key, which needs no scope. */
  readonly scope: string | undefined;
}

function passOnTags(holder: Holder, { defined, ownedBy }: Ownership, passing: Passing): Step[] {
  const steps: Step[] = [];
  const { kind, how, scope } = passing;
  const own = holder.tags.filter((tag) => defined.has(tag));
  if (own.length > 0 && own.length === holder.tags.length && kind !== holder.kind)
    steps.push({
      how,
      from: holder,
      to: toHolder(kind, own),
      because: {
        sentence: `${verbs[kind]} ${joinWords(own, "and")}: ${own.length === 1 ? "its own tag" : "exactly its own tags"}.`,
        inShort: own.length === 1 ? "its own tag" : "exactly its own tags",
        at: { scope: scope ?? "none: it is what an auth key is for" },
      },
      conditions: [],
    });
  for (const owner of own)
    for (const { tag, at } of ownedBy.get(owner) ?? []) {
      const to = toHolder(kind, [tag]);
      if (kind === holder.kind && holder.tags.length === 1 && tag === owner) continue;
      steps.push({
        how,
        from: holder,
        to,
        because: {
          sentence: `${verbs[kind]} ${tag}: ${owner} owns it.`,
          inShort: `owned by ${owner}`,
          at,
        },
        conditions: [],
      });
    }
  return steps;
}

/** The scope `all` can give every tag that the policy file defines. */
function toAnyTag(holder: Holder, { defined }: Ownership, { kind, how }: Passing): Step[] {
  return [...defined].map((tag) => ({
    how,
    from: holder,
    to: toHolder(kind, [tag]),
    because: {
      sentence: `${verbs[kind]} ${tag}: "all" gives any tag.`,
      inShort: 'given by "all"',
      at: { scope: "all" },
    },
    conditions: [],
  }));
}

const verbs: Readonly<Record<Holder["kind"], string>> = {
  credential: "It can create a credential with",
  "auth key": "It can create an auth key with",
  machine: "It can admit a machine with",
};
