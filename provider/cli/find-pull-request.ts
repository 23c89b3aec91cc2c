/** Finds the pull request that a CI job runs for, from the platform's environment variables. */

import { readFileSync } from "node:fs";
import { z } from "zod";
import { getMessage } from "../access/error-text";
import { isLoopback } from "../network/proxy";
import { createGithubPullRequest } from "../pull-request/github";
import { createGitlabMergeRequest } from "../pull-request/gitlab";
import type { PullRequest } from "../pull-request/pull-request";
import { CommandFailure } from "./failure";

/**
 * @throws CommandFailure if the job runs for no pull request, or if something it needs is missing
 */
export function findPullRequest(environment: NodeJS.ProcessEnv): PullRequest {
  if (environment["GITHUB_ACTIONS"] === "true") return findOnGithub(environment);
  if (environment["GITLAB_CI"] === "true") return findOnGitlab(environment);
  throw new CommandFailure(
    "This job runs neither in GitHub Actions nor in GitLab CI, so there is no pull request to comment on.\n  Print the review with `tailscope review`.",
  );
}

function findOnGithub(environment: NodeJS.ProcessEnv): PullRequest {
  const readVariable = createVariableReader(
    environment,
    "In GitHub Actions, on pull_request or workflow_run",
  );
  const { number, commit } = readEvent(readVariable("GITHUB_EVENT_PATH"));
  const repository = readVariable("GITHUB_REPOSITORY");
  const [server, run] = [environment["GITHUB_SERVER_URL"], environment["GITHUB_RUN_ID"]];
  return createGithubPullRequest({
    apiUrl: requireSafeAddress("GITHUB_API_URL", readVariable("GITHUB_API_URL")),
    repository,
    number,
    commit,
    token: readVariable("GITHUB_TOKEN"),
    runUrl: server && run ? `${server}/${repository}/actions/runs/${run}` : undefined,
    author: environment["GITHUB_COMMENT_AUTHOR"] || "github-actions[bot]",
  });
}

function findOnGitlab(environment: NodeJS.ProcessEnv): PullRequest {
  const need = createVariableReader(environment, "In GitLab CI, in a pipeline of a merge request");
  return createGitlabMergeRequest({
    apiUrl: requireSafeAddress("CI_API_V4_URL", need("CI_API_V4_URL")),
    project: need("CI_PROJECT_ID"),
    number: Number(need("CI_MERGE_REQUEST_IID")),
    token: need("GITLAB_TOKEN"),
  });
}

const commit = z.string().regex(/^[0-9a-f]{40,64}$/);
const repository = z.looseObject({ id: z.number() });

const onPullRequest = z.looseObject({
  pull_request: z.looseObject({
    number: z.number(),
    head: z.looseObject({ sha: commit }).optional(),
  }),
});

const onWorkflowRun = z.looseObject({
  repository,
  workflow_run: z.looseObject({
    event: z.string(),
    head_sha: commit,
    pull_requests: z.array(
      z.looseObject({
        number: z.number(),
        head: z.looseObject({ sha: commit }),
        base: z.looseObject({ repo: repository }),
      }),
    ),
  }),
});

/**
 * The pull request of an event: `pull_request`, or the run that triggered a workflow on
 * `workflow_run`. Source:
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_run
 */
function readEvent(path: string): { number: number; commit: string | undefined } {
  let payload: unknown;
  try {
    payload = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new CommandFailure(`The file of GITHUB_EVENT_PATH cannot be read: ${getMessage(error)}.`);
  }
  const direct = onPullRequest.safeParse(payload);
  if (direct.success) {
    const { number, head } = direct.data.pull_request;
    return { number, commit: head?.sha };
  }
  const following = onWorkflowRun.safeParse(payload);
  if (!following.success || following.data.workflow_run.event !== "pull_request") {
    throw new CommandFailure(
      "This run does not belong to a pull request.\n  Run `tailscope comment` in a workflow on pull_request, or on workflow_run after one.",
    );
  }
  const { repository: here, workflow_run: run } = following.data;
  // A branch can also be the head of pull requests in other repositories, or of one with newer
  // commits.
  const found = run.pull_requests.filter(
    ({ head, base }) => head.sha === run.head_sha && base.repo.id === here.id,
  );
  const [one, second] = found;
  if (one === undefined) {
    throw new CommandFailure(
      `The commit ${run.head_sha} is not the last commit of an open pull request of this repository.\n  The pull request has new commits or is closed: there is nothing to comment on.`,
    );
  }
  if (second !== undefined) {
    throw new CommandFailure(
      `The commit ${run.head_sha} is the last commit of ${found.length} pull requests (${found.map(({ number }) => number).join(", ")}), so it is unclear which one was previewed.\n  Close all but one.`,
    );
  }
  return { number: one.number, commit: run.head_sha };
}

/** Checks the address that the token is sent to, so that nobody can read the token in transit. */
function requireSafeAddress(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe =
    url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
  if (url === undefined || !isSafe || url.username !== "" || url.password !== "") {
    // The message omits the value, because it can contain a password.
    throw new CommandFailure(
      `${name} is not an address to which the token may be sent.\n  Write one that starts with https:// and has no user name; plain http is for loopback only.`,
    );
  }
  return text.replace(/\/+$/, "");
}

function createVariableReader(
  environment: NodeJS.ProcessEnv,
  where: string,
): (name: string) => string {
  return (name) => {
    const value = environment[name];
    if (value) return value;
    throw new CommandFailure(`${name} is not set.\n  ${where}, give the step ${name}.`);
  };
}
