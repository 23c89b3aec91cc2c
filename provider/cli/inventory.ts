/** `tailscope inventory`: lists every credential of the tailnet and what manages it. */

import { parseName } from "../access/urn";
import { formatCount } from "../access/word-list";
import { listManaged } from "../state/exported-state";
import { buildInventory, isShortLivedToken, type Listed } from "../state/inventory";
import { CommandFailure } from "./failure";
import { listCredentials } from "./listing";
import { formatAge, print, printAside, printJson, printTable } from "./output";
import { askPulumi, type Exported, NoStackSelected, type StackOptions } from "./pulumi";
import { auditLogMilliseconds, readAuditLogIfPermitted, withTailnet } from "./session";
import { createSettings } from "./settings";
import { requireResources } from "./stored-resources";

export interface InventoryOptions extends StackOptions {
  readonly json?: boolean;
  readonly unmanaged?: boolean;
  readonly olderThan?: number;
}

/** Prints the credentials of the tailnet. */
export async function listInventory(options: InventoryOptions): Promise<void> {
  const asked = askPulumi(options);
  const [exports, config] = await Promise.all([ignoreMissingStack(asked.exports), asked.config]);
  const managed = exports && listManaged(requireResources(exports));
  if (managed === undefined && options.unmanaged)
    throw new CommandFailure(
      "Without a stack, nothing says which credentials are managed.\n  Run this in a project with a selected stack, name one with --stack, or give exported state with --state FILE. Without --unmanaged, all credentials are listed.",
    );
  const connection = await createSettings(config).connection(options.connection);
  const now = Date.now();
  const { listed, limits } = await withTailnet(connection, async (tailnet) => {
    const { keys, limits } = await listCredentials(tailnet, connection);
    const log = await readAuditLogIfPermitted(
      tailnet,
      now - auditLogMilliseconds,
      "LAST USED is unknown",
    );
    return {
      listed: buildInventory(keys, managed, log),
      limits: [...limits, ...describeShortLived(keys.filter(isShortLivedToken).length)],
    };
  });
  const wanted = listed.filter(
    ({ managedBy, created }) =>
      !(options.unmanaged && managedBy !== null) &&
      !(options.olderThan !== undefined && now - Date.parse(created) < options.olderThan),
  );
  for (const limit of limits) printAside(limit);
  if (managed === undefined)
    printAside(
      "Without a stack, nothing says which credentials are managed: run this in a project with a selected stack, or give --stack or --state.",
    );
  if (options.json) printJson({ credentials: wanted, ...(limits.length > 0 && { limits }) });
  else printInventory(wanted, now);
}

/**
 * A tailnet can be listed without a stack. This shows the credentials that a removed stack left
 * active.
 */
async function ignoreMissingStack(
  exports: Promise<readonly Exported[] | undefined>,
): Promise<readonly Exported[] | undefined> {
  try {
    return await exports;
  } catch (error) {
    if (error instanceof NoStackSelected) return undefined;
    throw error;
  }
}

function describeShortLived(count: number): string[] {
  if (count === 0) return [];
  return [
    `${formatCount(count, "token of an OAuth client or a federated identity is", "tokens of OAuth clients and federated identities are")} left out, because such a token expires within an hour.`,
  ];
}

function printInventory(listed: readonly Listed[], now: number): void {
  if (listed.length === 0) {
    print("No credentials.");
    return;
  }
  printTable(
    [
      "ID",
      { title: "KIND", importance: 1 },
      "DESCRIPTION",
      "SCOPES",
      "TAGS",
      { title: "AGE", isWhole: true },
      { title: "EXPIRES", isWhole: true },
      { title: "USER", isWhole: true },
      { title: "LAST USED", isWhole: true },
      "MANAGED BY",
    ],
    listed.map((one) => [
      one.id,
      one.kind,
      one.description,
      one.scopes.join(" "),
      one.tags.join(" "),
      formatAge(one.created, now),
      one.expires?.slice(0, 10) ?? "never",
      one.userId ?? "",
      formatLastUse(one, now),
      formatManager(one),
    ]),
  );
}

function formatLastUse({ lastUsed }: Listed, now: number): string {
  if (lastUsed === undefined) return "";
  return lastUsed === null ? "not in 90d" : `${formatAge(lastUsed, now)} ago`;
}

function formatManager({ managedBy }: Listed): string {
  if (managedBy === undefined) return "";
  return managedBy === null ? "unmanaged" : parseName(managedBy);
}
