/** Which parts of undici are used, how they run, and that any version of it works. */

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { runProcess } from "../../harness/process.ts";

const compiled = (module: string) =>
  fileURLToPath(new URL(`../../provider/dist/${module}`, import.meta.url));

/** What a script prints that runs in a process of its own. */
async function runScript(script: string, ...flags: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProcess(process.execPath, [...flags, "-e", script], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { PATH: process.env["PATH"] },
  });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return stdout;
}

/** The same, as JSON. */
async function printedBy(script: string): Promise<unknown> {
  return JSON.parse(await runScript(script));
}

/** A script that sends ten requests, one after the other, and then `ends`. */
const sendTen = (url: string, ends: string) => `
  const tag = require("node:v8").cachedDataVersionTag();
  const { openHttp } = require(${JSON.stringify(compiled("api/http.js"))});
  const http = openHttp(${JSON.stringify(url)});
  (async () => {
    for (let sent = 0; sent < 10; sent++)
      await http.send({ doing: "look", method: "GET", path: "/tailnet/-/keys" }).catch(() => {});
    await http.close();
    ${ends}
  })();`;

test("the version of undici in the lock file is one whose parts are known", async () => {
  const loaded = await printedBy(`
    require(${JSON.stringify(compiled("api/http.js"))});
    console.log(JSON.stringify(Object.keys(require.cache)));`);
  const ofUndici = (loaded as string[]).flatMap(
    (path) => path.split("/node_modules/undici/")[1] ?? [],
  );
  expect(ofUndici).toContain("lib/dispatcher/agent.js");
  expect(ofUndici).not.toContain("index.js");
  const unused = /^lib\/(web\/(fetch|websocket|eventsource|cookies)|mock|cache)\/|proxy-agent/;
  expect(ofUndici.filter((path) => unused.test(path))).toEqual([]);
});

test("the parts are those of the entry module", async () => {
  const parts = await import("../../provider/network/undici.ts");
  const entry = createRequire(import.meta.url)("undici");
  expect(parts.Agent).toBe(entry.Agent);
  expect(parts.buildConnector).toBe(entry.buildConnector);
  expect(parts.errors).toBe(entry.errors);
  expect(parts.retry).toBe(entry.interceptors.retry);
  const { Pool, ProxyAgent } = parts.forProxies();
  expect(Pool).toBe(entry.Pool);
  expect(ProxyAgent).toBe(entry.ProxyAgent);
});

test.each(["8.14.0", "8.130.0", "9.0.0"])(
  "undici %s, whose parts may lie elsewhere, is loaded as a whole",
  async (version) => {
    const same = await printedBy(`
      const of = require.resolve("undici/package.json");
      require.cache[of] = { id: of, filename: of, loaded: true, exports: { version: ${JSON.stringify(version)} } };
      const parts = require(${JSON.stringify(compiled("network/undici.js"))});
      const isLoaded = require.resolve("undici") in require.cache;
      const entry = require("undici");
      console.log(JSON.stringify([
        isLoaded,
        parts.Agent === entry.Agent,
        parts.buildConnector === entry.buildConnector,
        parts.errors === entry.errors,
        parts.retry === entry.interceptors.retry,
        parts.forProxies().Pool === entry.Pool,
        parts.forProxies().ProxyAgent === entry.ProxyAgent,
      ]));`);
    expect(same).toEqual([true, true, true, true, true, true, true]);
  },
);

test("V8 does not compile the HTTP parser once more, however many requests are sent", async () => {
  await using emulator = await startEmulator();
  const compiledParts = await runScript(
    sendTen(emulator.url, ""),
    "--trace-wasm-compilation-times",
  );
  expect(compiledParts).toContain("using Liftoff");
  expect(compiledParts).not.toContain("using TurboFan");
});

test("code that was compiled before a request can be used after it, because V8's flags are the same", async () => {
  await using emulator = await startEmulator();
  const isSame = 'console.log(tag === require("node:v8").cachedDataVersionTag());';
  expect(await printedBy(sendTen(emulator.url, isSame))).toBe(true);
});
