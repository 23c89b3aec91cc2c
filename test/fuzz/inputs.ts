/** Inputs that nobody meant, and what every message about them has to hold to. */

import fc from "fast-check";
import { expect } from "vitest";
import { unknownValue } from "../../provider/access/engine-values";
import { runs } from "../runs";

/** How many inputs each surface gets. */
export const inputs = runs(10_000);

/** Texts that have broken programs before. */
const nasty = fc.constantFrom(
  "",
  " ",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "-1",
  "1e309",
  "\u0000",
  "\u202e",
  "\ud800",
  "tag:",
  "tag:ci",
  "all",
  "auth_keys",
  "90d",
  "9999999999999999999999d",
  "https://",
  "http://[::1",
  "*",
  "../../etc/passwd",
  "--",
  "-",
  unknownValue,
  "a".repeat(10_000),
);

export const text = fc.oneof(
  nasty,
  fc.string({ maxLength: 30 }),
  fc.string({ unit: "binary", maxLength: 10 }),
);

/** Anything that JSON can say, keys of objects included. */
export const anything: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    text,
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(text, tie("value"), { maxKeys: 4 }),
  ),
})).value;

/** An object with some of the names, each mostly with something of the right kind. */
export function objectOf(
  names: readonly string[],
  likely: fc.Arbitrary<unknown>,
): fc.Arbitrary<Record<string, unknown>> {
  const value = fc.oneof({ weight: 3, arbitrary: likely }, { weight: 1, arbitrary: anything });
  return fc.dictionary(
    fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: text }),
    value,
    {
      maxKeys: 8,
    },
  );
}

const counted = new Map<string, { inputs: number; refused: number }>();

/**
 * Runs `check` on many inputs; it gives the messages about one, of which none may be a slip of
 * ours.
 */
export async function fuzz<Input>(
  surface: string,
  arbitrary: fc.Arbitrary<Input>,
  check: (input: Input) => Promise<readonly string[]> | readonly string[],
): Promise<void> {
  const count = { inputs: 0, refused: 0 };
  counted.set(surface, count);
  await fc.assert(
    fc.asyncProperty(arbitrary, async (input) => {
      count.inputs++;
      const messages = await check(input);
      if (messages.length > 0) count.refused++;
      for (const message of messages) expectFit(message);
    }),
    { numRuns: inputs },
  );
  console.log(
    `${surface}: ${count.inputs} inputs, ${count.refused} refused with a message, no crash`,
  );
}

/** No stack trace, no value that is not there, nothing endless: whatever the input was. */
export function expectFit(message: string): void {
  const own = message.replace(/"(?:[^"\\]|\\.)*"/g, '"…"');
  expect(own, message).not.toMatch(
    /\n\s+at .*:\d+|TypeError|RangeError|ReferenceError|Cannot read|is not a function|Maximum call stack/,
  );
  expect(own, message).not.toMatch(/(?<![\w.])(undefined|\[object Object\]|NaN)(?![\w.])/);
  expect(message.length).toBeGreaterThan(3);
}
