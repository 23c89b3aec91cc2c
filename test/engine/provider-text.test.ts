import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { fixture, fixtureOwnerToken, fixtureTailnet } from "./fixtures/fixture";
import { newStack } from "./stack";

const require = createRequire(import.meta.url);

/**
 * What is stored with every resource. It is the same for every release: these lines are never
 * edited.
 */
const texts = {
  OAuthClient: 'exports.handler=()=>require("tailscope").OAuthClient.provider',
  AuthKey: 'exports.handler=()=>require("tailscope").AuthKey.provider',
  FederatedIdentity: 'exports.handler=()=>require("tailscope").FederatedIdentity.provider',
};

test.each(Object.entries(texts))(
  "the provider text of %s is constant, and the installed SDK evaluates it to a provider",
  (type, text) => {
    const { formatProviderText } = require("../../provider/dist/access/provider-text.js") as {
      formatProviderText(type: string): string;
    };
    expect(formatProviderText(type)).toBe(text);
    // As @pulumi/pulumi/cmd/dynamic-provider does it.
    const provider = require("require-from-string")(text).handler();
    for (const verb of ["check", "diff", "create", "read", "update", "delete"])
      expect(provider[verb]).toBeTypeOf("function");
  },
);

test("this version reads, compares, refreshes and deletes state written by 0.1.0", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-fixture-"));
  try {
    await using emulator = await startEmulator({
      data: fixtureTailnet(folder),
      rewriteGithubSubjects: true,
    });
    await using stack = await newStack(emulator, fixture("program-0.1.0.js"), {
      TAILSCALE_API_KEY: fixtureOwnerToken,
    });

    writeFileSync(join(folder, "state.json"), fixture("state-0.1.0.json"));
    expect(
      await stack.pulumi(["stack", "import", "--file", join(folder, "state.json")]),
    ).toMatchObject({ code: 0 });
    const declared = (await stack.state()).credentials;
    await stack.up("--refresh", "--expect-no-changes");
    const kept = (await stack.state()).credentials;
    for (const name of Object.keys(declared))
      expect(kept[name]?.inputs?.["__provider"]).toBe(declared[name]?.inputs?.["__provider"]);

    await stack.destroy();
    expect(emulator.control.activeCredentials().filter(({ keyType }) => keyType !== "api")).toEqual(
      [],
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
