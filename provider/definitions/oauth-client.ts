/** What an OAuth client is to the engine. */

import { z } from "zod";
import { isActive } from "../api/key";
import { type Definition, gone } from "../engine/definition";
import {
  connection,
  description,
  generation,
  rotateEvery,
  scopeFailures,
  scopes,
  tags,
  unlistedScopes,
} from "./arguments";
import { oauthClientDeclaration } from "./declarations";
import { seenTrustCredential } from "./trust-credential";

const inputs = z.object({
  scopes,
  tags,
  description,
  unlistedScopes,
  rotateEvery,
  generation,
  connection,
});

export const oauthClient: Definition<z.output<typeof inputs>> = {
  ...oauthClientDeclaration,
  keyType: "client",
  seen: seenTrustCredential,
  inputs,
  rules: scopeFailures,
  inPlace: ["scopes", "tags", "description"],
  bookkeeping: ["unlistedScopes", "rotateEvery"],
  grants: ({ scopes, tags }) => ({ needs: "oauth_keys", scopes, tags }),

  async create({ scopes, tags, description }, tailnet) {
    const made = await tailnet.keys("client").createWithSecret({ scopes, tags, description });
    return { ...seenTrustCredential(made), id: made.id, clientSecret: made.key };
  },
  async read(id, { userId }, tailnet) {
    const found = await tailnet.keys("client").find(id, userId);
    return found !== undefined && isActive(found) ? seenTrustCredential(found) : gone;
  },
  async update(id, { scopes, tags, description }, _state, tailnet) {
    return seenTrustCredential(
      await tailnet.keys("client").replace(id, { scopes, tags, description }),
    );
  },
  async delete(id, _state, tailnet) {
    await tailnet.keys("client").revoke(id);
  },
};
