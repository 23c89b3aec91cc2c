/** What a federated identity is to the engine. */

import { z } from "zod";
import { buildDeclaration } from "../access/kinds";
import type { Key } from "../api/keys/key";
import type { KeyResource, Properties, Schemas, Seen } from "../engine/resource";
import { connection, description, tags } from "./arguments/common";
import { scopeFailures, scopes, unlistedScopes } from "./arguments/scopes";
import { audience, claimRules, issuer, subject, trustFailures } from "./arguments/trust";
import { grantsOf, keysOf, keyVerbs } from "./key-verbs";
import { isRenaming, mergeChanges, seenTrustCredential } from "./trust-credential";

const kind = "FederatedIdentity";

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
} satisfies Schemas<typeof kind>);

const declaration = buildDeclaration(kind);

export const federatedIdentity: KeyResource<z.output<typeof inputs>> = {
  ...declaration,
  ...keyVerbs(kind, seen),
  type: kind,
  inputs,
  isRewriting,
  rules: (known, written) => [...scopeFailures(known, written), ...trustFailures(known)],
  doubts: ({ issuer, subject }) => subjectDoubts(issuer, subject),
  grants: (known) => grantsOf(kind, known),

  async create({ unlistedScopes, connection, ...wanted }, tailnet) {
    const made = await keysOf(kind, tailnet).create(wanted);
    return { ...seen(made), id: made.id };
  },
  async update(id, wanted, changed, { filledIn }, tailnet) {
    const generated = generatedAudience(id, filledIn);
    const body = (now: Key) => {
      const merged = mergeChanges(declaration.inPlace, wanted, changed, now);
      return { ...merged, audience: merged["audience"] || generated };
    };
    return seen(await keysOf(kind, tailnet).update(id, body));
  },
};

/**
 * GitHub's subjects go on after the repository, unless the repository's owner has customised them:
 * https://docs.github.com/en/actions/reference/security/oidc
 */
function subjectDoubts(issuer: string | undefined, subject: string | undefined): string[] {
  if (issuer !== "https://token.actions.githubusercontent.com") return [];
  if (subject === undefined || !/^repo:[^:]+$/.test(subject)) return [];
  return [
    `subject: ${JSON.stringify(subject)} lets no run in, unless the subjects of that repository are customised to have nothing else. GitHub's own say what runs, as in "${subject}:ref:refs/heads/main".`,
  ];
}

/**
 * GitHub's subjects are answered with the ids of owner and repository in them (fact:
 * github-subject-rewrite).
 */
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

function seen(key: Key): Seen<typeof kind> {
  return {
    ...seenTrustCredential(key),
    issuer: key.issuer ?? "",
    subject: key.subject ?? "",
    audience: key.audience ?? "",
    customClaimRules: key.customClaimRules ?? {},
  };
}
