/**
 * The site of the documentation, built as it is published. Building takes longer than all tests of
 * it, so what was built of the same sources is kept.
 */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
const kept = join(root, "node_modules", ".cache", "site");

/** What VitePress writes beside its settings. */
const isWritten = (path: string) => /^\.vitepress\/(\.temp|cache|dist)\//.test(path);

/** A digest of everything that the site is built of, its builder included. */
function computeDigest(): string {
  const hash = createHash("sha256").update(process.env["DOCS_BASE"] ?? "");
  const pages = readdirSync(join(root, "docs"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(join(root, "docs/").length))
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !isWritten(path))
    .map((path) => join("docs", path));
  for (const path of [...pages.sort(), "package-lock.json"]) {
    const content = readFileSync(join(root, path));
    // With its length, so that no two sets of files are one sequence of bytes.
    hash.update(`${path} ${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}

/** Returns the folder of the site. It stays there. */
export async function buildSite(): Promise<string> {
  const folder = join(kept, computeDigest());
  if (existsSync(folder)) return folder;
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept, { recursive: true });
  const next = `${folder}.next`;
  const vitepress = join(root, "node_modules", "vitepress", "bin", "vitepress.js");
  await promisify(execFile)(process.execPath, [vitepress, "build", "docs", "--outDir", next], {
    cwd: root,
  });
  // A build that is interrupted leaves nothing that looks like a site.
  renameSync(next, folder);
  return folder;
}
