/** How long a person waits for the command itself, before it does anything. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Figure, formatSpread } from "./figures.ts";
import type { Part } from "./part.ts";
import { createPreview } from "./previews.ts";
import {
  createBareEnvironment,
  getCpus,
  getWalls,
  measureProcess,
  type Taken,
  tailscope,
} from "./processes.ts";

/** Seconds over bare Node. */
const target = 0.08;

export const starting: Part = {
  name: "start",
  title: "Starting the command",
  about:
    "Seconds by the clock over those of `node -e 0`, in turns. What the command keeps for its next start is there.",
  rounds: 15,
  quickRounds: 5,
  async measure({ rounds }) {
    const folder = mkdtempSync(join(tmpdir(), "tailscope-bench-start-"));
    const file = join(folder, "preview.json");
    writeFileSync(file, createPreview(3));
    const commands: readonly (readonly [name: string, args: string[]])[] = [
      ["tailscope --version", [tailscope, "--version"]],
      ["tailscope --help", [tailscope, "--help"]],
      ["tailscope review of 3 changes", [tailscope, "review", file]],
    ];
    const env = createBareEnvironment();
    const run = (args: readonly string[]) => measureProcess(process.execPath, args, folder, env);
    try {
      const bare: Taken[] = [];
      const ours = commands.map((): Taken[] => []);
      for (const [, args] of commands) run(args);
      for (let round = 0; round < rounds; round++) {
        bare.push(run(["-e", "0"]));
        for (const [at, [, args]] of commands.entries()) ours[at]?.push(run(args));
      }
      return {
        figures: commands.map(([name], at): Figure => {
          const taken = ours[at] ?? [];
          return {
            what: `${name}, over bare Node`,
            values: getWalls(taken).map((wall, round) => wall - (bare[round]?.wall ?? 0)),
            unit: "s",
            target,
            beside: `whole: ${formatSpread(getWalls(taken), "s")}, ${formatSpread(getCpus(taken), "s of processor time")}; bare Node: ${formatSpread(getWalls(bare), "s")}, ${formatSpread(getCpus(bare), "s of processor time")}`,
          };
        }),
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
