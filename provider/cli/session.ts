/** What a command works on: the tailnet as the deployer sees it, and the stacks whose state it is held against. */

import { z } from "zod";
import { type AuditEntry, auditLogScope, readAuditLog } from "../api/audit-log";
import { type ConfigReader, type Connection, connectionFrom } from "../api/connection";
import { NotPermitted } from "../api/errors";
import { openHttp } from "../api/http";
import { openTailnet, type Tailnet } from "../api/tailnet";
import {
  type Managed,
  managedIn,
  resourcesIn,
  type StoredResource,
} from "../managed/exported-state";
import { CommandFailure } from "./failure";
import { printAside, waitingFor } from "./output";
import type { Asked } from "./pulumi";

const noConfig: ConfigReader = () => undefined;

/** Opens the tailnet for the length of `work`; connections are closed after it. */
export async function withTailnet<Result>(
  work: (tailnet: Tailnet, connection: Connection) => Promise<Result>,
  config = noConfig,
  name?: string,
): Promise<Result> {
  const connection = connectionFrom(process.env, config, name);
  const tailnet = openTailnet(
    connection,
    printAside,
    openHttp(connection.baseUrl, connection.timing),
    [auditLogScope],
  );
  try {
    return await work(tailnet, connection);
  } finally {
    await tailnet.close();
  }
}

/** How far back the audit log goes: https://tailscale.com/kb/1203/audit-logging */
export const auditLogMilliseconds = 90 * 86_400_000;

/** The audit log since `start`; undefined, and a word about it, where the deployer may not read it. */
export async function auditLogSince(
  tailnet: Tailnet,
  start: number,
): Promise<readonly AuditEntry[] | undefined> {
  try {
    return await waitingFor(
      "Reading the audit log",
      readAuditLog(tailnet.name, tailnet.actor, new Date(start), new Date()),
    );
  } catch (error) {
    if (!(error instanceof NotPermitted)) throw error;
    printAside(`The audit log is not looked at: the deployer lacks ${auditLogScope}.`);
    return undefined;
  }
}

/** The resources in exports of stacks. */
export async function resourcesOf({
  exports,
}: Pick<Asked, "exports">): Promise<readonly StoredResource[]> {
  return (await exports).flatMap(({ name, content }) => {
    const read = resourcesIn(content);
    if ("problem" in read)
      throw new CommandFailure(
        `${name} cannot be used: ${read.problem}.\n  Give what \`pulumi stack export\` prints.`,
      );
    return read.resources;
  });
}

/** What the stack or the files manage, and the stack's config for what it says about connections; of files nothing but the environment is known. */
export async function stackOf(
  asked: Asked,
): Promise<{ managed: readonly Managed[]; config: ConfigReader }> {
  const [resources, config] = await Promise.all([resourcesOf(asked), asked.config]);
  return {
    managed: managedIn(resources),
    config: config === undefined ? noConfig : readerOf(config),
  };
}

const configShape = z.record(z.string(), z.object({ value: z.string().optional() }));

function readerOf(config: string): ConfigReader {
  const parsed = configShape.safeParse(JSON.parse(config));
  return (key) => (parsed.success ? parsed.data[key]?.value : undefined);
}
