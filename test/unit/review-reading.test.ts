/**
 * The parts by which previews and plans are read: values, documents, what failed, and the steps of
 * a plan.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  normalizeArgument,
  readAskedArguments,
  toArgument,
  toArguments,
} from "../../provider/review/input/argument";
import { hasKeyOf, parseDocuments } from "../../provider/review/input/documents";
import { findFailure, findMissingSteps } from "../../provider/review/input/failures";
import { readPlan } from "../../provider/review/input/plan";
import { readPreview } from "../../provider/review/input/preview";
import { findProgramPosition } from "../../provider/review/input/schemas";
import { secret, step, unknown, urnOf } from "./a-preview";

const absent = { is: "absent" };

describe("an argument", () => {
  test.each([
    [undefined, absent],
    [null, absent],
    ["", absent],
    [unknown, { is: "unknown" }],
    [secret, { is: "hidden" }],
    [false, { is: "known", value: false }],
    [[secret], { is: "known", value: [secret] }],
  ])("the argument %j is read", (value, argument) => {
    expect(toArgument(value)).toEqual(argument);
  });

  test.each<[unknown, string]>([
    [undefined, ""],
    [false, ""],
    [[], ""],
    [{}, ""],
    [secret, "?"],
    [unknown, "?"],
    [true, "true"],
    [7, "7"],
    ["a", '"a"'],
    [["b", "a"], '["a","b"]'],
    [[null], "[null]"],
    [{ b: [2, 1], a: { d: 1, c: "x" } }, '{"a":{"c":"x","d":1},"b":[1,2]}'],
  ])("the argument %j is compared by its normal form %s", (value, normal) => {
    expect(normalizeArgument(toArgument(value))).toBe(normal);
  });

  test("an argument is what was asked for if the API answered something else", () => {
    const asked = (outputs: unknown) =>
      readAskedArguments(toArguments({ a: 1, b: 2 }), toArguments(outputs));
    const named = (bag: object) => ({ named: new Map(Object.entries(bag)), others: absent });
    const known = (value: unknown) => ({ is: "known", value });
    expect(asked(undefined)).toEqual(named({ a: known(1), b: known(2) }));
    expect(asked({ b: 3, c: 4 })).toEqual(named({ a: known(1), b: known(3), c: known(4) }));
    expect(asked({ b: 3, asked: { b: 2, c: "" } })).toEqual(
      named({ a: known(1), b: known(2), c: absent, asked: known({ b: 2, c: "" }) }),
    );
    for (const [marker, is] of [
      [secret, "hidden"],
      [unknown, "unknown"],
    ]) {
      expect(asked({ b: 3, asked: marker })).toEqual({ named: new Map(), others: { is } });
      expect(asked(marker)).toEqual({ named: new Map(), others: { is } });
    }
    expect(toArguments(["a"])).toEqual({ named: new Map(), others: { is: "hidden" } });
  });
});

describe("documents in the output of a command", () => {
  const behind = (text: string) =>
    `it has text after the JSON, which may report a failure: ${JSON.stringify(text)}. Give standard output only`;
  const more = "it has more than one JSON document: review each one separately";
  test.each<[string, unknown[] | string]>([
    ['{"a":1}', [{ a: 1 }]],
    ['\ufeff{"a":1}\n', [{ a: 1 }]],
    ['{\n"a":\n"b c"}', [{ a: "b c" }]],
    ['[ok] {not this}\n\n{"a":1}\r\n', [{ a: 1 }]],
    ['{"a":1}\n \t\n{"b":2}\n', [{ a: 1 }, { b: 2 }]],
    ["[]", [[]]],
    ["", "it is not a thing"],
    ["text", "it is not a thing"],
    ["{", "it is not a thing"],
    ['{\n"a": 1\n', "it is not a thing"],
    ['{\n"a": {\n}\n', "it is not a thing"],
    ['{\n"a": 1\n}\n\n \nerror: {', behind("error: {")],
    ['{\n"a": 1\n} \n{\n"b": 2\n}', [{ a: 1 }, { b: 2 }]],
    ['{\n"a": 1\n}\n{\n"b": 2', more],
    ['{"a":1}\n{"b":', more],
    ['{"a":1}\nno\n{"b":2}', behind("no")],
    ['{"a":1}\n\u001b[1mno\u001b[0m', behind("no")],
    ['\u001b[?25l{"a":1}\u001b[0m\u001b[?25h', [{ a: 1 }]],
    ['section_start:1:preview\r\u001b[0K{"a":\r1}\r', [{ a: 1 }]],
    ['no\n\ufeff{"a":"\ufeff"}', [{ a: "\ufeff" }]],
    ['{"a":"\\u001b[0m\\r"}', [{ a: "\u001b[0m\r" }]],
    ['{ b: 2 }\n{"a":1}', [{ a: 1 }]],
    ['{"level":"info"}\n{}\n{\n"a": 1\n}', [{ a: 1 }]],
    ['{"level":"info"}\n{"a":1}\n{"a":2}', [{ a: 1 }, { a: 2 }]],
    ['{"a":1}\n{"level":"info"}', [{ a: 1 }, { level: "info" }]],
    ['{"a":\n{"a":1}', "it is not a thing"],
    ['{"level":"info"}\n{}', [{ level: "info" }, {}]],
    ['{\n"a": {\n}\n}\nno', behind("no")],
    ['{"a": {\n}}\n', [{ a: {} }]],
    ['x \ufeff{"a":1}', "it is not a thing"],
  ])("the documents in a command's output are found: %j", (text, expected) => {
    expect(parseDocuments(text, "a thing", (document) => hasKeyOf(document, ["a"]))).toEqual(
      typeof expected === "string" ? { problem: expected } : { documents: expected },
    );
  });

  // Only a document with nothing before it is read without splitting the text into lines.
  test("a document reads the same with and without a line before it, however it is written", () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 });
    const ends = fc.constantFrom("\n", "\r\n", "\r");
    fc.assert(
      fc.property(object, fc.nat(4), ends, ends, (document, indent, end, last) => {
        const text = `${JSON.stringify(document, undefined, indent).replaceAll("\n", end)}${last}`;
        const expected = { documents: [JSON.parse(text)] };
        expect(parseDocuments(text, "a thing")).toEqual(expected);
        expect(parseDocuments(`Installing${end}${text}`, "a thing")).toEqual(expected);
      }),
    );
  });
});

describe("a failure is one line", () => {
  test.each<[{ severity?: string | null; message?: string }[], boolean, string | undefined]>([
    [[], false, undefined],
    [["debug", "info", "info#err", "warning"].map((severity) => ({ severity })), false, undefined],
    [[], true, "the engine says that the state may be corrupt (maybeCorrupt)"],
    [
      [
        { severity: "error", message: " one\n" },
        { severity: "warning", message: "no" },
        { severity: "error", message: "two" },
        { severity: "error" },
      ],
      true,
      "the preview failed: one; two; ",
    ],
    [
      [{ severity: "fatal", message: " boom\n" }],
      false,
      'the preview has a diagnostic of severity "fatal", which this version does not know: boom',
    ],
    [
      [{}],
      false,
      'the preview has a diagnostic of severity "", which this version does not know: ',
    ],
  ])(
    "a failure is described in one line: %j, maybeCorrupt %j",
    (diagnostics, maybeCorrupt, problem) => {
      expect(findFailure(diagnostics, maybeCorrupt)).toBe(problem);
    },
  );

  const stack = "urn:pulumi:dev::test::pulumi:pulumi:Stack::test-dev";
  const steps = (...ops: string[]) => ops.map((op) => ({ op, urn: urnOf("AuthKey", op) }));
  const missing = (says: number, op: string, has: number) =>
    `steps are missing: changeSummary counts ${says} of "${op}", but the steps have ${has}`;
  const refresh = "it is the preview of a refresh, which does not show what the program changes";

  test.each<[{ op: string; urn: string }[], Record<string, number> | undefined, boolean, unknown]>([
    [[], undefined, false, "it is not a preview: steps and changeSummary are missing"],
    [[], undefined, true, "it is not a preview: steps and changeSummary are missing"],
    [steps("create"), undefined, false, undefined],
    [
      steps("create"),
      undefined,
      true,
      "it failed before its end: it has a duration but no changeSummary",
    ],
    [[], {}, true, undefined],
    [steps("create", "delete-replaced", "refresh", "diff"), { create: 1 }, true, undefined],
    [steps("create"), { create: 2 }, true, missing(2, "create", 1)],
    [steps("create", "create"), { create: 1 }, true, missing(1, "create", 2)],
    [steps("create"), {}, true, missing(0, "create", 1)],
    [[], { update: 1 }, true, missing(1, "update", 0)],
    [steps("same"), { same: 9 }, true, undefined],
    [steps("same", "same"), { same: 1 }, true, missing(1, "same", 2)],
    [steps("read", "read"), { read: 1 }, true, undefined],
    [steps("read"), { read: 2 }, true, missing(2, "read", 1)],
    [steps("refresh"), { same: 1 }, true, refresh],
    [steps("refresh", "create"), { create: 1 }, true, undefined],
    [[{ op: "refresh", urn: stack }, ...steps("create")], { create: 1 }, true, refresh],
    [[{ op: "same", urn: stack }, ...steps("refresh")], { same: 1 }, true, undefined],
  ])(
    "a failure is described in one line: %j, counted as %j, ended %j",
    (given, summary, hasEnded, problem) => {
      expect(findMissingSteps(given, summary, hasEnded)).toBe(problem);
    },
  );
});

test.each<[string[], object | undefined]>([
  [["project:///index.ts#12,7"], { file: "index.ts", line: 12, column: 7 }],
  [["project:///src/a b.ts#3"], { file: "src/a b.ts", line: 3, column: 1 }],
  [
    ["project:///node_modules/x.js#1,1", "project:///../y.ts#1,1", "", "project:///z.ts#20,10"],
    { file: "z.ts", line: 20, column: 10 },
  ],
  [["see project:///index.ts#12,7"], undefined],
  [["project:///index.ts#12,7 and on"], undefined],
  [["project:///index.ts"], undefined],
  [["file:///index.ts#12,7"], undefined],
  [[], undefined],
])("the place of %j in the program is found", (positions, place) => {
  expect(findProgramPosition(positions.map((sourcePosition) => ({ sourcePosition })))).toEqual(
    place,
  );
});

describe("the stream of events", () => {
  const urn = urnOf("OAuthClient", "ci");
  const state = (scopes: string[]) => ({ type: urn.split("::")[2], inputs: { scopes } });
  const pre = (op: string, of = urn) => ({
    resourcePreEvent: { metadata: { op, urn: of, old: state(["dns"]), new: state(["dns"]) } },
  });
  const outputs = (op: string, of = urn) => ({
    resOutputsEvent: { metadata: { op, urn: of, old: state(["dns"]), new: state(["users"]) } },
  });
  const end = (more: object = {}) => ({
    summaryEvent: { isPreview: true, resourceChanges: { update: 1 }, ...more },
  });
  const read = (...events: object[]) =>
    readPreview(events.map((event, sequence) => JSON.stringify({ sequence, ...event })).join("\n"));
  const ops = (...events: object[]) => {
    const found = read(...events);
    return "problem" in found
      ? found.problem
      : found.steps.map(({ op, new: after }) => [op, after?.arguments.named.get("scopes")]);
  };
  const dns = { is: "known", value: ["dns"] };
  const users = { is: "known", value: ["users"] };

  test("the result of a refresh replaces only that step", () => {
    const other = urnOf("OAuthClient", "other");
    expect(
      ops(
        pre("refresh"),
        pre("update", other),
        outputs("update"),
        end({ resourceChanges: { update: 2 } }),
      ),
    ).toEqual([
      ["update", users],
      ["update", dns],
    ]);
    expect(ops(pre("refresh"), outputs("same"), pre("update", other), end())).toEqual([
      ["refresh", dns],
      ["update", dns],
    ]);
    expect(ops(pre("update"), outputs("update"), end())).toEqual([["update", dns]]);
    expect(ops(pre("update"), outputs("delete", other), end())).toEqual([["update", dns]]);
  });

  test.each<[object[], string]>([
    [
      [pre("update"), end(), end()],
      "it has the events of more than one preview: review each one separately",
    ],
    [[pre("update")], "it is cut off: the event with its summary is missing"],
    [[{ errorEvent: { error: " boom\n" } }, end()], "the preview failed: boom"],
    [[{ errorEvent: {} }, end()], "the preview failed: "],
    [
      [{ resOpFailedEvent: { metadata: { op: "update", urn } } }, end()],
      `the preview failed at ${urn}`,
    ],
    [
      [{ policyEvent: { enforcementLevel: "mandatory", message: " no all\n" } }, end()],
      "a policy pack forbids it: no all",
    ],
    [[{ policyEvent: { enforcementLevel: "mandatory" } }, end()], "a policy pack forbids it: "],
    [[pre("update"), end({ isPreview: false })], "it is an update, not a preview"],
    [[pre("update"), end({ result: "failed" })], "the preview failed"],
    [[pre("update"), { newEvent: {} }, end()], "1 has newEvent, which this version does not know"],
    [
      [pre("update"), { errorEvent: 7 }, end()],
      "it is not a stream of events: 1.errorEvent must be an object",
    ],
  ])("an invalid stream of events is refused: case %#", (events, problem) => {
    expect(ops(...events)).toBe(problem);
  });

  test("a stream of events without a result is a successful preview", () => {
    expect(ops(pre("update"), end({ result: null }))).toEqual([["update", dns]]);
  });
});

describe("the steps of a plan", () => {
  const urn = urnOf("OAuthClient", "ci");
  const planned = (plan: object) => {
    const found = readPlan(JSON.stringify({ manifest: {}, resourcePlans: { [urn]: plan } }));
    if ("problem" in found) throw new Error(found.problem);
    return found.steps;
  };
  const bag = (members: object) => new Map(Object.entries(members));
  const known = (value: unknown) => ({ is: "known", value });
  const state = { scopes: ["dns"], tags: ["tag:a"] };
  const inputDiff = {
    adds: { tags: ["tag:a"] },
    updates: { scopes: ["dns"] },
    deletes: ["description"],
  };

  test("a plan's steps have the unchanged arguments before and all arguments after", () => {
    const [step] = planned({ goal: { inputDiff }, steps: ["update"], state });
    expect(step?.old?.arguments).toEqual({
      named: bag({ tags: absent, scopes: { is: "unknown" }, description: { is: "unknown" } }),
      others: absent,
    });
    expect(step?.new?.arguments).toEqual({
      named: bag({ scopes: known(["dns"]), tags: known(["tag:a"]), description: absent }),
      others: absent,
    });
  });

  test("a plan's steps show nothing before that the plan did not compare", () => {
    const nothing = { named: new Map(), others: { is: "unknown" } };
    const all = [
      { goal: {}, steps: ["update"], state },
      { goal: { inputDiff: { adds: { __provider: "x" } } }, steps: ["replace"], state },
      { goal: { inputDiff }, steps: ["update"], state: secret },
    ];
    for (const plan of all) expect(planned(plan)[0]?.old?.arguments).toEqual(nothing);
  });

  test("a plan's steps show nothing after if the plan has neither state nor inputs, or hides them", () => {
    const madeBy = (plan: object) => planned(plan)[0]?.new?.arguments;
    expect(madeBy({ goal: {}, steps: ["import"] })).toEqual({
      named: new Map(),
      others: { is: "unknown" },
    });
    expect(madeBy({ goal: { inputDiff: {} }, steps: ["import"] })).toEqual({
      named: new Map(),
      others: absent,
    });
    expect(madeBy({ goal: {}, steps: ["create"], state })).toMatchObject({ others: absent });
    expect(madeBy({ goal: { inputDiff: { adds: secret } }, steps: ["create"], state })).toEqual({
      named: new Map(),
      others: { is: "hidden" },
    });
  });

  test.each([
    ["create", false, true],
    ["import", false, true],
    ["update", true, true],
    ["same", true, true],
    ["replace", true, true],
    ["delete", true, false],
    ["delete-replaced", true, false],
    ["discard", true, false],
    ["discard-replaced", true, false],
  ])("a step %s of a plan has a half before (%j) and one after (%j)", (op, hasOld, hasNew) => {
    const [step] = planned({ goal: { inputDiff }, steps: [op], state });
    expect([step?.old !== undefined, step?.new !== undefined]).toEqual([hasOld, hasNew]);
    expect(step?.old?.isExternal).toBe(hasOld ? op.startsWith("discard") : undefined);
    expect(planned({ steps: [op], state })[0]?.new).toBeUndefined();
  });

  test("a plan's steps have the types of the URN and of the goal, once each", () => {
    const types = (type: string | undefined) =>
      planned({ goal: { type, inputDiff }, steps: ["update"], state })[0]?.new?.types;
    const own = urn.split("::")[2] ?? "";
    expect(types(undefined)).toEqual([own]);
    expect(types(own)).toEqual([own]);
    expect(types("aws:s3/bucket:Bucket")).toEqual([own, "aws:s3/bucket:Bucket"]);
  });

  test("a plan's steps have the new code, and the old code if it is known", () => {
    const code = (diff: object, given: object, op = "update") => {
      const [step] = planned({ goal: { inputDiff: diff }, steps: [op], state: given });
      return [step?.old?.code, step?.new?.code];
    };
    const ours = known("x");
    expect(code({}, { __provider: "x" })).toEqual([[ours], [ours]]);
    expect(code({ adds: { __provider: "x" } }, { __provider: "x" })).toEqual([[absent], [ours]]);
    expect(code({ adds: { __provider: "x" } }, { __provider: "x" }, "replace")).toEqual([
      undefined,
      [ours],
    ]);
    expect(code({ updates: { __provider: "x" } }, { __provider: "x" })).toEqual([
      [{ is: "unknown" }],
      [ours],
    ]);
  });

  test.each([
    [" \n", "it is empty"],
    ["{}\n{}", "it has more than one JSON document"],
    ['{"resourcePlans":[]}', "it is not an update plan: resourcePlans must be an object"],
    ["{}", "it is not an update plan: manifest is missing"],
  ])("the invalid plan %j is refused", (text, problem) => {
    expect(readPlan(text)).toEqual({ problem });
  });
});

test("a preview's old state is read as it was asked for, its new state as it is given", () => {
  const given = step("update", "OAuthClient", "ci", { scopes: ["dns"] }, { scopes: ["users"] });
  const read = readPreview(
    JSON.stringify({
      steps: [
        {
          ...given,
          oldState: { ...given.oldState, external: true, delete: true, retainOnDelete: true },
          newState: { ...given.newState, outputs: { scopes: ["all"] }, deletedWith: "urn" },
        },
      ],
      changeSummary: { update: 1 },
      diagnostics: null,
    }),
  );
  if ("problem" in read) throw new Error(read.problem);
  const [{ old, new: after } = { old: undefined, new: undefined }] = read.steps;
  expect(old).toMatchObject({
    id: "kci",
    isExternal: true,
    isMarked: true,
    retainOnDelete: { is: "known", value: true },
    deletedWith: absent,
  });
  expect(old?.answered?.named.get("createdAt")).toEqual({ is: "known", value: "2026" });
  expect(after).toMatchObject({
    isExternal: false,
    isMarked: false,
    retainOnDelete: absent,
    deletedWith: { is: "known", value: "urn" },
  });
  expect(after).not.toHaveProperty("id");
  expect(after).not.toHaveProperty("answered");
  expect(after?.arguments.named.get("scopes")).toEqual({ is: "known", value: ["users"] });
});
