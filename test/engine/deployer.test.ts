import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { newStack } from "./stack";

test("three hundred credentials cost two tokens, one look at what the deployer holds and a create each; a refresh costs two requests", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(emulator, 'for (let n = 0; n < 300; n++) new OAuthClient("c" + n, { scopes: ["dns"] });');
  await stack.up();
  const requests = emulator.control.takeRequests().map(({ method, path }) => `${method} ${path}`);
  expect(requests.filter((request) => request === "POST /tailnet/-/keys")).toHaveLength(300);
  expect(requests.filter((request) => request !== "POST /tailnet/-/keys")).toEqual([
    "POST /oauth/token",
    `GET /tailnet/-/keys/${emulator.clientId}`,
    "POST /oauth/token",
  ]);
  expect((await stack.pulumi(["refresh", "--yes", "--skip-preview", "--suppress-progress"])).code).toBe(0);
  expect(emulator.control.takeRequests()).toEqual([
    { method: "POST", path: "/oauth/token" },
    { method: "GET", path: "/tailnet/-/keys?all=true" },
  ]);
  await stack.up("--expect-no-changes");
  expect(emulator.control.takeRequests(), "nothing changed, so nothing is asked").toEqual([]);
});

test("without credentials, a preview says what was looked for and where", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(emulator, 'new OAuthClient("ci", { scopes: ["dns"] });', {});
  const { code, text } = await stack.pulumi(["preview", "--suppress-progress"]);
  expect(code).not.toBe(0);
  expect(text).toContain("No credentials for Tailscale. Looked in the environment and in stack config for one of:");
  expect(text).toContain(
    "TAILSCALE_OAUTH_CLIENT_ID, tailscope:oauthClientId with TAILSCALE_OAUTH_CLIENT_SECRET, tailscope:oauthClientSecret (a secret)",
  );
  expect(text.match(/No credentials for Tailscale/g)?.length, "said in the table and once among the diagnostics").toBe(2);
  expect(text).not.toMatch(/\n\s+at /);
  expect(emulator.control.takeRequests()).toEqual([]);
});

test("an API access token and an identity token deploy as well", async () => {
  await using emulator = await startEmulator();
  const issuer = "https://issuer.example.com";
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  emulator.control.publishIssuerKeys(issuer, { keys: [{ ...(await exportJWK(publicKey)), kid: "one", alg: "RS256" }] });

  const identity = `const deploy = new FederatedIdentity("deploy", { issuer: "${issuer}", subject: "repo:acme/*", scopes: ["oauth_keys", "dns"] });
    Object.assign(exports, { id: deploy.clientId, audience: deploy.audience });`;
  await using asUser = await newStack(emulator, identity, { TAILSCALE_API_KEY: emulator.apiKey });
  const { id, audience } = await asUser.deployed();
  expect(emulator.control.auditLog().some(({ action }) => action === "LOGIN")).toBe(false);

  const identityToken = await new SignJWT()
    .setProtectedHeader({ alg: "RS256", kid: "one" })
    .setIssuer(issuer)
    .setSubject("repo:acme/infrastructure")
    .setAudience(String(audience))
    .setExpirationTime("5m")
    .sign(privateKey);
  await using inCi = await newStack(emulator, 'new OAuthClient("ci", { scopes: ["dns"] });', {
    TAILSCALE_OAUTH_CLIENT_ID: String(id),
    TAILSCALE_IDENTITY_TOKEN: identityToken,
  });
  await inCi.up();
  expect(emulator.control.takeRequests().map(({ path }) => path)).toContain("/oauth/token-exchange");
  expect(emulator.control.activeCredentials()).toHaveLength(2);
  expect(inCi.printed()).not.toContain(identityToken);
});

test("the API's refusal is shown with what to do next", async () => {
  await using emulator = await startEmulator();
  await using stack = await newStack(
    emulator,
    'new OAuthClient("a", { scopes: ["users"] }); new OAuthClient("b", { scopes: ["dns"], tags: ["tag:nowhere"] });',
    { TAILSCALE_API_KEY: emulator.roles["network-admin"], TAILSCOPE_PREFLIGHT: "off" },
  );
  const text = await stack.failingUp("--continue-on-error");
  expect(text).toContain(
    "Tailscale refused to create an OAuth client (403, POST /tailnet/-/keys): actor cannot set scopes: [users]",
  );
  expect(text).toContain("Give it users, or leave users out here.");
  expect(text).toContain("(400, POST /tailnet/-/keys): requested tags [tag:nowhere] are invalid or not permitted");
  expect(text).toContain("Every tag must be defined under tagOwners in the tailnet's policy file.");
});
