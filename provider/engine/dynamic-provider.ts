/** A definition made into the verbs that Pulumi's dynamic-provider process calls. */

import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import { explicitProviderKey, isInternal, secretsKey } from "../access/internal-arguments";
import { identifyTailnet } from "../api/auth/tailnet-identity";
import { NotVisible } from "../api/errors";
import type { Connection } from "../api/settings/connection";
import { SettingsError } from "../api/settings/error";
import type { Tailnet } from "../api/tailnet";
import { warnOfAnswers } from "./answers";
import { describeOrigin, madeInKey, requireEvidence, requireSameTailnet } from "./belonging";
import { checkInputs } from "./check";
import { lookAhead } from "./preflight";
import type { Failure, Properties, Resource } from "./resource";
import { type gone, missing } from "./resource";
import { findDueRotation, formatRotatesAt } from "./rotation";
import {
  deployerConnection,
  goneIds,
  knownIds,
  readsThrough,
  tailnetOf,
  warn,
  warnOnce,
} from "./run";
import { conceal, listSecretArguments } from "./secret-arguments";
import {
  applyRead,
  applyUpdate,
  applyWrite,
  findChanges,
  recoverInputs,
  toRecorded,
} from "./state";
import { notKnownSecret } from "./unknown-secret";
import { holdsUnknown, removeUndefined } from "./unknowns";

/** The verbs that each of our providers has; `configure` is before them all (on-demand.ts). */
export type Provider = Required<Omit<pulumi.dynamic.ResourceProvider, "configure">>;

