/**
 * What was measured, as data in `results.json` and `mutation.json`, and as the page that people
 * read.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Cost } from "./engine-costs.ts";
import { type Figure, isMet, picture, spread, table } from "./figures.ts";
import type { Share } from "./profile.ts";

export interface Results {
  readonly command: string;
  readonly date: string;
  readonly minutes: number;
  readonly rounds: number;
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Whether OpenTofu was measured as well. */
  readonly alternative: boolean;
  readonly figures: readonly Figure[];
  readonly costs?: {
    readonly count: number;
    readonly latency: number;
    readonly each: readonly Cost[];
  };
  /** Where the first verb's time goes. */
  readonly firstVerb: readonly Share[];
}

export interface MutationScore {
  readonly folder: string;
  readonly date: string;
  readonly killed: number;
  readonly survived: number;
  /** Mutants that no test reaches; they count as survivors. */
  readonly notCovered: number;
  /** In what runs only while a module loads: not tried, see stryker.config.mjs. */
  readonly leftOut: number;
}

export interface Mutation {
  readonly scores: readonly MutationScore[];
}

const file = (name: string) => new URL(name, import.meta.url);

export const scoreOf = ({
  killed,
  survived,
  notCovered,
}: Pick<MutationScore, "killed" | "survived" | "notCovered">) =>
  (100 * killed) / Math.max(1, killed + survived + notCovered);

interface Kept {
  readonly results: Results;
  readonly mutation: Mutation;
}

/** Writes down what was measured, and the page anew with it. */
export function keep<Name extends keyof Kept>(name: Name, content: Kept[Name]): void {
  writeFileSync(file(`${name}.json`), `${JSON.stringify(content, undefined, 2)}\n`);
  const results = kept("results");
  if (results === undefined) return;
  writeFileSync(file("RESULTS.md"), page(results, kept("mutation")));
  writeFileSync(file("results.svg"), picture(results.figures));
}

/** What {@link keep} wrote last. */
export function kept<Name extends keyof Kept>(name: Name): Kept[Name] | undefined {
  return existsSync(file(`${name}.json`))
    ? JSON.parse(readFileSync(file(`${name}.json`), "utf8"))
    : undefined;
}

/**
 * What the profile and the runs showed where a target is missed, read by a person; by the
 * beginnings of the figures' names.
 */
const reasons: readonly (readonly [beginnings: readonly string[], reason: string])[] = [
  [
    ["first verb"],
    "**The first verb**: most of it is zod, about ninety modules that Node finds, compiles and runs, and the schemas made with it (see the profile below); our own code takes a few milliseconds. One file with all of it, made by a bundler, took 70 ms here: not enough, and what holds admin credentials should be readable where it is installed. It is paid once in a run.",
  ],
  [
    ["tailscope drift at"],
    "**`tailscope drift`** asks the Pulumi CLI twice, for the state and for the config, and a CLI that only prints its version takes 0.4 s on this machine. Both are asked at once, and what compares is loaded meanwhile, but the machine has two cores for the three. `--state`, with an export at hand, shows what our own part takes.",
  ],
  [
    ["tailscope drift --state"],
    "**`tailscope drift --state`** starts Node, loads undici and zod (about 0.25 s), takes a token and a list (two answers of 50 ms one after the other), and compares: a fixed cost, which a small stack does not make up for.",
  ],
  [
    ["refresh at"],
    "**A refresh against OpenTofu**: the floor itself, Pulumi's engine with resources that do nothing, takes longer at 300 than OpenTofu with all its requests, and most of OpenTofu's time at 1,000. Ours cannot be below it; the requests are where the difference is.",
  ],
  [
    ["create, 1000", "destroy, 1000"],
    "**Creating and destroying 1,000**: the floor sends nothing. Above it are the requests themselves (the loop's time), the emulator that answers them on the same two cores, and the verbs; together they are about the width by which the runs differ among themselves. Where the API is on another machine, the emulator's part falls away.",
  ],
  [
    ["our share of"],
    "**Growth**: what is left when two runs are subtracted is smaller than the runs differ among themselves (the least and the most beside each median, some of them below zero), so the ratio of two such remainders says little. From the first size to the last, where the runs are longest, the share of a resource falls: what is paid once, such as loading zod, is most of it for the first hundred.",
  ],
];

