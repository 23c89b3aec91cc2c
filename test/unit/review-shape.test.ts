/** The shapes of a review's input let through what zod's schemas of the same words do. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  anything,
  arrayOf,
  boolean,
  closedObjectOf,
  nullish,
  number,
  objectOf,
  optional,
  recordOf,
  type Shape,
  string,
} from "../../provider/review/input/shape";

/** A shape, and zod's schema for the same. */
interface Pair {
  readonly shape: Shape<unknown>;
  readonly schema: z.ZodType;
}

const names = ["a", "b", "c"] as const;

const { pair: pairs } = fc.letrec<{ pair: Pair }>((tie) => {
  const leaf: fc.Arbitrary<Pair> = fc.constantFrom<Pair>(
    { shape: string, schema: z.string() },
    { shape: number, schema: z.number() },
    { shape: boolean, schema: z.boolean() },
    { shape: anything, schema: z.unknown().optional() },
  );
  const members = fc.dictionary(fc.constantFrom(...names), tie("pair"), { maxKeys: 3 });
  const split = (of: Readonly<Record<string, Pair>>) => ({
    shapes: Object.fromEntries(Object.entries(of).map(([name, { shape }]) => [name, shape])),
    schemas: Object.fromEntries(Object.entries(of).map(([name, { schema }]) => [name, schema])),
  });
  return {
    pair: fc.oneof(
      { depthSize: "small" },
      leaf,
      tie("pair").map(({ shape, schema }) => ({
        shape: optional(shape),
        schema: schema.optional(),
      })),
      tie("pair").map(({ shape, schema }) => ({ shape: nullish(shape), schema: schema.nullish() })),
      tie("pair").map(({ shape, schema }) => ({ shape: arrayOf(shape), schema: z.array(schema) })),
      tie("pair").map(({ shape, schema }) => ({
        shape: recordOf(shape),
        schema: z.record(z.string(), schema),
      })),
      members.map(split).map(({ shapes, schemas }) => ({
        shape: objectOf(shapes),
        schema: z.looseObject(schemas),
      })),
      members.map(split).map(({ shapes, schemas }) => ({
        shape: closedObjectOf(shapes),
        schema: z.strictObject(schemas),
      })),
    ),
  };
});

const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<unknown>("text", 0, 1.5, true, null, Number.POSITIVE_INFINITY),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names, "other"), tie("value"), { maxKeys: 3 }),
  ),
}));

test("a shape and zod agree on every value, and on the first place that is wrong", () => {
  fc.assert(
    fc.property(pairs, values, ({ shape, schema }, value) => {
      const found = shape(value);
      const [issue] = schema.safeParse(value).error?.issues ?? [];
      expect(found?.path).toEqual(issue?.path);
      expect(found?.unknownKeys).toEqual(
        issue?.code === "unrecognized_keys" ? issue.keys : undefined,
      );
    }),
    { numRuns: 20_000 },
  );
});

test("an inherited value is not a property", () => {
  expect(objectOf({ toString: string })({})).toEqual({ path: ["toString"], expected: "a string" });
  expect(closedObjectOf({ a: string })({ a: "", constructor: 1 })).toEqual({
    path: [],
    unknownKeys: ["constructor"],
  });
});

test("a property named __proto__ is an ordinary property", () => {
  const value: unknown = JSON.parse('{"__proto__": {"a": 1}}');
  expect(recordOf(number)(value)).toEqual({ path: ["__proto__"], expected: "a number" });
  expect(closedObjectOf({ a: number })(value)?.path).toEqual(["a"]);
});
