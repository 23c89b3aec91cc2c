/** What a federated identity is to the engine. */

import { z } from "zod";
import { isActive, type Key } from "../api/key";
import { type Definition, gone, type Properties } from "../engine/definition";
import {
  audience,
  claimRules,
  connection,
  description,
  issuer,
  scopeFailures,
  scopes,
  subject,
  tags,
  unlistedScopes,
} from "./arguments";
import { federatedIdentityDeclaration } from "./declarations";
import { seenTrustCredential } from "./trust-credential";

const inputs = z.object({
  issuer,
  subject,
  audience,
  customClaimRules: claimRules,
  scopes,
  tags,
  description,
  unlistedScopes,
  connection,
});

export const federatedIdentity: Definition<z.output<typeof inputs>> = {
  ...federatedIdentityDeclaration,
  keyType: "federated",
  seen,
  inputs,
  rules: scopeFailures,
  inPlace: ["issuer", "subject", "audience", "customClaimRules", "scopes", "tags", "description"],
  bookkeeping: ["unlistedScopes"],
  grants: ({ scopes, tags }) => ({ needs: "federated_keys", scopes, tags }),

  async create({ unlistedScopes, connection, ...wanted }, tailnet) {
    const made = await tailnet.keys("federated").create(wanted);
    return { ...seen(made), id: made.id };
  },
  async read(id, _state, tailnet) {
    const found = await tailnet.keys("federated").find(id);
    return found !== undefined && isActive(found) ? seen(found) : gone;
  },
  async update(id, { unlistedScopes, connection, ...wanted }, tailnet) {
    return seen(await tailnet.keys("federated").replace(id, wanted));
  },
  async delete(id, _state, tailnet) {
    await tailnet.keys("federated").revoke(id);
  },
};

function seen(key: Key): Properties {
  return {
    ...seenTrustCredential(key),
    issuer: key.issuer ?? "",
    subject: key.subject ?? "",
    audience: key.audience ?? "",
    customClaimRules: key.customClaimRules ?? {},
  };
}
