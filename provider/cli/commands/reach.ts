/** How `tailscope reach` is called. */

import { type Command, Option } from "commander";
import { reachFormats } from "../choices";
import { collect, withJson, withStackOptions } from "../options";
import type { ReachOptions } from "../reach/reach";

export function reachCommand(program: Command): void {
  withJson(withStackOptions(program.command("reach")))
    .summary("where a credential gets to, and who gets somewhere")
    .description(
      "Follows what a credential can become through tags and its scopes, what the policy file opens to that, and where SSH, routes and addresses lead on. Without --from, --to and --between it lists every credential with what matters most about it. The credentials are those of the tailnet, or of --stack, --state or --preview, or the one that --scopes and --tags describe.",
    )
    .option(
      "--from <name>",
      "a credential by its name, id or URN; or a tag, a user, a group or an address",
    )
    .option(
      "--to <target>",
      "who gets there: tag:db, tag:db:5432, 10.0.0.1:443, ada@acme.com, svc:web, internet, *",
    )
    .option("--between <names...>", "FROM and TO: every way between the two, step by step")
    .option(
      "--scopes <list>",
      "scopes of a credential that need not exist, with commas between",
      list,
    )
    .option("--tags <list>", "its tags, with commas between", list)
    .option("--policy <file>", "the policy file (default: the tailnet's)")
    .option(
      "--domain <name>",
      "a domain of the tailnet's, for user:*@acme.com in --policy; can be repeated",
      collect,
    )
    .option(
      "--preview <file>",
      "credentials as `pulumi preview --json` shows them, - for standard input",
    )
    .option("--machines <file>", "users and machines as JSON: answers for these machines")
    .option("--devices", "the same for the tailnet's own machines")
    .option("--blame", "name the commit that brought each line, by git")
    .option(
      "--deny <target>",
      "exit with 2 where a credential gets there; can be repeated",
      collect,
    )
    .option(
      "--expect <file>",
      "exit with 2 where a list in the form of the policy file's tests does not hold",
    )
    .addOption(
      new Option("--format <format>", "how to print it").choices(reachFormats).default("terminal"),
    )
    .addHelpText(
      "after",
      `
Exit code: 0; 2 where --deny or --expect does not hold; 1 for a failure, and where something in the policy file is not understood,
which counts as if it opened everything. Not looked at: device and user approval, key expiry, tailnet lock, machines shared in or
out, firewalls, and what applications ask for themselves.

  $ tailscope reach --policy policy.hujson --scopes auth_keys --tags tag:ci
  $ tailscope reach --to tag:db:5432 --policy policy.hujson --blame
  $ tailscope reach --stack prod --deny tag:db --deny svc:secrets
  $ tailscope reach --policy policy.hujson --machines machines.json --json`,
    )
    .action(async (options: ReachOptions) => {
      const { answerReach } = await import("../reach/reach.js");
      await answerReach(options);
    });
}

function list(text: string): string[] {
  return text.split(/[\s,]+/).filter((one) => one !== "");
}
