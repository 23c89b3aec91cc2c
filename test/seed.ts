/** Properties run with the seed of TAILSCOPE_SEED where there is one, so that a run can be repeated. */

const seed = process.env["TAILSCOPE_SEED"];
if (seed !== undefined) {
  const { configureGlobal, readConfigureGlobal } = await import("fast-check");
  configureGlobal({ ...readConfigureGlobal(), seed: Number(seed) });
}
