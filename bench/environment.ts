/** What this repository sets to make Pulumi faster where it controls the environment. */

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { createBareEnvironment, root } from "./processes.ts";

/** Where the backend and the programs are: each measurement has its own. */
const places = /^(PATH|PULUMI_HOME|PULUMI_BACKEND_URL|PULUMI_CONFIG_PASSPHRASE(_FILE)?)$/;

/** What `npm run env` exports beyond places. */
export function readEnvironment(): Record<string, string> {
  const script = join(root, "tools", "print-environment.mjs");
  // What it says of its work goes to standard error.
  const exports = execFileSync(process.execPath, [script], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    // It leaves out what is set already.
    env: createBareEnvironment(),
  });
  // Only a shell reads what is written for one.
  const read = `${exports}\nenv -0`;
  const all = execFileSync("bash", ["--norc", "-c", read], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] },
  });
  const set = all
    .split("\0")
    .filter(Boolean)
    .map((line): [string, string] => [
      line.slice(0, line.indexOf("=")),
      line.slice(line.indexOf("=") + 1),
    ]);
  return Object.fromEntries(
    set.filter(([name]) => !places.test(name) && !/^(PWD|SHLVL|_)$/.test(name)),
  );
}
