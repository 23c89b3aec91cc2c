/** The definition of auth keys. */

import { z } from "zod";
import { buildDeclaration, getFacts } from "../access/kinds";
import { formatSeconds, longestAuthKeyLifetime, parseDuration } from "../access/lifetime";
import type { Key } from "../api/keys/key";
import type { AnsweredProperties, Failure, KeyResource, Schemas } from "../engine/resource";
import { connection, description, flag, generation, recreation, tags } from "./arguments/common";
import { createDurationSchema, rotateEvery } from "./arguments/duration";
import { minter } from "./arguments/minter";
import { createKeyVerbs, openKeys } from "./key-verbs";

const longest = formatSeconds(longestAuthKeyLifetime);

const kind = "AuthKey";

const inputs = z.object({
  tags,
  reusable: flag,
  ephemeral: flag,
  preauthorized: flag,
  // 0 means the default, as in the API and in the official provider.
  expiry: z.preprocess(
    (given) => (isZero(given) ? longest : given),
    createDurationSchema(1, longestAuthKeyLifetime).default(longest),
  ),
  description,
  mintedBy: minter,
  recreateIfInvalid: recreation,
  rotateEvery,
  renewBefore: createDurationSchema(1, longestAuthKeyLifetime).optional(),
  generation,
  connection,
} satisfies Schemas<typeof kind>);

export const authKey: KeyResource<z.output<typeof inputs>> = {
  ...buildDeclaration(kind),
  ...createKeyVerbs(kind, toProperties),
  type: kind,
  inputs,
  checkTogether: checkRotation,
  checkMaker: checkTags,
  findGrants: (known) =>
    "mintedBy" in known
      ? { needs: getFacts(kind).scope, tags: known.tags, minter: known.mintedBy }
      : undefined,

  isRecreated,

  async create(wanted, tailnet) {
    const { reusable, ephemeral, preauthorized, tags, description } = wanted;
    const made = await openKeys(kind, tailnet, wanted.mintedBy).createWithSecret({
      capabilities: { devices: { create: { reusable, ephemeral, preauthorized, tags } } },
      expirySeconds: parseDuration(wanted.expiry),
      description,
    });
    return { ...toProperties(made), id: made.id, key: made.key };
  },
};

function isZero(given: unknown): boolean {
  return (typeof given === "string" || typeof given === "number") && parseDuration(given) === 0;
}

/**
 * Whether a key that is no longer valid is recreated. By default a single-use key is not, as in the
 * official Terraform provider: its machine has most likely joined.
 */
export function isRecreated(state: { recreateIfInvalid?: unknown; reusable?: unknown }): boolean {
  return (state.recreateIfInvalid ?? (state.reusable ? "always" : "never")) === "always";
}

/** Source: https://tailscale.com/api#tag/keys (fact: trust-credential-key-needs-tags). */
function checkTags(known: Partial<z.output<typeof inputs>>, isTrustCredential: boolean): Failure[] {
  if (!isTrustCredential || !("tags" in known) || (known.tags ?? []).length > 0) return [];
  return [
    {
      property: "tags",
      reason:
        'an auth key that an OAuth client or a federated identity creates belongs to the tailnet, so it needs at least one tag, for example "tag:ci"',
    },
  ];
}

/** A key must be replaced before it expires, or nobody could join in between. */
function checkRotation({
  expiry,
  rotateEvery,
  renewBefore,
}: Partial<z.output<typeof inputs>>): Failure[] {
  const life = expiry === undefined ? undefined : parseDuration(expiry);
  const failures: Failure[] = [];
  for (const [property, value] of Object.entries({ rotateEvery, renewBefore })) {
    const length = value === undefined ? undefined : parseDuration(value);
    if (life === undefined || length === undefined || length < life) continue;
    failures.push({
      property,
      reason: `"${value}" is not shorter than the key's expiry of "${expiry}": shorten it, or let the key live longer`,
    });
  }
  return failures;
}

function toProperties(key: Key): AnsweredProperties<typeof kind> {
  const create = key.capabilities?.devices?.create;
  return {
    keyId: key.id,
    ...(create && {
      tags: create.tags ?? [],
      reusable: create.reusable ?? false,
      ephemeral: create.ephemeral ?? false,
      preauthorized: create.preauthorized ?? false,
    }),
    ...(key.expirySeconds && { expiry: formatSeconds(key.expirySeconds) }),
    description: key.description ?? "",
    createdAt: key.created ?? undefined,
    expiresAt: key.expires ?? undefined,
    userId: key.userId || undefined,
  };
}
