/**
 * What is kept in the state of a resource, and how it is compared with programs and with the
 * tailnet.
 *
 * The state holds the arguments *as the API answered them*, the outputs, and, where an answer
 * differs from what was asked for (a GitHub subject rewritten to the form with ids, an audience
 * made by the server), what was asked for under `asked`. So a program is compared with what was
 * asked, and the tailnet with what it answered: what the server rewrites is no drift.
 */

import { isDeepStrictEqual } from "node:util";
import { normalize } from "./check";
import type { Properties, Recorded, Resource } from "./resource";
import { holdsUnknown } from "./unknowns";

/**
 * The member of the state with the arguments that the API answered differently. `""` stands for one
 * that was left out.
 */
const askedKey = "asked";

/** The same of arguments that the program made secret; an output that is always secret. */
export const askedSecretlyKey = "askedSecretly";

export interface Changes {
  /** Arguments that the API has to be told about, in place. */
  readonly inPlace: readonly string[];
  /** Arguments that only a new credential can have. */
  readonly replacing: readonly string[];
  /** Arguments that are ours alone. */
  readonly bookkeeping: readonly string[];
}

/** How the program's inputs differ from those the state was made with. */
export function findChanges<Inputs extends object>(
  definition: Resource<Inputs>,
  state: Properties,
  inputs: Properties,
): Changes {
  const asked = recoverInputs(definition, state);
  const changed = listArguments(definition).filter((name) => {
    if (holdsUnknown(inputs[name])) return !isIn(definition.bookkeeping, name);
    return !isSame(definition, name, asked[name], inputs[name]);
  });
  return {
    bookkeeping: changed.filter((name) => isIn(definition.bookkeeping, name)),
    inPlace: changed.filter((name) => isIn(definition.inPlace, name)),
    replacing: changed.filter(
      (name) => !isIn(definition.bookkeeping, name) && !isIn(definition.inPlace, name),
    ),
  };
}

/** The inputs that the state was made with. */
export function recoverInputs<Inputs extends object>(
  definition: Resource<Inputs>,
  state: Properties,
): Properties {
  const merged = { ...state, ...readAsked(state) };
  return Object.fromEntries(
    listArguments(definition)
      .filter((name) => merged[name] !== undefined && merged[name] !== "")
      .map((name) => [name, merged[name]]),
  );
}

function readAsked(state: Properties): Properties {
  return { ...readMember(state, askedKey), ...readMember(state, askedSecretlyKey) };
}

function readMember(state: Properties, name: string): Properties {
  const member = state[name];
  // Ours, written by withAsked.
  return typeof member === "object" && member !== null ? (member as Properties) : {};
}

/** The state with what was asked for and answered differently, what is secret apart. */
function setAsked(state: Properties, asked: Properties, secrets: readonly string[]): Properties {
  const { [askedKey]: _, [askedSecretlyKey]: __, ...rest } = state;
  const pick = (isWanted: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(asked).filter(([name]) => isWanted(name)));
  const plain = pick((name) => !secrets.includes(name));
  const secret = pick((name) => secrets.includes(name));
  return {
    ...rest,
    ...(Object.keys(plain).length > 0 && { [askedKey]: plain }),
    ...(Object.keys(secret).length > 0 && { [askedSecretlyKey]: secret }),
  };
}

/** An argument that the program gave, and that the state has as Tailscale answered it. */
export interface RewrittenArgument {
  readonly name: string;
  readonly asked: unknown;
  readonly answered: unknown;
  /** Whether the program made it secret. */
  readonly isSecret: boolean;
}

/**
 * What was answered differently from what was asked for; what the program left out is no part of
 * it.
 */
export function findRewrittenArguments<Inputs extends object>(
  definition: Resource<Inputs>,
  state: Properties,
): RewrittenArgument[] {
  const secrets = readMember(state, askedSecretlyKey);
  return Object.entries(readAsked(state))
    .filter(([name, asked]) => asked !== "" && !isSame(definition, name, asked, state[name]))
    .map(([name, asked]) => ({ name, asked, answered: state[name], isSecret: name in secrets }));
}

