/**
 * Plain HTTP to the emulator, and tokens by a standard OAuth library: what any client of the API
 * would do.
 */

import * as oauth from "oauth4webapi";
import type { Emulator } from "tailscope-emulator";
import { ask } from "./ask";

/** What the API answered: its status, and the body as JSON where there is one. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of many shapes, and fails where one is not as expected.
  readonly body: any;
  /** With names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

/**
 * Calls as whoever holds `token`; below `/api/v2/tailnet/-`, or below `/api/v2` where the path
 * starts with another name.
 */
export function as({ url }: Emulator, token: string): Call {
  return async (method, path, body, headers = {}) => {
    const response = await ask(
      `${url}/api/v2${path.startsWith("/tailnet/") || path.startsWith("/oauth/") ? path : `/tailnet/-${path}`}`,
      {
        method,
        headers: { authorization: `Bearer ${token}`, ...headers },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      },
    );
    const text = await response.text();
    return {
      status: response.status,
      body: text === "" ? undefined : parsed(text),
      headers: new Map(response.headers),
    };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export interface Credential {
  readonly id: string;
  readonly key: string;
}

/** Makes an OAuth client as the owner, and waits until it can be used. */
export async function makeClient(
  emulator: Emulator,
  scopes: string[],
  tags?: string[],
  by = emulator.apiKey,
): Promise<Credential> {
  const { status, body } = await as(emulator, by)("POST", "/keys", {
    keyType: "client",
    scopes,
    tags,
  });
  if (status !== 200) throw new Error(`${status} ${body.message}`);
  await pastFreshness(emulator);
  return body;
}

/**
 * Moves the emulator's clock past the time in which it answers a new client's tokens with 404,
 * where it does.
 */
async function pastFreshness({ url, controlToken }: Emulator): Promise<void> {
  const control = async (name: string, body: object) => {
    const headers = { authorization: `Bearer ${controlToken}` };
    const answer = await ask(`${url}/control/${name}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    const { result } = JSON.parse(await answer.text()) as {
      result: { freshClientMilliseconds: number };
    };
    return result;
  };
  const { freshClientMilliseconds: milliseconds } = await control("unknowns", {});
  if (milliseconds > 0) await control("advance-clock", { milliseconds });
}

/** A token of the client by the client-credentials grant, as oauth4webapi asks for it. */
export async function takeToken(
  { url }: Emulator,
  { id, key }: Credential,
  narrowed: { scope?: string; tags?: string } = {},
  authentication: (secret: string) => oauth.ClientAuth = oauth.ClientSecretPost,
): Promise<oauth.TokenEndpointResponse> {
  const server: oauth.AuthorizationServer = {
    issuer: url,
    token_endpoint: `${url}/api/v2/oauth/token`,
  };
  const client: oauth.Client = { client_id: id };
  const response = await oauth.clientCredentialsGrantRequest(
    server,
    client,
    authentication(key),
    new URLSearchParams(narrowed),
    {
      [oauth.allowInsecureRequests]: true,
    },
  );
  return oauth.processClientCredentialsResponse(server, client, response);
}

/** The status and message of a token request that is refused. */
export async function refusedToken(
  { url }: Emulator,
  fields: Record<string, string>,
): Promise<[number, string]> {
  const response = await fetch(`${url}/api/v2/oauth/token`, {
    method: "POST",
    body: new URLSearchParams(fields),
  });
  const { message } = (await response.json()) as { message: string };
  return [response.status, message];
}
