/**
 * The tailnet policy file, of which we read who owns which tag. Source:
 * https://tailscale.com/api#tag/policyfile
 */

import { policyFileScopes } from "../access/scopes";
import type { ApiClient } from "./auth/client";
import { defineSchema } from "./lazy-schema";

const [scope, ...alsoNeeds] = policyFileScopes;

const reading = { doing: "read the policy file", method: "GET", needs: scope, alsoNeeds } as const;

const policyFile = defineSchema((z) =>
  z.object({ tagOwners: z.record(z.string(), z.array(z.string())).nullish() }),
);

/**
 * Of each tag that the policy file defines, who may give it. Needs {@link policyFileScopes}.
 * @see https://tailscale.com/api#tag/policyfile
 */
export async function fetchTagOwners(
  tailnet: string,
  api: ApiClient,
): Promise<Record<string, string[]>> {
  const path = `/tailnet/${encodeURIComponent(tailnet)}/acl`;
  const answer = await api.send({ ...reading, path }, policyFile);
  return answer.tagOwners ?? {};
}

const details = defineSchema((z) => z.object({ acl: z.string() }));

/**
 * The policy file as it is written, comments included. Needs {@link policyFileScopes}.
 * @see https://tailscale.com/api#tag/policyfile
 */
export async function fetchPolicyText(tailnet: string, api: ApiClient): Promise<string> {
  const path = `/tailnet/${encodeURIComponent(tailnet)}/acl?details=true`;
  const { acl } = await api.send({ ...reading, path }, details);
  return Buffer.from(acl, "base64").toString("utf8");
}
