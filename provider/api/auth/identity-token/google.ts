/**
 * Identity tokens of a Google Cloud machine's service account, from its metadata server.
 * Source: https://docs.cloud.google.com/compute/docs/instances/verifying-instance-identity
 */

import { describeError } from "../../../access/error-text";
import type { Environment } from "../../../network/proxy";
import { SettingsError } from "../../settings/error";
import { fetchText, probe, requireTrustedAddress } from "./metadata";

const headers = { "metadata-flavor": "Google" };

/**
 * Finds the server's address the same way as Google's own libraries:
 * https://github.com/googleapis/google-cloud-node-core/tree/main/packages/gcp-metadata
 */
function findServer(environment: Environment): string {
  const host = environment["GCE_METADATA_HOST"]?.trim();
  return host
    ? new URL(requireTrustedAddress(`http://${host}`, "GCE_METADATA_HOST")).origin
    : "http://169.254.169.254";
}

export async function isGoogleCloud(environment: Environment): Promise<boolean> {
  if (/^(1|true|yes)$/i.test(environment["NO_GCE_CHECK"] ?? "")) return false;
  const answer = await probe(`${findServer(environment)}/`, { headers }, environment);
  return answer?.headers["metadata-flavor"] === "Google";
}

/**
 * @throws SettingsError that says why there is no token
 * @see https://docs.cloud.google.com/compute/docs/instances/verifying-instance-identity
 */
export async function fetchGoogleToken(
  audience: string,
  environment: Environment,
): Promise<string> {
  const query = new URLSearchParams({ audience, format: "full" });
  const path = "/computeMetadata/v1/instance/service-accounts/default/identity";
  try {
    return await fetchText(`${findServer(environment)}${path}?${query}`, { headers }, environment);
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    throw new SettingsError(
      `Google Cloud's metadata server gave no identity token: ${describeError(error)}.\n  Check that the machine or service runs as a service account.`,
    );
  }
}
