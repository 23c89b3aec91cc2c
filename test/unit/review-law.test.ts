/**
 * The law of a review, for every kind of credential, every step that the engine prints, and plans:
 * replacing any part of the input by something hidden or unknown never lowers the class, never
 * removes a gain, and never adds a loss.
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { dangers } from "../../provider/access/danger";
import { formatProviderText } from "../../provider/access/provider-text";
import { readPlan } from "../../provider/review/input/plan";
import { readPreview } from "../../provider/review/input/preview";
import { exceedsLimit, limits, type Review } from "../../provider/review/review";
import { runs } from "../runs";
import {
  type Bag,
  type GivenStep,
  previewOf,
  reviewOf,
  secret,
  state,
  summaryOf,
  unknown,
  urnOf,
} from "./a-preview";

const numRuns = runs(3000);

const some = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: undefined });

const names = (...from: string[]) => fc.uniqueArray(fc.constantFrom(...from), { maxLength: 3 });

const scopes = names(
  "all",
  "all:read",
  "dns",
  "dns:read",
  "users",
  "policy_file",
  "auth_keys",
  "oauth_keys",
  "devices:core",
  "acl",
  "future",
  "constructor",
);
const pattern = fc.constantFrom("a", "ab", "a*", "*", "b");
const duration = fc.constantFrom("1d", "30d", 3600, "90d");
const common = {
  tags: some(names("tag:a", "tag:b", "tag:c")),
  description: some(fc.constantFrom("x", "y")),
  connection: some(fc.constantFrom("", "prod")),
};
const trustCredential = { ...common, scopes, unlistedScopes: some(names("future")) };

/** The arguments of each kind. */
const bags = {
  OAuthClient: fc.record({
    ...trustCredential,
    rotateEvery: some(duration),
    generation: some(fc.nat(2)),
  }),
  AuthKey: fc.record({
    ...common,
    reusable: some(fc.boolean()),
    ephemeral: some(fc.boolean()),
    preauthorized: some(fc.boolean()),
    expiry: some(duration),
    recreateIfInvalid: some(fc.constantFrom("always", "never")),
    rotateEvery: some(duration),
    renewBefore: some(duration),
    mintedBy: some(fc.constant(secret)),
  }),
  FederatedIdentity: fc.record({
    ...trustCredential,
    issuer: fc.constantFrom("https://a.example", "https://b.example"),
    subject: pattern,
    audience: some(fc.constantFrom("me", "you")),
    customClaimRules: some(
      fc.dictionary(fc.constantFrom("ref", "__proto__", "constructor"), pattern, {
        noNullPrototype: true,
        maxKeys: 2,
      }),
    ),
  }),
};

/** Which steps the engine prints of one change, each with what it says of before and of after. */
const shapes: readonly (readonly (readonly [op: string, halves: "old" | "new" | "both"])[])[] = [
  [["create", "new"]],
  [["update", "both"]],
  [["delete", "old"]],
  [["replace", "both"]],
  [
    ["create-replacement", "both"],
    ["replace", "both"],
    ["delete-replaced", "old"],
  ],
  [
    ["delete-replaced", "old"],
    ["replace", "both"],
    ["create-replacement", "both"],
  ],
  [
    ["create-replacement", "both"],
    ["replace", "both"],
    ["discard-replaced", "old"],
  ],
  [
    ["read-replacement", "both"],
    ["replace", "both"],
    ["delete-replaced", "old"],
  ],
  [
    ["import-replacement", "both"],
    ["replace", "both"],
    ["delete-replaced", "old"],
  ],
  [
    ["import", "new"],
    ["update", "both"],
  ],
  [
    ["update", "both"],
    ["delete-replaced", "old"],
  ],
  [
    ["delete", "old"],
    ["create", "new"],
  ],
  [
    ["create", "new"],
    ["create", "new"],
  ],
  [["same", "both"]],
  [
    ["refresh", "both"],
    ["update", "both"],
  ],
  [["read", "both"]],
  [["discard", "old"]],
  [["remove-pending-replace", "old"]],
];

type Kind = keyof typeof bags;

const options = fc.record({
  wasExternal: fc.boolean(),
  isExternal: fc.boolean(),
  retained: fc.boolean(),
  deletedWith: some(fc.constantFrom(urnOf("OAuthClient", "host"), urnOf("OAuthClient", "gone"))),
  asked: fc.boolean(),
  shape: fc.constantFrom(...shapes),
});

