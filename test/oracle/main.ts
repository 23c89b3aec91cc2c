/**
 * `npm run test:oracle`: 50,000 random pairs of credentials, reviewed by the compiled command and
 * by the oracle. `-- --seed N` or TAILSCOPE_SEED repeats a run, `-- --pairs N` says how many.
 */

import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runOracle } from "./run.ts";
import { planShapes, previewShapes } from "./shapes.ts";
import { type Program, reviewerOf } from "./subject.ts";

const { values } = readOptions();

const seed = Number(values.seed ?? process.env["TAILSCOPE_SEED"] ?? Date.now() % 2 ** 31);
const pairs = Number(values.pairs ?? 50_000);
if (!Number.isInteger(seed) || !Number.isInteger(pairs))
  throw new Error("Give --seed and --pairs as whole numbers.");
const checkout = resolve(values.checkout ?? fileURLToPath(new URL("../..", import.meta.url)));

// The compiled command is CommonJS, and has no types of its own here.
const { tailscope } = createRequire(import.meta.url)(
  `${checkout}/provider/dist/cli/program.js`,
) as { tailscope: Program };

console.log(`seed ${seed} (npm run test:oracle -- --seed ${seed} repeats it)`);
using reviewer = reviewerOf(tailscope);
const started = performance.now();
const { mismatches, shapes, laws, ...counts } = await runOracle(reviewer, seed, pairs, (done) =>
  console.log(`${done} pairs`),
);

const seconds = Math.round((performance.now() - started) / 1000);
const every = [...previewShapes, ...planShapes];
console.log(`\nshapes of steps, ${shapes.size} of ${every.length}:`);
for (const shape of every) console.log(`${String(shapes.get(shape) ?? 0).padStart(7)}  ${shape}`);
console.log("\nlaws:");
for (const [law, count] of laws) console.log(`${String(count).padStart(7)}  ${law}`);
for (const { what, count, detail, example } of mismatches)
  console.log(`\n${count} times: ${what}\n${detail}\n${example}`);
const times = mismatches.reduce((sum, { count }) => sum + count, 0);
console.log(
  `\n${counts.pairs} pairs in ${seconds} s: ${times === 0 ? "no mismatch" : `${times} mismatches of ${mismatches.length} kinds`}`,
);
if (times > 0 || shapes.size < every.length) process.exitCode = 1;

function readOptions() {
  const text = { type: "string" } as const;
  try {
    return parseArgs({ options: { seed: text, pairs: text, checkout: text } });
  } catch (error) {
    console.error(
      `${error instanceof Error ? error.message : error}\n  Write npm run test:oracle -- --seed N --pairs N --checkout FOLDER, each if you need it.`,
    );
    process.exit(1);
  }
}
