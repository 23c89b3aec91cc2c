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
    .summary("a review as a comment of the pull request")
    .description(
      "Posts what `tailscope review --format markdown` printed in the pull request that the job runs for, or replaces the comment of the run before.",
    )
    .argument("<file>", "what `tailscope review --format markdown` printed; - for standard input")
    .option(
      "--status <name>",
      "on GitHub, set the status of this name on the pull request's last commit as well: a workflow on workflow_run is no check of its own",
    )
    .addOption(new Option("--state <state>", "what the status says").choices(states))
    .addHelpText(
      "after",
      `
Exit code: 0, or 1 for a failure.
In GitHub Actions it takes GITHUB_TOKEN, which needs pull-requests: write, and statuses: write for --status
(GITHUB_COMMENT_AUTHOR, where that is no job's own token); in GitLab CI GITLAB_TOKEN, a project access token with the scope
api. It is sent over https or to loopback alone. Comments of others are never touched.

  $ tailscope review preview.json --format markdown > review.md; tailscope comment review.md
  $ tailscope comment review.md --status tailscope/infrastructure/prod --state failure`,
    )
    .action(async (file: string, { json, status, state }: Options) => {
      const body = await textOf(file);
      if (!marker.test(body)) {
        throw new CommandFailure(
          `${file} is no review.\n  Give what \`tailscope review --format markdown\` prints.`,
        );
      }
      if ((status === undefined) !== (state === undefined))
        throw new CommandFailure("Give --status and --state together, or neither.");
      const pullRequest = pullRequestOf(process.env);
      // The status comes first: where the comment fails, what was decided stands all the same.
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
      "--status is for GitHub alone: in GitLab CI the job itself is what a merge request waits for.\n  Leave it out, and let the job fail.",
    );
  }
  await pullRequest.setStatus(status);
}
