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

type Directory = "provider" | "emulator";

/** Packs what lies in `directory`, with its compiled code as it is. */
export function pack(directory: Directory, into: string): Packed {
  return packDirectories([directory], into)[directory];
}

/** Packs both, by one npm, which takes longer to start than to pack. */
export function packBoth(into: string): Record<Directory, Packed> {
  return packDirectories(["provider", "emulator"], into);
}

function packDirectories<Name extends Directory>(
  directories: readonly Name[],
  into: string,
): Record<Name, Packed> {
  const paths = directories.map((directory) => `./${directory}`);
  const args = ["pack", ...paths, "--json", "--ignore-scripts", "--pack-destination", into];
  const output: unknown = JSON.parse(
    execFileSync("npm", args, { cwd: root, encoding: "utf8", stdio: "pipe" }),
  );
  // npm 12 answers by name, earlier ones a list; both in the order of the directories.
  const made = Object.values(
    output as Record<string, { filename: string; files: { path: string }[] }>,
  );
  const packed = directories.map((directory, at) => [
    directory,
    {
      file: join(into, made[at]?.filename ?? ""),
      files: made[at]?.files.map(({ path }) => path) ?? [],
    },
  ]);
  return Object.fromEntries(packed) as Record<Name, Packed>; // Each directory has an entry.
}

/** Puts a packed package into a node_modules folder, without what it depends on. */
export function unpack({ file }: Packed, into: string): void {
  mkdirSync(into, { recursive: true });
  execFileSync("tar", ["-xzf", file, "-C", into, "--strip-components=1"]);
}
