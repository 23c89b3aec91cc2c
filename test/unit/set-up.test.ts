import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chooseFasterStart } from "../../tools/set-up/faster.mjs";
import { createLocalBackend } from "../../tools/set-up/local-backend.mjs";
import {
  download,
  isAtLeast,
  oldestVersion,
  pinnedVersion,
} from "../../tools/set-up/pulumi-cli.mjs";

test.each([
  ["v3.259.0", "3.254.0", true],
  ["3.254.0", "3.254.0", true],
  ["v4.0.0", "3.254.0", true],
  ["v3.1000.0", "3.254.0", true],
  ["v3.260.0-dev.1", "3.254.0", true],
  ["v3.253.9", "3.254.0", false],
  ["v2.999.0", "3.254.0", false],
  ["", "3.254.0", false],
  ["command not found", "3.254.0", false],
])("whether version %j is at least %s: %s", (version, oldest, expected) => {
  expect(isAtLeast(version, oldest)).toBe(expected);
});

test("the downloaded Pulumi version is the one that the Go module pins, and recent enough", () => {
  expect(readFileSync("tools/pulumi/go.mod", "utf8")).toContain(
    `github.com/pulumi/pulumi/pkg/v3 v${pinnedVersion}`,
  );
  expect(isAtLeast(pinnedVersion, oldestVersion)).toBe(true);
});

test("the official download is unpacked, and a failure says which address failed and why", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-download-"));
  mkdirSync(join(folder, "pulumi"));
  writeFileSync(join(folder, "pulumi", "pulumi"), "#!/bin/sh\n");
  const archive = execFileSync("tar", ["-czf", "-", "-C", folder, "pulumi"]);
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/good/pulumi-v")) response.end(archive);
    else response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const target = join(folder, "target");
    mkdirSync(target);
    await download(target, "", `${address}/good`);
    expect(existsSync(join(target, "pulumi"))).toBe(true);
    await expect(download(target, "", `${address}/bad`)).rejects.toThrow(
      /the download http:.*\/bad\/pulumi-v.* failed: it answered 404/,
    );
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the local backend's passphrase is readable only by its owner, differs by folder, and stays the same", () => {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-backend-"));
  try {
    const passphrase = (name: string) => {
      const { PULUMI_CONFIG_PASSPHRASE_FILE: path = "" } = createLocalBackend(join(folder, name));
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(statSync(join(folder, name, "state")).mode & 0o777).toBe(0o700);
      return readFileSync(path, "utf8");
    };
    expect(passphrase("one")).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(passphrase("one")).toBe(passphrase("one"));
    expect(passphrase("two")).not.toBe(passphrase("one"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("settings that make Pulumi faster skip no checkpoint and cut no stack trace", () => {
  expect(chooseFasterStart({})).toEqual({
    NODE_COMPILE_CACHE: expect.stringMatching(/node_modules.\.cache.compiled$/),
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  });
});

test("a setting in the environment is not overwritten", () => {
  const environment = { NODE_COMPILE_CACHE: "/elsewhere", PULUMI_NODEJS_TRANSPILE_ONLY: "false" };
  expect(chooseFasterStart(environment)).toEqual({ PULUMI_SKIP_UPDATE_CHECK: "true" });
});

test("the page about speed says what each setting saves and costs", () => {
  const page = readFileSync("docs/faster.md", "utf8");
  for (const name of Object.keys(chooseFasterStart({})))
    expect(page).toMatch(new RegExp(`^\\| \`${name}=`, "m"));
});
