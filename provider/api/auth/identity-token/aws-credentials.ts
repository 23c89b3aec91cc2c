/**
 * Finds AWS credentials on an AWS machine, in the order of AWS's own SDKs: variables, web identity,
 * container, instance. We do not look for a profile in a file or a single sign-on session, because
 * those belong to a person. Source:
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */

import { readFile } from "node:fs/promises";
import { z } from "zod";
import { describeError } from "../../../access/error-text";
import { sanitize } from "../../../access/sanitize";
import type { Environment } from "../../../network/proxy";
import { fetchText, parseJson, probe, requireTrustedAddress } from "./metadata";
import type { AwsCredentials } from "./sigv4";
import { askSts, parseElement } from "./sts";

export interface FoundCredentials {
  readonly credentials: AwsCredentials;
  /** The name in messages, for example `"the instance's role ci"`. */
  readonly name: string;
}

/** @throws Error that says what was tried and why it failed */
export async function findAwsCredentials(
  environment: Environment,
  region: string,
): Promise<FoundCredentials> {
  const readVariable = (variable: string) => environment[variable]?.trim() || undefined;
  const accessKeyId = readVariable("AWS_ACCESS_KEY_ID");
  const secretAccessKey = readVariable("AWS_SECRET_ACCESS_KEY");
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const sessionToken = readVariable("AWS_SESSION_TOKEN");
    return {
      credentials: { accessKeyId, secretAccessKey, sessionToken },
      name: "AWS_ACCESS_KEY_ID",
    };
  }
  const tokenFile = readVariable("AWS_WEB_IDENTITY_TOKEN_FILE");
  const role = readVariable("AWS_ROLE_ARN");
  if (tokenFile !== undefined && role !== undefined) {
    const session = readVariable("AWS_ROLE_SESSION_NAME") ?? "tailscope";
    return {
      credentials: await assumeWebIdentityRole(tokenFile, role, session, region, environment),
      name: `the role ${sanitize(role)}`,
    };
  }
  const container = findContainerAddress(environment);
  if (container !== undefined)
    return {
      credentials: await fetchContainerCredentials(container, environment),
      name: "the container's role",
    };
  return fetchInstanceCredentials(environment);
}

/** Assumes an IAM role with a token from a file, as an EKS pod (IRSA) or a job elsewhere does. */
async function assumeWebIdentityRole(
  file: string,
  role: string,
  session: string,
  region: string,
  environment: Environment,
): Promise<AwsCredentials> {
  let token: string;
  try {
    token = (await readFile(file, "utf8")).trim();
  } catch (error) {
    throw new Error(
      `the file of AWS_WEB_IDENTITY_TOKEN_FILE cannot be read: ${describeError(error)}`,
    );
  }
  const answer = await askSts(
    "AssumeRoleWithWebIdentity",
    { RoleArn: role, RoleSessionName: session, WebIdentityToken: token },
    region,
    environment,
  );
  return {
    accessKeyId: parseElement(answer, "AccessKeyId"),
    secretAccessKey: parseElement(answer, "SecretAccessKey"),
    sessionToken: parseElement(answer, "SessionToken"),
  };
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
function findContainerAddress(environment: Environment): string | undefined {
  const relative = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]?.trim();
  if (relative) {
    const from = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    return requireTrustedAddress(new URL(relative, "http://169.254.170.2").href, from);
  }
  const full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"]?.trim();
  return full ? requireTrustedAddress(full, "AWS_CONTAINER_CREDENTIALS_FULL_URI") : undefined;
}

/** The format of both the container's and the instance's service. */
const given = z.object({
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  Token: z.string().min(1),
});

async function fetchContainerCredentials(
  address: string,
  environment: Environment,
): Promise<AwsCredentials> {
  const file = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]?.trim();
  let authorization = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]?.trim();
  if (file) {
    try {
      authorization = (await readFile(file, "utf8")).trim();
    } catch (error) {
      throw new Error(
        `the file of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read: ${describeError(error)}`,
      );
    }
  }
  const headers = authorization ? { authorization } : {};
  return parseCredentials(await fetchText(address, { headers }, environment));
}

function parseCredentials(text: string): AwsCredentials {
  const { AccessKeyId, SecretAccessKey, Token } = parseJson(text, given);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html */
function findInstanceService(environment: Environment): string {
  const set = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"]?.trim();
  if (set)
    return requireTrustedAddress(set, "AWS_EC2_METADATA_SERVICE_ENDPOINT").replace(/\/+$/, "");
  const isIpv6 = /^ipv6$/i.test(environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] ?? "");
  return isIpv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
}

const seconds = "x-aws-ec2-metadata-token-ttl-seconds";

/**
 * Opens a session with the instance's metadata service (IMDSv2); undefined if this is not an AWS
 * instance.
 */
async function openInstanceSession(environment: Environment): Promise<string | undefined> {
  if (/^true$/i.test(environment["AWS_EC2_METADATA_DISABLED"] ?? "")) return undefined;
  const answer = await probe(
    `${findInstanceService(environment)}/latest/api/token`,
    { method: "PUT", headers: { [seconds]: "60" } },
    environment,
  );
  return answer?.status === 200 ? answer.text : undefined;
}

export async function isAwsInstance(environment: Environment): Promise<boolean> {
  return (await openInstanceSession(environment)) !== undefined;
}

/** Reads a path below `latest/meta-data` from the instance's metadata service. */
async function fetchInstanceMetadata(path: string, environment: Environment): Promise<string> {
  const session = await openInstanceSession(environment);
  if (session === undefined)
    throw new Error(
      "neither variables, a web identity, a container nor an instance provide credentials",
    );
  const address = `${findInstanceService(environment)}/latest/meta-data/${path}`;
  return fetchText(address, { headers: { "x-aws-ec2-metadata-token": session } }, environment);
}

async function fetchInstanceCredentials(environment: Environment): Promise<FoundCredentials> {
  const roles = await fetchInstanceMetadata("iam/security-credentials/", environment);
  const role = roles.split("\n")[0]?.trim() ?? "";
  const path = `iam/security-credentials/${encodeURIComponent(role)}`;
  return {
    credentials: parseCredentials(await fetchInstanceMetadata(path, environment)),
    name: `the instance's role ${sanitize(role)}`,
  };
}

export async function fetchInstanceRegion(environment: Environment): Promise<string | undefined> {
  try {
    return (await fetchInstanceMetadata("placement/region", environment)).trim();
  } catch {
    return undefined;
  }
}
