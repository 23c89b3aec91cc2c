import { readFileSync } from "node:fs";
import { expect, expectTypeOf, test } from "vitest";
import * as emulator from "../../emulator/permissions";
import { covers, knownScopes, legacyScopes } from "../../provider/access/scopes";
import { findNearest } from "../../provider/access/spelling";
import { version } from "../../provider/api/version";
import type { OAuthClientArgs, Scope } from "../../provider/index";

test("the provider and the emulator, which share no list, know the same scopes", () => {
  expect([...knownScopes].sort()).toEqual([...emulator.scopes].sort());
  expect([...legacyScopes.keys()].sort()).toEqual([...emulator.olderScopes].sort());
});

test("the provider and the emulator agree on what a scope gives", () => {
  for (const held of knownScopes) {
    for (const wanted of knownScopes)
      expect(covers([held], wanted), `${held} gives ${wanted}`).toBe(
        emulator.allows([held], wanted),
      );
  }
});

test("every successor of an older scope name is a scope", () => {
  for (const successors of legacyScopes.values())
    for (const scope of successors) expect(knownScopes).toContain(scope);
});

test.each([
  ["auth_key", "auth_keys"],
  ["Auth_Keys", "auth_keys"],
  ["device:core", "devices:core"],
  ["devices.core.read", "devices:core:read"],
  ["user:read", "users:read"],
  ["policyfile", "policy_file"],
  ["printers_and_scanners", undefined],
  ["user", "users"],
  ["dsn", undefined],
  ["dn", "dns"],
  ["xdns", "dns"],
  ["", undefined],
])("the nearest scope to %j is %j", (written, meant) => {
  expect(findNearest(written, knownScopes)).toBe(meant);
});

test("an editor completes scope names and allows others", () => {
  expectTypeOf<"devices:core:read">().toExtend<Scope>();
  expectTypeOf<"logs:configuration">().not.toExtend<Scope>();
  expectTypeOf<{ scopes: ["auth_keys", "a_newer_one"] }>().toExtend<OAuthClientArgs>();
  expectTypeOf<{ scopes: [7] }>().not.toExtend<OAuthClientArgs>();
  expectTypeOf<{ tags: ["tag:ci"] }>().not.toExtend<OAuthClientArgs>();
});

test("the user agent contains the package's version", () => {
  expect(version).toBe(JSON.parse(readFileSync("provider/package.json", "utf8")).version);
});
