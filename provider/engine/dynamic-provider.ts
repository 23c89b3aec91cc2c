/** The verbs of Pulumi's dynamic-provider process, made from a definition. */

import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import { explicitProviderKey, isInternal, secretsKey } from "../access/internal-arguments";
import { formatProviderText } from "../access/provider-text";
import { parseSecretId } from "../access/secret-form";
import { identifyTailnet } from "../api/auth/tailnet-identity";
import { NotVisible } from "../api/errors";
import type { Connection } from "../api/settings/connection";
import { SettingsError } from "../api/settings/error";
import type { Tailnet } from "../api/tailnet";
import { checkInputs } from "./check";
import { checkAhead } from "./preflight";
import { type Failure, type gone, missing, type Properties, type Resource } from "./resource";
import { warnOfRewrittenArguments } from "./rewritten-arguments";
import { findDueRotation, formatRotatesAt } from "./rotation";
import type { Run } from "./run";
import { describeOrigin, madeInKey, requireEvidence, requireSameTailnet } from "./same-tailnet";
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

/** The verbs of each of our providers. The engine calls `configure` first (on-demand.ts). */
export type Provider = Required<Omit<pulumi.dynamic.ResourceProvider, "configure">>;

export function createDynamicProvider<Inputs extends object>(
  definition: Resource<Inputs>,
  run: Run,
): Provider {
  const { type } = definition;
  return {
    async check(olds: Properties, news: Properties) {
      return withReadableErrors(async () => {
        const current = recoverInputs(definition, olds);
        const { inputs, known, failures } = checkInputs(definition, news, current);
        const found = [...failures];
        if (found.length === 0 && !holdsUnknown(news["connection"])) {
          // So that a preview shows credentials that are missing or contradict each other.
          const { deployer, timing } = requireConnection(news);
          const isByClient = "mintedBy" in news || deployer.kind !== "accessToken";
          // Nothing is sent for an unchanged resource, so the deployer needs no scopes for it.
          const isChanged = !isDeepStrictEqual(current, recoverInputs(definition, inputs));
          if (isChanged) found.push(...(definition.checkMaker?.(known, isByClient) ?? []));
          if (isChanged) definition.findDoubts?.(known).forEach(run.warnOnce);
          const grants =
            isChanged && isPreflightWanted() ? definition.findGrants(known) : undefined;
          if (grants !== undefined) {
            const tailnet = await getTailnet(news);
            found.push(...(await checkAhead(run, grants, tailnet, news, timing?.timeout)));
          }
        }
        if (news[secretsKey] !== undefined) inputs[secretsKey] = news[secretsKey];
        return { inputs, failures: found.map((failure) => toCheckFailure(failure, news)) };
      });
    },

    async diff(id, olds: Properties, news: Properties) {
      return withReadableErrors(async () => {
        run.knownIds.add(String(id));
        const { inPlace, bookkeeping, replacing } = findChanges(definition, olds, news);
        warnOfDeployer(String(id), news);
        if (isForeign(definition, olds))
          return { changes: true, replaces: await listForeignReplacing(id, olds, news) };
        if (replacing.length > 0) {
          return {
            changes: true,
            replaces: [...replacing],
            // A slot of a rotating pair: nobody has used its credential for a whole period, and
            // never more than two may be active.
            ...(replacing.includes("generation") && { deleteBeforeReplace: true }),
          };
        }
        warnOfRewrittenArguments(run, definition, String(id), olds, inPlace);
        const due = findDueRotation(type, String(id), olds, news);
        if (due !== undefined) {
          run.warn(due.reason);
          return { changes: true, replaces: [due.rule] };
        }
        if (await mustRecreate(String(id), olds, news))
          return { changes: true, replaces: ["recreateIfInvalid"] };
        // Without `changes` the engine compares the inputs by itself. Only then does it honour the
        // option `replaceOnChanges`: an answer of a dynamic provider has no place for the names.
        return inPlace.length + bookkeeping.length > 0 ? {} : { changes: false };
      });
    },

    async create(news: Properties) {
      return withReadableErrors(async () => {
        const inputs = parseInputs(definition, news);
        const tailnet = await getTailnet(inputs);
        // `parseInputs` has just parsed them.
        const { id, ...answer } = await definition.create(inputs as Inputs, tailnet);
        const state = applyWrite(definition, inputs, answer, {}, listSecretArguments(news));
        warnOfRewrittenArguments(run, definition, id, state);
        return { id, outs: completeState(state, inputs, tailnet) };
      });
    },

    async read(id: string, props: Properties = {}) {
      return withReadableErrors(async () => {
        run.knownIds.add(String(id));
        const inputs = recoverInputs(definition, props);
        const found = await readTailnet(id, props);
        if (typeof found === "symbol") {
          if (isLookup(definition, props)) throw new Error(describeNothingToRead(type, id));
          if (found === missing) await requireGone(id, props);
          // Written by `create`.
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
        run.knownIds.add(String(id));
        const inputs = parseInputs(definition, news, recoverInputs(definition, olds));
        const { inPlace } = findChanges(definition, olds, inputs);
        if (isForeign(definition, olds)) return { outs: await takeOver(id, olds, inputs) };
        if (inPlace.length === 0 || definition.update === undefined) {
          const outs = { ...olds, ...pickArguments(inputs, definition.bookkeeping, olds) };
          return { outs: completeState(outs, inputs) };
        }
        const tailnet = await getTailnet(inputs);
        requireSameTailnet(type, id, olds, tailnet.identity);
        const changed = inPlace as (keyof Inputs & string)[]; // All are names of arguments.
        const recorded = toRecorded(definition, olds);
        // `parseInputs` has just parsed them.
        const answer = await definition.update(id, inputs as Inputs, changed, recorded, tailnet);
        const secrets = listSecretArguments(news);
        const outs = applyUpdate(definition, olds, inputs, changed, answer, secrets);
        warnOfRewrittenArguments(run, definition, id, outs);
        return { outs: completeState(outs, inputs, tailnet) };
      });
    },

    async delete(id, props: Properties) {
      return withReadableErrors(async () => {
        run.knownIds.add(String(id));
        const tailnet = await getTailnet(recoverInputs(definition, props));
        requireSameTailnet(type, id, props, tailnet.identity);
        if (id === tailnet.identity.deployer) throw new Error(describeOwnRevocation(type, id));
        if (run.goneIds.has(id)) return;
        await withOrigin(id, props, () =>
          definition.delete(id, toRecorded(definition, props), tailnet),
        );
      });
    },
  };

  /** Whether a change of `recreateIfInvalid` recreates a credential that is no longer valid. */
  async function mustRecreate(id: string, olds: Properties, news: Properties): Promise<boolean> {
    const { isRecreated } = definition;
    // The first was written by `create`, the second was parsed by `check`.
    const before = recoverInputs(definition, olds) as Partial<Inputs>;
    const after = recoverInputs(definition, news) as Partial<Inputs>;
    if (isRecreated === undefined || isRecreated(before) || !isRecreated(after)) return false;
    const found = await readTailnet(id, olds);
    if (found === missing) await requireGone(id, olds);
    return typeof found === "symbol";
  }

  /** Reads what the tailnet has of a credential that another provider managed until now. */
  async function readForeign(
    id: string,
    { userId }: Properties,
    inputs: Properties,
  ): Promise<Properties> {
    const found = await readTailnet(id, { ...inputs, userId });
    if (typeof found !== "symbol") return found;
    const { identity } = await getTailnet(inputs);
    throw new Error(describeNothingToTakeOver(type, id, identity.deployer));
  }

  /**
   * The arguments for which a credential of another provider is replaced. They are compared with
   * the tailnet, because the other provider's state may use other names.
   */
  async function listForeignReplacing(
    id: string,
    olds: Properties,
    news: Properties,
  ): Promise<string[]> {
    const inputs = recoverInputs(definition, news);
    if (holdsUnknown(inputs["connection"])) return [];
    const known = Object.entries(inputs).filter(([, value]) => !holdsUnknown(value));
    const found = await readForeign(id, olds, Object.fromEntries(known));
    return [...findChanges(definition, { ...olds, ...found }, news).replacing];
  }

  /**
   * The state of a credential that another provider managed until now and a type alias brought
   * here. Tailscale's official provider keeps the secret as `key`; a program's own provider may use
   * any name.
   */
  async function takeOver(id: string, olds: Properties, inputs: Properties): Promise<Properties> {
    const tailnet = await getTailnet(inputs);
    const found = await readForeign(id, olds, inputs);
    // `diff` has asked for a replacement if anything else differs.
    const changed = findChanges(definition, found, inputs).inPlace as (keyof Inputs & string)[];
    const answer =
      changed.length > 0
        ? await definition.update?.(
            id,
            inputs as Inputs, // `parseInputs` has just parsed them.
            changed,
            toRecorded(definition, found),
            tailnet,
          )
        : found;
    const secret = findSecret(olds, id) ?? notKnownSecret;
    const secrets = definition.outputs.filter((output) => definition.secrets.includes(output));
    const state = {
      ...applyWrite(definition, inputs, answer ?? found),
      ...Object.fromEntries(secrets.map((output) => [output, secret])),
    };
    return completeState(state, inputs, tailnet);
  }

  /**
   * Records that a credential that the tailnet does not show is gone.
   * @throws Error if it may be in another tailnet
   */
  async function requireGone(id: string, props: Properties): Promise<void> {
    const connection = getConnectionName(recoverInputs(definition, props));
    const { identity } = await run.getTailnet(connection);
    await requireEvidence(type, id, props, identity, run.getReads(connection));
    run.goneIds.add(id);
  }

  /** What the tailnet has now of a credential in the state. */
  async function readTailnet(
    id: string,
    props: Properties,
  ): Promise<Properties | typeof gone | typeof missing> {
    const inputs = recoverInputs(definition, props);
    const tailnet = await getTailnet(inputs);
    requireSameTailnet(type, id, props, tailnet.identity);
    const read = async () => {
      const found = await withOrigin(id, props, () =>
        definition.read(id, toRecorded(definition, props), tailnet),
      );
      return found === missing ? undefined : found;
    };
    return (await run.getReads(getConnectionName(inputs)).run(read)) ?? missing;
  }

  function getTailnet(inputs: Properties): Promise<Tailnet> {
    return run.getTailnet(getConnectionName(inputs));
  }

  /** The connection of a resource whose inputs `check` looks at. */
  function requireConnection(news: Properties): Connection {
    try {
      return run.getConnection(getConnectionName(news));
    } catch (error) {
      if (error instanceof SettingsError && news[explicitProviderKey] === true)
        error.message += `\n  ${noConfigForExplicit}`;
      throw error;
    }
  }

  /** Warns once if the stack holds the credential that deploys it. */
  function warnOfDeployer(id: string, inputs: Properties): void {
    if (holdsUnknown(inputs["connection"])) return;
    const { deployer } = identifyTailnet(run.getConnection(getConnectionName(inputs)));
    if (id !== deployer) return;
    run.warnOnce(
      `${type} ${id} is the deployer of this run. A run cannot revoke its own deployer: to destroy or replace it, deploy with another one.`,
    );
  }
}

/**
 * The inputs in normal form. `check` has refused invalid ones before, but some may have been
 * unknown then.
 */
function parseInputs<Inputs extends object>(
  definition: Resource<Inputs>,
  news: Properties,
  current?: Properties,
): Properties {
  const { inputs, failures } = checkInputs(definition, news, current);
  if (failures.length === 0) return inputs;
  throw new Error(failures.map(formatFailure).join("\n"));
}

/**
 * Converts a failure to one without a property, because the engine prints the value of a failure's
 * property even if it is secret.
 */
function toCheckFailure(failure: Failure, news: Properties): pulumi.dynamic.CheckFailure {
  return { property: "", reason: formatFailure(conceal(failure, news)) };
}

function formatFailure({ property, reason }: Failure): string {
  return `${property}: ${reason}`;
}

/**
 * Whether another provider wrote a state: it has another provider's text, or more than arguments,
 * and lacks the output that has the id in ours.
 */
function isForeign<Inputs extends object>(
  { type, identifier, inputs }: Resource<Inputs>,
  state: Properties,
): boolean {
  if (state[identifier] !== undefined) return false;
  const text = state["__provider"];
  if (text !== undefined) return text !== formatProviderText(type);
  return Object.keys(state).some((name) => !(name in inputs.shape) && !isInternal(name));
}

/** The secret of the credential `id` in another provider's state, whatever its name is there. */
function findSecret(state: Properties, id: string): string | undefined {
  const texts = Object.values(state).filter((value) => typeof value === "string");
  const key = state["key"];
  return (
    texts.find((text) => parseSecretId(text) === id) ?? (typeof key === "string" ? key : undefined)
  );
}

/**
 * Whether a read is a look-up by `get`, which has no state yet. Its answer cannot be "gone": the
 * program would get a resource without outputs.
 */
function isLookup({ outputs }: Pick<Resource<object>, "outputs">, state: Properties): boolean {
  return outputs.every((name) => state[name] === undefined);
}

/** Runs a verb. If the credential is hidden, the error says where and by whom it was created. */
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

const noConfigForExplicit =
  "The program gives this resource a provider of its own, which does not get the stack's config from Pulumi: leave out the option `provider` (or `providers` of a component above it), give the settings to that provider as its arguments, or set them in the environment.";

/**
 * The state as the engine takes it, with `rotatesAt` and the tailnet.
 * @param writtenTo the tailnet that a request has just written to
 */
function completeState(state: Properties, inputs: Properties, writtenTo?: Tailnet): Properties {
  return removeUndefined({
    ...state,
    rotatesAt: formatRotatesAt(state, inputs),
    ...(writtenTo !== undefined && { [madeInKey]: writtenTo.identity }),
  });
}

function describeOwnRevocation(type: string, id: string): string {
  return `${type} ${id} is the deployer of this run: once it is revoked, this run can neither revoke nor update the others.\n  Run the same command with another deployer. To keep it and let the stack forget it, use \`pulumi state delete\`.`;
}

/** `TAILSCOPE_PREFLIGHT=off` is for a run that changes both the policy file and what needs it. */
function isPreflightWanted(): boolean {
  return process.env["TAILSCOPE_PREFLIGHT"] !== "off";
}

function describeNothingToRead(type: string, id: string): string {
  return `The tailnet has no active ${type} ${id}: it was revoked, expired or used up, or it never existed.\n  Give get() the id of an active one; the admin console lists them.`;
}

function describeNothingToTakeOver(type: string, id: string, deployer = "without an id"): string {
  return `${type} ${id}, which another provider managed until now, is not active in the tailnet of the deployer ${deployer}: it was revoked, expired or used up, or it belongs to another tailnet.\n  Check the deployer and TAILSCALE_TAILNET. If it is gone, take it out of the state with \`pulumi state delete\`: the next up creates a new one.`;
}

/** The arguments `names` of `inputs`; undefined for one that only `olds` has. */
function pickArguments(inputs: Properties, names: readonly string[], olds: Properties): Properties {
  return Object.fromEntries(
    names.filter((name) => name in inputs || name in olds).map((name) => [name, inputs[name]]),
  );
}

/**
 * Runs a verb so that a person reads the message of an error once, at its resource. The
 * dynamic-provider process would print it a second time, as `${error}: ${error.stack}`.
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
