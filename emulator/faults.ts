/**
 * Faults that a test injects: which requests fail, and how. They affect only the API, never
 * the control interface.
 */

import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, MiddlewareHandler } from "hono";
import { z } from "zod";
import { type Env, readToken } from "./authentication.js";

/** A fault to inject: which requests fail, and how. */
export interface Fault {
  /** The method that it affects; all if absent. */
  method?: string | undefined;
  /** A part of the path, for example `"/keys"`; every path if absent. */
  path?: string | undefined;
  /**
   * How many requests it affects.
   * @default 1
   */
  times?: number | undefined;
  /**
   * How many matching requests pass first.
   * @default 0
   */
  after?: number | undefined;
  effect: Effect;
}

/** What happens to a request that a fault affects. */
export type Effect =
  /** Answers with this status, and does nothing else. */
  | {
      kind: "answer";
      status: number;
      body?: string | undefined;
      headers?: Record<string, string> | undefined;
    }
  /**
   * Closes the connection before anything is done, and the port with it: for this time every
   * connection is refused.
   */
  | { kind: "refuse"; milliseconds: number }
  /** Forgets the token of the request, so that the answer is 401. */
  | { kind: "revoke-token" }
  /** Closes the connection before anything is done. */
  | { kind: "reset" }
  /** Does nothing and never answers. */
  | { kind: "stall" }
  /** Performs the request, then closes the connection without an answer. */
  | { kind: "lose-answer" }
  /** Performs the request, and never answers. */
  | { kind: "stall-answer" }
  /** Performs the request, then closes the connection in the middle of the answer. */
  | { kind: "cut-answer" };

/** @internal */
export const faultShape = z.strictObject({
  method: z.string().toUpperCase().optional(),
  path: z.string().optional(),
  times: z.int().min(1).default(1),
  after: z.int().min(0).default(0),
  effect: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("answer"),
      status: z.int().min(200).max(599),
      body: z.string().default('{"message":"injected by a test"}'),
      headers: z.record(z.string(), z.string()).default({}),
    }),
    z.strictObject({ kind: z.literal("refuse"), milliseconds: z.int().min(1) }),
    z.strictObject({ kind: z.literal("revoke-token") }),
    z.strictObject({ kind: z.literal("reset") }),
    z.strictObject({ kind: z.literal("stall") }),
    z.strictObject({ kind: z.literal("lose-answer") }),
    z.strictObject({ kind: z.literal("stall-answer") }),
    z.strictObject({ kind: z.literal("cut-answer") }),
  ]),
}) satisfies z.ZodType<unknown, Fault>;

/** @internal */
export interface Faults {
  /** Injects a fault; the first that matches a request takes effect. */
  add(fault: Fault): void;
  /** Removes all faults that have not taken effect yet. */
  clear(): void;
  readonly middleware: MiddlewareHandler<Env>;
}

/** What faults do beyond the request that they affect. @internal */
export interface Reach {
  /** Closes the port for this time. */
  refuse(milliseconds: number): void;
  /** Forgets a short-lived token. */
  revokeToken(token: string): void;
}

/** @internal */
export function createFaults(latencyMilliseconds: number, reach: Reach): Faults {
  let pending: { fault: z.output<typeof faultShape>; seen: number }[] = [];

  function findEffect(
    method: string,
    path: string,
  ): z.output<typeof faultShape>["effect"] | undefined {
    for (const entry of pending) {
      const { fault } = entry;
      if (fault.method !== undefined && fault.method !== method) continue;
      if (fault.path !== undefined && !path.includes(fault.path)) continue;
      entry.seen += 1;
      if (entry.seen <= fault.after) continue;
      if (entry.seen === fault.after + fault.times)
        pending = pending.filter((other) => other !== entry);
      return fault.effect;
    }
    return undefined;
  }

  return {
    add: (fault) => pending.push({ fault: faultShape.parse(fault), seen: 0 }),
    clear: () => {
      pending = [];
    },
    async middleware(context, next) {
      const effect = findEffect(context.req.method, context.req.path);
      if (latencyMilliseconds > 0) await delay(latencyMilliseconds);
      switch (effect?.kind) {
        case undefined:
          return next();
        case "answer":
          return new Response(effect.body, {
            status: effect.status,
            headers: { "content-type": "application/json", ...effect.headers },
          });
        case "refuse":
          reach.refuse(effect.milliseconds);
          return closeConnection(context);
        case "revoke-token":
          reach.revokeToken(readToken(context.req.header("authorization")) ?? "");
          return next();
        case "reset":
          return closeConnection(context);
        case "stall":
          await once(context.env.incoming.socket, "close");
          return RESPONSE_ALREADY_SENT;
        case "lose-answer":
          await next();
          return replaceAnswer(context, closeConnection(context));
        case "stall-answer":
          await next();
          await once(context.env.incoming.socket, "close");
          return replaceAnswer(context, RESPONSE_ALREADY_SENT);
        case "cut-answer":
          await next();
          return replaceAnswer(context, await cutAnswer(context, await context.res.text()));
      }
    },
  };
}

/**
 * Puts another response in the place of the route's; Hono takes a middleware's own only where there
 * is none yet.
 */
function replaceAnswer(context: Context<Env>, response: Response): void {
  context.res = undefined;
  context.res = response;
}

function closeConnection(context: Context<Env>): Response {
  context.env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

/** Announces the length of the whole answer, and sends half of it. */
async function cutAnswer(context: Context<Env>, body: string): Promise<Response> {
  const { outgoing, incoming } = context.env;
  outgoing.writeHead(200, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body) + 1,
  });
  await new Promise<void>((written) =>
    outgoing.write(body.slice(0, body.length / 2), () => written()),
  );
  incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}
