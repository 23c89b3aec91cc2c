/** The definition of federated identities. */

import { z } from "zod";
import { buildDeclaration } from "../access/kinds";
import type { Key } from "../api/keys/key";
import type { AnsweredProperties, KeyResource, Properties, Schemas } from "../engine/resource";
import { connection, description, tags } from "./arguments/common";
import { checkScopes, scopes, unlistedScopes } from "./arguments/scopes";
import { audience, checkTrust, claimRules, issuer, subject } from "./arguments/trust";
import { createKeyVerbs, openKeys, toGrants } from "./key-verbs";
import { isRenaming, mergeChanges, toTrustCredentialProperties } from "./trust-credential";

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
  ...createKeyVerbs(kind, toProperties),
  type: kind,
  inputs,
  isRewriting,
  checkTogether: (known, written) => [...checkScopes(known, written), ...checkTrust(known)],
  findDoubts: ({ issuer, subject }) => findSubjectDoubts(issuer, subject),
  findGrants: (known) => toGrants(kind, known),

  async create({ unlistedScopes, connection, ...wanted }, tailnet) {
    const made = await openKeys(kind, tailnet).create(wanted);
    return { ...toProperties(made), id: made.id };
  },
  async update(id, wanted, changed, { filledIn }, tailnet) {
    const generated = findGeneratedAudience(id, filledIn);
    const body = (now: Key) => {
      const merged = mergeChanges(declaration.inPlace, wanted, changed, now);
      return { ...merged, audience: merged["audience"] || generated };
    };
    return toProperties(await openKeys(kind, tailnet).update(id, body));
  },
};

/**
 * Finds a GitHub subject that ends after the repository. Real subjects continue with a context,
 * unless the repository's owner has customised them:
 * https://docs.github.com/en/actions/reference/security/oidc
 */
function findSubjectDoubts(issuer: string | undefined, subject: string | undefined): string[] {
  if (issuer !== "https://token.actions.githubusercontent.com") return [];
  if (subject === undefined || !/^repo:[^:]+$/.test(subject)) return [];
  return [
    `subject: ${JSON.stringify(subject)} lets no run in, unless the subjects of that repository are customised to have nothing else. GitHub's default subjects also say what runs, as in "${subject}:ref:refs/heads/main".`,
  ];
}

/**
 * Tailscale adds the ids of owner and repository to GitHub's subjects (fact:
 * github-subject-rewrite).
 */
function isRewriting(name: string, asked: unknown, answered: unknown): boolean {
  if (name !== "subject") return isRenaming(name, asked, answered);
  return String(answered).replaceAll(/@\d+/g, "").toLowerCase() === String(asked).toLowerCase();
}

/**
 * The audience of an identity whose program does not name one. An update without an audience may
 * clear it (fact: put-without-audience), and then no pipeline could log in.
 */
function findGeneratedAudience(id: string, { audience }: Properties): string {
  // The form that Tailscale makes: https://tailscale.com/kb/1581/workload-identity-federation
  return typeof audience === "string" ? audience : `api.tailscale.com/${id}`;
}

function toProperties(key: Key): AnsweredProperties<typeof kind> {
  return {
    ...toTrustCredentialProperties(key),
    issuer: key.issuer ?? "",
    subject: key.subject ?? "",
    audience: key.audience ?? "",
    customClaimRules: key.customClaimRules ?? {},
  };
}
