/** `tailscope review`: shows which access a change grants and removes, before it is deployed. */

import { existsSync } from "node:fs";
import { redactSecrets, sanitize } from "../access/sanitize";
import { version } from "../api/version";
import {
  explainAssessment,
  type Fit,
  formatExplanation,
  formatTerminal,
} from "../review/formats/terminal";
import { readPreview } from "../review/input/preview";
import type { GivenPolicy } from "../review/reach/policies";
import { exceedsLimit, type Limit, type Review, reviewWithReach } from "../review/review";
import type { reviewFormats } from "./choices";
import { CommandFailure, exitCodes } from "./failure";
import { readFileOrInput, readTextFile } from "./files";
import { measureWidth, printAside, printJson } from "./output";
import { wrap } from "./wrapping";

export interface ReviewOptions {
  readonly plan?: string;
  readonly format: (typeof reviewFormats)[number];
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

/** Prints a review, and sets the exit code by its limits. */
export async function printReview(file: string | undefined, options: ReviewOptions): Promise<void> {
  const found = await createReview(file, options);
  if (options.explain === undefined) process.stdout.write(await render(found, options));
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
      "Reach is not known, because no policy file is known. Give one with --policy, or ask the tailnet with --tailnet-policy.",
    );
    process.exitCode = exitCodes.failure;
    return;
  }
  if (options.failOn !== undefined && exceedsLimit(found, options.failOn))
    process.exitCode = exitCodes.found;
  if (reach?.is === "known" && reach.denied.length > 0) process.exitCode = exitCodes.found;
}

async function createReview(file: string | undefined, options: ReviewOptions): Promise<Review> {
  const { plan } = options;
  if (plan !== undefined && file !== undefined)
    throw new CommandFailure("Give a preview or --plan, not both.");
  for (const option of ["stack", "connection"] as const)
    if (options[option] !== undefined && options.tailnetPolicy === undefined)
      throw new CommandFailure(
        `--${option} only chooses the deployer that asks the tailnet.\n  Give --tailnet-policy as well, or leave it out.`,
      );
  const path = plan ?? file ?? "-";
  const name = path === "-" ? "Standard input" : path;
  if (path === "-" && process.stdin.isTTY) {
    throw new CommandFailure(
      "There is nothing to review.\n  Run `set -o pipefail; pulumi preview --json | tailscope review`, or name a file with its output.",
    );
  }
  const content = await readFileOrInput(path);
  const read = await readChange(content, plan !== undefined);
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
    policy: readGivenPolicy(options.policy),
    policyBefore: readGivenPolicy(options.policyBefore),
    domains: options.domain,
    tailnetPolicy: options.tailnetPolicy ? await readDeployedPolicy(options) : undefined,
    others: await readCredentials(options.state),
    deny: options.deny,
  });
  if ("problem" in found) throw new CommandFailure(`${sanitize(found.problem)}.`);
  return found;
}

/** Reads a preview, or a plan, which few users have. */
async function readChange(content: string, isPlan: boolean) {
  if (!isPlan) return readPreview(content);
  const { readPlan } = await import("../review/input/plan.js");
  return readPlan(content);
}

function readGivenPolicy(path: string | undefined): GivenPolicy | undefined {
  return path === undefined ? undefined : { name: path, text: readTextFile(path) };
}

/**
 * Reads the tailnet's own policy. The code for it is loaded only here, because a review normally
 * sends no requests.
 */
async function readDeployedPolicy({ stack, connection, cwd }: ReviewOptions): Promise<GivenPolicy> {
  const [{ readTailnetPolicy }, { askForConfig }] = await Promise.all([
    import("./reach/tailnet-policy.js"),
    import("./pulumi.js"),
  ]);
  const config = await askForConfig({
    ...(stack !== undefined && { stack }),
    ...(connection !== undefined && { connection }),
    // It is relative to the repository's root, but the command may run elsewhere.
    ...(existsSync(cwd) && { cwd }),
  });
  return readTailnetPolicy(config, connection);
}

async function readCredentials(paths: readonly string[] | undefined) {
  if (paths === undefined) return undefined;
  // The code that reads a state takes longer to load than a review takes to run.
  const [{ readCredentialsOfState }, { listManagedByAny }, { requireResources }] =
    await Promise.all([
      import("./reach/credentials.js"),
      import("../state/exported-state.js"),
      import("./stored-resources.js"),
    ]);
  const exports = await Promise.all(
    paths.map(async (path) => ({ name: path, content: await readFileOrInput(path) })),
  );
  return readCredentialsOfState(listManagedByAny(requireResources(exports)));
}

const fit: Fit = (line, hanging) => wrap(line, measureWidth(process.stdout), hanging);

/**
 * Formats other than the terminal's are loaded only on demand, because a person waits for the
 * terminal's.
 */
async function render(found: Review, { format, json, title, cwd }: ReviewOptions): Promise<string> {
  switch (json ? "json" : format) {
    case "terminal":
      return formatTerminal(found, fit);
    case "markdown":
      return (await import("../review/formats/markdown.js")).formatMarkdown(found, title);
    case "json":
      return `${redactSecrets(JSON.stringify(found.report, undefined, 2))}\n`;
    case "sarif":
      return (await import("../review/formats/sarif.js")).formatSarif(found, version, cwd);
    case "html":
      return (await import("../review/formats/html.js")).formatHtml(found, title);
  }
}

function explain({ assessments }: Review, wanted: string, { format, json }: ReviewOptions): void {
  const matching = assessments.filter(
    ({ reported: { urn, name } }) => urn === wanted || name === wanted,
  );
  const [one] = matching;
  if (one === undefined) {
    const names = assessments.slice(0, 20).map(({ reported }) => reported.name);
    throw new CommandFailure(
      `No credential ${sanitize(JSON.stringify(wanted))} changes.\n  ${names.length > 0 ? `These change: ${names.map(sanitize).join(", ")}.` : "The preview changes none."}`,
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
    printJson(matching.length === 1 ? explainAssessment(one) : matching.map(explainAssessment));
  else if (format === "terminal")
    process.stdout.write(matching.map((each) => formatExplanation(each, fit)).join("\n"));
  else
    throw new CommandFailure(
      `--explain does not support the format ${format}.\n  Omit --format, or use json.`,
    );
}
