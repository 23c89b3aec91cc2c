/** Properties run with the seed of the run (vitest.config.mts), so that it can be repeated. */

import fc from "fast-check";

const seed = process.env["TAILSCOPE_SEED"];
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
