/** `npm run test:tailnet`: checks which facts about the Tailscale API hold for a real tailnet. */

import { join } from "node:path";
import { handOver } from "./hand-over.mjs";
import { root, setUpNode } from "./set-up/index.mjs";
import { runMain } from "./set-up/progress.mjs";

runMain(async () => {
  const node = await setUpNode();
  const program = join(root, "test", "tailnet", "main.ts");
  process.exitCode = await handOver(node, [program, ...process.argv.slice(2)], {
    env: process.env,
  });
});
