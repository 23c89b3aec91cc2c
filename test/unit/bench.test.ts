/** What `npm run bench` makes of its measurements, and that its meter charges the right code. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { computeRatios, type Figure, formatFigures, formatSpread } from "../../bench/figures";
import { internals } from "../../bench/internals";
import { meter, readMeters } from "../../bench/meters";
import { formatPage, type MeasuredPart, withPart } from "../../bench/report";
import { runProcess } from "../../harness/process";
import { root } from "../../harness/pulumi";

const figure = (what: string, values: number[], target?: number): Figure => ({
  what,
  values,
  unit: "s",
  ...(target !== undefined && { target }),
});

const part = (name: string, figures: Figure[], load: [number, number] = [0, 0]): MeasuredPart => ({
  name,
  title: `Part ${name}`,
  about: "What it is.",
  command: `npm run bench -- ${name}`,
  date: "2026-11-25",
  seconds: 5,
  rounds: 3,
  machine: "a machine",
  load,
  cores: 2,
  versions: { Node: "24.21.0" },
  figures,
});

describe("a figure", () => {
  test("a figure is a median with its minimum and maximum", () => {
    expect(formatSpread([3, 1.5, 2], "s")).toBe("2 s (1.50 to 3)");
    expect(formatSpread([61, 61], "bytes")).toBe("61 bytes");
  });

  test("a figure that compares is the ratio of each round", () => {
    expect(computeRatios([2, 9], [1, 3])).toEqual([2, 3]);
  });

  test("a figure meets or misses its target by its median, and has no verdict without a target", () => {
    const rows = formatFigures([
      figure("near", [1, 2, 9], 2),
      figure("far", [1, 2.01, 2.5], 2),
      figure("told", [5]),
    ]).split("\n");
    expect(rows[2]).toBe("| near | **2 s** | 1 to 9 | ≤ 2 s | met |  |");
    expect(rows[3]).toContain("| ≤ 2 s | **missed** |");
    expect(rows[4]).toBe("| told | **5 s** |  |  |  |  |");
  });
});

test("a separate measurement is where its part looks for it", async () => {
  for (const [name, module] of Object.entries(internals)) {
    const file = join(root, "provider", `${module}.ts`);
    const loaded: Record<string, unknown> = await import(file);
    expect(typeof loaded[name], name).toBe("function");
  }
});

describe("the page", () => {
  const missed = part("a", [figure("first verb", [90], 60), figure("drift of 10", [2], 1)]);

  test("the results page lists missed targets, and names those without a written reason", () => {
    const reading = "# Title\n\nIntro.\n\n## first verb (2026-11-25)\n\nIt is zod.\n";
    const text = formatPage({ parts: [missed] }, reading, undefined);
    expect(text).toContain("2 of 2 targets are missed:\n\n- first verb: 90 s, to reach 60 s\n");
    expect(text).toContain("Nobody has written yet why: drift of 10.");
    expect(text).toContain("### first verb (2026-11-25)\n\nIt is zod.");
    expect(text).not.toContain("Intro.");
  });

  test("the results page does not accept a reading without a date", () => {
    const text = formatPage({ parts: [missed] }, "## first verb; drift\n\nZod.\n", undefined);
    expect(text).toContain("Nobody has written yet why: first verb; drift of 10.");
  });

  test("the results page says which parts were measured on a busy machine", () => {
    const text = formatPage(
      { parts: [part("a", [], [0.9, 3]), part("b", [], [1.1, 3])] },
      "",
      undefined,
    );
    expect(text.split("## Part b")[0]).not.toContain("busy with other work");
    expect(text.split("## Part b")[1]).toContain("busy with other work");
  });

  test("the results page keeps the other parts if one is measured again", () => {
    const [a, b] = [part("a", [figure("old", [1])]), part("b", [])];
    const again = part("a", [figure("new", [2])]);
    expect(withPart([b, a], again, ["a", "b"])).toEqual([again, b]);
  });
});

/** Takes so much processor time. */
const burning = `
const burn = (milliseconds) => {
  const start = process.threadCpuUsage();
  const used = () => { const { user, system } = process.threadCpuUsage(start); return (user + system) / 1000; };
  while (used() < milliseconds);
};
exports.burn = burn;
`;

test("the meter counts what runs between a verb's awaits, and nothing else", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-meter-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const left = join(folder, "left");
  const ours = join(folder, "node_modules", "tailscope");
  for (const path of [left, ours]) mkdirSync(path, { recursive: true });
  writeFileSync(join(folder, "burn.js"), burning);
  writeFileSync(
    join(ours, "index.js"),
    `const { burn } = require("../../burn.js");
     const later = () => new Promise((resolve) => setTimeout(resolve, 5));
     exports.OAuthClient = class {};
     exports.OAuthClient.provider = {
       async create() { burn(40); await later(); burn(40); await later(); burn(40); },
       async check() { await later(); burn(30); },
     };
     exports.AuthKey = exports.FederatedIdentity = class { static provider = {} };`,
  );
  writeFileSync(
    join(folder, "dynamic-provider.js"),
    `const { burn } = require("./burn.js");
     const { provider } = require("tailscope").OAuthClient;
     const somebodyElse = setInterval(() => burn(10), 1);
     Promise.all([provider.create(), provider.check(), provider.check()]).then(() => {
       clearInterval(somebodyElse);
       burn(50);
     });`,
  );
  const ended = await runProcess(
    process.execPath,
    ["--require", meter, join(folder, "dynamic-provider.js")],
    { env: { ...process.env, BENCH_METER: left } },
  );
  expect(ended.stderr).toBe("");
  const [metered] = readMeters(left);
  expect(metered).toMatchObject({ role: "provider", calls: { create: 1, check: 2 } });
  const { create = 0, check = 0 } = metered?.microseconds ?? {};
  expect(create / 1000).toBeGreaterThanOrEqual(120);
  expect(create / 1000).toBeLessThan(140);
  expect(check / 1000).toBeGreaterThanOrEqual(60);
  expect(check / 1000).toBeLessThan(75);
});
