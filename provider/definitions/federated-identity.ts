/** What a federated identity is to the engine. */

import { z } from "zod";
import { isActive, type Key } from "../api/keys/key";
import { type Definition, gone, missing, type Properties } from "../engine/resource";
import { connection, description, tags } from "./arguments/common";
import { scopeFailures, scopes, unlistedScopes } from "./arguments/scopes";
import { audience, claimRules, issuer, subject, trustFailures } from "./arguments/trust";
import { federatedIdentityDeclaration } from "./declarations";
import { isRenaming, mergeChanges, seenTrustCredential } from "./trust-credential";

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

const inPlace = [
  "issuer",
  "subject",
  "audience",
  "customClaimRules",
  "scopes",
  "tags",
  "description",
] as const;

export const federatedIdentity: Definition<z.output<typeof inputs>> = {
  ...federatedIdentityDeclaration,
  keyType: "federated",
  seen,
  inputs,
  isRewriting,
  rules: (known, written) => [...scopeFailures(known, written), ...trustFailures(known)],
  inPlace,
  bookkeeping: ["unlistedScopes"],
  grants: ({ scopes, tags }) => ({ needs: "federated_keys", scopes, tags }),

  async create({ unlistedScopes, connection, ...wanted }, tailnet) {
    const made = await tailnet.keys("federated").create(wanted);
    return { ...seen(made), id: made.id };
  },
  async read(id, { userId }, tailnet) {
    const found = await tailnet.keys("federated").find(id, userId);
    if (found === undefined) return missing;
    return isActive(found) ? seen(found) : gone;
  },
  async update(id, wanted, changed, { filledIn }, tailnet) {
    const generated = generatedAudience(id, filledIn);
    const body = (now: Key) => {
      const merged = mergeChanges(inPlace, wanted, changed, now);
      return { ...merged, audience: merged["audience"] || generated };
    };
    return seen(await tailnet.keys("federated").change(id, body));
  },
  async delete(id, _state, tailnet) {
    await tailnet.keys("federated").revoke(id);
  },
};

/** GitHub's subjects are answered with the ids of owner and repository in them (fact: github-subject-rewrite). */
function isRewriting(name: string, asked: unknown, answered: unknown): boolean {
  if (name !== "subject") return isRenaming(name, asked, answered);
  return String(answered).replaceAll(/@\d+/g, "").toLowerCase() === String(asked).toLowerCase();
}

/**
 * The audience of an identity whose program names none. A change that leaves it out may empty it
 * (fact: put-without-audience), and then every pipeline that logs in by it stops.
 */
function generatedAudience(id: string, { audience }: Properties): string {
  // The form that Tailscale makes: https://tailscale.com/kb/1581/workload-identity-federation
  return typeof audience === "string" ? audience : `api.tailscale.com/${id}`;
}

function seen(key: Key): Properties {
  return {
    ...seenTrustCredential(key),
    issuer: key.issuer ?? "",
    subject: key.subject ?? "",
    audience: key.audience ?? "",
    customClaimRules: key.customClaimRules ?? {},
  };
}