const changes = fc
  .constantFrom<Kind>("OAuthClient", "AuthKey", "FederatedIdentity")
  .chain((kind) => fc.tuple(fc.constant(kind), bags[kind], bags[kind], bags[kind], options))
  .map(([kind, before, answered, after, given]): GivenStep[] => {
    const defined = (bag: Bag) =>
      Object.fromEntries(Object.entries(bag).filter(([, value]) => value !== undefined));
    const [was, is] = [defined(before), defined(after)];
    const outputs = given.asked
      ? { ...defined(answered), asked: { ...was } }
      : { ...was, createdAt: "2026" };
    const oldState = state(kind, was, {
      id: "kOld",
      outputs,
      ...(given.wasExternal && { external: true }),
      ...(given.retained && { retainOnDelete: true }),
      ...(given.deletedWith && { deletedWith: given.deletedWith }),
    });
    const newState = state(kind, is, { ...(given.isExternal && { external: true }) });
    return given.shape.map(([op, halves]) => ({
      op,
      urn: urnOf(kind, "it"),
      ...(halves !== "new" && { oldState: structuredClone(oldState) }),
      ...(halves !== "old" && { newState: structuredClone(newState) }),
    }));
  });

/** What the engine writes for something that it does not show. */
const markers: readonly unknown[] = [
  unknown,
  secret,
  "a [secret] b",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" },
  { "4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4" },
];

/** Every place below `value`, itself included, as the names on the way. */
function placesIn(value: unknown, way: readonly string[] = []): (readonly string[])[] {
  const below =
    typeof value === "object" && value !== null
      ? Object.keys(value).flatMap((name) =>
          placesIn(Object.getOwnPropertyDescriptor(value, name)?.value, [...way, name]),
        )
      : [];
  return [way, ...below];
}

/** A copy of `value` with `marker` at a place. */
function withMarker(value: unknown, [name, ...rest]: readonly string[], marker: unknown): unknown {
  if (name === undefined) return marker;
  if (Array.isArray(value))
    return value.map((member, index) =>
      String(index) === name ? withMarker(member, rest, marker) : member,
    );
  return Object.fromEntries(
    Object.entries(value as object).map(([member, its]) => [
      member,
      member === name ? withMarker(its, rest, marker) : its,
    ]),
  );
}

/** The places whose content is the program's, and not the engine's own. */
function hideable(document: unknown, isRight: (way: readonly string[]) => boolean) {
  return placesIn(document).filter(isRight);
}

function expectLaw(seen: Review, hidden: Review): void {
  const of = (found: Review) => {
    const all = found.report.credentials;
    return {
      class: dangers.indexOf(found.report.verdict),
      exceeded: limits.filter((limit) => exceedsLimit(found, limit)),
      gained: [...new Set(all.flatMap(({ gained }) => gained))].sort(),
      tagsGained: [...new Set(all.flatMap(({ tagsGained }) => tagsGained))].sort(),
      anyTag: all.some(({ unknown }) => unknown.includes("tags")),
      lost: [...new Set(all.flatMap(({ lost, tagsLost }) => [...lost, ...tagsLost]))].sort(),
      revokes: all.some(({ life }) =>
        life.some((line) => /^Revoked|old one is revoked/.test(line)),
      ),
    };
  };
  const [one, other] = [of(seen), of(hidden)];
  expect(other.class, "the class").toBeGreaterThanOrEqual(one.class);
  expect(other.exceeded, "what --fail-on sees").toEqual(expect.arrayContaining(one.exceeded));
  expect(one.lost, "what is lost").toEqual(expect.arrayContaining(other.lost));
  if (!one.revokes) expect(other.revokes, "whether something is revoked").toBe(false);
  // What is not understood counts as every gain that there is.
  if (hidden.report.notUnderstood.length > 0) return;
  expect(other.gained, "what is gained").toEqual(expect.arrayContaining(one.gained));
  if (!other.anyTag)
    expect(other.tagsGained, "the tags that are gained").toEqual(
      expect.arrayContaining(one.tagsGained),
    );
}

test("hiding arguments of a preview never lowers a class, removes a gain or adds a loss", () => {
  fc.assert(
    fc.property(
      changes,
      fc.constantFrom(...markers),
      fc.nat(),
      fc.option(fc.nat(), { freq: 2 }),
      (steps, marker, seed, more) => {
        const seen = reviewOf(readPreview(previewOf(...steps)));
        let hidden: unknown = steps;
        for (const at of more === null ? [seed] : [seed, more]) {
          const places = hideable(
            hidden,
            ([, half, bag]) =>
              half?.endsWith("State") === true && (bag === "inputs" || bag === "outputs"),
          );
          const place = places[at % places.length];
          if (place !== undefined) hidden = withMarker(hidden, place, marker);
        }
        expectLaw(seen, reviewOf(readPreview(previewOf(...(hidden as GivenStep[])))));
      },
    ),
    { numRuns },
  );
});

