/** `tailscope review`: show what access a change gives and takes, before it is deployed. */

import { type Command, Option } from "commander";
import { shown, withoutSecrets } from "../access/sanitize";
import { version } from "../api/version";
import { htmlReport } from "../review/formats/html";
import { markdownReport } from "../review/formats/markdown";
import { sarifReport } from "../review/formats/sarif";
import { explanation, terminalExplanation, terminalReport } from "../review/formats/terminal";
import { readPlan } from "../review/input/plan";
import { readPreview } from "../review/input/preview";
import { exceeds, type Limit, limits, type Review, review } from "../review/review";
import { CommandFailure, exitCodes } from "./failure";
import { textOf } from "./files";
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
}

export function reviewCommand(program: Command): void {
  program
    .command("review")
    .summary("show what access a change gives and takes, before it is deployed")
    .description(
      "Reads the output of `pulumi preview --json` from a file or standard input, and says for each credential what access it gains, what it loses, and how its lifetime changes. Also reads the stream of events (PULUMI_ENABLE_STREAMING_JSON_PREVIEW). Sends nothing anywhere.",
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
(can make administrators), persist (can create further credentials), write, gained (anything more than before, including a longer lifetime),
any (any change at all, including other code and resources that can change access). A failed preview is refused; pipefail also catches
one that a policy pack rejects.

  $ set -o pipefail; pulumi preview --json | tailscope review
  $ tailscope review preview.json --format markdown --fail-on persist
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
      if (options.failOn !== undefined && exceeds(found, options.failOn))
        process.exitCode = exitCodes.found;
    });
}

async function reviewOf(file: string | undefined, { plan }: Options): Promise<Review> {
  if (plan !== undefined && file !== undefined)
    throw new CommandFailure("Give a preview or --plan, not both.");
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
      `${name} cannot be reviewed: ${shown(read.problem)}.\n  Give ${remedy}.`,
    );
  }
  return review(read.steps);
}

function rendered(found: Review, { format, json, title, cwd }: Options): string {
  switch (json ? "json" : format) {
    case "terminal":
      return terminalReport(found);
    case "markdown":
      return markdownReport(found, title);
    case "json":
      return `${withoutSecrets(JSON.stringify(found.report, undefined, 2))}\n`;
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
      `No credential ${shown(JSON.stringify(wanted))} changes.\n  ${names.length > 0 ? `These change: ${names.map(shown).join(", ")}.` : "None does."}`,
    );
  }
  // One URN can have several changes, for example if an earlier run left a credential to revoke.
  const urns = new Set(matching.map(({ reported }) => reported.urn));
  if (urns.size > 1) {
    throw new CommandFailure(
      `${urns.size} credentials are called ${shown(JSON.stringify(wanted))}.\n  Name one by its URN: ${[...urns].map(shown).join(", ")}`,
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
