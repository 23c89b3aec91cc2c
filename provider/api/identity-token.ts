/**
 * Identity tokens of the CI system a run is in, for workload identity federation: no secret is stored anywhere.
 * Sources: https://tailscale.com/kb/1581/workload-identity-federation,
 * https://docs.github.com/en/actions/reference/security/oidc
 */

import { readFile } from "node:fs/promises";
import { request } from "undici";
import { z } from "zod";
import { shown } from "../access/shown";
import { ConnectionError } from "./connection-error";

/** Where identity tokens come from. A file and a runner give a new one when the last has run out. */
export type IdentityTokenSource =
  /** `name` is the environment variable it was found in. */
  | { readonly kind: "value"; readonly token: string; readonly name: string }
  | { readonly kind: "file"; readonly path: string; readonly name: string }
  /** A GitHub Actions runner, which is asked for a token with this audience. */
  | {
      readonly kind: "github";
      readonly url: string;
      readonly bearer: string;
      readonly audience: string;
    };

const claims = z.object({ exp: z.number() });
const githubAnswer = z.object({ value: z.string().min(1) });

/**
 * An identity token that has not run out.
 * @throws ConnectionError where there is none, it is no token, or it has ended
 */
export async function identityToken(
  source: IdentityTokenSource,
  now: () => number = Date.now,
): Promise<string> {
  const token = (await read(source)).trim();
  const from = source.kind === "github" ? "the GitHub Actions runner" : source.name;
  const end = endOf(token);
  if (end === undefined) {
    throw new ConnectionError(
      `What ${from} gives is no identity token: it is no JWT with an end (exp).\n  Put there what the CI system issues, for example GitLab's id_tokens.`,
    );
  }
  if (end * 1000 <= now()) {
    throw new ConnectionError(
      `The identity token of ${from} ended at ${new Date(end * 1000).toISOString()}.\n  Get a new one from the CI system, and deploy within its life.`,
    );
  }
  return token;
}

async function read(source: IdentityTokenSource): Promise<string> {
  if (source.kind === "value") return source.token;
  if (source.kind === "github") return askGithub(source);
  try {
    return await readFile(source.path, "utf8");
  } catch (error) {
    throw new ConnectionError(
      `The identity token file ${shown(source.path)} (${source.name}) cannot be read: ${reasonOf(error)}.\n  Check that the CI job writes it before it deploys.`,
    );
  }
}

async function askGithub({
  url,
  bearer,
  audience,
}: Extract<IdentityTokenSource, { kind: "github" }>): Promise<string> {
  const address = new URL(url);
  address.searchParams.set("audience", audience);
  let problem: string;
  try {
    const answer = await request(address, {
      headers: { authorization: `Bearer ${bearer}` },
      headersTimeout: 30_000,
    });
    const body: unknown = await answer.body.json();
    const parsed = githubAnswer.safeParse(body);
    if (answer.statusCode === 200 && parsed.success) return parsed.data.value;
    problem = `it answered ${answer.statusCode}`;
  } catch (error) {
    problem = reasonOf(error);
  }
  throw new ConnectionError(
    `The GitHub Actions runner gave no identity token: ${shown(problem)}.\n  The job needs \`permissions: { id-token: write }\`; a pull request from a fork cannot have it.`,
  );
}

/** The end of a JWT in seconds since 1970. It is not verified here: Tailscale does that. */
function endOf(token: string): number | undefined {
  const [, payload, signature] = token.split(".");
  if (payload === undefined || signature === undefined) return undefined;
  try {
    const parsed = claims.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
    return parsed.success ? parsed.data.exp : undefined;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? shown(error.message) : "unknown";
}
