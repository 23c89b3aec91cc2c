/**
 * What a review reads: every form of a preview and of a plan, and none that failed, stopped early,
 * or is something else.
 */

import { describe, expect, test } from "vitest";
import { readPlan } from "../../provider/review/input/plan";
import { readPreview } from "../../provider/review/input/preview";
import {
  type Bag,
  type GivenStep,
  previewOf,
  reviewOf,
  state,
  step,
  summaryOf,
  unknown,
  urnOf,
} from "./a-preview";

const made = step("create", "OAuthClient", "ci", undefined, { scopes: ["users"] });
const good = previewOf(made);

/** The digest with something else in it. */
const digest = (more: Bag) => JSON.stringify({ ...JSON.parse(good), ...more });

describe("the JSON of a preview is read from any output around it", () => {
  const pretty = JSON.stringify(JSON.parse(good), undefined, 4);
  test.each([
    ["in one line", good],
    ["over many lines", `${pretty}\n`],
    ["with the line ends of Windows", pretty.replaceAll("\n", "\r\n")],
    ["after a byte order mark", `\ufeff${pretty}`],
    [
      "behind what the CLI says of policy packs and plugins",
      `Installing policy pack acme-iam 0.0.7...\nFinished installing policy pack\n[resource plugin random-4.16.3] installing\n\n${pretty}`,
    ],
    ["behind the banner of npm and a mark of its encoding", `\n> preview\n\n\ufeff${pretty}`],
    ["behind a line of a log", `{"level":"info"}\n${pretty}`],
    ["behind an object that a script showed", `{ ready: true }\n${good}`],
    ["behind progress on the same line", `Installing plugins...\r\u001b[K${pretty}`],
    ["between the colours of a terminal", `\u001b[0m${good}\u001b[?25h\n`],
  ])("the JSON of a preview is found in the output around it: %s", (_, text) => {
    expect(reviewOf(readPreview(text)).report.verdict).toBe("admin");
  });
});

/** Without the step of the stack itself that every preview of a program has. */
const plain = (...steps: GivenStep[]) => JSON.stringify({ steps, changeSummary: summaryOf(steps) });

describe("a document that is not a complete preview is refused", () => {
  const step1 = JSON.stringify(made);
  test.each([
    ["nothing", "", "it is empty"],
    ["blanks", " \n", "it is empty"],
    ["text", "Previewing update (dev)", "it is not the JSON"],
    ["a list", "[]", "the document must be an object"],
    ["an empty object", "{}", "steps and changeSummary are missing"],
    ["a step without a URN", '{"steps":[{"op":"create"}]}', "steps.0.urn must be a string"],
    ["a part of the JSON", good.slice(0, -5), "it is not the JSON"],
    [
      "inputs that are a list",
      digest({ steps: [{ ...made, newState: { ...made.newState, inputs: [1] } }] }),
      "steps.0.newState.inputs has the wrong form",
    ],
    [
      "an error behind it",
      `${JSON.stringify(JSON.parse(good), undefined, 1)}\nerror: preview failed\n`,
      'text after the JSON, which may report a failure: "error: preview failed"',
    ],
    [
      "an error behind it, in one line",
      `${good}\nerror: preview failed\n`,
      'text after the JSON, which may report a failure: "error: preview failed"',
    ],
    ["a part of it, and then all of it", `${good.slice(0, -1)}\n${good}`, "it is not the JSON"],
    ["two of them", `${good}\n${good}`, "more than one JSON document"],
    [
      "two of them over many lines",
      `${JSON.stringify(JSON.parse(good), undefined, 1)}\n${JSON.stringify(JSON.parse(good), undefined, 1)}`,
      "more than one JSON document",
    ],
    [
      "an error",
      digest({ diagnostics: [{ severity: "error", message: "boom" }] }),
      "the preview failed: boom",
    ],
    [
      "a severity of the future",
      digest({ diagnostics: [{ severity: "fatal", message: "boom" }] }),
      'of severity "fatal", which this version does not know: boom',
    ],
    [
      "a message without a severity",
      digest({ diagnostics: [{ message: "boom" }] }),
      'of severity ""',
    ],
    ["a state that may be corrupt", digest({ maybeCorrupt: true }), "corrupt"],
    ["no summary", `{"steps":[${step1}],"duration":7}`, "it failed before its end"],
    [
      "a summary without steps",
      '{"changeSummary":{"create":1}}',
      'changeSummary counts 1 of "create", but the steps have 0',
    ],
    [
      "fewer steps than the summary has",
      digest({ changeSummary: { same: 1, create: 2 } }),
      'counts 2 of "create", but the steps have 1',
    ],
    [
      "more steps than the summary has",
      digest({ changeSummary: { same: 1 } }),
      'counts 0 of "create", but the steps have 1',
    ],
    [
      "a step of another kind",
      digest({ changeSummary: { same: 1, create: 1, delete: 1 } }),
      'counts 1 of "delete", but the steps have 0',
    ],
    [
      "a step of a kind of the future",
      digest({ changeSummary: { create: 1, transmogrify: 1 } }),
      'counts 1 of "transmogrify"',
    ],
    [
      "more that stays the same than is counted",
      previewOf(step("same", "OAuthClient", "a", {}, {})).replace(/"same":\d/, '"same":0'),
      'counts 0 of "same", but the steps have 2',
    ],
    [
      "the preview of a refresh",
      plain(step("refresh", "OAuthClient", "a", {}, {})),
      "the preview of a refresh",
    ],
    [
      "the preview of a refresh that found something",
      plain(
        step("refresh", "pulumi:pulumi:Stack", "test-dev", {}, {}),
        step("delete", "OAuthClient", "a", {}),
      ),
      "the preview of a refresh",
    ],
  ])("a document that is not a complete preview is refused: %s", (_, text, problem) => {
    expect(readPreview(text)).toEqual({ problem: expect.stringContaining(problem) });
  });

  test("warnings, the program's output and steps that no summary counts are not failures", () => {
    const text = JSON.stringify({
      steps: [
        step("refresh", "pulumi:pulumi:Stack", "test-dev", {}, {}),
        step("refresh", "OAuthClient", "b", { scopes: ["dns"] }, { scopes: ["dns"] }),
        step("same", "pulumi:pulumi:Stack", "test-dev", {}, {}),
        step("read", "OAuthClient", "c", undefined, {}),
        step("create-replacement", "OAuthClient", "d", { scopes: ["dns"] }, { scopes: ["dns"] }),
        step("replace", "OAuthClient", "d", { scopes: ["dns"] }, { scopes: ["dns"] }),
        step("delete-replaced", "OAuthClient", "d", { scopes: ["dns"] }),
      ],
      diagnostics: ["debug", "info", "info#err", "warning"].map((severity) => ({
        severity,
        message: "x",
      })),
      changeSummary: { same: 12, replace: 1 },
      maybeCorrupt: false,
      duration: 1,
    });
    expect(reviewOf(readPreview(text)).report.credentials).toMatchObject([
      { name: "d", change: "replace" },
    ]);
  });
});

