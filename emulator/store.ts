/**
 * The tailnet's state in a file, so that it survives a restart. Each write is whole or not there at
 * all.
 */

import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { z } from "zod";
import type { State } from "./state.js";

/** Keeps the state; `save` is called after every change, before the answer goes out. */
export interface Store {
  load(): State | undefined;
  save(state: State): void;
}

export const inMemory: Store = { load: () => undefined, save: () => {} };

/** Enough to tell our own files from others and from those of a later version. */
const header = z.looseObject({
  version: z.literal(1),
  tailnet: z.object({ id: z.string(), name: z.string() }),
});

export function fileStore(path: string): Store {
  return {
    load() {
      if (!existsSync(path)) return undefined;
      let content: unknown;
      try {
        content = JSON.parse(readFileSync(path, "utf8"));
      } catch (error) {
        throw new Error(
          `${path} cannot be read as JSON (${error instanceof Error ? error.message : error}). Name another --data file, or remove this one.`,
        );
      }
      if (!header.safeParse(content).success) {
        throw new Error(
          `${path} is no data file of this emulator. Name another --data file, or remove this one.`,
        );
      }
      chmodSync(path, 0o600);
      const state = content as State; // Written by `save`, and by nobody else: see the header.
      // A version before 0.2 gave its tokens no id; they live for an hour, and nobody misses them.
      return { ...state, tokens: state.tokens.filter(({ id }) => id !== undefined) };
    },
    save(state) {
      const next = `${path}.next`;
      // It holds the start credentials in clear: for this user's eyes alone.
      const file = openSync(next, "w", 0o600);
      try {
        writeSync(file, JSON.stringify(state));
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(next, path);
    },
  };
}
