/** The review against the oracle, 2,000 pairs of credentials; `npm run test:oracle` has 50,000. */

import { expect, test } from "vitest";
import { tailscope } from "../../provider/cli/program";
import { runOracle } from "./run.ts";
import { planShapes, previewShapes } from "./shapes.ts";
import { reviewerOf } from "./subject.ts";

const seed = 20_261_125;

test("a review says of 2,000 changes what the oracle says, and keeps every law", async () => {
  using reviewer = reviewerOf(tailscope);
  const { pairs, shapes, mismatches } = await runOracle(reviewer, seed, 2_000);
  expect(pairs).toBeGreaterThanOrEqual(2_000);
  expect(mismatches).toEqual([]);
  expect([...shapes.keys()].toSorted()).toEqual([...previewShapes, ...planShapes].toSorted());
});
