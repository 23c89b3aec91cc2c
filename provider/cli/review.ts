/** `tailscope review`: show what access a change gives and takes, before it is deployed. */

import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { redactSecrets, sanitize } from "../access/sanitize";
import { version } from "../api/version";
import { htmlReport } from "../review/formats/html";
import { markdownReport } from "../review/formats/markdown";
import { sarifReport } from "../review/formats/sarif";
import { explanation, terminalExplanation, terminalReport } from "../review/formats/terminal";
import { readPlan } from "../review/input/plan";
import { readPreview } from "../review/input/preview";
import type { GivenPolicy } from "../review/reach/policies";
import { exceeds, type Limit, limits, type Review, reviewWithReach } from "../review/review";
import { CommandFailure, exitCodes } from "./failure";
import { readText, textOf } from "./files";
import { collect } from "./options";
import { printAside, printJson } from "./output";

const formats = ["terminal", "markdown", "json", "sarif", "html"] as const;

interface Options {
  readonly plan?: string;
  readonly format: (typeof formats)[number];
  readonly json?: boolean;
  readonly failOn?: Limit;
  readonly explain?: string;
  readonly title: string;
  readonly cwd: string;
  readonly policy?: string;
  readonly policyBefore?: string;
  readonly domain?: readonly string[];
  readonly tailnetPolicy?: boolean;
  readonly stack?: string;
  readonly connection?: string;
  readonly state?: readonly string[];
  readonly deny?: readonly string[];
}

