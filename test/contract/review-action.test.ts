/** What the review in CI is made of: the same code and the same packages as the published ones. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const json = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8"));

test("the action installs what tailscope needs and the compiler, in exactly the versions that are tested here", () => {
  const wanted = json("actions/review/package.json").dependencies as Record<string, string>;
  expect(Object.keys(wanted).sort()).toEqual(
    [...Object.keys(json("provider/package.json").dependencies), "typescript"].sort(),
  );
  const ours = json("package-lock.json").packages;
  const { "": project, ...installed } = json("actions/review/package-lock.json").packages;
  expect(project.dependencies).toEqual(wanted);
  expect(Object.keys(installed).sort()).toEqual(
    Object.keys(wanted)
      .map((name) => `node_modules/${name}`)
      .sort(),
  );
  for (const [name, version] of Object.entries(wanted)) {
    const tested = ours[`provider/node_modules/${name}`] ?? ours[`node_modules/${name}`];
    expect(installed[`node_modules/${name}`]).toMatchObject({
      version: tested.version,
      integrity: tested.integrity,
    });
    expect(version).toBe(tested.version);
    expect(tested.integrity).toMatch(/^sha512-/);
  }
});

test("the action compiles tailscope to the same files that are published", () => {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-action-"));
  try {
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    execFileSync(process.execPath, [
      tsc,
      "--project",
      join(root, "actions/review"),
      "--outDir",
      folder,
    ]);
    const made = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".js"),
    );
    expect(made).toContain(join("cli", "comment.js"));
    for (const path of made) {
      expect(readFileSync(join(folder, path), "utf8"), path).toBe(
        readFileSync(join(root, "provider/dist", path), "utf8"),
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
