/**
 * What reach costs for a large company: reading its policy file, and following every credential.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { computeRatios, type Figure, formatSpread } from "./figures.ts";
import { requireInternals } from "./internals.ts";
import type { Part } from "./part.ts";
import { measureNumbers } from "./processes.ts";

const credentials = 1000;
const tags = Array.from({ length: 500 }, (_, at) => `tag:t${at}`);
const getTag = (at: number) => tags[at % tags.length] ?? "";

/** Chains of owners, and rules from tag to tag, some of them from every tag. */
function createPolicy(rules: number): string {
  const grants = Array.from({ length: rules }, (_, at) => ({
    src: at % 50 === 0 ? ["autogroup:tagged"] : [getTag(at), getTag(at * 7)],
    dst: [getTag(at * 13)],
    ip: [`tcp:${(at % 60_000) + 1}`],
  }));
  const tagOwners = Object.fromEntries(
    tags.map((name, at) => [name, at % 3 === 0 ? [getTag(at * 5 + 1)] : []]),
  );
  return JSON.stringify({ tagOwners, grants }, undefined, 2);
}

export const reaching: Part = {
  name: "reach",
  title: "Reach",
  about:
    "Seconds of processor time, all threads, to read a policy file and to follow 1,000 credentials through it. The growth is that of the whole, from 10,000 rules to five times as many.",
  rounds: 5,
  quickRounds: 3,
  async measure({ rounds }) {
    const [few, many] = [measure(10_000, rounds), measure(50_000, rounds)];
    return {
      figures: [
        toFigure(few, 10_000, 1),
        toFigure(many, 50_000, 10),
        {
          what: "growth of reach, a rule, 10,000 → 50,000",
          values: computeRatios(many.whole, few.whole).map((ratio) => ratio / 5),
          unit: "×",
          target: 1.2,
          beside: "1 is linear",
        },
      ],
    };
  },
};

/** Seconds, once a round. */
interface Reached {
  readonly read: readonly number[];
  readonly followed: readonly number[];
  readonly whole: readonly number[];
}

const toFigure = ({ whole, read, followed }: Reached, rules: number, target: number): Figure => ({
  what: `reach of ${credentials.toLocaleString("en")} credentials by ${rules.toLocaleString("en")} rules`,
  values: whole,
  unit: "s of one core",
  target,
  beside: `reading the policy file: ${formatSpread(read, "s")}; following: ${formatSpread(followed, "s")}`,
});

function measure(rules: number, rounds: number): Reached {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-bench-reach-"));
  const file = join(folder, "policy.json");
  writeFileSync(file, createPolicy(rules));
  try {
    // Processor time: the machine has other work, too.
    const [read = [], followed = []] = measureNumbers(
      `const text = require("fs").readFileSync(${JSON.stringify(file)}, "utf8");
       ${requireInternals("readPolicyFile", "toNetwork", "rememberSpreads")}
       const used = (since) => { const { user, system } = process.cpuUsage(since); return (user + system) / 1e6; };
       const start = process.cpuUsage();
       const network = toNetwork(readPolicyFile(text).policy);
       const read = used(start);
       const spreadFrom = rememberSpreads(network);
       for (let at = 0; at < ${credentials}; at++) {
         const scopes = at % 2 === 0 ? ["auth_keys"] : ["auth_keys", "oauth_keys"];
         const tags = at % 4 === 0 ? ["tag:t" + (at * 3) % 500, "tag:t" + at % 500] : ["tag:t" + (at * 3) % 500];
         spreadFrom({ kind: "OAuthClient", name: "c" + at, scopes, tags });
       }
       console.log(read, used(start) - read);`,
      rounds,
    );
    return {
      read,
      followed,
      whole: read.map((seconds, round) => seconds + (followed[round] ?? 0)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
