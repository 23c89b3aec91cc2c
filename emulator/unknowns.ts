/**
 * Switches for behaviour of the real API that no public source documents. A client must be correct
 * in either case. Behaviour that is settled by evidence has no switch. Each switch names its fact;
 * docs/api-facts.md says what is known of it.
 */

import { z } from "zod";

export interface Unknowns {
  /** Which scopes the refusal of a narrowing names. `fact: narrowing-refusal-names` */
  readonly narrowingRefusalNames: "beyond" | "all";
  /**
   * Whether a token can be narrowed from a write scope to its read form.
   * `fact: write-narrows-to-read`
   */
  readonly writeNarrowsToRead: boolean;
  /** The answer to an actor that may not see the credential's kind. `fact: hidden-key-status` */
  readonly hiddenKey: 403 | 404;
  /**
   * What a PUT without an audience does to that of a federated identity.
   * `fact: put-without-audience`
   */
  readonly putWithoutAudience: "keeps" | "regenerates" | "empties";
  /** What `?all=true` lists for an API access token. `fact: user-token-list` */
  readonly userTokensList: "all" | "own";
  /**
   * Whether a token that a client with `all` narrowed by scope gives any tag.
   * `fact: narrowed-all-gives-any-tag`
   */
  readonly narrowedAllGivesAnyTag: boolean;
  /** Whether the audit log has the change of a trust credential. `fact: client-update-is-logged` */
  readonly logsUpdates: boolean;
  /**
   * Whether lists show short-lived tokens, as keys of the kind `api`.
   * `fact: short-lived-tokens-are-listed`
   */
  readonly listsTokens: boolean;
  /**
   * For how long the tokens of a new OAuth client are answered with 404.
   * `fact: fresh-client-answers-404`
   */
  readonly freshClientMilliseconds: number;
}

/** Every switch in its easiest position for a client. */
export const lenient: Unknowns = {
  narrowingRefusalNames: "beyond",
  writeNarrowsToRead: true,
  hiddenKey: 403,
  putWithoutAudience: "keeps",
  userTokensList: "all",
  narrowedAllGivesAnyTag: true,
  logsUpdates: true,
  listsTokens: false,
  freshClientMilliseconds: 0,
};

/** Every switch in its hardest position for a client. */
export const strict: Unknowns = {
  narrowingRefusalNames: "all",
  writeNarrowsToRead: false,
  hiddenKey: 404,
  putWithoutAudience: "empties",
  userTokensList: "own",
  narrowedAllGivesAnyTag: false,
  logsUpdates: false,
  listsTokens: true,
  freshClientMilliseconds: 300,
};

const worlds = { lenient, strict };

export const worldNames = ["lenient", "strict"] as const;

type Switches = { readonly [Name in keyof Unknowns]?: Unknowns[Name] | undefined };

/** One of the two worlds, or some of the switches. */
export type Strictness = (typeof worldNames)[number] | Switches;

/** Some switches, as callers give them. */
const switchesShape = z.strictObject({
  narrowingRefusalNames: z.enum(["beyond", "all"]).optional(),
  writeNarrowsToRead: z.boolean().optional(),
  hiddenKey: z.literal([403, 404]).optional(),
  putWithoutAudience: z.enum(["keeps", "regenerates", "empties"]).optional(),
  userTokensList: z.enum(["all", "own"]).optional(),
  narrowedAllGivesAnyTag: z.boolean().optional(),
  logsUpdates: z.boolean().optional(),
  listsTokens: z.boolean().optional(),
  freshClientMilliseconds: z.int().min(0).optional(),
}) satisfies z.ZodType<Switches>;

/** What to write, for an error message. */
const form = `write "lenient", "strict", or an object of ${Object.keys(lenient).join(", ")}`;

/** @internal */
export const strictnessShape = z.union([z.enum(worldNames), switchesShape], { error: form });

/**
 * The switches of a named world, or `current` with some of them changed.
 *
 * @throws Error where `strictness`, which may come from JavaScript, is neither
 */
export function withStrictness(current: Unknowns, strictness: Strictness): Unknowns {
  const parsed = strictnessShape.safeParse(strictness);
  if (!parsed.success)
    throw new Error(`strictness is ${JSON.stringify(strictness)}, which is not valid: ${form}.`);
  if (typeof parsed.data === "string") return worlds[parsed.data];
  const given = Object.entries(parsed.data).filter(([, value]) => value !== undefined);
  return { ...current, ...Object.fromEntries(given) };
}

/**
 * The world that `TAILSCOPE_EMULATOR_STRICTNESS` names, lenient where it is not set.
 * @internal
 */
export function readDefaultUnknowns(environment: NodeJS.ProcessEnv = process.env): Unknowns {
  const name = environment["TAILSCOPE_EMULATOR_STRICTNESS"] || "lenient";
  const world = worldNames.find((known) => known === name);
  if (world !== undefined) return worlds[world];
  throw new Error(
    `TAILSCOPE_EMULATOR_STRICTNESS is "${name}": write ${worldNames.join(" or ")}, or leave it unset.`,
  );
}
