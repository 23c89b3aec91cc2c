/**
 * The emulator under requests that no client means to send: it answers 4xx, loses nothing, grows no
 * further, and lives on.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { describe, expect, test } from "vitest";
import { runs } from "../runs";
import { as } from "./client";

const command = fileURLToPath(new URL("../../emulator/bin/tailscope-emulator.js", import.meta.url));

/**
 * Sends bytes as they are, and gives the status of the answer; 0 for a connection that is closed
 * without one.
 */
function raw(emulator: Emulator, bytes: string): Promise<number> {
  const { hostname, port } = new URL(emulator.url);
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)));
  });
}

const request = (method: string, path: string, headers: readonly string[] = [], body = "") =>
  `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers.map((header) => `${header}\r\n`).join("")}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

async function expectAlive(emulator: Emulator): Promise<void> {
  expect((await as(emulator, emulator.apiKey)("GET", "/keys")).status).toBe(200);
}

describe("the emulator answers 4xx, or closes the connection, for", () => {
  const keys = "/api/v2/tailnet/-/keys";
  test.each<[string, (token: string) => string]>([
    ["bytes that are no HTTP", () => "\u0000\u0001\u0002\r\n\r\n"],
    ["a request without an end", () => `GET ${keys} HTTP/1.1\r\nHost:`],
    [
      "a header of a megabyte",
      (token) =>
        request("GET", keys, [`Authorization: Bearer ${token}`, `X: ${"x".repeat(1_000_000)}`]),
    ],
    [
      "ten thousand headers",
      (token) =>
        request("GET", keys, [
          `Authorization: Bearer ${token}`,
          ...Array.from({ length: 10_000 }, (_, index) => `X-${index}: 1`),
        ]),
    ],
    [
      "a body of ten megabytes",
      (token) => request("POST", keys, [`Authorization: Bearer ${token}`], "x".repeat(10_000_000)),
    ],
    [
      "two lengths",
      (token) =>
        `POST ${keys} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
    ],
    [
      "a length and chunks",
      (token) =>
        `POST ${keys} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      "a method that there is not",
      (token) => request("BREW", keys, [`Authorization: Bearer ${token}`]),
    ],
    ["a wrong method", (token) => request("PATCH", keys, [`Authorization: Bearer ${token}`], "{}")],
    [
      "a path with dots",
      (token) =>
        request("GET", "/api/v2/tailnet/-/keys/../../../etc/passwd", [
          `Authorization: Bearer ${token}`,
        ]),
    ],
    [
      "a path with dots in disguise",
      (token) =>
        request("GET", `${keys}/%2e%2e%2f%2e%2e%2fetc%2fpasswd`, [
          `Authorization: Bearer ${token}`,
        ]),
    ],
    [
      "a path with half a character",
      (token) => request("GET", `${keys}/%zz%ff`, [`Authorization: Bearer ${token}`]),
    ],
    [
      "a path with nothing in it",
      (token) => request("GET", `${keys}/%00`, [`Authorization: Bearer ${token}`]),
    ],
    [
      "a path of another host",
      (token) =>
        request("GET", "http://evil.example.com/api/v2/tailnet/-/nothing", [
          `Authorization: Bearer ${token}`,
        ]),
    ],
    [
      "two tokens",
      () => request("GET", keys, ["Authorization: Bearer a", "Authorization: Bearer b"]),
    ],
    [
      "a token request with everything twice",
      () =>
        request(
          "POST",
          "/api/v2/oauth/token",
          ["Content-Type: application/x-www-form-urlencoded"],
          "client_id=a&client_id=b&client_secret=c&client_secret=d&grant_type=client_credentials&grant_type=x",
        ),
    ],
    [
      "a body that is no JSON",
      (token) => request("POST", keys, [`Authorization: Bearer ${token}`], '{"keyType":'),
    ],
    [
      "a body of ten thousand levels",
      (token) =>
        request(
          "POST",
          keys,
          [`Authorization: Bearer ${token}`],
          `${"[".repeat(10_000)}${"]".repeat(10_000)}`,
        ),
    ],
    [
      "a prototype",
      (token) =>
        request(
          "POST",
          keys,
          [`Authorization: Bearer ${token}`],
          '{"__proto__":{"keyType":"client"},"keyType":"constructor"}',
        ),
    ],
  ])("the emulator answers 4xx or closes the connection for %s", async (_, bytes) => {
    await using emulator = await startEmulator();
    const status = await raw(emulator, bytes(emulator.apiKey));
    expect(status === 0 || (status >= 400 && status < 500), String(status)).toBe(true);
    await expectAlive(emulator);
    expect(emulator.control.activeCredentials()).toEqual([]);
  });

  test("the emulator answers 4xx or closes the connection for any other method, path and body", async () => {
    await using emulator = await startEmulator();
    const segment = fc.oneof(
      fc.constantFrom(
        "api",
        "v2",
        "tailnet",
        "-",
        "keys",
        "acl",
        "oauth",
        "token",
        "logging",
        "configuration",
        "users",
        "validate",
        "..",
      ),
      fc.string({ maxLength: 8 }).map(encodeURIComponent),
    );
    const sent = fc.record({
      method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"),
      path: fc.array(segment, { maxLength: 6 }),
      query: fc.string({ maxLength: 10 }),
      body: fc.oneof(fc.json({ maxDepth: 3 }), fc.string()),
    });
    let statuses = 0;
    await fc.assert(
      fc.asyncProperty(sent, async ({ method, path, query, body }) => {
        const response = await fetch(
          `${emulator.url}/api/v2/${path.join("/")}?${encodeURIComponent(query)}`,
          {
            method,
            headers: { authorization: `Bearer ${emulator.apiKey}` },
            ...(method !== "GET" && { body }),
          },
        );
        const text = await response.text();
        statuses++;
        expect(response.status, `${method} ${path.join("/")} ${body}`).toBeLessThan(500);
        if (response.status >= 400)
          expect(JSON.parse(text).message).not.toMatch(/undefined|\[object|\n\s+at /);
      }),
      { numRuns: runs(2000) },
    );
    expect(statuses).toBe(runs(2000));
    await expectAlive(emulator);
  });
});

test("a client that sends its request a byte at a time does not hold up the emulator", async () => {
  await using emulator = await startEmulator();
  const { hostname, port } = new URL(emulator.url);
  const slow = Array.from({ length: 50 }, () => {
    const socket = connect(Number(port), hostname, () =>
      socket.write("GET /api/v2/tailnet/-/keys HTTP/1.1\r\nHost: x\r\nX: "),
    );
    return socket.on("error", () => {});
  });
  await Promise.all(
    slow.map((socket) => new Promise((connected) => socket.once("connect", connected))),
  );
  await expectAlive(emulator);
  for (const socket of slow) socket.destroy();
});

/** An emulator in a process of its own. */
async function process(
  ...args: string[]
): Promise<{ child: ChildProcess; url: string; apiKey: string }> {
  const child = spawn(globalThis.process.execPath, [command, "--port", "0", "--json", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await new Promise<string>((resolve) => {
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) resolve(text.split("\n")[0] ?? "");
    });
  });
  return { child, ...(JSON.parse(line) as { url: string; apiKey: string }) };
}

/**
 * Sends a request again and again on one connection, without waiting for the answers in between: a
 * client that reads and writes each by itself takes longer than the emulator. Gives the statuses.
 */
function sendRepeatedly(url: string, text: string, count: number): Promise<string[]> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let answers = "";
    const socket = connect(Number(port), hostname, () => socket.write(text.repeat(count)));
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      answers += chunk;
      const statuses = answers.match(/HTTP\/1\.1 \d+/g) ?? [];
      if (statuses.length < count) return;
      socket.destroy();
      resolve(statuses);
    });
    socket.on("error", reject);
    socket.on("end", () => reject(new Error("The emulator ended the connection.")));
  });
}

/** The process's memory in MiB. */
const memory = (child: ChildProcess) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1024;

test.skipIf(globalThis.process.platform !== "linux")(
  "ten thousand requests on a hundred connections keep the emulator's memory bounded",
  async () => {
    const { child, url, apiKey } = await process();
    const list = `GET /api/v2/tailnet/-/keys?all=true HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${apiKey}\r\n\r\n`;
    try {
      const send = async (count: number) => {
        const all = await Promise.all(
          Array.from({ length: 100 }, () => sendRepeatedly(url, list, count / 100)),
        );
        expect(all.flat()).toHaveLength(count);
        expect([...new Set(all.flat())]).toEqual(["HTTP/1.1 200"]);
      };
      await send(2_000);
      const before = memory(child);
      await send(10_000);
      const after = memory(child);
      console.log(
        `memory: ${before.toFixed(0)} MiB, and ${after.toFixed(0)} MiB after 10,000 requests more`,
      );
      expect(after - before).toBeLessThan(100);
    } finally {
      child.kill("SIGKILL");
    }
  },
);

test("an emulator that is killed while it works has lost nothing that it answered", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-data-"));
  const data = join(folder, "tailnet.json");
  try {
    const answered = new Set<string>();
    for (let round = 0; round < 3; round++) {
      const { child, url, apiKey } = await process("--data", data);
      const exited = new Promise((resolve) => child.once("exit", resolve));
      const make = async (): Promise<void> => {
        for (;;) {
          const response = await fetch(`${url}/api/v2/tailnet/-/keys`, {
            method: "POST",
            headers: { authorization: `Bearer ${apiKey}` },
            body: '{"keyType":"client","scopes":["dns"]}',
          }).catch(() => undefined);
          const made = await response?.json().catch(() => undefined);
          if (made === undefined) return;
          answered.add((made as { id: string }).id);
          if (answered.size >= 40 * (round + 1)) child.kill("SIGKILL");
        }
      };
      await Promise.all(Array.from({ length: 8 }, make));
      await exited;
    }
    const { child, url, apiKey } = await process("--data", data);
    const listed = (await (
      await fetch(`${url}/api/v2/tailnet/-/keys?all=true`, {
        headers: { authorization: `Bearer ${apiKey}` },
      })
    ).json()) as { keys: { id: string }[] };
    child.kill("SIGKILL");
    const there = new Set(listed.keys.map(({ id }) => id));
    expect([...answered].filter((id) => !there.has(id))).toEqual([]);
    expect(answered.size).toBeGreaterThanOrEqual(120);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
