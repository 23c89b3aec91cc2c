/** Reads the policy file that the tailnet has now, as the deployer. */

import { fetchPolicyText } from "../../api/policy-file";
import type { Tailnet } from "../../api/tailnet";
import type { StackConfig } from "../pulumi";
import { withTailnet } from "../session";
import { createSettings } from "../settings";
import type { KnownPolicy } from "./policy";

/** Fetches the policy file of an open tailnet. */
export async function fetchPolicy({ name, api }: Tailnet): Promise<KnownPolicy> {
  const text = await fetchPolicyText(name, api);
  return { name: "the tailnet's policy file", text, isDeployed: true };
}

/** Opens the tailnet only to read its policy file. */
export async function readTailnetPolicy(
  config: StackConfig,
  connection: string | undefined,
): Promise<KnownPolicy> {
  return withTailnet(await createSettings(config).connection(connection), fetchPolicy);
}
