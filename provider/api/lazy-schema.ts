/**
 * Schemas that are made when the first value is parsed. zod takes longer to load than anything else
 * of a small command, and the first answer of Tailscale is on its way meanwhile.
 */

import { createRequire } from "node:module";
import type * as zod from "zod";

/** Returns the schema of a value; the first call makes it. */
export type LazySchema<Value = unknown> = () => zod.ZodType<Value>;

/** What a lazy schema makes of a value, as `z.infer` says it of any other. */
export type Infer<Lazy extends LazySchema> = zod.z.infer<ReturnType<Lazy>>;

/** @example defineSchema((z) => z.object({ name: z.string() })) */
export function defineSchema<Schema extends zod.ZodType>(
  define: (z: typeof zod.z) => Schema,
): () => Schema {
  let schema: Schema | undefined;
  return () => {
    schema ??= define(loadZod());
    return schema;
  };
}

function loadZod(): typeof zod.z {
  const { z }: typeof zod = createRequire(__filename)("zod");
  return z;
}
