/**
 * What the state of a resource holds, and how it is compared with the program and the tailnet.
 *
 * | the state has                            | and it is compared with     |
 * | ---------------------------------------- | --------------------------- |
 * | each argument as the API answered it     | what the tailnet has now    |
 * | `asked`: each argument that the program  | what the program has now    |
 * | wrote and the API answered differently   |                             |
 * | the outputs                              | nothing                     |
 *
 * So what the server rewrites (a GitHub subject to its form with ids, an audience that it fills in)
 * is neither a change of the program nor drift.
 */

import { isSameArgument, normalize } from "./normal-form";
import type { Properties, Recorded, Resource } from "./resource";
import { holdsUnknown } from "./unknowns";

/**
 * The member of the state with the arguments that the API answered differently, as the program
 * wrote them. `""` stands for one that the program left out.
 */
const askedKey = "asked";

/** The same for arguments that the program made secret. It is always a secret output. */
export const askedSecretlyKey = "askedSecretly";

export interface Changes {
  /** Arguments that the API can update in place. */
  readonly inPlace: readonly string[];
  /** Arguments that only a replacement can change. */
  readonly replacing: readonly string[];
  /** Arguments that only Tailscope uses: nothing of them is sent. */
  readonly bookkeeping: readonly string[];
}

/**
 * The arguments in which the program's inputs differ from those that the state was written with.
 */
export function findChanges<Inputs extends object>(
  definition: Resource<Inputs>,
  state: Properties,
  inputs: Properties,
): Changes {
  const { bookkeeping, inPlace } = definition;
  const asked = recoverInputs(definition, state);
  const changed = listArguments(definition).filter((name) => {
    if (holdsUnknown(inputs[name])) return !bookkeeping.includes(name);
    return !isSameArgument(definition, name, asked[name], inputs[name]);
  });
  return {
    bookkeeping: changed.filter((name) => bookkeeping.includes(name)),
    inPlace: changed.filter((name) => inPlace.includes(name)),
    replacing: changed.filter((name) => !bookkeeping.includes(name) && !inPlace.includes(name)),
  };
}

/** The inputs that the state was written with. */
export function recoverInputs<Inputs extends object>(
  definition: Resource<Inputs>,
  state: Properties,
): Properties {
  const asked = readAsked(state);
  return Object.fromEntries(
    listArguments(definition)
      .map((name) => [name, name in asked ? asked[name] : state[name]] as const)
      .filter(([, value]) => value !== undefined && value !== ""),
  );
}

function readAsked(state: Properties): Properties {
  return { ...readMember(state, askedKey), ...readMember(state, askedSecretlyKey) };
}

function readMember(state: Properties, name: string): Properties {
  const member = state[name];
  // Written by `setAsked`.
  return typeof member === "object" && member !== null ? (member as Properties) : {};
}

/** Adds `asked` to the state. Its secret arguments go to a separate member. */
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

/** An argument that Tailscale answered differently from what the program wrote. */
export interface RewrittenArgument {
  readonly name: string;
  readonly asked: unknown;
  readonly answered: unknown;
  /** Whether the program made it secret. */
  readonly isSecret: boolean;
}

/** The arguments that Tailscale answered differently, without those that the program left out. */
export function findRewrittenArguments<Inputs extends object>(
  definition: Resource<Inputs>,
  state: Properties,
): RewrittenArgument[] {
  const secrets = readMember(state, askedSecretlyKey);
  return Object.entries(readAsked(state))
    .filter(
      ([name, asked]) => asked !== "" && !isSameArgument(definition, name, asked, state[name]),
    )
    .map(([name, asked]) => ({ name, asked, answered: state[name], isSecret: name in secrets }));
}

/** Converts a state to the form that the verbs of a definition take. */
export function toRecorded<Inputs extends object>(
  definition: Resource<Inputs>,
  state: Properties,
): Recorded<Inputs> {
  const leftOut = Object.entries(readAsked(state)).filter(([, asked]) => asked === "");
  return {
    filledIn: Object.fromEntries(leftOut.map(([name]) => [name, state[name]])),
    ...(recoverInputs(definition, state) as Partial<Inputs>), // As written by `create`.
    ...findCreator(state),
    ...(typeof state["expiresAt"] === "string" && { expiresAt: state["expiresAt"] }),
  };
}

/** Who created the credential of a state, as far as the state says. */
export function findCreator(state: Properties): Pick<Recorded<object>, "userId"> {
  if (typeof state["userId"] === "string") return { userId: state["userId"] };
  // A state with a creation time names the user; without one, a trust credential created it.
  return typeof state["createdAt"] === "string" ? { userId: "" } : {};
}

/**
 * The state after an update sent the arguments `changed` and the API answered `answer`. Of the
 * other arguments the answer is ignored: only a read looks at them, so that a change which somebody
 * else made shows as drift.
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
 * The state after all `inputs` were sent and the API answered `answer`.
 * @param before the earlier state, whose outputs are kept where the answer has none
 * @param secrets names of the arguments that the program made secret
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
    if (!(name in answer) || isSameArgument(definition, name, inputs[name], answer[name])) continue;
    state[name] = normalize(definition, name, answer[name]);
    asked[name] = inputs[name] ?? "";
  }
  return setAsked(state, asked, secrets);
}

/**
 * The state and the inputs after a read found `found` in the tailnet. An argument that somebody
 * else changed becomes a changed input.
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
    if (!(name in found) || isSameArgument(definition, name, before[name], found[name])) continue;
    state[name] = inputs[name] = normalize(definition, name, found[name]);
    delete asked[name];
  }
  const secrets = Object.keys(readMember(before, askedSecretlyKey));
  return { state: setAsked(state, asked, secrets), inputs };
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
