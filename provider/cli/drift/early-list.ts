/**
 * Requests the list of keys before the state is read, so that reading it takes place while the
 * request is on its way.
 */

import { typePrefix } from "../../access/resource-types";
import type { Asked, Exported, StackOptions } from "../pulumi";
import { type OpenedEarly, openEarly } from "../session";
import { createSettings } from "../settings";

/** The tailnet of the default connection, if it is certain that a drift of this state reads it. */
export async function openIfNeeded(
  options: StackOptions,
  asked: Asked,
): Promise<OpenedEarly | undefined> {
  // A failure here is the command's own, and it reports it.
  const [exports, config] = await Promise.all([asked.exports, asked.config]).catch(() => []);
  if (exports === undefined || config === undefined || config.kind === "unreadable")
    return undefined;
  const isNeeded = options.connection === undefined && exports.some(hasCredential);
  return isNeeded && exports.every(usesDefaultConnection)
    ? openEarly(createSettings(config))
    : undefined;
}

function hasCredential({ content }: Exported): boolean {
  return content.includes(typePrefix);
}

/** Whether no resource names a connection, and none is only read, by the text alone. */
function usesDefaultConnection({ content }: Exported): boolean {
  return !content.includes('"connection"') && !content.includes('"external"');
}
