/** A definition made into the provider object that Pulumi's dynamic-provider process calls. */

import type * as pulumi from "@pulumi/pulumi";
import { checkInputs } from "./check";
import type { Definition, Failure, Properties } from "./definition";
import { gone, leftAlone } from "./definition";
import { configureDeployer, currentTailnet, deployerConnection } from "./deployer";
import { changesBetween, inputsOf, stateAfterRead, stateAfterWrite } from "./state";
import { withoutUndefined } from "./unknowns";

export function dynamicProvider<Inputs extends object>(definition: Definition<Inputs>): pulumi.dynamic.ResourceProvider {
  return {
    async configure(request) {
      // No await before this line: the first calls can arrive before the engine's own await of `configure` is over.
      configureDeployer((key) => request.config.get(key));
    },

    async check(_olds: Properties, news: Properties) {
      return plainly(async () => {
        deployerConnection(); // Credentials that are missing or contradict each other show at preview.
        const { inputs, failures } = checkInputs(definition, news);
        // Of a failure with a property the engine prints that property's value as well, even where it is secret.
        return { inputs, failures: failures.map((failure) => ({ property: "", reason: sentence(failure) })) };
      });
    },

    async diff(_id, olds: Properties, news: Properties) {
      return plainly(async () => {
        const { inPlace, replacing, bookkeeping } = changesBetween(definition, olds, news);
        return { changes: inPlace.length + replacing.length + bookkeeping.length > 0, replaces: [...replacing] };
      });
    },

    async create(news: Properties) {
      return plainly(async () => {
        const inputs = checked(definition, news);
        const { id, ...answer } = await definition.create(inputs as Inputs, await currentTailnet()); // Just parsed by its schema.
        return { id, outs: withoutUndefined(stateAfterWrite(definition, inputs, answer)) };
      });
    },

    async read(id: string, props: Properties = {}) {
      return plainly(async () => {
        const inputs = inputsOf(definition, props);
        const found = await definition.read(id, inputs as Partial<Inputs>, await currentTailnet()); // As written by `create`.
        if (typeof found === "symbol" && isLookup(props)) throw new Error(nothingToRead(definition.type, id));
        if (found === gone) return { id: "" };
        if (found === leftAlone) return { id, props, inputs };
        const after = stateAfterRead(definition, props, found);
        return { id, props: withoutUndefined(after.state), inputs: withoutUndefined(after.inputs) };
      });
    },

    async update(id, olds: Properties, news: Properties) {
      return plainly(async () => {
        const inputs = checked(definition, news);
        const { inPlace } = changesBetween(definition, olds, inputs);
        const answer =
          inPlace.length > 0 && definition.update !== undefined
            ? await definition.update(id, inputs as Inputs, await currentTailnet()) // Just parsed by its schema.
            : undefined;
        const outs =
          answer === undefined
            ? { ...olds, ...pick(inputs, definition.bookkeeping, olds) }
            : stateAfterWrite(definition, inputs, answer, olds);
        return { outs: withoutUndefined(outs) };
      });
    },

    async delete(id, props: Properties) {
      return plainly(async () => definition.delete(id, inputsOf(definition, props) as Partial<Inputs>, await currentTailnet())); // As written by `create`.
    },
  };
}

/** The inputs in normal form. `check` has refused wrong ones before; what was unknown then is checked here. */
function checked<Inputs extends object>(definition: Definition<Inputs>, news: Properties): Properties {
  const { inputs, failures } = checkInputs(definition, news);
  if (failures.length === 0) return inputs;
  throw new Error(failures.map(sentence).join("\n"));
}

function sentence({ property, reason }: Failure): string {
  return `${property}: ${reason}`;
}

/** Whether nothing is known yet of what is read: `get` looks it up, and the engine would take "gone" for an empty answer. */
function isLookup(state: Properties): boolean {
  return Object.keys(state).every((name) => name === "__provider");
}

function nothingToRead(type: string, id: string): string {
  return `The tailnet has no ${type} ${id} that is active: it was revoked, it expired, it was used up, or it never was.\n  Give get() the id of an active one; the admin console lists them.`;
}

/** The bookkeeping arguments of `inputs`; one that is no longer given is taken out of `olds`, too. */
function pick(inputs: Properties, names: readonly string[], olds: Properties): Properties {
  return Object.fromEntries(names.filter((name) => name in inputs || name in olds).map((name) => [name, inputs[name]]));
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
