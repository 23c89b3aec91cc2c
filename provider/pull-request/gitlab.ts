/**
 * Notes of a GitLab merge request.
 * Source: https://docs.gitlab.com/api/notes/
 */

import { z } from "zod";
import { type Comment, call, get, type PullRequest } from "./pull-request";

const user = z.looseObject({ id: z.number() });

const notes = z.array(z.looseObject({ id: z.number(), body: z.string().nullish(), author: user }));

export interface GitlabSettings {
  /** `CI_API_V4_URL`. */
  readonly apiUrl: string;
  readonly project: string;
  readonly number: number;
  readonly token: string;
}

/**
 * A merge request of GitLab: its comments.
 * @see https://docs.gitlab.com/api/notes/
 */
export function createGitlabMergeRequest({
  apiUrl,
  project,
  number,
  token,
}: GitlabSettings): PullRequest {
  const path = `${apiUrl}/projects/${encodeURIComponent(project)}/merge_requests/${number}/notes`;
  const headers = { "private-token": token };
  return {
    name: `merge request ${number}`,
    number,
    async *ours(): AsyncGenerator<Comment> {
      const { content: self } = await get(user, `${apiUrl}/user`, headers);
      for (let page = "1"; page !== ""; ) {
        const answer = await get(notes, `${path}?per_page=100&page=${page}`, headers);
        for (const { id, body, author } of answer.content) {
          if (author.id === self.id) yield { id: String(id), body: body ?? "" };
        }
        page = String(answer.headers["x-next-page"] ?? "");
      }
    },
    async post(body) {
      await call("POST", path, headers, { body });
    },
    async replace(id, body) {
      await call("PUT", `${path}/${id}`, headers, { body });
    },
  };
}
