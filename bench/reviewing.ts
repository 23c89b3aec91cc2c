/** What a review of a large preview costs. */

import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Figure, median, spread } from "./figures.ts";
import { numbersOf } from "./loading.ts";
import { root } from "./stack.ts";

const changes = 1000;

/**
 * The preview of as many changes, as the CLI prints it: indented, with a stack trace at each
 * resource.
 */
function preview(): string {
  const type = "pulumi-nodejs:dynamic/tailscope:OAuthClient";
  const steps = Array.from({ length: changes }, (_, index) => ({
    op: "update",
    urn: `urn:pulumi:dev::bench::${type}::client-${index}`,
    oldState: {
      type,
      inputs: { scopes: ["dns:read"] },
      outputs: {
        scopes: ["dns:read"],
        tags: ["tag:ci"],
        clientSecret: "[secret]",
        createdAt: "2026-01-01T00:00:00Z",
      },
      stackTrace: Array(12).fill({ sourcePosition: "project:///node_modules/x/y.js#1,1" }),
    },
    newState: {
      type,
      inputs: { scopes: ["dns:read", "auth_keys"], tags: ["tag:ci"] },
      stackTrace: Array(12).fill({ sourcePosition: "project:///index.ts#1,1" }),
    },
    detailedDiff: null,
  }));
  return JSON.stringify({ steps, changeSummary: {} }, undefined, 4);
}

export function reviewFigures(rounds: number): Figure[] {
  const content = preview();
  const file = join(tmpdir(), `tailscope-bench-preview-${process.pid}.json`);
  writeFileSync(file, content);
  try {
    const read = `const text = require("fs").readFileSync(${JSON.stringify(file)}, "utf8");`;
    const load = ["input/preview", "review"].map(
      (name) => `require(${JSON.stringify(join(root, "provider/dist/review", name))})`,
    );
    const loaded = `const { readPreview } = ${load[0]}; const { review } = ${load[1]};`;
    const run = "JSON.stringify(review(readPreview(text).steps).report)";
    const time = (before: string, work: string) =>
      numbersOf(
        `${read} ${before} const started = performance.now(); ${work}; console.log(performance.now() - started)`,
        rounds,
      ).flat();
    const peak = (before: string, work: string) =>
      median(
        numbersOf(
          `${read} ${before} globalThis.kept = ${work}; console.log(process.resourceUsage().maxRSS * 1024)`,
          rounds,
        ).flat(),
      );
    const reviewed = time(loaded, run);
    const more = peak(loaded, run) - peak(loaded, "0");
    return [
      {
        what: `review of ${changes.toLocaleString("en")} changes`,
        value: median(reviewed) / 1000,
        unit: "s",
        target: 1,
        ours: spread(reviewed, "ms", 0),
        against: `parsing the same JSON: ${spread(time("", "JSON.parse(text)"), "ms", 0)}`,
      },
      {
        what: "memory of that review",
        value: more / content.length,
        unit: "× the file",
        target: 10,
        ours: `${(more / 2 ** 20).toFixed(0)} MiB at the most`,
        against: `a file of ${(content.length / 2 ** 20).toFixed(1)} MiB`,
      },
    ];
  } finally {
    rmSync(file, { force: true });
  }
}
