/** The tailnet's state in a file, so that it survives a restart. Each write is atomic. */

import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { z } from "zod";
import { createLaterMembers, type State } from "./state.js";

/** Stores the state; `save` is called after every change, before the answer is sent. */
export interface Store {
  load(): State | undefined;
  save(state: State): void;
}

export const inMemory: Store = { load: () => undefined, save: () => {} };

/** Enough to recognise our own files, and those of a later version. */
const header = z.looseObject({
  version: z.literal(1),
  tailnet: z.object({ id: z.string(), name: z.string() }),
});

/** The file holds the start credentials in plaintext: only its owner may read it. */
const mode = 0o600;

/**
 * Neither follows a link, which could lead to someone else's file, nor waits for a pipe. Windows
 * has no such flags.
 */
const asItIs = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * @throws Error from `load` if the path is a link, not a regular file, or a file of another kind
 */
export function createFileStore(path: string): Store {
  return {
    load() {
      const file = openWithoutLinks(path);
      if (file === undefined) return undefined;
      try {
        if (!fstatSync(file).isFile())
          throw new Error(`${path} is not a file. Name another --data file.`);
        const content = readContent(file, path);
        fchmodSync(file, mode);
        return content;
      } finally {
        closeSync(file);
      }
    },
    save(state) {
      const next = `${path}.next`;
      // A killed run may have left this file. If it is a link, the link is removed, not what it
      // leads to.
      rmSync(next, { force: true });
      try {
        const file = openSync(
          next,
          constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
          mode,
        );
        try {
          // The umask restricts the mode given to `open`.
          fchmodSync(file, mode);
          writeFileSync(file, JSON.stringify(state));
          fsyncSync(file);
        } finally {
          closeSync(file);
        }
        // Replaces whatever has this name, including a link.
        renameSync(next, path);
      } catch (error) {
        rmSync(next, { force: true });
        throw error;
      }
    },
  };
}

function readContent(file: number, path: string): State {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(
      `${path} cannot be read as JSON (${getReason(error)}). Name another --data file, or remove this one.`,
    );
  }
  if (!header.safeParse(content).success) {
    throw new Error(
      `${path} is not a data file of this emulator. Name another --data file, or remove this one.`,
    );
  }
  const state = content as State; // Written by `save`: see the header.
  // Versions before 0.2 stored tokens without an id. They are valid for an hour only, so drop them.
  return {
    ...createLaterMembers(),
    ...state,
    tokens: state.tokens.filter(({ id }) => id !== undefined),
  };
}

/** Opens the file at the path, without following links; undefined if there is none. */
function openWithoutLinks(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | asItIs);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return undefined;
    // The second is FreeBSD's name for it.
    if (code === "ELOOP" || code === "EMLINK") {
      throw new Error(
        `${path} is a symbolic link, which --data does not follow. Name the file itself.`,
      );
    }
    throw new Error(`${path} cannot be opened (${getReason(error)}). Name another --data file.`);
  }
}

function getReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
