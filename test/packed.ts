/** The two packages as `npm pack` makes them: what people install. */

import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

export interface Packed {
  /** The tarball. */
  readonly file: string;
  /** The paths in it. */
  readonly files: readonly string[];
}

/** Packs what lies in `directory`, with its compiled code as it is. */
export function pack(directory: "provider" | "emulator", into: string): Packed {
  const args = ["pack", `./${directory}`, "--json", "--ignore-scripts", "--pack-destination", into];
  const output: unknown = JSON.parse(
    execFileSync("npm", args, { cwd: root, encoding: "utf8", stdio: "pipe" }),
  );
  // npm 12 answers by name, earlier ones a list.
  const [made] = Object.values(
    output as Record<string, { filename: string; files: { path: string }[] }>,
  );
  return {
    file: join(into, made?.filename ?? ""),
    files: made?.files.map(({ path }) => path) ?? [],
  };
}

/** Puts a packed package into a node_modules folder, without what it depends on. */
export function unpack({ file }: Packed, into: string): void {
  mkdirSync(into, { recursive: true });
  execFileSync("tar", ["-xzf", file, "-C", into, "--strip-components=1"]);
}
