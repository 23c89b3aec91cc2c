/**
 * Identity tokens of an AWS role or user from `sts:GetWebIdentityToken`, requested the same way as
 * Tailscale's official provider does.
 */

import { describeError } from "../../../access/error-text";
import type { Environment } from "../../../network/proxy";
import { SettingsError } from "../../settings/error";
import { fetchInstanceRegion, findAwsCredentials } from "./aws-credentials";
import { askSts, parseElement, StsRefusal } from "./sts";

/** Variables that AWS sets when its services run a program. */
const signs = [
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_LAMBDA_FUNCTION_NAME",
  "ECS_CONTAINER_METADATA_URI_V4",
];

/** Whether the environment alone shows that this runs on AWS. */
export function looksLikeAws(environment: Environment): boolean {
  return signs.some((sign) => environment[sign]);
}

/** Whether there are AWS credentials that anybody may have set, even outside AWS. */
export function hasAwsCredentials(environment: Environment): boolean {
  return Boolean(
    (environment["AWS_ACCESS_KEY_ID"] && environment["AWS_SECRET_ACCESS_KEY"]) ||
      (environment["AWS_WEB_IDENTITY_TOKEN_FILE"] && environment["AWS_ROLE_ARN"]),
  );
}

/**
 * Requests a token for `audience` that is valid for five minutes.
 * @throws SettingsError that says why there is no token
 */
export async function fetchAwsToken(audience: string, environment: Environment): Promise<string> {
  let whose = "";
  try {
    const region = await findRegion(environment);
    const { credentials, name } = await findAwsCredentials(environment, region);
    whose = ` for ${name}`;
    const answer = await askSts(
      "GetWebIdentityToken",
      { "Audience.member.1": audience, SigningAlgorithm: "ES384", DurationSeconds: "300" },
      region,
      environment,
      credentials,
    );
    return parseElement(answer, "WebIdentityToken");
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    throw new SettingsError(
      `AWS gave no identity token${whose}: ${describeError(error)}.\n  ${suggestRemedy(error)}`,
    );
  }
}

async function findRegion(environment: Environment): Promise<string> {
  const region =
    environment["AWS_REGION"]?.trim() ||
    environment["AWS_DEFAULT_REGION"]?.trim() ||
    (await fetchInstanceRegion(environment));
  if (!region)
    throw new SettingsError(
      "AWS gave no identity token: the region is not known.\n  Set AWS_REGION, for example to eu-central-1.",
    );
  if (!/^[a-z0-9-]+$/.test(region))
    throw new SettingsError(
      "AWS gave no identity token: AWS_REGION is not the name of a region.\n  Set it, for example to eu-central-1.",
    );
  return region;
}

function suggestRemedy(error: unknown): string {
  const code = error instanceof StsRefusal ? error.code : "";
  if (code.startsWith("OutboundWebIdentityFederationDisabled"))
    return "The account must allow it once: `aws iam enable-outbound-web-identity-federation`.";
  if (code.startsWith("AccessDenied"))
    return "The role or user needs the permission sts:GetWebIdentityToken.";
  return "Give the program credentials of AWS: a role of its machine, container or pod, or AWS_ACCESS_KEY_ID and the rest (`aws configure export-credentials --format env`).";
}
