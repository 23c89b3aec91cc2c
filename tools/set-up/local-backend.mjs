/**
 * A Pulumi backend of this checkout's own, for people without one: state, plugins and a passphrase
 * below `.tailscope`.
 */

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * The environment that makes Pulumi use a backend in `folder`; made on first use. A passphrase of
 * the terminal's own would win over the file, and another terminal without it could not read what
 * it encrypted: it is unset.
 * @param {string} folder
 * @returns {Record<string, string | undefined>} undefined for what is to be unset
 */
export function createLocalBackend(folder) {
  const state = join(folder, "state");
  const passphrase = join(folder, "passphrase");
  mkdirSync(state, { recursive: true, mode: 0o700 });
  // Secrets in the state are only as safe as this file: for its owner's eyes alone.
  if (!existsSync(passphrase))
    writeFileSync(passphrase, randomBytes(24).toString("base64url"), { mode: 0o600 });
  return {
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: pathToFileURL(state).href,
    PULUMI_CONFIG_PASSPHRASE: undefined,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
  };
}
