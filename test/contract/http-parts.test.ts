/** Which files of undici are loaded, and that any version of it works. */

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runProcess } from "../../harness/process.ts";

const compiled = (module: string) =>
  fileURLToPath(new URL(`../../provider/dist/${module}`, import.meta.url));

/** What a script prints that runs in a process of its own, as JSON. */
async function printedBy(script: string): Promise<unknown> {
  const { code, stdout, stderr } = await runProcess(process.execPath, ["-e", script], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { PATH: process.env["PATH"] },
  });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

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
        parts.errors === entry.errors,
        parts.retry === entry.interceptors.retry,
        parts.forProxies().Pool === entry.Pool,
        parts.forProxies().ProxyAgent === entry.ProxyAgent,
      ]));`);
    expect(same).toEqual([true, true, true, true, true, true]);
  },
);
