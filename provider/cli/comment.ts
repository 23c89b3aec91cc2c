/** `tailscope comment`: a review in the pull request. */

import { type Command, Option } from "commander";
import { comment, type PullRequest, type Status } from "../pull-request/pull-request";
import { CommandFailure } from "./failure";
import { textOf } from "./files";
import { withJson } from "./options";
import { print, printJson, waitingFor } from "./output";
import { pullRequestOf } from "./pull-request-of";

const marker = /^<!-- tailscope review[^\n]*-->\n/;

const states = ["success", "failure"] as const;

interface Options {
  readonly json?: boolean;
  readonly status?: string;
  readonly state?: (typeof states)[number];
}

export function commentCommand(program: Command): void {
  withJson(program.command("comment"))
    .summary("post a review as a comment on the pull request")
    .description(
      "Posts the output of `tailscope review --format markdown` to the pull request that the job runs for, or replaces the comment of an earlier run.",
    )
    .argument("<file>", "the output of `tailscope review --format markdown`; - for standard input")
    .option(
      "--status <name>",
      "on GitHub, also set a commit status of this name on the pull request's last commit, because a workflow_run workflow does not appear as a check",
    )
    .addOption(new Option("--state <state>", "the state of that status").choices(states))
    .addHelpText(
      "after",
      `
Exit code: 0, or 1 for a failure.
In GitHub Actions it uses GITHUB_TOKEN, which needs pull-requests: write, and statuses: write for --status.
With another token, set GITHUB_COMMENT_AUTHOR to its login. In GitLab CI it uses GITLAB_TOKEN, a project access token with the scope
api. The token is sent over https or to loopback only. Other people's comments are never changed.

  $ tailscope review preview.json --format markdown > review.md; tailscope comment review.md
  $ tailscope comment review.md --status tailscope/infrastructure/prod --state failure`,
    )
    .action(async (file: string, { json, status, state }: Options) => {
      const body = await textOf(file);
      if (!marker.test(body)) {
        throw new CommandFailure(
          `${file} is not a review.\n  Give the output of \`tailscope review --format markdown\`.`,
        );
      }
      if ((status === undefined) !== (state === undefined))
        throw new CommandFailure("Give --status and --state together, or neither.");
      const pullRequest = pullRequestOf(process.env);
      // The status comes first, so that the decision stands even if the comment fails.
      if (status !== undefined && state !== undefined) {
        const description = /^\*\*(.*)\*\*$/m.exec(body)?.[1] ?? "";
        await setStatus(pullRequest, { name: status, state, description });
      }
      const done = await waitingFor("Commenting", comment(pullRequest, body));
      if (json) printJson({ comment: done, on: pullRequest.name, number: pullRequest.number });
      else print(`The comment on ${pullRequest.name} is ${done}.`);
    });
}

async function setStatus(pullRequest: PullRequest, status: Status): Promise<void> {
  if (pullRequest.setStatus === undefined) {
    throw new CommandFailure(
      "--status works on GitHub only: in GitLab CI a merge request waits for the job itself.\n  Leave it out, and let the job fail.",
    );
  }
  await pullRequest.setStatus(status);
}
