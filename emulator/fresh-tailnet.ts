/**
 * A new tailnet: its users, their API access tokens, and one OAuth client that holds everything.
 */

import { type Role, roleScopes, roles } from "./permissions.js";
import { createPolicyFile, parsePolicy } from "./policy-file.js";
import { computeHash, createId, createSecret } from "./secrets.js";
import { createLaterMembers, type Key, ninetyDays, type State, type User } from "./state.js";

/** Creates the state of a new tailnet, with the credentials that it hands out. */
export function createFreshState(policy: string): State {
  const parsed = parsePolicy(policy);
  if ("problem" in parsed) throw new Error(`the policy file is not valid: ${parsed.problem}`);
  const now = Date.now();
  const users = roles.map(
    (role): User => ({
      id: createId("u"),
      loginName: `${role}@example.com`,
      displayName: `The ${role}`,
      role,
      created: now,
    }),
  );
  const keys: Key[] = [];

  const issue = (keyType: "api" | "client", more: Partial<Key>): { id: string; secret: string } => {
    const id = createId("k");
    const secret = createSecret(keyType, id);
    keys.push({
      id,
      keyType,
      secretHash: computeHash(secret),
      description: "",
      created: now,
      ...more,
    });
    return { id, secret };
  };
  const accessTokens = users.map(({ id, role }) => {
    const { secret } = issue("api", {
      userId: id,
      description: `API access token of the ${role}`,
      expires: now + ninetyDays * 1000,
      scopes: [...roleScopes[role]],
    });
    return [role, secret] as const;
  });
  const owner = users.find(({ role }) => role === "owner");
  const client = issue("client", {
    ...(owner && { userId: owner.id }),
    description: "deployer",
    scopes: ["all"],
    updated: now,
  });
  const tokenOf = Object.fromEntries(accessTokens) as Record<Role, string>; // One for each member of `roles`, see above.
  return {
    ...createLaterMembers(),
    version: 1,
    tailnet: { id: createId("T"), name: "example.com" },
    start: {
      apiKey: tokenOf.owner,
      clientId: client.id,
      clientSecret: client.secret,
      roles: tokenOf,
    },
    clockOffset: 0,
    users,
    keys,
    tokens: [],
    policy: createPolicyFile(policy),
    log: [],
  };
}
