/**
 * Posts a review in a pull request as one comment. A marker in its first line identifies it, so
 * that the next run replaces it.
 */

import type { z } from "zod";
import { describeError } from "../access/error-text";
import { describeFormMismatch } from "../access/form-mismatch";
import { sanitize } from "../access/sanitize";
import { type Answer, ask } from "../network/ask";

export interface Comment {
  readonly id: string;
  readonly body: string;
}

/** The status of a pull request's last commit, which branch protection can require. */
export interface Status {
  readonly name: string;
  readonly state: "success" | "failure";
  /** A sentence. */
  readonly description: string;
}

/** A pull request on one platform, with the operations that a review needs. */
export interface PullRequest {
  /** Completes "Commented on …", for example `"pull request 7 of acme/infrastructure"`. */
  readonly name: string;
  readonly number: number;
  /** The comments by our author, so that a comment by somebody else is never replaced. */
  ours(): AsyncIterable<Comment>;
  post(body: string): Promise<void>;
  replace(id: string, body: string): Promise<void>;
  /** Absent on GitLab, where the job itself is the status. */
  setStatus?(status: Status): Promise<void>;
}

/** The platform refused a request, or the request did not reach it. */
export class PlatformError extends Error {}

/** Posts `body`, or replaces the comment that begins with the same line. */
export async function comment(
  pullRequest: PullRequest,
  body: string,
): Promise<"posted" | "replaced" | "unchanged"> {
  const [marker] = body.split("\n");
  for await (const { id, body: found } of pullRequest.ours()) {
    // Platforms may use different line endings.
    const text = found.replaceAll("\r", "");
    if (text.split("\n")[0] !== marker) continue;
    if (text.trimEnd() === body.trimEnd()) return "unchanged";
    await pullRequest.replace(id, body);
    return "replaced";
  }
  await pullRequest.post(body);
  return "posted";
}

/**
 * Sends JSON and returns the answer. @throws PlatformError that names the request, but never its
 * headers
 */
export async function call(
  method: "GET" | "PATCH" | "POST" | "PUT",
  url: string,
  headers: Record<string, string>,
  body?: object,
): Promise<Answer> {
  const { origin, pathname } = new URL(url);
  let answer: Answer;
  try {
    // Redirects are not followed, so that no other host gets the token.
    answer = await ask(url, {
      method,
      headers: { ...headers, "content-type": "application/json", "user-agent": "tailscope" },
      ...(body && { body: JSON.stringify(body) }),
      timeout: 30_000,
    });
  } catch (error) {
    throw new PlatformError(`${method} ${pathname} failed: ${describeError(error)}.`);
  }
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw new PlatformError(
    `${origin} refused ${method} ${pathname} (${answer.status}): ${sanitize(answer.text)}`,
  );
}

/**
 * Fetches JSON. @throws PlatformError if the answer does not have the form that the platform
 * documents
 */
export async function get<Content>(
  form: z.ZodType<Content>,
  url: string,
  headers: Record<string, string>,
): Promise<{ content: Content; headers: Answer["headers"] }> {
  const answer = await call("GET", url, headers);
  const { origin, pathname } = new URL(url);
  const refuse = (problem: string) =>
    new PlatformError(`${origin} answered GET ${pathname} in an unexpected form: ${problem}.`);
  let content: unknown;
  try {
    content = JSON.parse(answer.text);
  } catch {
    throw refuse("it is not JSON");
  }
  const parsed = form.safeParse(content);
  if (parsed.success) return { content: parsed.data, headers: answer.headers };
  throw refuse(describeFormMismatch(parsed.error.issues, content));
}
