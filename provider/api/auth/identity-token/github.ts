/**
 * Identity tokens of a GitHub Actions job, from its runner.
 * Source: https://docs.github.com/en/actions/reference/security/oidc
 */

import { z } from "zod";
import { describeError } from "../../../access/error-text";
import { ask } from "../../../network/ask";
import { SettingsError } from "../../settings/error";
import { answerMilliseconds } from "./metadata";

const answerShape = z.object({ value: z.string().min(1) });

/**
 * @throws SettingsError that says why there is no token
 * @see https://docs.github.com/en/actions/reference/security/oidc
 */
export async function fetchGithubToken(
  url: string,
  bearer: string,
  audience: string,
): Promise<string> {
  const address = new URL(url);
  address.searchParams.set("audience", audience);
  let problem: string;
  try {
    const answer = await ask(address.href, {
      headers: { authorization: `Bearer ${bearer}` },
      timeout: 3 * answerMilliseconds,
      repeatable: true,
    });
    const value = answer.status === 200 ? parseToken(answer.text) : undefined;
    if (value !== undefined) return value;
    problem = `it answered ${answer.status}`;
  } catch (error) {
    problem = describeError(error);
  }
  throw new SettingsError(
    `The GitHub Actions runner gave no identity token: ${problem}.\n  The job needs \`permissions: { id-token: write }\`; a pull request from a fork cannot have it.`,
  );
}

function parseToken(text: string): string | undefined {
  try {
    return answerShape.safeParse(JSON.parse(text)).data?.value;
  } catch {
    return undefined;
  }
}
