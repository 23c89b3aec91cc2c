/** How `tailscope review` is called. */

import { type Command, Option } from "commander";
import { limits } from "../../review/limits";
import { reviewFormats } from "../choices";
import { collect } from "../options";
import type { ReviewOptions } from "../review";

export function addReviewCommand(program: Command): void {
  program
    .command("review")
    .summary("show what access a change gives and takes, before it is deployed")
    .description(
      "Reads the output of `pulumi preview --json` from a file or standard input, and says for each credential what access it gains, what it loses, and how its lifetime changes. Also reads the stream of events (PULUMI_ENABLE_STREAMING_JSON_PREVIEW). Sends nothing anywhere; --tailnet-policy alone asks the tailnet for its policy file, and sends it nothing of the preview.",
    )
    .argument("[file]", "the preview; - or nothing reads standard input")
    .option("--plan <file>", "review an update plan of `pulumi preview --save-plan` instead")
    .addOption(
      new Option("--format <format>", "the output format")
        .choices(reviewFormats)
        .default("terminal"),
    )
    .option("--json", "the same as --format json")
    .addOption(
      new Option(
        "--fail-on <limit>",
        "exit with code 2 if a change gives at least this much",
      ).choices(limits),
    )
    .option(
      "--explain <credential>",
      "list every operation that a credential (name or URN) can perform, with the scope that permits it",
    )
    .option(
      "--policy <file>",
      "the policy file after the change: says what each credential reaches more and less",
    )
    .option(
      "--policy-before <file>",
      "the policy file before the change, an empty one where there was none (default: unchanged)",
    )
    .option(
      "--domain <name>",
      "a domain of the tailnet's, for user:*@acme.com in a policy file; can be repeated",
      collect,
    )
    .option(
      "--tailnet-policy",
      "ask the tailnet for its policy file: the one before the change, and the one after it where neither --policy nor the preview has it",
    )
    .option("--stack <name>", "with --tailnet-policy: the stack whose config names the deployer")
    .option(
      "--connection <name>",
      "with --tailnet-policy: a connection of the stack's config tailscope:connections",
    )
    .option(
      "--state <file...>",
      "exports of the stack (`pulumi stack export`), for credentials that the preview does not show",
    )
    .option(
      "--deny <target>",
      "exit with code 2 if a credential reaches this afterwards, for example tag:db:5432; can be repeated",
      collect,
    )
    .option(
      "--title <text>",
      "what is reviewed, for example the stack: each title gets its own comment",
      "",
    )
    .option(
      "-C, --cwd <folder>",
      "the folder of the program's Pulumi.yaml, relative to the repository's root (for SARIF)",
      "",
    )
    .addHelpText(
      "after",
      `
Exit code: 0; 2 if a change gives what --fail-on names; 1 for a failure, or if something in the preview is not understood.
A value that is secret, or unknown before the deployment, counts as the worst that it could be. Limits: admin
(can make administrators), persist (can create further credentials), write, reach
(reaches more through tags and the policy file), gained (anything more than before, including a longer lifetime),
any (any change at all, including other code and resources that can change access). A failed preview is refused; pipefail also catches
one that a policy pack rejects. Reach is reviewed if the policy file is known: by --policy, by --tailnet-policy,
or if a tailscale.Acl in the preview sets it.

  $ set -o pipefail; pulumi preview --json | tailscope review
  $ tailscope review preview.json --format markdown --fail-on persist
  $ tailscope review preview.json --policy policy.hujson --policy-before policy.old.hujson --fail-on reach
  $ tailscope review preview.json --policy policy.hujson --tailnet-policy --deny tag:db
  $ tailscope review preview.json --explain ci`,
    )
    .action(async (file: string | undefined, options: ReviewOptions) => {
      const { printReview } = await import("../review.js");
      await printReview(file, options);
    });
}
