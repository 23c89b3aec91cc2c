/**
 * `npm run bench`: measures part by part, and writes each into bench/RESULTS.md when it is done, so
 * that a run that was ended has lost the part it was at.
 */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isAlternativeThere, readAlternativeVersion } from "./alternative.ts";
import { drifting } from "./drifting.ts";
import { engineCosts } from "./engine-costs.ts";
import { type Figure, formatSpread, isAimed, isMet } from "./figures.ts";
import { lives } from "./lives.ts";
import { loading } from "./loading.ts";
import { looking } from "./looking.ts";
import type { Amount, Part } from "./part.ts";
import { previewing } from "./previewing.ts";
import { root } from "./processes.ts";
import { reaching } from "./reaching.ts";
import { keep, type MeasuredPart, readKept, withPart, writePage } from "./report.ts";
import { reviewing } from "./reviewing.ts";
import { largest, scale } from "./scale.ts";
import { sharing } from "./sharing.ts";
import { starting } from "./starting.ts";
import { verbs } from "./verbs.ts";

const parts: readonly Part[] = [
  starting,
  loading,
  drifting,
  previewing,
  reviewing,
  reaching,
  verbs,
  sharing,
  lives,
  looking,
  engineCosts,
  scale,
  largest,
];

const apart = new Intl.ListFormat("en-GB").format(
  parts.filter(({ isApart }) => isApart).map(({ name }) => name),
);

const help = `npm run bench [-- PART...] [-- --rounds N]

Without a PART: all but ${apart}, in 13 minutes on an idle machine. Each part
is written into bench/RESULTS.md as soon as it is done; the other parts stay as they were last
measured.

  quick         a part of it in under two minutes, which is printed and not kept
  page          measures nothing, and writes bench/RESULTS.md again (after an edit of READING.md)
${parts.map(({ name, title }) => `  ${name.padEnd(14)}${title}`).join("\n")}

  --count N     how many credentials lives, looks, settings, scale and largest have, to try them
  --rounds N    how often, instead of each part's own number
  --help        print this

BENCH_TOFU and BENCH_TF_PROVIDER_DIR, the program and the folder of Tailscale's built Terraform
provider, measure OpenTofu as well. Why a target is missed is written by hand into
bench/READING.md, with the date.`;

const started = Date.now();
const say = (text: string) =>
  console.error(`  ${Math.round((Date.now() - started) / 1000)} s: ${text}`);

const { values, positionals } = parseArgs({
  options: {
    count: { type: "string" },
    rounds: { type: "string" },
    help: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
await main();

async function main(): Promise<void> {
  if (values.help) return console.log(help);
  const wrong = positionals.find(
    (name) => name !== "quick" && name !== "page" && !parts.some((part) => part.name === name),
  );
  if (wrong !== undefined) return refuse(`There is no part "${wrong}".`);
  for (const name of ["count", "rounds"] as const) {
    if (values[name] !== undefined && !/^[1-9]\d*$/.test(values[name]))
      return refuse(`--${name} is "${values[name]}", expected a whole number above 0.`);
  }
  const count = values.count === undefined ? undefined : Number(values.count);
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (positionals.includes("page")) return writePage();
  const isQuick = positionals.includes("quick");
  const named = positionals.filter((name) => name !== "quick");
  for (const part of parts) {
    const isWanted = named.length > 0 ? named.includes(part.name) : !part.isApart;
    const own = isQuick ? part.quickRounds : part.rounds;
    if (!isWanted || own === undefined) continue;
    const measured = await measure(part, { rounds: rounds ?? own, isQuick, count, say });
    if (!isQuick) {
      const order = parts.map(({ name }) => name);
      keep("results", { parts: withPart(readKept("results")?.parts ?? [], measured, order) });
    }
    console.log(`\n${part.title} (${measured.seconds} s)`);
    measured.figures.forEach(print);
  }
}

function refuse(reason: string): void {
  console.error(`${reason}\n\n${help}`);
  process.exitCode = 1;
}

async function measure(part: Part, amount: Amount): Promise<MeasuredPart> {
  const { name, title, about } = part;
  const [began, before] = [Date.now(), readLoad()];
  say(title);
  const { figures, tables } = await part.measure(amount);
  return {
    name,
    title,
    about,
    command: ["npm run bench", process.argv.slice(2).join(" ")].filter(Boolean).join(" -- "),
    date: new Date().toISOString().slice(0, 10),
    seconds: Math.round((Date.now() - began) / 1000),
    rounds: amount.rounds,
    machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`,
    load: [before, readLoad()],
    cores: cpus().length,
    versions: readVersions(),
    figures,
    ...(tables !== undefined && { tables }),
  };
}

function readLoad(): number {
  return Math.round((loadavg()[0] ?? 0) * 10) / 10;
}

function readVersions(): Record<string, string> {
  const readVersion = (name: string): string =>
    JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version;
  return {
    Node: process.versions.node,
    "@pulumi/pulumi": readVersion("@pulumi/pulumi"),
    "the CLI": execFileSync("pulumi", ["version"], { encoding: "utf8" }).trim(),
    tailscope: readVersion("tailscope"),
    ...(isAlternativeThere && { OpenTofu: readAlternativeVersion() }),
  };
}

function print(figure: Figure): void {
  const verdict = isAimed(figure) ? (isMet(figure) ? "met" : "MISSED") : "";
  const target = isAimed(figure) ? `, to reach ${figure.target}` : "";
  console.log(
    `  ${verdict.padEnd(7)}${figure.what}: ${formatSpread(figure.values, figure.unit)}${target}`,
  );
}
