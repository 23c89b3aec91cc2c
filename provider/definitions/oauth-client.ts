/** What an OAuth client is to the engine. */

import { z } from "zod";
import { isActive } from "../api/keys/key";
import { type Definition, gone, missing } from "../engine/resource";
import { connection, description, generation, tags } from "./arguments/common";
import { rotateEvery } from "./arguments/duration";
import { scopeFailures, scopes, unlistedScopes } from "./arguments/scopes";
import { oauthClientDeclaration } from "./declarations";
import { isRenaming, mergeChanges, seenTrustCredential } from "./trust-credential";

const inputs = z.object({
  scopes,
  tags,
  description,
  unlistedScopes,
  rotateEvery,
  generation,
  connection,
});

const inPlace = ["scopes", "tags", "description"] as const;

export const oauthClient: Definition<z.output<typeof inputs>> = {
  ...oauthClientDeclaration,
  keyType: "client",
  seen: seenTrustCredential,
  inputs,
  isRewriting: isRenaming,
  rules: scopeFailures,
  inPlace,
  bookkeeping: ["unlistedScopes", "rotateEvery"],
  grants: ({ scopes, tags }) => ({ needs: "oauth_keys", scopes, tags }),

  async create({ scopes, tags, description }, tailnet) {
    const made = await tailnet.keys("client").createWithSecret({ scopes, tags, description });
    return { ...seenTrustCredential(made), id: made.id, clientSecret: made.key };
  },
  async read(id, { userId }, tailnet) {
    const found = await tailnet.keys("client").find(id, userId);
    if (found === undefined) return missing;
    return isActive(found) ? seenTrustCredential(found) : gone;
  },
  async update(id, wanted, changed, _state, tailnet) {
    return seenTrustCredential(
      await tailnet.keys("client").change(id, (now) => mergeChanges(inPlace, wanted, changed, now)),
    );
  },
  async delete(id, _state, tailnet) {
    await tailnet.keys("client").revoke(id);
  },
};
