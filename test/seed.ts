/** Properties run with the seed of TAILSCOPE_SEED where there is one, so that a run can be repeated. */

import fc from "fast-check";

const seed = process.env["TAILSCOPE_SEED"];
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
