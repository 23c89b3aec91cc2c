/** What `tailscope drift` does with a stack: compares and prints. Loaded while Pulumi is asked. */

import { getKeyFacts } from "../../access/kinds";
import { sanitize } from "../../access/sanitize";
import { parseName } from "../../access/urn";
import { formatCount } from "../../access/word-list";
import { fileByCredential } from "../../api/audit-log";
import { NotVisible } from "../../api/errors";
import { isKeyId } from "../../api/keys/id";
import type { Tailnet } from "../../api/tailnet";
import { type AnyResource, findDefinition } from "../../definitions/all";
import { gone, isKeyResource, missing } from "../../engine/resource";
import { requireEvidence, requireSameTailnet, trackReads } from "../../engine/same-tailnet";
import { findCreator, toRecorded } from "../../engine/state";
import { collectDescriptions } from "../../state/descriptions";
import {
  type Drift,
  type Found,
  findDrift,
  findNotCompared,
  type NotCompared,
  toFound,
} from "../../state/drift";
import { listManaged, type Managed } from "../../state/exported-state";
import { CommandFailure, exitCodes } from "../failure";
import { announceWait, print, printAside, printJson, printTable } from "../output";
import type { Asked, StackOptions } from "../pulumi";
import {
  auditLogMilliseconds,
  listAgain,
  type OpenedEarly,
  readAuditLogIfPermitted,
  withTailnet,
} from "../session";
import { createSettings, type Settings } from "../settings";
import { requireResources } from "../stored-resources";

export interface DriftOptions extends StackOptions {
  readonly json?: boolean;
}

interface Compared {
  readonly drift: readonly Drift[];
  readonly notCompared: readonly NotCompared[];
  /** How many credentials were compared, whole. */
  readonly count: number;
}

/** @param opening the tailnet of the default connection, if it is opened early */
export async function compareStack(
  options: DriftOptions,
  asked: Asked,
  opening: Promise<OpenedEarly | undefined>,
): Promise<void> {
  try {
    await compareAndPrint(options, asked, opening);
  } finally {
    await (await opening)?.tailnet.close();
  }
}

async function compareAndPrint(
  options: DriftOptions,
  asked: Asked,
  opening: Promise<OpenedEarly | undefined>,
): Promise<void> {
  // The request is on its way before the state is read, which takes a while.
  const opened = await opening;
  const [{ managed, isNewer }, config] = await Promise.all([
    listManagedCredentials(asked),
    asked.config,
  ]);
  const early = opened && isNewer ? listAgain(opened) : opened;
  const wanted = managed.filter(
    ({ state, hidden }) =>
      options.connection === undefined ||
      state["connection"] === options.connection ||
      hidden.has("connection"),
  );
  const compared = await compareByConnection(
    wanted,
    createSettings(config),
    config.kind,
    options,
    early,
  );
  if (options.json)
    printJson({
      drift: compared.drift,
      ...(compared.notCompared.length > 0 && { notCompared: compared.notCompared }),
    });
  else printDrift(compared);
  process.exitCode = chooseExitCode(compared);
}

function chooseExitCode({ drift, notCompared }: Compared): number {
  if (drift.length > 0) return exitCodes.found;
  return notCompared.length > 0 ? exitCodes.failure : exitCodes.success;
}

/**
 * The credentials of the stack. If any of their arguments are encrypted, exports the state again
 * with secrets; it is then newer than what was requested early.
 */
async function listManagedCredentials(
  asked: Asked,
): Promise<{ managed: readonly Managed[]; isNewer: boolean }> {
  const exports = await asked.exports;
  if (exports === undefined)
    throw new CommandFailure(
      "There is no Pulumi project here.\n  Run this in the folder of the stack's Pulumi.yaml (or name it with --cwd), name the stack with --stack, or give exported state with --state FILE.",
    );
  const managed = listManaged(requireResources(exports));
  if (!managed.some(hidesArguments)) return { managed, isNewer: false };
  try {
    const decrypted = await announceWait("Decrypting the state", asked.decryptedExports());
    return { managed: listManaged(requireResources(decrypted)), isNewer: true };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const [reason = ""] = error.message.split("\n");
    printAside(
      `Secret arguments in the state cannot be decrypted: ${reason}.`.replace(/\.+$/, "."),
    );
    return { managed, isNewer: false };
  }
}

