/** `tailscope comment`: a review in the pull request. */

import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { z } from "zod";
import { githubPullRequest } from "../pull-request/github";
import { gitlabMergeRequest } from "../pull-request/gitlab";
import { comment, type PullRequest } from "../pull-request/pull-request";
import { CommandFailure } from "./failure";
import { textOf } from "./files";
import { withJson } from "./options";
import { print, printJson, waitingFor } from "./output";

const marker = /^<!-- tailscope review[^\n]*-->\n/;

export function commentCommand(program: Command): void {
  withJson(program.command("comment"))
    .summary("a review as a comment of the pull request")
    .description(
      "Posts what `tailscope review --format markdown` printed in the pull request that the job runs for, or replaces the comment of the run before.",
    )
    .argument("<file>", "what `tailscope review --format markdown` printed; - for standard input")
    .addHelpText(
      "after",
      `
Exit code: 0, or 1 for a failure.
In GitHub Actions it takes GITHUB_TOKEN, which needs pull-requests: write (GITHUB_COMMENT_AUTHOR, where that is no job's own
token); in GitLab CI GITLAB_TOKEN, a project access token with the scope api. Comments of others are never touched.

  $ tailscope review preview.json --format markdown > review.md; tailscope comment review.md`,
    )
    .action(async (file: string, { json }: { json?: boolean }) => {
      const body = await textOf(file);
      if (!marker.test(body)) {
        throw new CommandFailure(
          `${file} is no review.\n  Give what \`tailscope review --format markdown\` prints.`,
        );
      }
      const pullRequest = pullRequestOf(process.env);
      const done = await waitingFor("Commenting", comment(pullRequest, body));
      if (json) printJson({ comment: done, on: pullRequest.name });
      else print(`The comment on ${pullRequest.name} is ${done}.`);
    });
}

const event = z.looseObject({ pull_request: z.looseObject({ number: z.number() }) });

/** The pull request that a CI job runs for, as its platform says in the environment. */
function pullRequestOf(environment: NodeJS.ProcessEnv): PullRequest {
  if (environment["GITHUB_ACTIONS"] === "true") {
    const need = needed(environment, "In GitHub Actions, on pull_request");
    let payload: unknown;
    try {
      payload = JSON.parse(readFileSync(need("GITHUB_EVENT_PATH"), "utf8"));
    } catch (error) {
      throw new CommandFailure(
        `The file of GITHUB_EVENT_PATH cannot be read: ${error instanceof Error ? error.message : error}.`,
      );
    }
    const parsed = event.safeParse(payload);
    if (!parsed.success) {
      throw new CommandFailure(
        "This run is for no pull request.\n  Run `tailscope comment` in a workflow on pull_request.",
      );
    }
    return githubPullRequest({
      apiUrl: need("GITHUB_API_URL"),
      repository: need("GITHUB_REPOSITORY"),
      number: parsed.data.pull_request.number,
      token: need("GITHUB_TOKEN"),
      author: environment["GITHUB_COMMENT_AUTHOR"] || "github-actions[bot]",
    });
  }
  if (environment["GITLAB_CI"] === "true") {
    const need = needed(environment, "In GitLab CI, in a pipeline of a merge request");
    return gitlabMergeRequest({
      apiUrl: need("CI_API_V4_URL"),
      project: need("CI_PROJECT_ID"),
      number: Number(need("CI_MERGE_REQUEST_IID")),
      token: need("GITLAB_TOKEN"),
    });
  }
  throw new CommandFailure(
    "This is neither GitHub Actions nor GitLab CI, so there is no pull request to comment on.\n  Print the review with `tailscope review`.",
  );
}

function needed(environment: NodeJS.ProcessEnv, where: string): (name: string) => string {
  return (name) => {
    const value = environment[name];
    if (value) return value;
    throw new CommandFailure(`${name} is not set.\n  ${where}, give the step ${name}.`);
  };
}
