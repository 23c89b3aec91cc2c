/** A definition made into the verbs that Pulumi's dynamic-provider process calls. */

import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import type { Tailnet } from "../api/tailnet";
import { checkInputs } from "./check";
import type { Definition, Failure, Properties } from "./definition";
import { gone, leftAlone } from "./definition";
import { deployerConnection, knownIds, tailnetOf, warn } from "./deployer";
import { lookAhead } from "./preflight";
import { dueNow, rotatesAt } from "./rotation";
import { changesBetween, inputsOf, recordedIn, stateAfterRead, stateAfterWrite } from "./state";
import { holdsUnknown, withoutUndefined } from "./unknowns";

/** The verbs that each of our providers has; `configure` is before them all (on-demand.ts). */
export type Provider = Required<Omit<pulumi.dynamic.ResourceProvider, "configure">>;

export function dynamicProvider<Inputs extends object>(definition: Definition<Inputs>): Provider {
  return {
    async check(olds: Properties, news: Properties) {
      return plainly(async () => {
        const { inputs, known, failures } = checkInputs(definition, news);
        const found = [...failures];
        if (found.length === 0 && !holdsUnknown(news["connection"])) {
          // Credentials that are missing or contradict each other show at preview.
          const patience = deployerConnection(connectionOf(news)).timing?.timeout;
          // What stays as it is was possible before, and nothing of it is sent.
          const isChanged = !isDeepStrictEqual(
            inputsOf(definition, olds),
            inputsOf(definition, inputs),
          );
          const grants = isChanged && isPreflightWanted() ? definition.grants(known) : undefined;
          if (grants !== undefined)
            found.push(...(await lookAhead(grants, await tailnetFor(news), news, patience)));
        }
        // Of a failure with a property the engine prints that property's value as well, even where it is secret.
        return {
          inputs,
          failures: found.map((failure) => ({ property: "", reason: sentence(failure) })),
        };
      });
    },

    async diff(id, olds: Properties, news: Properties) {
      return plainly(async () => {
        knownIds.add(String(id));
        const { inPlace, replacing, bookkeeping } = changesBetween(definition, olds, news);
        const due =
          replacing.length === 0 ? dueNow(definition.type, String(id), olds, news) : undefined;
        if (due !== undefined) {
          warn(due.reason);
          return { changes: true, replaces: [due.rule] };
        }
        return {
          changes: inPlace.length + replacing.length + bookkeeping.length > 0,
          replaces: [...replacing],
          // A slot of a rotating pair: what was in it has been out of use for a period, and more than two are never active.
          ...(replacing.includes("generation") && { deleteBeforeReplace: true }),
        };
      });
    },

    async create(news: Properties) {
      return plainly(async () => {
        const inputs = checked(definition, news);
        const { id, ...answer } = await definition.create(
          inputs as Inputs,
          await tailnetFor(inputs),
        ); // Just parsed by its schema.
        return { id, outs: completed(stateAfterWrite(definition, inputs, answer), inputs) };
      });
    },

    async read(id: string, props: Properties = {}) {
      return plainly(async () => {
        knownIds.add(String(id));
        const inputs = inputsOf(definition, props);
        const found = await definition.read(
          id,
          recordedIn(definition, props),
          await tailnetFor(inputs),
        );
        if (typeof found === "symbol" && isLookup(definition, props))
          throw new Error(nothingToRead(definition.type, id));
        if (found === gone) return { id: "" };
        if (found === leftAlone) return { id, props, inputs };
        const after = stateAfterRead(definition, props, found);
        return {
          id,
          props: completed(after.state, after.inputs),
          inputs: withoutUndefined(after.inputs),
        };
      });
    },

    async update(id, olds: Properties, news: Properties) {
      return plainly(async () => {
        knownIds.add(String(id));
        const inputs = checked(definition, news);
        const { inPlace } = changesBetween(definition, olds, inputs);
        const answer =
          inPlace.length > 0 && definition.update !== undefined
            ? await definition.update(
                id,
                inputs as Inputs, // Just parsed by its schema.
                recordedIn(definition, olds),
                await tailnetFor(inputs),
              )
            : undefined;
        const outs =
          answer === undefined
            ? { ...olds, ...pick(inputs, definition.bookkeeping, olds) }
            : stateAfterWrite(definition, inputs, answer, olds);
        return { outs: completed(outs, inputs) };
      });
    },

    async delete(id, props: Properties) {
      return plainly(async () => {
        knownIds.add(String(id));
        const inputs = inputsOf(definition, props);
        await definition.delete(id, recordedIn(definition, props), await tailnetFor(inputs));
      });
    },
  };
}

/** The inputs in normal form. `check` has refused wrong ones before; what was unknown then is checked here. */
function checked<Inputs extends object>(
  definition: Definition<Inputs>,
  news: Properties,
): Properties {
  const { inputs, failures } = checkInputs(definition, news);
  if (failures.length === 0) return inputs;
  throw new Error(failures.map(sentence).join("\n"));
}

function sentence({ property, reason }: Failure): string {
  return `${property}: ${reason}`;
}

/** Whether nothing is known yet of what is read: `get` looks it up, and the engine would take "gone" for an empty answer. */
function isLookup({ outputs }: Pick<Definition<object>, "outputs">, state: Properties): boolean {
  return outputs.every((name) => state[name] === undefined);
}

/** The name of the connection that a resource was declared with. */
function connectionOf(inputs: Properties): string | undefined {
  return typeof inputs["connection"] === "string" ? inputs["connection"] : undefined;
}

function tailnetFor(inputs: Properties): Promise<Tailnet> {
  return tailnetOf(connectionOf(inputs));
}

/** The state with what follows from it, as the engine takes it. */
function completed(state: Properties, inputs: Properties): Properties {
  return withoutUndefined({ ...state, rotatesAt: rotatesAt(state, inputs) });
}

/** `TAILSCOPE_PREFLIGHT=off` is for the run that changes the policy file and what depends on it together. */
function isPreflightWanted(): boolean {
  return process.env["TAILSCOPE_PREFLIGHT"] !== "off";
}

function nothingToRead(type: string, id: string): string {
  return `The tailnet has no ${type} ${id} that is active: it was revoked, it expired, it was used up, or it never was.\n  Give get() the id of an active one; the admin console lists them.`;
}

/** The bookkeeping arguments of `inputs`; one that is no longer given is taken out of `olds`, too. */
function pick(inputs: Properties, names: readonly string[], olds: Properties): Properties {
  return Object.fromEntries(
    names.filter((name) => name in inputs || name in olds).map((name) => [name, inputs[name]]),
  );
}

/**
 * Runs a verb so that a person reads our message once, at its resource: before the engine shows it, the dynamic-provider
 * process prints `${error}: ${error.stack}`, which would be the same again with a stack.
 */
async function plainly<Result>(verb: () => Promise<Result>): Promise<Result> {
  try {
    return await verb();
  } catch (error) {
    if (error instanceof Error) {
      error.stack = "the reason is shown with the resource";
      error.toString = () => "tailscope";
    }
    throw error;
  }
}
