/** A stack behind a proxy: every request of the provider process goes through it. */

import { join } from "node:path";
import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { startProxy, startTls } from "../contract/proxy";
import { certificate } from "../faults/self-signed";
import { newStack } from "./stack";
import { tailscope } from "./tailscope";

const program = (description: string) => `
  const ci = new OAuthClient("ci", { scopes: ["auth_keys"], tags: ["tag:ci"], description: "${description}" });
  new AuthKey("minted", { mintedBy: ci, tags: ["tag:ci"] });
  new FederatedIdentity("identity", { issuer: "https://ci.example.com", subject: "me", scopes: ["dns"] });`;

test("a stack deploys through a proxy with a company's own certificate if only the proxy can reach the API", async () => {
  await using emulator = await startEmulator();
  await using api = await startTls(emulator.url);
  await using proxy = await startProxy({ "api.tailscale.test": api.port });
  await using stack = await newStack(emulator, program("one"));
  // Node reads the variable when the engine starts the provider process.
  stack.save("company.pem", certificate);
  stack.set("NODE_EXTRA_CA_CERTS", join(stack.folder, "company.pem"));
  stack.set("TAILSCALE_BASE_URL", "https://api.tailscale.test");

  // The engine, its language host and the program talk to each other on this machine.
  const user = "proxy-user:proxy-password-0123456789";
  stack.set("HTTPS_PROXY", `http://${user}@127.0.0.1:${proxy.port}`);
  stack.set("NO_PROXY", "127.0.0.1,localhost");
  const doctor = await tailscope(stack, ["doctor"]);
  expect(doctor.stdout).toContain(`ok       Proxy: ${proxy.url} (HTTPS_PROXY)\n`);

  await stack.up();
  stack.write(program("two"));
  await stack.up("--refresh");
  expect(emulator.control.activeCredentials().map(({ description }) => description)).toContain(
    "two",
  );
  await stack.destroy();
  expect(emulator.control.activeCredentials()).toEqual([]);
  expect(new Set(proxy.asked)).toEqual(new Set(["api.tailscale.test:443"]));
  const basic = `Basic ${Buffer.from(user).toString("base64")}`;
  expect(new Set(proxy.authorizations)).toEqual(new Set([basic]));

  // Without the proxy's help nothing is created, and the message says where it ended.
  proxy.answer = 403;
  const { code, text } = await stack.attempt();
  expect(code).not.toBe(0);
  expect(text).toContain(
    `no answer from https://api.tailscale.test through the proxy ${proxy.url} (HTTPS_PROXY): the proxy opened no tunnel (403): it does not allow that address`,
  );
  expect(stack.printed()).not.toContain("proxy-password");
  expect(emulator.control.activeCredentials()).toEqual([]);
});

test("requests to an API on this machine never go through a proxy, whatever is set", async () => {
  await using emulator = await startEmulator();
  await using proxy = await startProxy();
  await using stack = await newStack(emulator, program("one"));
  for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"])
    stack.set(name, proxy.url);
  await stack.up();
  await stack.up("--refresh", "--expect-no-changes");
  await stack.destroy();
  expect(emulator.control.activeCredentials()).toEqual([]);
  // The CLI itself may ask for others.
  expect(proxy.asked.filter((host) => host.includes(new URL(emulator.url).host))).toEqual([]);
});
