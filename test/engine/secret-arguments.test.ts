/**
 * Arguments that the program made secret stay so: in the state, in warnings and in messages of
 * `check`.
 */

import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { newStack } from "./stack";

test("a value that the program made secret is never in plaintext in the state, a warning or a message", async () => {
  await using emulator = await startEmulator({ rewriteGithubSubjects: true });
  await using stack = await newStack(
    emulator,
    `new OAuthClient("c", { scopes: ["dns"], description: pulumi.secret("HUSHHUSH words"), rotateEvery: "30d" });
     new FederatedIdentity("f", {
       issuer: "https://token.actions.githubusercontent.com",
       subject: pulumi.secret("repo:acme/HUSHHUSH:ref:refs/heads/main"),
       scopes: ["dns"],
     });
     new OAuthClient("open", { scopes: ["dns"], description: pulumi.output("seen by all") });`,
  );
  await stack.up();
  const { text, credentials } = await stack.state();
  expect(text).not.toContain("HUSHHUSH");
  expect(credentials["f"]?.outputs).toHaveProperty("askedSecretly");
  expect(credentials["open"]?.outputs?.["description"]).toBe("seen by all");
  // What Tailscale rewrote is no drift, and nothing changes.
  await stack.up("--refresh", "--expect-no-changes");

  const late = { TAILSCOPE_NOW: "2030-01-01T00:00:00Z" };
  const due = await stack.attemptPreview([], late);
  expect(due.text).toMatch(/OAuthClient k\w+ is replaced: it has been due since/);

  stack.write('new AuthKey("bad", { tags: pulumi.secret(["HUSHHUSH"]) });');
  const failed = await stack.failingUp();
  expect(failed).toContain('tags[0]: "[secret]" is not a valid tag');
  expect(stack.printed()).not.toContain("HUSHHUSH");
});
