/** Laws of rotation: pure functions of time, so every time, period and pause can be tried. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { computeDue, computeSlots } from "../../provider/access/rotation";
import { RotatingAuthKey, RotatingOAuthClient } from "../../provider/index";

const year = 365 * 24 * 60 * 60 * 1000;
const times = fc.integer({ min: 0, max: 60 * year });
const periods = fc.integer({ min: 60_000, max: 10 * year });

describe("the two slots of a rotating pair", () => {
  test("the two slots of a rotating pair have the current and the previous generation, and their next change is right", () => {
    fc.assert(
      fc.property(times, times, periods, (now, anchor, period) => {
        const { generations, current, changesAt } = computeSlots(now, anchor, period);
        expect(generations[current] - generations[current === 0 ? 1 : 0]).toBe(1);
        expect(changesAt).toBeGreaterThan(now);
        expect(changesAt - now).toBeLessThanOrEqual(period);
        expect((changesAt - anchor) % period === 0).toBe(true);
        expect(computeSlots(changesAt - 1, anchor, period).generations).toEqual(generations);
        // A generation keeps its slot, or a secret would move without having been made anew.
        for (const slot of [0, 1] as const) expect(Math.abs(generations[slot] % 2)).toBe(slot);
      }),
    );
  });

  test("the two slots of a rotating pair change once a period: the current one stays, and the other is recreated", () => {
    fc.assert(
      fc.property(times, times, periods, (now, anchor, period) => {
        const before = computeSlots(now, anchor, period);
        const after = computeSlots(before.changesAt, anchor, period);
        expect(after.current).not.toBe(before.current);
        expect(after.generations[before.current]).toBe(before.generations[before.current]);
        expect(after.generations[after.current]).toBe(before.generations[before.current] + 1);
      }),
    );
  });

  test("the two slots of a rotating pair do not depend on earlier runs", () => {
    fc.assert(
      fc.property(fc.array(times, { maxLength: 20 }), times, periods, (runs, anchor, period) => {
        // A machine that ran at all of these times, and one that ran only at the last.
        const last = runs.at(-1) ?? 0;
        const seen =
          runs.map((time) => computeSlots(time, anchor, period)).at(-1) ??
          computeSlots(last, anchor, period);
        expect(computeSlots(last, anchor, period)).toEqual(seen);
      }),
    );
  });

  test("a rotating pair always has a valid secret among those it gave out, and never more than two active ones", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 * 60_000 }), { minLength: 1, maxLength: 60 }),
        (pauses) => {
          const period = 60_000;
          let now = 0;
          // What each slot holds; a run changes one slot after the other, revoking what was there
          // before it makes the new one.
          const slots: (number | undefined)[] = [undefined, undefined];
          let handedOut: number | undefined;
          for (const pause of pauses) {
            now += pause;
            const { generations, current } = computeSlots(now, 0, period);
            const changed = ([0, 1] as const).filter((slot) => slots[slot] !== generations[slot]);
            for (const slot of changed) {
              const isFirstRun = handedOut === undefined;
              slots[slot] = undefined;
              expect(slots.filter((one) => one !== undefined).length + 1).toBeLessThanOrEqual(2);
              if (!isFirstRun) expect(slots.some((one) => one !== undefined)).toBe(true);
              slots[slot] = generations[slot];
            }
            // Where no whole period was missed, the secret seen last is still valid after the run.
            if (handedOut !== undefined && (generations[current] ?? 0) - handedOut <= 1)
              expect(slots).toContain(handedOut);
            handedOut = generations[current];
          }
        },
      ),
    );
  });
});

describe("a credential with rotateEvery and renewBefore", () => {
  test("a due rotation names its rule: rotateEvery if both are due at one moment", () => {
    const life = { created: 0, expires: 100, rotateEvery: 60, renewBefore: 40 };
    expect(computeDue(life)).toEqual({ at: 60, rule: "rotateEvery" });
    expect(computeDue({ ...life, renewBefore: 41 })).toEqual({ at: 59, rule: "renewBefore" });
    expect(computeDue({ created: 0, expires: 100, renewBefore: 41 })).toEqual({
      at: 59,
      rule: "renewBefore",
    });
  });

  test("a rotation is due at the earlier of two times, and never without a rule", () => {
    fc.assert(
      fc.property(times, periods, periods, periods, (created, life, rotateEvery, renewBefore) => {
        const expires = created + life;
        const due = computeDue({ created, expires, rotateEvery, renewBefore });
        expect(due?.at).toBe(Math.min(created + rotateEvery, expires - renewBefore));
        expect(computeDue({ created, expires })).toBeUndefined();
        expect(computeDue({ created, renewBefore })).toBeUndefined();
        expect(computeDue({ created, expires, rotateEvery })).toEqual({
          at: created + rotateEvery,
          rule: "rotateEvery",
        });
      }),
    );
  });
});

test.each<[() => unknown, string]>([
  [
    () => new RotatingAuthKey("runner", { every: "31d", expiry: "60d" }),
    'runner: every: "31d" is too long: a key that lives 60d must stay valid for one period more after the one in which it is current. The longest that fits is "30d".',
  ],
  [() => new RotatingAuthKey("runner", { every: "46d" }), 'The longest that fits is "45d".'],
  [
    () => new RotatingOAuthClient("ci", { every: "soon", scopes: ["dns"] }),
    'ci: every: "soon" is not a valid period',
  ],
  [() => new RotatingOAuthClient("ci", { every: 59, scopes: ["dns"] }), "from 1m to 3650d"],
  [
    () => new RotatingOAuthClient("ci", { every: "30d", anchor: "Monday", scopes: ["dns"] }),
    'ci: anchor: "Monday" is not a time in RFC 3339',
  ],
])("an impossible period is refused, with a possible one", (make, message) => {
  expect(make).toThrow(message);
});
