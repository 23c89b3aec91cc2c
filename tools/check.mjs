/**
 * `npm run lint`, `npm run types`, and `npm run check`, which runs both and the tests that only
 * call our functions.
 */

import { checks, runChecks } from "./checks.mjs";
import { root, setUpPackages } from "./set-up/index.mjs";
import { compile } from "./set-up/packages.mjs";
import { runMain } from "./set-up/progress.mjs";
import { vitest } from "./vitest.mjs";

runMain(async () => {
  const node = await setUpPackages();
  // Lint only reads the sources.
  const [only] = process.argv.slice(2);
  if (only !== "lint") await compile(root, node);
  const unit = { name: "unit tests", args: [vitest, "run", "--project", "unit"] };
  const tasks = {
    lint: checks.lint,
    types: checks.types,
    all: [...checks.types, ...checks.lint, unit],
  };
  const chosen = tasks[/** @type {keyof typeof tasks} */ (only ?? "all")];
  if (!(await runChecks(node, chosen))) process.exitCode = 1;
});
