/** The API's routes on a loopback port. */

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { authenticate, type Env } from "./authentication.js";
import type { Faults } from "./faults.js";
import { Refusal } from "./refusal.js";
import { createAuditLogRoutes } from "./routes/audit-log.js";
import { createDeviceRoutes } from "./routes/devices.js";
import { createKeyRoutes } from "./routes/keys.js";
import { createPolicyFileRoutes } from "./routes/policy-file.js";
import { createTokenRoutes } from "./routes/tokens.js";
import { createUserRoutes } from "./routes/users.js";
import { createRequestId } from "./secrets.js";
import type { World } from "./world.js";

/** More than any policy file that Tailscale accepts. */
const largestBody = 2 * 1024 * 1024;

/** The endpoint families, by the path that they are below. */
const endpoints: Readonly<Record<string, readonly ((world: World) => Hono<Env>)[]>> = {
  "/api/v2/tailnet/:tailnet": [
    createKeyRoutes,
    createPolicyFileRoutes,
    createAuditLogRoutes,
    createUserRoutes,
    createDeviceRoutes,
  ],
};

export interface Sides {
  readonly world: World;
  readonly faults: Faults;
  readonly control: Hono<Env>;
  readonly seen: (method: string, path: string) => void;
}

export function createApplication({ world, faults, control, seen }: Sides): Hono<Env> {
  const app = new Hono<Env>();
  app.use("/api/v2/*", async (context, next) => {
    const { pathname, search } = new URL(context.req.url);
    seen(context.req.method, `${pathname.slice("/api/v2".length)}${search}`);
    await next();
    // An answer that a fault has sent takes no more headers.
    if (context.env.outgoing.headersSent) return;
    // The emulator's own clock, which a test may have moved.
    context.header("date", new Date(world.now()).toUTCString());
    context.header("x-tailscale-request-id", createRequestId(world.now()));
  });
  app.use(
    bodyLimit({
      maxSize: largestBody,
      onError: () => Response.json({ message: "request body too large" }, { status: 413 }),
    }),
  );
  app.route("/control", control);
  app.use("/api/v2/*", faults.middleware);
  app.route("/api/v2", createTokenRoutes(world));
  for (const [path, families] of Object.entries(endpoints)) {
    app.use(`${path}/*`, authenticate(world));
    for (const routes of families) app.route(path, routes(world));
  }
  app.notFound((context) =>
    context.json(
      {
        message: `${context.req.method} ${context.req.path} is not part of the API that this emulator serves`,
      },
      404,
    ),
  );
  app.onError((error, context) => {
    if (error instanceof Refusal) {
      return context.json(
        { message: error.message, ...(error.data !== undefined && { data: error.data }) },
        error.status,
      );
    }
    // Only this process sees the reason, which could contain anything.
    console.error(error);
    return context.json({ message: "internal error" }, 500);
  });
  return app;
}

/**
 * Loopback addresses, the only ones that the emulator listens on: anyone who reaches it controls
 * it.
 */
export function isLoopback(address: string): boolean {
  return address === "localhost" || address === "::1" || /^127(\.\d{1,3}){3}$/.test(address);
}

export interface Listening {
  readonly url: string;
  /** Closes the port for this time, and all connections. */
  refuse(milliseconds: number): void;
  close(): Promise<void>;
}

/** Starts to listen. */
export async function listen(app: Hono<Env>, host: string, port: number): Promise<Listening> {
  if (!isLoopback(host))
    throw new Error(
      `${host} is not a loopback address: the emulator listens on 127.0.0.1, ::1 or localhost only.`,
    );
  const server = createAdaptorServer({ fetch: app.fetch }) as Server; // Plain HTTP/1.1: no other was asked for.
  await new Promise<void>((listening, failed) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      failed(
        error.code === "EADDRINUSE"
          ? new Error(
              `Port ${port} is in use: name another with --port, or 0 for any that is free.`,
            )
          : error,
      ),
    );
    server.listen(port, host, listening);
  });
  const { port: chosen } = server.address() as AddressInfo; // A TCP server's address, once it listens.
  let reopening: NodeJS.Timeout | undefined;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${chosen}`,
    refuse(milliseconds) {
      server.close();
      server.closeAllConnections();
      clearTimeout(reopening);
      reopening = setTimeout(() => server.listen(chosen, host), milliseconds);
    },
    close: () =>
      new Promise((closed) => {
        clearTimeout(reopening);
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