test("the events of a preview never show a lower class, fewer gains or more losses than its digest", () => {
  fc.assert(
    fc.property(changes, (steps) => {
      const events = [
        ...steps.map(({ op, urn, oldState = null, newState = null }) => ({
          resourcePreEvent: { metadata: { op, urn, old: oldState, new: newState } },
        })),
        {
          summaryEvent: {
            isPreview: true,
            result: "succeeded",
            resourceChanges: { same: 1, ...summaryOf(steps) },
          },
        },
      ];
      const stream = events
        .map((event, sequence) => JSON.stringify({ sequence, ...event }))
        .join("\n");
      expectLaw(reviewOf(readPreview(previewOf(...steps))), reviewOf(readPreview(stream)));
    }),
    { numRuns: runs(1000) },
  );
});

/**
 * A plan as the engine writes it of an update of one credential: the inputs afterwards, and which
 * of them differ from before.
 */
const plans = fc
  .constantFrom<Kind>("OAuthClient", "AuthKey", "FederatedIdentity")
  .chain((kind) =>
    fc.tuple(
      fc.constant(kind),
      bags[kind],
      bags[kind],
      fc.constantFrom<string[]>(
        ["create"],
        ["update"],
        ["create-replacement", "replace", "delete-replaced"],
        ["create-replacement", "replace", "discard-replaced"],
        ["delete-replaced", "replace", "create-replacement"],
        ["delete"],
        ["delete", "delete-replaced"],
        ["same"],
      ),
    ),
  )
  .map(([kind, before, after, steps]) => {
    const __provider = formatProviderText(kind);
    const defined = (bag: Bag): Bag =>
      Object.fromEntries(Object.entries(bag).filter(([, value]) => value !== undefined));
    const isNew = steps[0] === "create" || steps.includes("discard-replaced");
    const was: Bag = isNew ? {} : { __provider, ...defined(before) };
    const is: Bag = { __provider, ...defined(after) };
    const differs = (name: string) => JSON.stringify(was[name]) !== JSON.stringify(is[name]);
    const pick = (from: Bag, isRight: (name: string) => boolean) =>
      Object.fromEntries(Object.entries(from).filter(([name]) => isRight(name)));
    const ends = steps.every((op) => op.startsWith("delete"));
    return {
      kind,
      steps,
      was,
      is,
      planned: ends
        ? { steps, state: null }
        : {
            goal: {
              type: urnOf(kind, "it").split("::")[2],
              inputDiff: {
                adds: pick(is, (name) => !Object.hasOwn(was, name)),
                updates: pick(is, (name) => Object.hasOwn(was, name) && differs(name)),
                deletes: Object.keys(was).filter((name) => !Object.hasOwn(is, name)),
              },
            },
            steps,
            state: is,
          },
    };
  });

const planOf = (urn: string, planned: unknown) =>
  reviewOf(readPlan(JSON.stringify({ manifest: {}, resourcePlans: { [urn]: planned } })));

test("hiding arguments of a plan never lowers a class, removes a gain or adds a loss", () => {
  fc.assert(
    fc.property(plans, fc.constantFrom(...markers), fc.nat(), ({ kind, planned }, marker, seed) => {
      const urn = urnOf(kind, "it");
      const places = hideable(
        planned,
        (way) =>
          way[0] === "state" ||
          (way[1] === "inputDiff" && (way[2] === "adds" || way[2] === "updates")),
      );
      const place = places[seed % Math.max(1, places.length)];
      if (place === undefined) return;
      expectLaw(planOf(urn, planned), planOf(urn, withMarker(planned, place, marker)));
    }),
    { numRuns },
  );
});

test("a plan never shows a lower class, fewer gains or more losses than the preview", () => {
  fc.assert(
    fc.property(plans, ({ kind, steps, was, is, planned }) => {
      const urn = urnOf(kind, "it");
      const isEnd = (op: string) => op === "delete" || op.endsWith("-replaced");
      const preview = steps.map((op) => ({
        op,
        urn,
        ...(op !== "create" && {
          oldState: {
            ...state(kind, was, { id: "kOld", outputs: was }),
            ...(steps.includes("discard-replaced") && { external: true }),
          },
        }),
        ...(!isEnd(op) && { newState: state(kind, is) }),
      }));
      expectLaw(reviewOf(readPreview(previewOf(...preview))), planOf(urn, planned));
    }),
    { numRuns },
  );
});
