/**
 * Keeps the keys of the tests' stacks, as HashiCorp Vault's transit engine does for the Pulumi CLI.
 * A stack with a passphrase costs each run of the CLI a seventh of a second of processor time,
 * for a million rounds of PBKDF2. Who tests the passphrase itself gives `newStack` one.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/transit#encrypt-data
 */

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** What `pulumi stack init` takes as `--secrets-provider`. */
export const secretsProvider = "hashivault://tests";

export interface KeyService {
  /** The environment of a CLI that asks it. */
  readonly environment: Readonly<Record<string, string>>;
  close(): void;
}

export async function startKeyService(): Promise<KeyService> {
  const key = randomBytes(32);

  function encrypt(plaintext: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    const sealed = Buffer.concat([cipher.update(plaintext, "base64"), cipher.final()]);
    const whole = Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
    return `vault:v1:${whole.toString("base64")}`;
  }

  function decrypt(ciphertext: string): string {
    const whole = Buffer.from(ciphertext.replace("vault:v1:", ""), "base64");
    const decipher = createDecipheriv("aes-256-gcm", key, whole.subarray(0, 12));
    decipher.setAuthTag(whole.subarray(12, 28));
    const opened = Buffer.concat([decipher.update(whole.subarray(28)), decipher.final()]);
    return opened.toString("base64");
  }

  const server = createServer(async (request, response) => {
    const { plaintext, ciphertext } = JSON.parse(await text(request));
    const data = request.url?.startsWith("/v1/transit/encrypt/")
      ? { ciphertext: encrypt(plaintext) }
      : { plaintext: decrypt(ciphertext) };
    response.setHeader("Content-Type", "application/json").end(JSON.stringify({ data }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo;
  return {
    environment: {
      VAULT_SERVER_URL: `http://127.0.0.1:${port}`,
      VAULT_SERVER_TOKEN: "of-the-tests",
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
