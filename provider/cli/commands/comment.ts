/** How `tailscope comment` is called. */

import { type Command, Option } from "commander";
import { commitStates } from "../choices";
import type { CommentOptions } from "../comment";
import { withJsonOption } from "../options";

export function addCommentCommand(program: Command): void {
  withJsonOption(program.command("comment"))
    .summary("post a review as a comment on the pull request")
    .description(
      "Posts the output of `tailscope review --format markdown` to the pull request that the job runs for, or replaces the comment of an earlier run.",
    )
    .argument("<file>", "the output of `tailscope review --format markdown`; - for standard input")
    .option(
      "--status <name>",
      "on GitHub, also set a commit status of this name on the pull request's last commit, because a workflow_run workflow does not appear as a check",
    )
    .addOption(new Option("--state <state>", "the state of that status").choices(commitStates))
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
    .action(async (file: string, options: CommentOptions) => {
      const { postReview } = await import("../comment.js");
      await postReview(file, options);
    });
}
