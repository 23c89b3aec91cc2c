/**
 * A CONNECT proxy on loopback, which alone knows where names that nobody has lead, and a server
 * that speaks TLS for another.
 */

import { createServer, request } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Server } from "node:net";
import type { Duplex } from "node:stream";
import { certificate, privateKey } from "../faults/self-signed";

export interface TestProxy extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Each tunnel that was asked for, for example `"api.tailscale.test:443"`. */
  readonly asked: string[];
  /** What stood in Proxy-Authorization, each time. */
  readonly authorizations: (string | undefined)[];
  /**
   * Answers instead of making a tunnel, for example `407`; `"silence"` never answers, `"end"` hangs
   * up.
   */
  answer: number | "silence" | "end" | undefined;
}

/** @param leadsTo for each host the port on loopback that it stands for */
export async function startProxy(
  leadsTo: Readonly<Record<string, number>> = {},
): Promise<TestProxy> {
  const sockets = new Set<Duplex>();
  const server = createServer((_, response) => response.writeHead(501).end());
  const proxy: TestProxy = {
    port: 0,
    url: "",
    asked: [],
    authorizations: [],
    answer: undefined,
    [Symbol.asyncDispose]: async () => closed(server, sockets),
  };
  server.on("connection", (socket) => sockets.add(socket));
  server.on("connect", (asked, socket) => {
    socket.on("error", () => {});
    proxy.asked.push(String(asked.url));
    proxy.authorizations.push(asked.headers["proxy-authorization"]);
    const { answer } = proxy;
    if (answer === "silence") return;
    if (answer === "end") return void socket.destroy();
    const port = leadsTo[String(asked.url).split(":")[0] ?? ""];
    if (answer !== undefined || port === undefined)
      return void socket.end(`HTTP/1.1 ${answer ?? 404} of a test\r\n\r\n`);
    const upstream = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    sockets.add(upstream);
    upstream.on("error", () => socket.destroy());
    socket.on("close", () => upstream.destroy());
  });
  const port = await listening(server);
  return Object.assign(proxy, { port, url: `http://127.0.0.1:${port}` });
}

/**
 * A server with the certificate of `self-signed.ts`, which hands requests on to the plain one at
 * `url`.
 */
export async function startTls(url: string): Promise<{ port: number } & AsyncDisposable> {
  const sockets = new Set<Duplex>();
  const server = createTlsServer({ cert: certificate, key: privateKey }, (asked, answer) => {
    const { method, headers } = asked;
    const onward = request(new URL(String(asked.url), url), { method, headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 500, answered.headers);
      answered.pipe(answer);
    });
    asked.pipe(onward.on("error", () => answer.destroy()));
  });
  server.on("connection", (socket) => sockets.add(socket));
  const port = await listening(server);
  return { port, [Symbol.asyncDispose]: async () => closed(server, sockets) };
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  return (server.address() as AddressInfo).port; // It listens on a port.
}

function closed(server: Server, sockets: Iterable<Duplex>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((done) => server.close(() => done()));
}
