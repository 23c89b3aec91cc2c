/** `tailscope comment`: posts a review in the pull request. */

import { comment, type PullRequest, type Status } from "../pull-request/pull-request";
import type { commitStates } from "./choices";
import { CommandFailure } from "./failure";
import { readFileOrInput } from "./files";
import { findPullRequest } from "./find-pull-request";
import { announceWait, print, printJson } from "./output";

const marker = /^<!-- tailscope review[^\n]*-->\n/;

export interface CommentOptions {
  readonly json?: boolean;
  readonly status?: string;
  readonly state?: (typeof commitStates)[number];
}

/** Posts the review in a file. */
export async function postReview(
  file: string,
  { json, status, state }: CommentOptions,
): Promise<void> {
  const body = await readFileOrInput(file);
  if (!marker.test(body)) {
    throw new CommandFailure(
      `${file} is not a review.\n  Give the output of \`tailscope review --format markdown\`.`,
    );
  }
  if ((status === undefined) !== (state === undefined))
    throw new CommandFailure("Give --status and --state together, or neither.");
  const pullRequest = findPullRequest(process.env);
  // The status comes first, so that the decision stands even if the comment fails.
  if (status !== undefined && state !== undefined) {
    const description = /^\*\*(.*)\*\*$/m.exec(body)?.[1] ?? "";
    await setStatus(pullRequest, { name: status, state, description });
  }
  const done = await announceWait("Commenting", comment(pullRequest, body));
  if (json) printJson({ comment: done, on: pullRequest.name, number: pullRequest.number });
  else print(`The comment on ${pullRequest.name} is ${done}.`);
}

async function setStatus(pullRequest: PullRequest, status: Status): Promise<void> {
  if (pullRequest.setStatus === undefined) {
    throw new CommandFailure(
      "--status works on GitHub only: in GitLab CI a merge request waits for the job itself.\n  Leave it out, and let the job fail.",
    );
  }
  await pullRequest.setStatus(status);
}
