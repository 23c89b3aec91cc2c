import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { newStack } from "./stack";

const program = (more: string) => `
  const deploy = new FederatedIdentity("deploy", {
    issuer: "https://token.actions.githubusercontent.com", scopes: ["dns:read", "devices:core:read"], ${more}
  });
  Object.assign(exports, { id: deploy.clientId, audience: deploy.audience, subject: deploy.subject });`;

test("a federated identity changes in place, and a value that Tailscale rewrites never shows as a change", async () => {
  await using emulator = await startEmulator({ rewriteGithubSubjects: true });
  await using stack = await newStack(
    emulator,
    program('subject: "repo:acme/infrastructure:ref:refs/heads/main"'),
  );

  const made = await stack.deployed();
  expect(made["audience"]).toBe(`api.tailscale.com/${made["id"]}`);
  expect(made["subject"]).toMatch(/^repo:acme@\d+\/infrastructure@\d+:ref:refs\/heads\/main$/);
  // Neither the subject in its new form, nor the audience that the server made, nor the description
  // that is not there.
  await stack.up("--refresh", "--expect-no-changes");

  stack.write(
    program(
      'subject: "repo:acme/*", audience: "tailscale", customClaimRules: { ref: "refs/heads/*" }, description: "CI", tags: ["tag:ci"]',
    ),
  );
  expect(await stack.deployed()).toEqual({
    id: made["id"],
    audience: "tailscale",
    subject: "repo:acme/*",
  });
  expect(emulator.control.activeCredentials()).toMatchObject([
    {
      keyType: "federated",
      audience: "tailscale",
      customClaimRules: { ref: "refs/heads/*" },
      description: "CI",
      tags: ["tag:ci"],
    },
  ]);
  stack.write(program('subject: "repo:acme/*"'));
  expect((await stack.deployed())["audience"]).toBe(made["audience"]);
  expect(emulator.control.activeCredentials()).toMatchObject([{ customClaimRules: {} }]);

  await stack.destroy();
  expect(emulator.control.activeCredentials()).toEqual([]);
});