function hidesArguments(managed: Managed): boolean {
  const definition = findDefinition(managed.kind);
  return (
    managed.hidden.has("connection") ||
    (definition !== undefined && findNotCompared(managed, definition) !== undefined)
  );
}

/** Each tailnet is asked once, however many resources it has. */
async function compareByConnection(
  managed: readonly Managed[],
  settings: Settings,
  config: "none" | "read" | "unreadable",
  options: StackOptions,
  opened: OpenedEarly | undefined,
): Promise<Compared> {
  const unknown = managed.filter(({ hidden }) => hidden.has("connection"));
  const known = managed.filter(({ hidden }) => !hidden.has("connection"));
  const names = [...new Set(known.map(getConnectionName))];
  if (config !== "read" && names.some((name) => name !== undefined)) {
    throw new CommandFailure(
      `The state has resources with named connections, whose settings are in stack config.\n  Name the stack with --stack${options.state === undefined ? "" : " beside --state"}.`,
    );
  }
  const found: Compared[] = [];
  for (const name of names) {
    const ours = known.filter((one) => getConnectionName(one) === name);
    const connection = await settings.connection(name);
    const isUsersToken = connection.deployer.kind === "accessToken";
    const early = name === undefined ? opened : undefined;
    found.push(
      await withTailnet(
        connection,
        (tailnet) => compareWithTailnet(tailnet, ours, isUsersToken, early?.listed),
        early?.tailnet,
      ),
    );
  }
  return {
    drift: found
      .flatMap(({ drift }) => drift)
      .sort((one, other) => one.urn.localeCompare(other.urn)),
    notCompared: [
      ...unknown.map(({ urn, id, kind }) => ({ urn, id, kind, arguments: ["connection"] })),
      ...found.flatMap(({ notCompared }) => notCompared),
    ].sort((one, other) => one.urn.localeCompare(other.urn)),
    count: found.reduce((sum, { count }) => sum + count, 0),
  };
}

function getConnectionName({ state }: Managed): string | undefined {
  return typeof state["connection"] === "string" ? state["connection"] : undefined;
}

async function compareWithTailnet(
  tailnet: Tailnet,
  managed: readonly Managed[],
  isUsersToken: boolean,
  listed: Promise<unknown> = Promise.resolve(),
): Promise<Compared> {
  const now = Date.now();
  const reads = trackReads();
  const compared = await announceWait(
    `Comparing ${formatCount(managed.length, "credential")}`,
    listed.then(() =>
      Promise.all(
        managed.map(async (one) => {
          const definition = findDefinition(one.kind);
          if (definition === undefined)
            throw new CommandFailure(
              `${one.urn} has a type that this version does not know: ${one.kind}.\n  Use the version that created it, or a newer one.`,
            );
          if (!isKeyId(one.id))
            throw new CommandFailure(
              `${one.urn} has an id that is not a Tailscale key id: ${JSON.stringify(one.id)}.\n  Check that the state is the output of \`pulumi stack export\`.`,
            );
          // As a refresh does: a credential that another tailnet does not know is not gone.
          requireSameTailnet(one.kind, one.id, one.state, tailnet.identity);
          const found = await reads.run(() =>
            readFromTailnet(tailnet, one, definition, isUsersToken, now),
          );
          if (found === undefined)
            await requireEvidence(one.kind, one.id, one.state, tailnet.identity, reads);
          return { one, definition, found };
        }),
      ),
    ),
  );
  const notCompared = compared.flatMap(
    // What is gone needs no comparison of arguments.
    ({ one, definition, found }) =>
      found === undefined ? [] : (findNotCompared(one, definition) ?? []),
  );
  const count = compared.length - notCompared.length;
  const different = compared.filter(
    ({ one, definition, found }) => findDrift(one, definition, found, []) !== undefined,
  );
  if (different.length === 0) return { drift: [], notCompared, count };
  const log = await readAuditLogIfPermitted(
    tailnet,
    now - auditLogMilliseconds,
    "It is unknown who made the changes, and when",
  );
  const descriptions = collectDescriptions({ keys: await tailnet.allKeys(), managed, log });
  const entriesAbout = fileByCredential(log ?? [], ({ target }) => target.id);
  return {
    drift: different.flatMap(
      ({ one, definition, found }) =>
        findDrift(one, definition, found, entriesAbout(one.id), descriptions) ?? [],
    ),
    notCompared,
    count,
  };
}

