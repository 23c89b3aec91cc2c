/** `npm start`: installs what is missing, then runs the story against the emulator. */

import { join } from "node:path";
import { handOver } from "./hand-over.mjs";
import { root, setUp } from "./set-up/index.mjs";
import { runMain } from "./set-up/progress.mjs";

runMain(async () => {
  const { node, env } = await setUp();
  process.exitCode = await handOver(
    node,
    [join(root, "tools", "story.ts"), ...process.argv.slice(2)],
    { env },
  );
});
