/** The JSON body of a request, in the form that the route expects. */

import type { Context } from "hono";
import type { z } from "zod";
import type { Env } from "./authentication.js";
import { refuseRequest } from "./refusal.js";
import { describeFirstProblem, describeProblem } from "./schema-problem.js";

export async function readBody<Body>(
  context: Context<Env>,
  schema: z.ZodType<Body>,
): Promise<Body> {
  let body: unknown;
  try {
    body = JSON.parse(await context.req.text());
  } catch {
    throw refuseRequest("the request body is not JSON");
  }
  return parseBody(schema, body);
}

/** Parses `body` by `schema`; refuses it with its first problem. */
export function parseBody<Body>(schema: z.ZodType<Body>, body: unknown): Body {
  const result = schema.safeParse(body, { error: describeProblem });
  if (result.success) return result.data;
  throw refuseRequest(describeFirstProblem(result.error, "the request body"));
}
