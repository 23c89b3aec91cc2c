/** The JSON body of a request, in the form that the route expects. */

import type { Context } from "hono";
import type { z } from "zod";
import type { Env } from "./authentication.js";
import { badRequest } from "./refusal.js";
import { describeProblem, firstProblem } from "./schema-problem.js";

export async function bodyOf<Body>(context: Context<Env>, schema: z.ZodType<Body>): Promise<Body> {
  let body: unknown;
  try {
    body = JSON.parse(await context.req.text());
  } catch {
    throw badRequest("the request body is not JSON");
  }
  return fitting(schema, body);
}

/** Parses `body` by `schema`; refuses it with its first problem. */
export function fitting<Body>(schema: z.ZodType<Body>, body: unknown): Body {
  const result = schema.safeParse(body, { error: describeProblem });
  if (result.success) return result.data;
  throw badRequest(firstProblem(result.error, "the request body"));
}