export function createDynamicProvider<Inputs extends object>(
  definition: Resource<Inputs>,
): Provider {
  return {
    async check(olds: Properties, news: Properties) {
      return withReadableErrors(async () => {
        const { inputs, known, failures } = checkInputs(
          definition,
          news,
          recoverInputs(definition, olds),
        );
        const found = [...failures];
        if (found.length === 0 && !holdsUnknown(news["connection"])) {
          // Credentials that are missing or contradict each other show at preview.
          const { deployer, timing } = getConnection(news);
          const isByClient = "mintedBy" in news || deployer.kind !== "accessToken";
          // What stays as it is was possible before, and nothing of it is sent.
          const isChanged = !isDeepStrictEqual(
            recoverInputs(definition, olds),
            recoverInputs(definition, inputs),
          );
          if (isChanged) found.push(...(definition.checkMaker?.(known, isByClient) ?? []));
          if (isChanged) definition.findDoubts?.(known).forEach(warnOnce);
          const grants =
            isChanged && isPreflightWanted() ? definition.findGrants(known) : undefined;
          if (grants !== undefined)
            found.push(...(await lookAhead(grants, await getTailnet(news), news, timing?.timeout)));
        }
        if (news[secretsKey] !== undefined) inputs[secretsKey] = news[secretsKey];
        // Of a failure with a property the engine prints that property's value as well, even where
        // it is secret.
        return {
          inputs,
          failures: found.map((failure) => ({
            property: "",
            reason: formatFailure(conceal(failure, news)),
          })),
        };
      });
    },

    async diff(id, olds: Properties, news: Properties) {
      return withReadableErrors(async () => {
        knownIds.add(String(id));
        const { inPlace, bookkeeping, replacing } = findChanges(definition, olds, news);
        warnOfDeployer(definition.type, String(id), news);
        if (isForeign(definition, olds)) return { changes: true, replaces: [...replacing] };
        if (replacing.length === 0) warnOfAnswers(definition, String(id), olds, inPlace);
        const due =
          replacing.length === 0
            ? findDueRotation(definition.type, String(id), olds, news)
            : undefined;
        if (due !== undefined) {
          warn(due.reason);
          return { changes: true, replaces: [due.rule] };
        }
        if (replacing.length === 0 && (await isWantedAgain(String(id), olds, news))) {
          return { changes: true, replaces: ["recreateIfInvalid"] };
        }
        if (replacing.length > 0) {
          return {
            changes: true,
            replaces: [...replacing],
            // A slot of a rotating pair: what was in it has been out of use for a period, and more
            // than two are never active.
            ...(replacing.includes("generation") && { deleteBeforeReplace: true }),
          };
        }
        // Without `changes` the engine compares the inputs itself, and so knows the names that the
        // option `replaceOnChanges` is about, for which the SDK's dynamic provider has no place in
        // its answer.
        return inPlace.length + bookkeeping.length > 0 ? {} : { changes: false };
      });
    },

    async create(news: Properties) {
      return withReadableErrors(async () => {
        const inputs = parseInputs(definition, news);
        const tailnet = await getTailnet(inputs);
        // Just parsed by its schema.
        const { id, ...answer } = await definition.create(inputs as Inputs, tailnet);
        const state = applyWrite(definition, inputs, answer, {}, listSecretArguments(news));
        warnOfAnswers(definition, id, state);
        return { id, outs: completeState(state, inputs, tailnet) };
      });
    },

    async read(id: string, props: Properties = {}) {
      return withReadableErrors(async () => {
        knownIds.add(String(id));
        const inputs = recoverInputs(definition, props);
        const found = await readTailnet(id, props);
        if (typeof found === "symbol") {
          if (isLookup(definition, props))
            throw new Error(describeNothingToRead(definition.type, id));
          if (found === missing) await requireGone(id, props);
          // Inputs as written by `create`.
          if (definition.isRecreated?.(inputs as Partial<Inputs>) === false) {
            return { id, props, inputs };
          }
          return { id: "" };
        }
        const after = applyRead(definition, props, found);
        return {
          id,
          props: completeState(after.state, after.inputs),
          inputs: removeUndefined(after.inputs),
        };
      });
    },

    async update(id, olds: Properties, news: Properties) {
      return withReadableErrors(async () => {
        knownIds.add(String(id));
        const inputs = parseInputs(definition, news, recoverInputs(definition, olds));
        const { inPlace } = findChanges(definition, olds, inputs);
        if (isForeign(definition, olds)) return { outs: await takeOver(id, olds, inputs) };
        if (inPlace.length === 0 || definition.update === undefined) {
          const outs = { ...olds, ...pickArguments(inputs, definition.bookkeeping, olds) };
          return { outs: completeState(outs, inputs) };
        }
        const tailnet = await getTailnet(inputs);
        requireSameTailnet(definition.type, id, olds, tailnet.identity);
        const changed = inPlace as (keyof Inputs & string)[]; // Names of arguments, all of them.
        const recorded = toRecorded(definition, olds);
        // Just parsed by its schema.
        const answer = await definition.update(id, inputs as Inputs, changed, recorded, tailnet);
        const secrets = listSecretArguments(news);
        const outs = applyUpdate(definition, olds, inputs, changed, answer, secrets);
        warnOfAnswers(definition, id, outs);
        return { outs: completeState(outs, inputs, tailnet) };
      });
    },

    async delete(id, props: Properties) {
      return withReadableErrors(async () => {
        knownIds.add(String(id));
        const tailnet = await getTailnet(recoverInputs(definition, props));
        requireSameTailnet(definition.type, id, props, tailnet.identity);
        if (id === tailnet.identity.deployer)
          throw new Error(describeOwnRevocation(definition.type, id));
        if (goneIds.has(id)) return;
        await withOrigin(id, props, () =>
          definition.delete(id, toRecorded(definition, props), tailnet),
        );
      });
    },
  };

  /**
   * Whether one that was not to be made again, and opens nothing any more, is to be made again now.
   */
  async function isWantedAgain(id: string, olds: Properties, news: Properties): Promise<boolean> {
    const { isRecreated } = definition;
    // As written by `create`, and as parsed by `check`.
    const before = recoverInputs(definition, olds) as Partial<Inputs>;
    const after = recoverInputs(definition, news) as Partial<Inputs>;
    if (isRecreated === undefined || isRecreated(before) || !isRecreated(after)) return false;
    const found = await readTailnet(id, olds);
    if (found === missing) await requireGone(id, olds);
    return typeof found === "symbol";
  }

  /**
   * Makes the state of a credential that another provider managed until now, which a type alias
   * brought here: Tailscale's official one keeps the secret as `key`.
   */
  async function takeOver(id: string, olds: Properties, inputs: Properties): Promise<Properties> {
    const found = await readTailnet(id, olds);
    if (typeof found === "symbol") throw new Error(describeNothingToRead(definition.type, id));
    const tailnet = await getTailnet(inputs);
    // Arguments that the API can change; what else differs is a replacement.
    const changed = findChanges(definition, found, inputs).inPlace as (keyof Inputs & string)[];
    const answer =
      changed.length > 0
        ? await definition.update?.(
            id,
            inputs as Inputs, // Just parsed by its schema.
            changed,
            toRecorded(definition, found),
            tailnet,
          )
        : found;
    const secret = typeof olds["key"] === "string" ? olds["key"] : notKnownSecret;
    const secrets = definition.outputs.filter((output) => definition.secrets.includes(output));
    const state = {
      ...applyWrite(definition, inputs, answer ?? found),
      ...Object.fromEntries(secrets.map((output) => [output, secret])),
    };
    return completeState(state, inputs, tailnet);
  }

  /**
   * Takes a credential that the tailnet does not show for gone, or throws where it may be
   * elsewhere.
   */
  async function requireGone(id: string, props: Properties): Promise<void> {
    const connection = getConnectionName(recoverInputs(definition, props));
    const { identity } = await tailnetOf(connection);
    await requireEvidence(definition.type, id, props, identity, readsThrough(connection));
    goneIds.add(id);
  }

  /** What the tailnet has of a credential in the state. */
  async function readTailnet(
    id: string,
    props: Properties,
  ): Promise<Properties | typeof gone | typeof missing> {
    const inputs = recoverInputs(definition, props);
    const tailnet = await getTailnet(inputs);
    requireSameTailnet(definition.type, id, props, tailnet.identity);
    const read = async () => {
      const found = await withOrigin(id, props, () =>
        definition.read(id, toRecorded(definition, props), tailnet),
      );
      return found === missing ? undefined : found;
    };
    return (await readsThrough(getConnectionName(inputs)).run(read)) ?? missing;
  }
}

