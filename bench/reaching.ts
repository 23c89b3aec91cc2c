/**
 * What reach costs for a large company: reading its policy file, and following every credential.
 */

import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Figure, median, spread } from "./figures.ts";
import { numbersOf } from "./loading.ts";
import { root } from "./stack.ts";

const credentials = 1000;
const tags = Array.from({ length: 500 }, (_, at) => `tag:t${at}`);
const tag = (at: number) => tags[at % tags.length] ?? "";

/** Chains of owners, and rules from tag to tag, some of them from every tag. */
function policy(rules: number): string {
  const grants = Array.from({ length: rules }, (_, at) => ({
    src: at % 50 === 0 ? ["autogroup:tagged"] : [tag(at), tag(at * 7)],
    dst: [tag(at * 13)],
    ip: [`tcp:${(at % 60_000) + 1}`],
  }));
  const tagOwners = Object.fromEntries(
    tags.map((name, at) => [name, at % 3 === 0 ? [tag(at * 5 + 1)] : []]),
  );
  return JSON.stringify({ tagOwners, grants }, undefined, 2);
}

export function reachFigures(rounds: number): Figure[] {
  return [figure(10_000, 1, rounds), figure(50_000, 10, rounds)];
}

/** @param target in seconds of one core */
function figure(rules: number, target: number, rounds: number): Figure {
  const file = join(tmpdir(), `tailscope-bench-policy-${process.pid}.json`);
  writeFileSync(file, policy(rules));
  const load = (name: string) => `require(${JSON.stringify(join(root, "provider/dist", name))})`;
  try {
    // Processor time: the machine has other work, too.
    const rows = numbersOf(
      `const text = require("fs").readFileSync(${JSON.stringify(file)}, "utf8");
       const { readPolicyFile } = ${load("policy-file/read")}; const { networkOf } = ${load("reach/network")};
       const { rememberSpreads } = ${load("reach/spread")};
       const used = (since) => { const { user, system } = process.cpuUsage(since); return (user + system) / 1000; };
       const start = process.cpuUsage();
       const network = networkOf(readPolicyFile(text).policy);
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
    const [read, followed] = [0, 1].map((column) => rows.map((row) => row[column] ?? Number.NaN));
    const whole = rows.map((row) => row.reduce((sum, one) => sum + one, 0));
    return {
      what: `reach of ${credentials.toLocaleString("en")} credentials by ${rules.toLocaleString("en")} rules`,
      value: median(whole) / 1000,
      unit: "s of one core",
      target,
      ours: `following: ${spread(followed ?? [], "ms", 0)}`,
      against: `reading the policy file: ${spread(read ?? [], "ms", 0)}`,
    };
  } finally {
    rmSync(file, { force: true });
  }
}
