/**
 * What a program needs to know of each resource to declare it, as data: programs load this, and not the schemas and verbs, whose
 * libraries take longer to load than all the rest of the package.
 */

import type { Declaration } from "../engine/resource";

export const oauthClientDeclaration: Declaration = {
  type: "OAuthClient",
  identifier: "clientId",
  answered: ["scopes", "tags", "description"],
  outputs: ["clientId", "clientSecret", "createdAt", "updatedAt", "rotatesAt", "userId"],
  secrets: ["clientSecret"],
};

export const authKeyDeclaration: Declaration = {
  type: "AuthKey",
  identifier: "keyId",
  answered: ["tags", "reusable", "ephemeral", "preauthorized", "expiry", "description"],
  outputs: ["keyId", "key", "createdAt", "expiresAt", "rotatesAt", "userId"],
  secrets: ["key", "mintedBy"],
};

export const federatedIdentityDeclaration: Declaration = {
  type: "FederatedIdentity",
  identifier: "clientId",
  answered: ["issuer", "subject", "audience", "customClaimRules", "scopes", "tags", "description"],
  outputs: ["clientId", "createdAt", "updatedAt", "userId"],
  secrets: [],
};