/**
 * The inputs in normal form. `check` has refused wrong ones before; what was unknown then is
 * checked here.
 */
function parseInputs<Inputs extends object>(
  definition: Resource<Inputs>,
  news: Properties,
  kept?: Properties,
): Properties {
  const { inputs, failures } = checkInputs(definition, news, kept);
  if (failures.length === 0) return inputs;
  throw new Error(failures.map(formatFailure).join("\n"));
}

function formatFailure({ property, reason }: Failure): string {
  return `${property}: ${reason}`;
}

/**
 * Whether a state was written by another provider: it has more than arguments, and not the
 * credential's id as ours has it.
 */
function isForeign<Inputs extends object>(
  { identifier, inputs }: Resource<Inputs>,
  state: Properties,
): boolean {
  if (state[identifier] !== undefined || state["__provider"] !== undefined) return false;
  return Object.keys(state).some((name) => !(name in inputs.shape) && !isInternal(name));
}

/**
 * Whether nothing is known yet of what is read: `get` looks it up, and the engine would take "gone"
 * for an empty answer.
 */
function isLookup({ outputs }: Pick<Resource<object>, "outputs">, state: Properties): boolean {
  return outputs.every((name) => state[name] === undefined);
}

/** Does what `verb` does; that the credential cannot be seen comes with where it was made. */
async function withOrigin<Result>(
  id: string,
  state: Properties,
  verb: () => Promise<Result>,
): Promise<Result> {
  try {
    return await verb();
  } catch (error) {
    if (error instanceof NotVisible)
      error.message = `${error.message}\n  ${describeOrigin(id, state)}`.trimEnd();
    throw error;
  }
}

/** The name of the connection that a resource was declared with. */
function getConnectionName(inputs: Properties): string | undefined {
  return typeof inputs["connection"] === "string" ? inputs["connection"] : undefined;
}

/** The connection of a resource whose inputs are checked. */
function getConnection(news: Properties): Connection {
  try {
    return deployerConnection(getConnectionName(news));
  } catch (error) {
    if (error instanceof SettingsError && news[explicitProviderKey] === true)
      error.message += `\n  ${noConfigForExplicit}`;
    throw error;
  }
}

const noConfigForExplicit =
  "The program gives this resource a provider of its own, which Pulumi does not tell of the stack's config: leave out the option `provider` (or `providers` of a component above it), give the settings to that provider as its arguments, or set them in the environment.";

function getTailnet(inputs: Properties): Promise<Tailnet> {
  return tailnetOf(getConnectionName(inputs));
}

/**
 * The state with what follows from it, as the engine takes it.
 * @param writtenTo the tailnet that a write has just gone to
 */
function completeState(state: Properties, inputs: Properties, writtenTo?: Tailnet): Properties {
  return removeUndefined({
    ...state,
    rotatesAt: formatRotatesAt(state, inputs),
    ...(writtenTo !== undefined && { [madeInKey]: writtenTo.identity }),
  });
}

/** Says once that a stack holds the credential that deploys it. */
function warnOfDeployer(type: string, id: string, inputs: Properties): void {
  if (holdsUnknown(inputs["connection"])) return;
  const { deployer } = identifyTailnet(deployerConnection(getConnectionName(inputs)));
  if (id !== deployer) return;
  warnOnce(
    `${type} ${id} is the deployer of this run. A run cannot revoke its own deployer: to destroy or replace it, deploy with another one.`,
  );
}

function describeOwnRevocation(type: string, id: string): string {
  return `${type} ${id} is the deployer of this run: once it is revoked, nothing that is left can be revoked or changed.\n  Run the same command with another deployer. To keep it and let the stack forget it, use \`pulumi state delete\`.`;
}

/**
 * `TAILSCOPE_PREFLIGHT=off` is for the run that changes the policy file and what depends on it
 * together.
 */
function isPreflightWanted(): boolean {
  return process.env["TAILSCOPE_PREFLIGHT"] !== "off";
}

function describeNothingToRead(type: string, id: string): string {
  return `The tailnet has no ${type} ${id} that is active: it was revoked, it expired, it was used up, or it never was.\n  Give get() the id of an active one; the admin console lists them.`;
}

/**
 * The bookkeeping arguments of `inputs`; one that is no longer given is taken out of `olds`, too.
 */
function pickArguments(inputs: Properties, names: readonly string[], olds: Properties): Properties {
  return Object.fromEntries(
    names.filter((name) => name in inputs || name in olds).map((name) => [name, inputs[name]]),
  );
}

/**
 * Runs a verb so that a person reads our message once, at its resource: before the engine shows it,
 * the dynamic-provider process prints `${error}: ${error.stack}`, which would be the same again
 * with a stack.
 */
async function withReadableErrors<Result>(verb: () => Promise<Result>): Promise<Result> {
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