/** What the verbs are given of a state. */
export function toRecorded<Inputs extends object>(
  definition: Resource<Inputs>,
  state: Properties,
): Recorded<Inputs> {
  const text = (name: string) => (typeof state[name] === "string" ? { [name]: state[name] } : {});
  const leftOut = Object.entries(readAsked(state)).filter(([, asked]) => asked === "");
  return {
    filledIn: Object.fromEntries(leftOut.map(([name]) => [name, state[name]])),
    ...(recoverInputs(definition, state) as Partial<Inputs>), // As written by `create`.
    // A state that tells when it was made tells who made it: no user for a trust credential's own.
    ...(typeof state["createdAt"] === "string" && { userId: "" }),
    ...text("userId"),
    ...text("expiresAt"),
  };
}

/**
 * The state after the arguments `changed` were written to the API and it answered `answer`. What
 * else the tailnet has is looked at by a read alone, so that a change elsewhere is not taken for
 * ours.
 */
export function applyUpdate<Inputs extends object>(
  definition: Resource<Inputs>,
  before: Properties,
  inputs: Properties,
  changed: readonly string[],
  answer: Properties,
  secrets: readonly string[] = [],
): Properties {
  const isOurs = (name: string) => changed.includes(name) || definition.outputs.includes(name);
  const ours = Object.fromEntries(Object.entries(answer).filter(([name]) => isOurs(name)));
  const after = applyWrite(definition, inputs, ours, before, secrets);
  const asked = { ...readAsked(after) };
  for (const [name, given] of Object.entries(readAsked(before))) {
    if (changed.includes(name)) continue;
    after[name] = before[name];
    asked[name] = given;
  }
  return setAsked(after, asked, secrets);
}

/**
 * The state after `inputs` were written to the API and it answered `answer`.
 * @param before the state of an update
 * @param secrets the arguments that the program made secret
 */
export function applyWrite<Inputs extends object>(
  definition: Resource<Inputs>,
  inputs: Properties,
  answer: Properties,
  before: Properties = {},
  secrets: readonly string[] = [],
): Properties {
  const state: Properties = {
    ...pickOutputs(definition, before),
    ...inputs,
    ...pickOutputs(definition, answer),
  };
  const asked: Properties = {};
  for (const name of listArguments(definition)) {
    if (!(name in answer) || isSame(definition, name, inputs[name], answer[name])) continue;
    state[name] = normalize(definition, name, answer[name]);
    asked[name] = inputs[name] ?? "";
  }
  return setAsked(state, asked, secrets);
}

/**
 * The state and the inputs after the tailnet was found to have `found`. An argument changed
 * elsewhere becomes a changed input.
 */
export function applyRead<Inputs extends object>(
  definition: Resource<Inputs>,
  before: Properties,
  found: Properties,
): { state: Properties; inputs: Properties } {
  const inputs = recoverInputs(definition, before);
  const state: Properties = { ...before, ...pickOutputs(definition, found) };
  const asked = { ...readAsked(before) };
  for (const name of listArguments(definition)) {
    if (!(name in found) || isSame(definition, name, before[name], found[name])) continue;
    state[name] = inputs[name] = normalize(definition, name, found[name]);
    delete asked[name];
  }
  const secrets = Object.keys(readMember(before, askedSecretlyKey));
  return { state: setAsked(state, asked, secrets), inputs };
}

function isSame<Inputs extends object>(
  definition: Resource<Inputs>,
  name: string,
  one: unknown,
  other: unknown,
): boolean {
  // What is equal as it is has the same normal form, and most of what is compared has not changed.
  return (
    isDeepStrictEqual(one, other) ||
    isDeepStrictEqual(normalize(definition, name, one), normalize(definition, name, other))
  );
}

function listArguments<Inputs extends object>(definition: Resource<Inputs>): string[] {
  return Object.keys(definition.inputs.shape);
}

function pickOutputs<Inputs extends object>(
  definition: Resource<Inputs>,
  from: Properties,
): Properties {
  return Object.fromEntries(
    definition.outputs.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]),
  );
}

function isIn(names: readonly string[], name: string): boolean {
  return names.includes(name);
}
