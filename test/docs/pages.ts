/** The pages of the documentation, and the blocks of code in them. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

export interface Block {
  /** For example `"docs/rotation.md:12"`. */
  readonly where: string;
  readonly page: string;
  readonly language: string;
  readonly code: string;
}

/** What people read: the pages of docs/ and those in the folders of the repository. */
export function readPages(): Page[] {
  const below = (folder: string) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
      .filter((file) => file.endsWith(".md") && !/node_modules|\/\.vitepress\//.test(file));
  const others = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "README.md",
    "SECURITY.md",
    "emulator/README.md",
    "provider/README.md",
  ];
  return [...others, ...below("docs"), ...below("examples")].sort().map((path) => ({
    path,
    text: readFileSync(join(root, path), "utf8"),
  }));
}

/** The fenced blocks of a page; those in a list are moved to the left. */
export function blocksOf({ path, text }: Page): Block[] {
  const fence = /^( *)```(\w*)[^\n]*\n([\s\S]*?)^\1```/gm;
  return [...text.matchAll(fence)].map(
    ({ 1: indent = "", 2: language = "", 3: code = "", index }) => ({
      where: `${path}:${text.slice(0, index).split("\n").length}`,
      page: path,
      language,
      code: code.replace(new RegExp(`^${indent}`, "gm"), ""),
    }),
  );
}
