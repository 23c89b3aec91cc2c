/** The review against the oracle, 2,000 pairs of credentials; `npm run test:oracle` has 50,000. */

import { expect, test } from "vitest";
import { createProgram } from "../../provider/cli/program";
import { runOracle } from "./run.ts";
import { planShapes, previewShapes } from "./shapes.ts";
import { reviewerOf } from "./subject.ts";

const seed = 20_261_125;

/** A mutation run, which tries each of many mutants, has fewer. */
const wanted = Number(process.env["TAILSCOPE_PAIRS"] ?? 2_000);

test(`a review of ${wanted} changes says what the oracle says, and keeps every law`, async () => {
  using reviewer = reviewerOf(createProgram);
  const { pairs, shapes, mismatches } = await runOracle(reviewer, seed, wanted);
  expect(pairs).toBeGreaterThanOrEqual(wanted);
  expect(mismatches).toEqual([]);
  if (wanted < 2_000) return;
  expect([...shapes.keys()].toSorted()).toEqual([...previewShapes, ...planShapes].toSorted());
});
