/**
 * Notes the processor time of each test file, that of its processes included, where `npm test` asks
 * for it: for `npm run test:times`. Linux alone says what ended children took.
 */

import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect } from "vitest";

const file = process.env["TAILSCOPE_PROCESSOR_TIMES"];
const stat = "/proc/self/stat";
const tests = fileURLToPath(new URL(".", import.meta.url));

/** Where a worker that runs several files keeps what it had taken when the last of them ended. */
const before = "TAILSCOPE_PROCESSOR_TIME_BEFORE";

/** In seconds, with that of the children that have ended. */
function processorTime(): number {
  const [, fields = ""] = readFileSync(stat, "utf8").split(") ");
  // utime, stime, cutime and cstime, in hundredths of a second: proc_pid_stat(5).
  const times = fields.split(" ").slice(11, 15).map(Number);
  return times.reduce((sum, one) => sum + one, 0) / 100;
}

if (file !== undefined && existsSync(stat)) {
  afterAll(() => {
    const now = processorTime();
    const seconds = (now - Number(process.env[before] ?? 0)).toFixed(2);
    process.env[before] = String(now);
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, `${seconds} ${relative(tests, expect.getState().testPath ?? "")}\n`);
  });
}
