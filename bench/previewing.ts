/** What a person waits for who tries the quickstart. */

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makePulumiHome } from "../harness/pulumi.ts";
import { readEnvironment } from "./environment.ts";
import { type Figure, formatSpread } from "./figures.ts";
import { rotateOrder } from "./lives.ts";
import type { Part } from "./part.ts";
import {
  createBareEnvironment,
  getCpus,
  getWalls,
  measureProcess,
  root,
  type Taken,
} from "./processes.ts";
import { createDeployerEnvironment, type Emulator, makeStack, withEmulator } from "./stack.ts";

/** Seconds, where we control the environment. */
const target = 1.7;

export const previewing: Part = {
  name: "preview",
  title: "Previewing the quickstart",
  about:
    "Seconds by the clock of `pulumi preview` of examples/quickstart, in turns: with the environment of `npm run env`, cold (nothing compiled is kept) and warm, and as Pulumi comes. The floor is a program in JavaScript with two resources that do nothing.",
  rounds: 5,
  quickRounds: 2,
  measure: ({ rounds, say }) =>
    withEmulator(0, async (emulator) => {
      const ours = readEnvironment();
      const program = makeQuickstart(emulator);
      const floor = makeStack("floor", 2, emulator);
      const caches = mkdtempSync(join(tmpdir(), "tailscope-bench-caches-"));
      const preview = (folder: string, env: NodeJS.ProcessEnv) =>
        measureProcess("pulumi", ["preview", "--non-interactive"], folder, env);
      let cold = 0;
      const kinds = {
        cold: () => preview(program.folder, { ...program.environment, ...ours, ...emptyCache() }),
        warm: () => preview(program.folder, { ...program.environment, ...ours }),
        "as Pulumi comes": () => preview(program.folder, program.environment),
        floor: () => preview(floor.folder, { ...floor.environment, VERSION: "1" }),
      };
      // Only where we keep one at all.
      function emptyCache(): NodeJS.ProcessEnv {
        if (ours["NODE_COMPILE_CACHE"] === undefined) return {};
        return { NODE_COMPILE_CACHE: join(caches, String(cold++)) };
      }
      const names = Object.keys(kinds) as (keyof typeof kinds)[];
      const taken = Object.fromEntries(names.map((name) => [name, [] as Taken[]])) as Record<
        keyof typeof kinds,
        Taken[]
      >; // One for each of them.
      try {
        // The first of all reads every file from the disk.
        for (const name of names) kinds[name]();
        for (let round = 0; round < rounds; round++) {
          say(`previewing the quickstart, round ${round + 1} of ${rounds}`);
          for (const name of rotateOrder(names, round)) taken[name].push(kinds[name]());
        }
      } finally {
        program.remove();
        floor.close();
        rmSync(caches, { recursive: true, force: true });
      }
      const toFigure = (name: keyof typeof kinds, what: string): Figure => ({
        what,
        values: getWalls(taken[name]),
        unit: "s",
        beside: formatSpread(getCpus(taken[name]), "s of processor time"),
      });
      return {
        figures: [
          { ...toFigure("cold", "preview of the quickstart, cold"), target },
          { ...toFigure("warm", "preview of the quickstart, warm"), target },
          toFigure("as Pulumi comes", "preview of the quickstart, as Pulumi comes"),
          toFigure("floor", "preview of two resources that do nothing"),
        ],
      };
    }),
};

interface Program {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  remove(): void;
}

function makeQuickstart(emulator: Emulator): Program {
  const home = makePulumiHome("bench");
  cpSync(join(root, "examples", "quickstart"), home.program, {
    recursive: true,
    filter: (path) => !/node_modules$|Pulumi\..+\.yaml$/.test(path),
  });
  const environment = {
    ...createBareEnvironment(),
    ...home.environment,
    ...createDeployerEnvironment(emulator),
  };
  execFileSync("pulumi", ["stack", "init", "dev", "--non-interactive"], {
    cwd: home.program,
    env: environment,
    stdio: "pipe",
  });
  return { folder: home.program, environment, remove: home.remove };
}
