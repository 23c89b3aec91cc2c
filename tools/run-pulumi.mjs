/**
 * `npm run pulumi -- ARGS`: runs the Pulumi CLI of this checkout, with a local backend unless the
 * environment names another.
 */

import { join } from "node:path";
import { handOver } from "./hand-over.mjs";
import { chooseFasterStart } from "./set-up/faster.mjs";
import { root, setUp } from "./set-up/index.mjs";
import { createLocalBackend } from "./set-up/local-backend.mjs";
import { runMain } from "./set-up/progress.mjs";

runMain(async () => {
  const { env } = await setUp();
  // npm changes to the root before it runs this script, but paths such as `-C` are relative to the
  // folder where the person called npm.
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const ours = createLocalBackend(join(root, ".tailscope"));
  const { PULUMI_BACKEND_URL: named = ours.PULUMI_BACKEND_URL } = env;
  process.exitCode = await handOver("pulumi", process.argv.slice(2), {
    cwd,
    // Either all of our settings or none: state elsewhere must not depend on a passphrase in this
    // checkout.
    env: {
      ...env,
      ...chooseFasterStart(env),
      ...(named === ours.PULUMI_BACKEND_URL && ours),
    },
  });
});