function page(results: Results, mutation: Mutation | undefined): string {
  const {
    command,
    date,
    minutes,
    rounds,
    figures,
    costs,
    firstVerb,
    machine,
    versions,
    alternative,
  } = results;
  const missed = figures.filter((figure) => !isMet(figure));
  const isMissed = (beginning: string) => missed.some(({ what }) => what.startsWith(beginning));
  const reading = reasons.flatMap(([beginnings, reason]) =>
    beginnings.some(isMissed) ? [reason] : [],
  );
  return `# Results

Made by \`${command}\` on ${date}, in ${minutes} minutes: medians of ${rounds} runs, with the least and the most. Times on a busy machine are
noisy; a ratio is of one run, ours and its counterpart in turns. The floor is the same engine with dynamic resources that do nothing;
the loop makes the same requests with no engine around it. Runs with 1,000 resources and more, and those for growth, are made with
\`PULUMI_SKIP_CHECKPOINTS=true\`, ours and the floor alike: otherwise the engine writes the whole state once for each resource, and what we
add could not be seen beside it. Growth is the quotient of what is left when the floor is subtracted at two sizes: below zero, nothing
of ours could be seen.

${table(figures)}

${missed.length === 0 ? "Every target is met." : `${missed.length} of ${figures.length} targets ${missed.length === 1 ? "is" : "are"} missed: ${missed.map(({ what }) => what).join("; ")}.`}
${reading.length === 0 ? "" : `\n${reading.join("\n\n")}\n`}
![Each figure against its target](results.svg)

## Where the first verb's time goes

A CPU profile of what \`check\` takes in a fresh process, less that of a provider that does nothing, by whose code was running:

| whose | ms |
| --- | --- |
${firstVerb.map(({ whose, milliseconds }) => `| ${whose} | ${milliseconds.toFixed(0)} |`).join("\n")}

${costs === undefined ? "" : costsPart(costs)}${mutation === undefined ? "" : mutationPart(mutation)}
## The machine

- ${machine}.
- ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")}.
${alternative ? "" : "- OpenTofu and Tailscale's Terraform provider are not measured: BENCH_TOFU and BENCH_TF_PROVIDER_DIR name none.\n"}`;
}

function costsPart({ count, latency, each }: NonNullable<Results["costs"]>): string {
  return `## What the engine costs, and what lowers it

Creating ${count} OAuth clients at ${latency} ms:

| setting | seconds |
| --- | --- |
${each.map(({ setting, create }) => `| ${setting} | ${spread(create, "s", 1)} |`).join("\n")}
`;
}

function mutationPart({ scores }: Mutation): string {
  const sum = (of: (score: MutationScore) => number) =>
    scores.reduce((total, score) => total + of(score), 0);
  const all = {
    folder: "all",
    date: "",
    killed: sum(({ killed }) => killed),
    survived: sum(({ survived }) => survived),
    notCovered: sum(({ notCovered }) => notCovered),
    leftOut: sum(({ leftOut }) => leftOut),
  };
  const rows = [...scores, all].map((score) => {
    const { folder, date, killed, survived, notCovered, leftOut } = score;
    return `| ${folder} | **${scoreOf(score).toFixed(1)} %** | ${killed} | ${survived} | ${notCovered} | ${leftOut} | ${date} |`;
  });
  return `
## Tests that notice

\`npm run test:mutation\`: of the changes that Stryker makes to what matters most, how many a test notices. Left out is what
runs only while a module loads, such as the table of scopes: each change there would need every test again.

| folder | noticed | killed | survived | no test reaches it | left out | on |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join("\n")}

The survivors were looked at. Most are of four sorts: guards for what an answer or argument may lack and no test leaves out; what only
housekeeping would show (a timer that is cleared, a connection that is closed, something kept for the next time); expressions that another
one beside them makes right again; the words of a message. What the provider does in a process of its own below the real engine is not
seen from here: test/engine holds that.
`;
}
