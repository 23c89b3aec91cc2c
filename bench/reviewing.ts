/** What a review of a large preview costs. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { computeMedian, formatSpread } from "./figures.ts";
import { requireInternals } from "./internals.ts";
import type { Part } from "./part.ts";
import { createPreview } from "./previews.ts";
import { measureNumbers } from "./processes.ts";

const changes = 1000;

/**
 * Bytes that a process had in memory at the most, by itself: `resourceUsage()` also counts what the
 * process that started it had. Linux only.
 */
const peak =
  '/VmHWM:\\s+(\\d+)/.exec(require("fs").readFileSync("/proc/self/status", "utf8"))[1] * 1024';

export const reviewing: Part = {
  name: "review",
  title: "Reviewing",
  about: "A preview of 1,000 changes, read and reviewed in a fresh process.",
  rounds: 7,
  quickRounds: 3,
  async measure({ rounds }) {
    const content = createPreview(changes);
    const folder = mkdtempSync(join(tmpdir(), "tailscope-bench-review-"));
    const file = join(folder, "preview.json");
    writeFileSync(file, content);
    try {
      const read = `const text = require("fs").readFileSync(${JSON.stringify(file)}, "utf8");`;
      const loaded = requireInternals("readPreview", "review");
      const run = "JSON.stringify(review(readPreview(text).steps).report)";
      const measureTime = (before: string, work: string) =>
        measureNumbers(
          `${read} ${before} const [started, used] = [performance.now(), process.cpuUsage()]; ${work};
           const { user, system } = process.cpuUsage(used); console.log((performance.now() - started) / 1000, (user + system) / 1e6)`,
          rounds,
        );
      const measurePeak = (before: string, work: string) =>
        measureNumbers(
          `${read} ${before} globalThis.kept = ${work}; console.log(${peak})`,
          rounds,
        ).flat();
      const [reviewed = [], processor = []] = measureTime(loaded, run);
      const [parsed = []] = measureTime("", "JSON.parse(text)");
      const empty = computeMedian(measurePeak(loaded, "0"));
      const more = measurePeak(loaded, run).map((bytes) => bytes - empty);
      return {
        figures: [
          {
            what: `review of ${changes.toLocaleString("en")} changes`,
            values: reviewed,
            unit: "s",
            target: 1,
            beside: `processor time: ${formatSpread(processor, "s")}; parsing the same JSON: ${formatSpread(parsed, "s")}`,
          },
          {
            what: "memory of that review",
            values: more.map((bytes) => bytes / content.length),
            unit: "× the file",
            target: 10,
            beside: `${(computeMedian(more) / 2 ** 20).toFixed(0)} MiB for a file of ${(content.length / 2 ** 20).toFixed(1)} MiB`,
          },
        ],
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