/** The resource, or undefined if the tailnet has none that the deployer can see. */
async function readFromTailnet(
  tailnet: Tailnet,
  { id, state }: Managed,
  definition: AnyResource,
  isUsersToken: boolean,
  now: number,
): Promise<Found | undefined> {
  try {
    if (isKeyResource(definition)) {
      const { type } = getKeyFacts(definition.type);
      const key = await tailnet.keys(type).find(id, findCreator(state).userId);
      return key && toFound(definition, key, now);
    }
    const found = await definition.read(id, toRecorded(definition, state), tailnet);
    return found === missing ? undefined : { properties: found === gone ? undefined : found };
  } catch (error) {
    // What an API access token can see is unknown. Drift changes nothing, so it reports the
    // credential as missing.
    if (!(error instanceof NotVisible) || !isUsersToken) throw error;
    printAside(
      `${id} is not visible to the deployer, an API access token. It may be hidden from the token's user.`,
    );
    return undefined;
  }
}

function printDrift({ drift, notCompared, count }: Compared): void {
  if (drift.length > 0) {
    printTable(
      [
        "RESOURCE",
        "KIND",
        "ID",
        { title: "WHAT", importance: 1 },
        "STATE → TAILNET",
        { title: "SINCE", isWhole: true },
        { title: "BY", importance: 1 },
      ],
      drift.map(({ urn, kind, id, what, fields, at, by }) => [
        parseName(urn),
        kind,
        id,
        what,
        describeFields(fields),
        at ?? "",
        by ?? "",
      ]),
    );
    print("");
  }
  for (const { urn, id, reason } of drift)
    if (reason !== undefined) print(`${sanitize(parseName(urn))} (${id}) was ${reason}.`);
  for (const { urn, id, arguments: names } of notCompared)
    print(
      `${sanitize(parseName(urn))} (${id}) was not compared in ${names.join(", ")}, because their values are encrypted in the state.`,
    );
  const isDifferent = new Set(drift.map(({ urn }) => urn));
  const alsoSeen = notCompared.filter(({ urn }) => isDifferent.has(urn)).length;
  if (drift.length > 0)
    print(
      `${drift.length} of ${formatCount(count + alsoSeen, "credential")} ${drift.length === 1 ? "differs" : "differ"}. \`pulumi up --refresh\` previews the correction and applies it.`,
    );
  else if (notCompared.length > 0)
    print(
      `No drift was found, but ${notCompared.length} of ${formatCount(count + notCompared.length, "credential")} ${notCompared.length === 1 ? "was" : "were"} not fully compared.${count === 0 ? "" : ` The other ${count === 1 ? "one matches" : `${count} match`} the state.`}`,
    );
  else
    print(`No drift: ${formatCount(count, "credential matches", "credentials match")} the state.`);
}

function describeFields(fields: Drift["fields"]): string {
  return Object.entries(fields)
    .map(
      ([name, { state, tailnet }]) =>
        `${name}: ${JSON.stringify(state)} → ${JSON.stringify(tailnet)}`,
    )
    .join("; ");
}
