/** What `tailscope drift` does with a stack: compares and prints. Loaded while Pulumi is asked. */

import type { ConfigReader } from "../api/connection";
import type { Tailnet } from "../api/tailnet";
import { definitionOf } from "../definitions/all";
import { type Drift, driftOf } from "../managed/drift";
import { type Managed, nameIn } from "../managed/exported-state";
import { CommandFailure, exitCodes } from "./failure";
import { print, printJson, printTable, waitingFor } from "./output";
import type { Asked, StackOptions } from "./pulumi";
import { auditLogMilliseconds, auditLogSince, stackOf, withTailnet } from "./session";

export interface DriftOptions extends StackOptions {
  readonly json?: boolean;
}

export async function compare(options: DriftOptions, asked: Asked): Promise<void> {
  const { managed, config } = await stackOf(asked);
  const found = (await driftByConnection(managed, config, options)).sort((one, other) =>
    one.urn.localeCompare(other.urn),
  );
  if (options.json) printJson({ drift: found });
  else report(found, managed.length);
  process.exitCode = found.length > 0 ? exitCodes.found : exitCodes.success;
}

/** Each tailnet is asked once, however many resources it has. */
async function driftByConnection(
  managed: readonly Managed[],
  config: ConfigReader,
  options: StackOptions,
): Promise<Drift[]> {
  const names = [
    ...new Set(
      managed.map(({ state }) =>
        typeof state["connection"] === "string" ? state["connection"] : undefined,
      ),
    ),
  ];
  if (options.state !== undefined && names.some((name) => name !== undefined)) {
    throw new CommandFailure(
      "The state has resources of named connections, whose settings are in stack config.\n  Name the stack with --stack instead of --state.",
    );
  }
  const found: Drift[] = [];
  for (const name of names) {
    const ours = managed.filter(({ state }) => state["connection"] === name);
    found.push(...(await withTailnet((tailnet) => driftIn(tailnet, ours), config, name)));
  }
  return found;
}

async function driftIn(tailnet: Tailnet, managed: readonly Managed[]): Promise<Drift[]> {
  const now = Date.now();
  const compared = await waitingFor(
    `Comparing ${managed.length} credentials`,
    Promise.all(
      managed.map(async (one) => {
        const definition = definitionOf(one.kind);
        if (definition === undefined)
          throw new CommandFailure(
            `${one.urn} is of a kind that this version does not know: ${one.kind}.\n  Use the version that made it, or a newer one.`,
          );
        return { one, definition, key: await tailnet.keys(definition.keyType).find(one.id) };
      }),
    ),
  );
  const withoutLog = compared.filter(
    ({ one, definition, key }) => driftOf(one, definition, key, [], now) !== undefined,
  );
  if (withoutLog.length === 0) return [];
  const log = (await auditLogSince(tailnet, now - auditLogMilliseconds)) ?? [];
  return withoutLog.flatMap(
    ({ one, definition, key }) => driftOf(one, definition, key, log, now) ?? [],
  );
}

function report(found: readonly Drift[], compared: number): void {
  if (found.length === 0) {
    print(`No drift: ${compared} credentials are as the state says.`);
    return;
  }
  printTable(
    ["RESOURCE", "KIND", "ID", "WHAT", "STATE → TAILNET", "SINCE", "BY"],
    found.map(({ urn, kind, id, what, fields, at, by }) => [
      nameIn(urn),
      kind,
      id,
      what,
      changes(fields),
      at ?? "",
      by ?? "",
    ]),
  );
  print(
    `\n${found.length} of ${compared} credentials differ. \`pulumi up --refresh\` shows what it would do, and puts them right.`,
  );
}

function changes(fields: Drift["fields"]): string {
  return Object.entries(fields)
    .map(
      ([name, { state, tailnet }]) =>
        `${name}: ${JSON.stringify(state)} → ${JSON.stringify(tailnet)}`,
    )
    .join("; ");
}