describe("the stream of events", () => {
  let sequence = 0;
  const event = (more: Bag) => ({ sequence: ++sequence, timestamp: 1, ...more });
  const resource = (op: string, old: Bag | null, after: Bag | null, name = "ci") => ({
    metadata: {
      op,
      urn: urnOf("OAuthClient", name),
      type: "pulumi-nodejs:dynamic/tailscope:OAuthClient",
      old,
      new: after,
      detailedDiff: null,
    },
    planning: true,
  });
  const summary = (more: Bag = {}) =>
    event({
      summaryEvent: {
        maybeCorrupt: false,
        durationSeconds: 2,
        resourceChanges: { create: 1, same: 1 },
        PolicyPacks: {},
        isPreview: true,
        result: "succeeded",
        ...more,
      },
    });
  const creation = event({
    resourcePreEvent: resource("create", null, state("OAuthClient", { scopes: ["users"] })),
  });
  const stream = (...events: Bag[]) => events.map((one) => JSON.stringify(one)).join("\n");
  const whole = (...more: Bag[]) =>
    stream(
      event({ preludeEvent: { config: {} } }),
      event({ diagnosticEvent: { message: "loaded", color: "never", severity: "debug" } }),
      creation,
      event({
        resOutputsEvent: resource("create", null, state("OAuthClient", { scopes: ["users"] })),
      }),
      ...more,
      event({ cancelEvent: {} }),
    );

  test("the events mean the same as the digest, also after other text", () => {
    expect(reviewOf(readPreview(`Installing policy pack\n${whole(summary())}\n`)).report).toEqual(
      reviewOf(readPreview(good)).report,
    );
  });

  test.each([
    ["behind a line of a log", `{"level":"info"}\n${whole(summary())}`],
    [
      "laid out over many lines",
      whole(summary())
        .split("\n")
        .map((line) => JSON.stringify(JSON.parse(line), undefined, 2))
        .join("\n"),
    ],
  ])("the events of a preview are read %s", (_, text) => {
    expect(reviewOf(readPreview(text)).report).toEqual(reviewOf(readPreview(good)).report);
  });

  test("a line of text among the events is refused by its words", () => {
    const among = whole(summary()).replace("\n", "\nerror: boom\n");
    expect(readPreview(among)).toEqual({
      problem: expect.stringContaining('which may report a failure: "error: boom"'),
    });
  });

  test("events do not show deletedWith, so nothing is surely lost", () => {
    const gone = event({
      resourcePreEvent: resource("delete", state("OAuthClient", { scopes: ["all"] }), null, "old"),
    });
    const found = reviewOf(
      readPreview(
        stream(creation, gone, summary({ resourceChanges: { create: 1, delete: 1, same: 1 } })),
      ),
    );
    expect(found.report.credentials.at(-1)).toMatchObject({
      name: "old",
      change: "delete",
      lost: [],
      life: [
        "It may stay alive, and nobody would manage it: it cannot be seen whether deletedWith keeps it.",
      ],
    });
  });

  test("secret and unknown values are recognized by their marks, also within a longer text", () => {
    const hidden = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ciphertext: "[secret]",
    };
    const found = reviewOf(
      readPreview(
        stream(
          event({
            resourcePreEvent: resource(
              "create",
              null,
              state("OAuthClient", { scopes: hidden, tags: ["tag:[secret]", unknown] }),
            ),
          }),
          summary(),
        ),
      ),
    );
    expect(found.report.credentials).toMatchObject([
      { class: "admin", tagsGained: [], unknown: ["scopes", "tags"] },
    ]);
  });

  test.each<[string, string, string]>([
    ["without an end", stream(creation), "it is cut off"],
    ["of a preview that failed", whole(summary({ result: "failed" })), "the preview failed"],
    [
      "of a preview that somebody stopped",
      whole(summary({ result: "canceled" })),
      "the preview canceled",
    ],
    ["of an update", whole(summary({ isPreview: false })), "it is an update"],
    ["of two previews", whole(summary(), summary()), "more than one preview"],
    [
      "with an error",
      whole(event({ diagnosticEvent: { severity: "error", message: "boom" } }), summary()),
      "the preview failed: boom",
    ],
    [
      "with an error of the engine",
      whole(event({ errorEvent: { error: "boom" } }), summary()),
      "the preview failed: boom",
    ],
    [
      "with a step that failed",
      whole(event({ resOpFailedEvent: resource("create", null, null) }), summary()),
      "the preview failed at urn:pulumi:",
    ],
    [
      "that a policy pack forbids",
      whole(event({ policyEvent: { enforcementLevel: "mandatory", message: "no" } }), summary()),
      "a policy pack forbids it: no",
    ],
    [
      "with an event of the future",
      whole(event({ doomEvent: {} }), summary()),
      "has doomEvent, which this version does not know",
    ],
    [
      "that has fewer steps than its summary",
      whole(summary({ resourceChanges: { create: 2 } })),
      'counts 2 of "create"',
    ],
    ["of a state that may be corrupt", whole(summary({ maybeCorrupt: true })), "corrupt"],
  ])("a stream of events with %s is refused", (_, text, problem) => {
    expect(readPreview(text)).toEqual({ problem: expect.stringContaining(problem) });
  });

  test("the result of a refresh replaces the step in a stream of events", () => {
    const [was, is] = [
      state("OAuthClient", { scopes: ["dns"] }),
      state("OAuthClient", { scopes: ["all"] }),
    ];
    const root = {
      ...resource("same", null, null),
      metadata: { op: "same", urn: urnOf("pulumi:pulumi:Stack", "s") },
    };
    const found = readPreview(
      stream(
        event({ resourcePreEvent: root }),
        event({ resourcePreEvent: resource("refresh", was, was) }),
        event({ resOutputsEvent: resource("update", was, is) }),
        summary({ resourceChanges: { same: 1, update: 1 } }),
      ),
    );
    expect(reviewOf(found).report.credentials).toMatchObject([
      { change: "update", class: "admin" },
    ]);
  });
});

describe("a document that is not a plan is refused", () => {
  test.each([
    ["", "it is empty"],
    ["x", "it is not the JSON of an update plan"],
    ['{"steps":[]}', "manifest is missing"],
    ['{"manifest":{}}\n{"manifest":{}}', "more than one JSON document"],
    [
      '{"manifest":{},"resourcePlans":{"u":{"steps":"create"}}}',
      "resourcePlans.u.steps must be a list",
    ],
    [
      '{"manifest":{},"resourcePlans":{"u":{"steps":["create"],"state":[]}}}',
      "resourcePlans.u.state has the wrong form",
    ],
  ])("a document that is not a plan is refused: %j", (text, problem) => {
    expect(readPlan(text)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
