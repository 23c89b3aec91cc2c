/**
 * Reads secrets as `pulumi stack export` writes them: an object with a signature and the encrypted
 * text, or the JSON of the value with `--show-secrets`. Pure.
 *
 * Source: https://www.pulumi.com/docs/iac/concepts/secrets, `SigKey` and `SecretSig` of the Pulumi
 * SDK
 */

import { signatureKey } from "../access/engine-values";

const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

export interface Revealed {
  /** The plain value; undefined if it is encrypted. */
  readonly value: unknown;
  /** Whether it is a secret, or has one in it. */
  readonly isSecret: boolean;
  /** Whether any of it is encrypted. */
  readonly isHidden: boolean;
}

/** The value that the export stores. */
export function reveal(stored: unknown): Revealed {
  if (typeof stored !== "object" || stored === null) return wrapPlain(stored);
  if (isSecretObject(stored)) return readDecrypted(stored);
  if (Array.isArray(stored)) {
    const members = stored.map(reveal);
    return { value: members.map(({ value }) => value), ...combineMarks(members) };
  }
  const members = Object.entries(stored).map(([name, member]) => ({ name, ...reveal(member) }));
  return {
    value: Object.fromEntries(members.map(({ name, value }) => [name, value])),
    ...combineMarks(members),
  };
}

function wrapPlain(value: unknown): Revealed {
  return { value, isSecret: false, isHidden: false };
}

function isSecretObject(stored: object): stored is { plaintext?: unknown } {
  return signatureKey in stored && stored[signatureKey] === secretSignature;
}

function readDecrypted({ plaintext }: { plaintext?: unknown }): Revealed {
  const hidden = { value: undefined, isSecret: true, isHidden: true };
  if (typeof plaintext !== "string") return hidden;
  try {
    return { ...reveal(JSON.parse(plaintext)), isSecret: true };
  } catch {
    return hidden;
  }
}

function combineMarks(members: readonly Revealed[]): Pick<Revealed, "isSecret" | "isHidden"> {
  return {
    isSecret: members.some(({ isSecret }) => isSecret),
    isHidden: members.some(({ isHidden }) => isHidden),
  };
}
