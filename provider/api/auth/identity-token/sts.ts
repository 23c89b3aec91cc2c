/**
 * The part of AWS's Security Token Service that we use. Source:
 * https://docs.aws.amazon.com/STS/latest/APIReference/
 */

import { sanitize } from "../../../access/sanitize";
import { ask } from "../../../network/ask";
import type { Environment } from "../../../network/proxy";
import { answerMilliseconds, requireTrustedAddress } from "./metadata";
import { type AwsCredentials, signHeaders } from "./sigv4";

/** STS refused the request. `code` is the error code from STS, for example `"AccessDenied"`. */
export class StsRefusal extends Error {
  constructor(
    readonly code: string,
    said: string,
  ) {
    super(`STS refused with ${code}: ${said}`);
  }
}

/**
 * Calls one action of STS and returns the XML answer. The request is signed if there are
 * credentials.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/
 */
export async function askSts(
  action: string,
  parameters: Readonly<Record<string, string>>,
  region: string,
  environment: Environment,
  credentials?: AwsCredentials,
  now = new Date(),
): Promise<string> {
  const address = new URL(findServiceAddress(region, environment));
  const body = new URLSearchParams({
    Action: action,
    Version: "2011-06-15",
    ...parameters,
  }).toString();
  const headers = credentials
    ? signHeaders(address, body, credentials, region, "sts", now)
    : { "content-type": "application/x-www-form-urlencoded" };
  const answer = await ask(
    address.href,
    { method: "POST", headers, body, timeout: answerMilliseconds, repeatable: true },
    environment,
  );
  if (answer.status === 200) return answer.text;
  const code = /<Code>(\w+)<\/Code>/.exec(answer.text)?.[1] ?? String(answer.status);
  throw new StsRefusal(
    code,
    sanitize(/<Message>([^<]*)</.exec(answer.text)?.[1] ?? "no reason given"),
  );
}

/** The text of an element. The values that STS returns here need no XML entities. */
export function parseElement(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([^<&]+)</${name}>`).exec(xml)?.[1];
  if (text === undefined) throw new Error(`STS answered without ${name}`);
  return text.trim();
}

/** The region's address: the global service does not issue identity tokens. */
function findServiceAddress(region: string, environment: Environment): string {
  for (const variable of ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"]) {
    const set = environment[variable]?.trim();
    if (set) return requireTrustedAddress(set, variable);
  }
  const domain = region.startsWith("cn-")
    ? "amazonaws.com.cn"
    : region.startsWith("eusc-")
      ? "amazonaws.eu"
      : "amazonaws.com";
  return `https://sts.${region}.${domain}/`;
}
