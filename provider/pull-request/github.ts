/**
 * Comments of a GitHub pull request.
 * Source: https://docs.github.com/en/rest/issues/comments
 */

import { z } from "zod";
import { type Comment, call, type PullRequest } from "./pull-request";

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
  readonly token: string;
  /** Who writes with that token. A job's own token writes as `github-actions[bot]`. */
  readonly author: string;
}

export function githubPullRequest({
  apiUrl,
  repository,
  number,
  token,
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
    async *ours(): AsyncGenerator<Comment> {
      for (let page = 1; ; page++) {
        const answer = await call(
          "GET",
          `${issues}/${number}/comments?per_page=${perPage}&page=${page}`,
          headers,
        );
        const found = comments.parse(JSON.parse(answer.text));
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
  };
}
