/**
 * Requests as they go over the wire, seen by a server of the test's own; and what is made of
 * connections that fail.
 */

import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { measureClockSkew } from "../../provider/api/clock-skew";
import { AnswerNotUnderstood, type TailscaleError, Unreachable } from "../../provider/api/errors";
import { type Http, openHttp } from "../../provider/api/http";

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let seen: Seen[];
let answer: (response: ServerResponse, time: number) => void;
let server: Server;
let url: string;
let http: Http;

beforeEach(async () => {
  seen = [];
  answer = (response) => response.end("{}");
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method, url, headers } = request;
      seen.push({ method, url, headers, body });
      answer(response, seen.length);
    });
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  http = openHttp(`${url}/base/`, { minTimeout: 1, timeout: 300 });
});

afterEach(async () => {
  await http.close();
  server.closeAllConnections();
  server.close();
});

const get = { doing: "read it", method: "GET", path: "/x?all=true" } as const;
const create = {
  doing: "make it",
  method: "POST",
  effect: "creates",
  path: "/tailnet/-/keys",
} as const;

describe("a request", () => {
  test("a request without a body has the headers that it needs and no others", async () => {
    await http.send(get, { token: "t", sender: { name: "x" } });
    expect(seen[0]).toMatchObject({ method: "GET", url: "/base/api/v2/x?all=true", body: "" });
    expect(seen[0]?.headers).toMatchObject({
      accept: "application/json",
      authorization: "Bearer t",
    });
    expect(seen[0]?.headers).not.toHaveProperty("content-type");
  });

  test("a request with JSON sets its content type", async () => {
    await http.send({ ...create, json: { scopes: ["dns"] } });
    expect(seen[0]).toMatchObject({ method: "POST", body: '{"scopes":["dns"]}' });
    expect(seen[0]?.headers["content-type"]).toBe("application/json");
    expect(seen[0]?.headers).not.toHaveProperty("authorization");
  });

  test("a request with a form sets its content type", async () => {
    await http.send({ ...create, form: { grant_type: "client_credentials", scope: "a b" } });
    expect(seen[0]?.body).toBe("grant_type=client_credentials&scope=a+b");
    expect(seen[0]?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
  });
});

describe("an answer", () => {
  test.each([
    [200, '{"id":"k"}', { id: "k" }],
    [204, "", undefined],
    [200, " \n", undefined],
    [299, "[]", []],
  ])("an answer %i with %j is a success", async (status, body, expected) => {
    answer = (response) => response.writeHead(status).end(body);
    expect(await http.send(get)).toEqual(expected);
  });

  test.each([300, 302, 400, 418])("an answer %i is a failure", async (status) => {
    answer = (response) => response.writeHead(status, { location: "/elsewhere" }).end("{}");
    await expect(http.send(get)).rejects.toThrow(`(${status}, GET /x?all=true)`);
    expect(seen).toHaveLength(1);
  });

  test("an answer that is not JSON is not understood", async () => {
    answer = (response) => response.end("<html>");
    await expect(http.send(get)).rejects.toThrow(AnswerNotUnderstood);
    await expect(http.send(get)).rejects.toThrow("it is not JSON");
  });

  test("a truncated answer is requested again a few times if that is safe, and never for a create", async () => {
    answer = (response) => {
      response.writeHead(200, { "content-length": "100" }).write("{");
      setImmediate(() => response.destroy());
    };
    const failure = (await http.send(get).catch((error: unknown) => error)) as Unreachable; // As expected below.
    expect(failure).toBeInstanceOf(Unreachable);
    expect(failure.message).toContain("no answer from");
    expect(failure.mayHaveArrived).toBe(true);
    // Three times by us; undici tries to get the rest of each.
    expect(seen).toHaveLength(6);
    seen = [];
    await expect(http.send(create)).rejects.toThrow(Unreachable);
    expect(seen).toHaveLength(1);
  });

  test("a request whose first answer is truncated succeeds the second time", async () => {
    answer = (response, time) => {
      if (time > 1) return response.end('{"id":"k"}');
      response.writeHead(200, { "content-length": "100" }).write("{");
      return setImmediate(() => response.destroy());
    };
    expect(await http.send(get)).toEqual({ id: "k" });
  });

  test("an answer that does not come or does not end is a time-out", async () => {
    answer = () => {};
    await expect(http.send(create)).rejects.toThrow("no answer from");
    await expect(http.send(create)).rejects.toThrow("it took too long");
    answer = (response) => response.writeHead(200, { "content-length": "100" }).write("{");
    await expect(http.send(create)).rejects.toThrow("it took too long");
  });

  test("an answer shows Tailscale's clock, and one without a time changes nothing", async () => {
    expect(http.serverTime(1000)).toBe(1000);
    // Ten minutes, as far as a busy machine can tell.
    const isTenMinutes = () => Math.abs(http.serverTime(0) - 600_000) < 60_000;
    answer = (response) =>
      response.writeHead(200, { date: new Date(Date.now() + 600_000).toUTCString() }).end("{}");
    await http.send(get);
    expect(isTenMinutes()).toBe(true);
    answer = (response) => {
      response.sendDate = false;
      response.end("{}");
    };
    await http.send(get);
    expect(isTenMinutes()).toBe(true);
  });
});

describe("a connection that cannot be had", () => {
  const failureAt = async (baseUrl: string): Promise<TailscaleError> => {
    const elsewhere = openHttp(baseUrl, { minTimeout: 1, timeout: 300 });
    try {
      return (await elsewhere.send(create).catch((error: unknown) => error)) as TailscaleError; // It always fails.
    } finally {
      await elsewhere.close();
    }
  };

  test("a connection that fails before anything is sent had no effect", async () => {
    const { port } = server.address() as AddressInfo;
    server.close();
    server.closeAllConnections();
    const refused = await failureAt(`http://127.0.0.1:${port}`);
    expect(refused).toMatchObject({
      mayHaveArrived: false,
      message: expect.stringContaining("ECONNREFUSED"),
    });
    const unknown = await failureAt("http://nobody.invalid");
    expect(unknown).toMatchObject({ mayHaveArrived: false });
  });

  test("a connection to a server without TLS sent nothing", async () => {
    expect(await failureAt(url.replace("http:", "https:"))).toMatchObject({
      mayHaveArrived: false,
    });
  });

  test("a connection that breaks after the request may have had an effect", async () => {
    const breaking = createSocketServer((socket) =>
      socket.once("data", () => socket.destroy()),
    ).listen(0, "127.0.0.1");
    await new Promise((listening) => breaking.once("listening", listening));
    const failure = await failureAt(`http://127.0.0.1:${(breaking.address() as AddressInfo).port}`);
    breaking.close();
    expect(failure).toMatchObject({ mayHaveArrived: true });
  });
});

test("clock skew is given in whole seconds, and is unknown without a time", async () => {
  const at = (seconds: number) => {
    answer = (response) =>
      response
        .writeHead(404, { date: new Date(Date.now() + seconds * 1000).toUTCString() })
        .end("{}");
  };
  for (const seconds of [0, 90, -600]) {
    at(seconds);
    expect(
      Math.abs((await measureClockSkew(url)) ?? Number.NaN) - Math.abs(seconds),
    ).toBeLessThanOrEqual(1);
    expect(
      Math.sign((await measureClockSkew(url)) ?? 0) * Math.sign(seconds),
    ).toBeGreaterThanOrEqual(0);
  }
  expect(seen[0]).toMatchObject({ method: "GET", url: "/api/v2/" });
  answer = (response) => {
    response.sendDate = false;
    response.end("{}");
  };
  expect(await measureClockSkew(url)).toBeUndefined();
});
