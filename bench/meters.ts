/** Reads what `meter.cjs` left. */

import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./processes.ts";

/** What Node is to load before everything else. */
export const meter = join(root, "bench", "meter.cjs");

export interface Metered {
  readonly role: "provider" | "program";
  /** Of the main thread, by verb, `constructor` and `loading`. */
  readonly microseconds: Readonly<Record<string, number>>;
  readonly calls: Readonly<Record<string, number>>;
}

/** Takes what the processes that have ended left in a folder. */
export function readMeters(folder: string): Metered[] {
  return readdirSync(folder).map((name) => {
    const file = join(folder, name);
    const metered = JSON.parse(readFileSync(file, "utf8")) as Metered; // As the meter writes it.
    rmSync(file);
    return metered;
  });
}
