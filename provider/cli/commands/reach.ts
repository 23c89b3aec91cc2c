/** How `tailscope reach` is called. */

import { type Command, Option } from "commander";
import { reachFormats } from "../choices";
import { collect, withJsonOption, withStackOptions } from "../options";
import type { ReachOptions } from "../reach/reach";

export function addReachCommand(program: Command): void {
  withJsonOption(withStackOptions(program.command("reach")))
    .summary("show what a credential reaches, and who reaches a target")
    .description(
      "Shows which tags a credential can take through its scopes, what the policy file opens to these tags, and where SSH, routes and addresses lead from there. Without --from, --to and --between it lists every credential with the most important thing that it reaches. The credentials are those of the tailnet, or of --stack, --state or --preview, or the one that --scopes and --tags describe.",
    )
    .option(
      "--from <name>",
      "a credential by its name, id or URN; or a tag, a user, a group or an address",
    )
    .option(
      "--to <target>",
      "who reaches this target: tag:db, tag:db:5432, 10.0.0.1:443, ada@acme.com, svc:web, internet, *",
    )
    .option("--between <names...>", "every way between FROM and TO, step by step")
    .option(
      "--scopes <list>",
      "comma-separated scopes of a credential that need not exist",
      splitList,
    )
    .option("--tags <list>", "its tags, comma-separated", splitList)
    .option("--policy <file>", "the policy file (default: the tailnet's)")
    .option(
      "--domain <name>",
      "a domain of the tailnet, for user:*@acme.com in --policy; can be repeated",
      collect,
    )
    .option(
      "--preview <file>",
      "credentials as `pulumi preview --json` shows them, - for standard input",
    )
    .option("--machines <file>", "users and machines as JSON: answers for these machines")
    .option("--devices", "the same for the machines of the tailnet")
    .option("--blame", "name the commit that added each line, from git")
    .option(
      "--deny <target>",
      "exit with 2 if a credential reaches this target; can be repeated",
      collect,
    )
    .option(
      "--expect <file>",
      "exit with 2 if a test in this file fails; it has the form of the policy file's tests",
    )
    .addOption(
      new Option("--format <format>", "how to print it").choices(reachFormats).default("terminal"),
    )
    .addHelpText(
      "after",
      `
Exit code: 0; 2 if --deny or --expect fails; 1 for a failure, or if something in the policy file is not understood, which counts
as if it opened everything. Not considered: device and user approval, key expiry, tailnet lock, machines shared in or
out, firewalls, and logins of the applications themselves.

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

function splitList(text: string): string[] {
  return text.split(/[\s,]+/).filter((one) => one !== "");
}