export function reviewCommand(program: Command): void {
  program
    .command("review")
    .summary("show what access a change gives and takes, before it is deployed")
    .description(
      "Reads the output of `pulumi preview --json` from a file or standard input, and says for each credential what access it gains, what it loses, and how its lifetime changes. Also reads the stream of events (PULUMI_ENABLE_STREAMING_JSON_PREVIEW). Sends nothing anywhere; --tailnet-policy alone asks the tailnet for its policy file, and sends it nothing of the preview.",
    )
    .argument("[file]", "the preview; - or nothing reads standard input")
    .option("--plan <file>", "review an update plan of `pulumi preview --save-plan` instead")
    .addOption(
      new Option("--format <format>", "the output format").choices(formats).default("terminal"),
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
    .option("--policy-before <file>", "the policy file before the change (default: unchanged)")
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
    .action(async (file: string | undefined, options: Options) => {
      const found = await reviewOf(file, options);
      if (options.explain === undefined) process.stdout.write(rendered(found, options));
      else explain(found, options.explain, options);
      if (found.report.notUnderstood.length > 0) {
        printAside(
          "Something in this preview is not understood. A newer version of tailscope may know it.",
        );
        process.exitCode = exitCodes.failure;
      }
      const { reach } = found;
      const needsReach = options.failOn === "reach" || options.deny !== undefined;
      if (needsReach && reach?.is !== "known") {
        printAside(
          "Nobody knows what is reached: no policy file is known. Give it with --policy, or ask the tailnet with --tailnet-policy.",
        );
        process.exitCode = exitCodes.failure;
        return;
      }
      if (options.failOn !== undefined && exceeds(found, options.failOn))
        process.exitCode = exitCodes.found;
      if (reach?.is === "known" && reach.denied.length > 0) process.exitCode = exitCodes.found;
    });
}

async function reviewOf(file: string | undefined, options: Options): Promise<Review> {
  const { plan } = options;
  if (plan !== undefined && file !== undefined)
    throw new CommandFailure("Give a preview or --plan, not both.");
  for (const option of ["stack", "connection"] as const)
    if (options[option] !== undefined && options.tailnetPolicy === undefined)
      throw new CommandFailure(
        `--${option} says who asks the tailnet.\n  Give --tailnet-policy as well, or leave it out.`,
      );
  const path = plan ?? file ?? "-";
  const name = path === "-" ? "Standard input" : path;
  if (path === "-" && process.stdin.isTTY) {
    throw new CommandFailure(
      "There is nothing to review.\n  Run `set -o pipefail; pulumi preview --json | tailscope review`, or name a file with its output.",
    );
  }
  const content = await textOf(path);
  const read = plan === undefined ? readPreview(content) : readPlan(content);
  if ("problem" in read) {
    const remedy =
      plan === undefined
        ? "the output of `pulumi preview --json`"
        : "the file of `pulumi preview --save-plan FILE`";
    throw new CommandFailure(
      `${name} cannot be reviewed: ${sanitize(read.problem)}.\n  Give ${remedy}.`,
    );
  }
  const found = reviewWithReach(read.steps, {
    policy: policyIn(options.policy),
    policyBefore: policyIn(options.policyBefore),
    domains: options.domain,
    tailnetPolicy: options.tailnetPolicy ? await policyOfTailnet(options) : undefined,
    others: await credentialsIn(options.state),
    deny: options.deny,
  });
  if ("problem" in found) throw new CommandFailure(`${sanitize(found.problem)}.`);
  return found;
}

function policyIn(path: string | undefined): GivenPolicy | undefined {
  return path === undefined ? undefined : { name: path, text: readText(path) };
}

/** The tailnet's own. What asks it is loaded for that alone: a review sends nothing by itself. */
async function policyOfTailnet({ stack, connection, cwd }: Options): Promise<GivenPolicy> {
  const [{ readTailnetPolicy }, { askForConfig }] = await Promise.all([
    import("./reach/tailnet-policy.js"),
    import("./pulumi.js"),
  ]);
  const config = await askForConfig({
    ...(stack !== undefined && { stack }),
    ...(connection !== undefined && { connection }),
    // It is relative to the repository's root, from which this need not run.
    ...(existsSync(cwd) && { cwd }),
  });
  return readTailnetPolicy(config, connection);
}

async function credentialsIn(paths: readonly string[] | undefined) {
  if (paths === undefined) return undefined;
  // What reads a state takes longer to load than a review to run.
  const [{ credentialsInState }, { managedByAnyIn }, { resourcesOf }] = await Promise.all([
    import("./reach/credentials.js"),
    import("../state/exported-state.js"),
    import("./session.js"),
  ]);
  const exports = await Promise.all(
    paths.map(async (path) => ({ name: path, content: await textOf(path) })),
  );
  return credentialsInState(managedByAnyIn(resourcesOf(exports)));
}

function rendered(found: Review, { format, json, title, cwd }: Options): string {
  switch (json ? "json" : format) {
    case "terminal":
      return terminalReport(found);
    case "markdown":
      return markdownReport(found, title);
    case "json":
      return `${redactSecrets(JSON.stringify(found.report, undefined, 2))}\n`;
    case "sarif":
      return sarifReport(found, version, cwd);
    case "html":
      return htmlReport(found, title);
  }
}

function explain({ assessments }: Review, wanted: string, { format, json }: Options): void {
  const matching = assessments.filter(
    ({ reported: { urn, name } }) => urn === wanted || name === wanted,
  );
  const [one] = matching;
  if (one === undefined) {
    const names = assessments.slice(0, 20).map(({ reported }) => reported.name);
    throw new CommandFailure(
      `No credential ${sanitize(JSON.stringify(wanted))} changes.\n  ${names.length > 0 ? `These change: ${names.map(sanitize).join(", ")}.` : "None does."}`,
    );
  }
  // One URN can have several changes, for example if an earlier run left a credential to revoke.
  const urns = new Set(matching.map(({ reported }) => reported.urn));
  if (urns.size > 1) {
    throw new CommandFailure(
      `${urns.size} credentials are called ${sanitize(JSON.stringify(wanted))}.\n  Name one by its URN: ${[...urns].map(sanitize).join(", ")}`,
    );
  }
  if (json || format === "json")
    printJson(matching.length === 1 ? explanation(one) : matching.map(explanation));
  else if (format === "terminal")
    process.stdout.write(matching.map(terminalExplanation).join("\n"));
  else
    throw new CommandFailure(
      `--explain does not support the format ${format}.\n  Omit --format, or use json.`,
    );
}
