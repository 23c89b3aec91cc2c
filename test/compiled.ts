/**
 * Compiles the packages for the tests that run them as people have them: at first, and before each
 * rerun.
 */

import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { compile } from "../tools/set-up/packages.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

export default async function compilePackages(project: TestProject): Promise<void> {
  const compileAll = () => compile(root, process.execPath);
  project.onTestsRerun(compileAll);
  await compileAll();
}
