/** Without a Pulumi CLI nothing here can be true: the run fails before its first test. */

import { execFileSync } from "node:child_process";

export default function setup(): void {
  try {
    execFileSync("pulumi", ["version"], { stdio: "ignore" });
  } catch {
    throw new Error(
      'There is no Pulumi CLI on PATH. `npm test` gets one; in a shell of your own: eval "$(npm run --silent env)"',
    );
  }
}
