/**
 * Comments of a GitHub pull request, and the status of its last commit. Sources:
 * https://docs.github.com/en/rest/issues/comments, https://docs.github.com/en/rest/commits/statuses
 */

import { z } from "zod";
import {
  type Comment,
  call,
  get,
  PlatformError,
  type PullRequest,
  type Status,
} from "./pull-request";

const comments = z.array(
  z.looseObject({
    id: z.number(),
    body: z.string().nullish(),
    user: z.looseObject({ login: z.string() }).nullish(),
  }),
);

const perPage = 100;

export interface GithubSettings {
  /** `GITHUB_API_URL`. */
  readonly apiUrl: string;
  /** `"OWNER/REPOSITORY"`. */
  readonly repository: string;
  readonly number: number;
  /**
   * The last commit of the pull request's branch, which carries the status; undefined if the event
   * does not name it.
   */
  readonly commit: string | undefined;
  readonly token: string;
  /** The address of the job's log, to which the status links. */
  readonly runUrl: string | undefined;
  /** The author of comments that the token writes: `github-actions[bot]` for a job's own token. */
  readonly author: string;
}

/**
 * A pull request of GitHub: its comments, and the status of its commit.
 * @see https://docs.github.com/en/rest/issues/comments
 * @see https://docs.github.com/en/rest/commits/statuses
 */
export function createGithubPullRequest({
  apiUrl,
  repository,
  number,
  commit,
  token,
  runUrl,
  author,
}: GithubSettings): PullRequest {
  const issues = `${apiUrl}/repos/${repository}/issues`;
  const headers = {
    authorization: `Bearer ${token}`,
    accept: "application/vnd.github+json",
    "x-github-api-version": "2022-11-28",
  };
  return {
    name: `pull request ${number} of ${repository}`,
    number,
    async *ours(): AsyncGenerator<Comment> {
      for (let page = 1; ; page++) {
        const { content: found } = await get(
          comments,
          `${issues}/${number}/comments?per_page=${perPage}&page=${page}`,
          headers,
        );
        for (const { id, body, user } of found)
          if (user?.login === author) yield { id: String(id), body: body ?? "" };
        if (found.length < perPage) return;
      }
    },
    async post(body) {
      await call("POST", `${issues}/${number}/comments`, headers, { body });
    },
    async replace(id, body) {
      await call("PATCH", `${issues}/comments/${id}`, headers, { body });
    },
    async setStatus({ name, state, description }: Status) {
      if (commit === undefined) {
        throw new PlatformError("The event does not name a commit, so no status can be set.");
      }
      await call("POST", `${apiUrl}/repos/${repository}/statuses/${commit}`, headers, {
        state,
        context: name,
        // GitHub refuses a longer description.
        description: description.slice(0, 140),
        ...(runUrl && { target_url: runUrl }),
      });
    },
  };
}
