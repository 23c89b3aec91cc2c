/**
 * `npm run sbom`: writes what each published package depends on to sbom/, as CycloneDX. It installs
 * the package's own dependencies separately, because in the workspace npm treats a dependency that
 * a development tool also needs as a development dependency only.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./set-up/index.mjs";
import { run, runMain } from "./set-up/progress.mjs";

runMain(async () => {
  const target = join(root, "sbom");
  mkdirSync(target, { recursive: true });
  for (const folder of ["provider", "emulator"]) {
    const project = mkdtempSync(join(tmpdir(), "tailscope-sbom-"));
    try {
      const { name, version, license, dependencies } = JSON.parse(
        readFileSync(join(root, folder, "package.json"), "utf8"),
      );
      writeFileSync(
        join(project, "package.json"),
        JSON.stringify({ name, version, license, dependencies }),
      );
      await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], {
        cwd: project,
      });
      const sbom = await run("npm", ["sbom", "--sbom-format", "cyclonedx"], { cwd: project });
      const file = join(target, `${name}.cdx.json`);
      writeFileSync(file, sbom);
      const { components } = JSON.parse(sbom);
      console.log(
        `${file}: ${components.map((/** @type {{ name: string, version: string }} */ one) => `${one.name} ${one.version}`).join(", ")}`,
      );
    } finally {
      rmSync(project, { recursive: true, force: true });
    }
  }
});
