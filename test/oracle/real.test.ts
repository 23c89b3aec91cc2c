/** What the real engine wrote (previews/program.js), read by the command and by the oracle. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createProgram } from "../../provider/cli/program";
import type { Plan, Preview } from "./documents.ts";
import { expectationOf } from "./expectation.ts";
import { hidingLowersNothing, saysTheSame } from "./laws.ts";
import { readPlan, readPreview } from "./reading.ts";
import { differences, type Report } from "./report.ts";
import { reviewerOf } from "./subject.ts";

const written = (name: string) =>
  readFileSync(new URL(`previews/${name}`, import.meta.url), "utf8");

async function reviewed(name: string): Promise<Report> {
  using reviewer = reviewerOf(createProgram);
  const isPlan = name.endsWith(".plan.json");
  const { report, problem } = await reviewer.review({ content: written(name), isPlan });
  if (report === undefined) throw new Error(problem);
  return report;
}

function expected(name: string) {
  const document: unknown = JSON.parse(written(name));
  // The files are what the engine wrote, which the types describe.
  return expectationOf(
    name.endsWith(".plan.json") ? readPlan(document as Plan) : readPreview(document as Preview),
  );
}

test.each([
  "changed.preview.json",
  "changed.steps.preview.json",
  "changed.plan.json",
  "removed.preview.json",
  "removed.steps.preview.json",
  "removed.refreshed.preview.json",
  "removed.plan.json",
])("the review of %s is what the oracle expects", async (name) => {
  expect(differences(expected(name), await reviewed(name))).toEqual([]);
});

test("the oracle reads from the changed program what the engine did", () => {
  const { changes, named } = expected("changed.preview.json");
  const shown = changes.map(({ name, change, class: { least }, ends }) => [
    name,
    change.join(),
    least,
    ends,
  ]);
  expect(shown.toSorted()).toEqual([
    ["ext", "create", "admin", undefined],
    ["fed", "update", "read", undefined],
    ["host", "replace", "none", "revoked"],
    ["key", "replace", "write", "revoked"],
    ["keyhost", "delete,release", "none", "not told"],
    ["new", "create", "write", undefined],
    ["new2", "create", "admin", undefined],
    ["other", "update", "none", undefined],
    ["retained", "replace", "none", "lives on"],
    ["retainlate", "replace", "none", "revoked"],
    ["taken", "", "none", "lives on"],
  ]);
  expect(named.map((urn) => urn.split("::").at(-1))).toEqual(["plain", "taken"]);
});

describe("the same changes have the same review in each form that the engine writes", () => {
  test.each([
    ["changed.preview.json", "changed.steps.preview.json"],
    ["removed.preview.json", "removed.steps.preview.json"],
    ["removed.preview.json", "removed.refreshed.preview.json"],
  ])("the same changes have the same review in both forms: %s and %s", async (one, other) => {
    expect(saysTheSame(await reviewed(one), await reviewed(other), "form")).toEqual([]);
  });

  test.each(["changed", "removed"])(
    "the review of a plan of %s, which shows less, says no less",
    async (name) => {
      const [preview, plan] = [
        await reviewed(`${name}.preview.json`),
        await reviewed(`${name}.plan.json`),
      ];
      // A credential that is only read from now on is in no plan.
      const credentials = preview.credentials.filter((one) => one.name !== "taken");
      expect(hidingLowersNothing({ ...preview, credentials }, plan)).toEqual([]);
    },
  );

  test("events of a preview are refused, or their review claims no loss that the document lacks", async () => {
    using reviewer = reviewerOf(createProgram);
    const content = written("changed.events.jsonl");
    const { report, code } = await reviewer.review({ content });
    if (report === undefined) expect(code).toBe(1);
    else expect(hidingLowersNothing(await reviewed("changed.preview.json"), report)).toEqual([]);
  });
});
