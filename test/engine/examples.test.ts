/**
 * What of the examples is no program: a script, run as it stands against the emulator, and
 * workflows. The programs run in installed-packages.test.ts, copied out of the repository; the
 * quickstart is also what `npm start` deploys (commands.test.ts). review-example.test.ts runs the
 * review.
 */

import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { as } from "../contract/client";
import { installedAlready, shell } from "./pipeline";
import { newStack } from "./stack";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the example adopt adopts existing credentials", async () => {
  await using emulator = await startEmulator();
  const call = as(emulator, emulator.apiKey);
  await call("POST", "/keys", { keyType: "client", scopes: ["dns"], description: "DNS updater" });
  await call("POST", "/keys", {
    keyType: "federated",
    scopes: ["dns"],
    issuer: "https://i.example.com",
    subject: "me",
  });
  await using stack = await newStack(emulator, "");
  const script = join(root, "examples", "adopt", "adopt.sh");
  const path = [
    installedAlready(stack.folder),
    join(root, "node_modules", ".bin"),
    process.env["PATH"],
  ].join(delimiter);
  const { code, text } = await shell(`${script} adopted prod`, stack.folder, {
    ...stack.environment,
    PATH: path,
  });
  expect(code, text).toBe(0);
  expect(text).toContain("= 2 imported");
  expect(text).toMatch(/3 unchanged/);
});

test("actionlint finds nothing wrong with the workflows of GitHub Actions, the examples' and ours", async (context) => {
  const workflows = [
    "examples/ci-deployments/github-actions.yml",
    "examples/review/github-preview.yml",
    "examples/review/github-review.yml",
    ".github/workflows/ci.yml",
    ".github/workflows/long-tests.yml",
    ".github/workflows/codeql.yml",
    ".github/workflows/docs.yml",
    ".github/workflows/release.yml",
  ];
  const go = await shell("command -v go", root, process.env);
  if (go.code !== 0 && process.env["CI"] === undefined)
    return context.skip("there is no Go on PATH to run actionlint with");
  const { code, text } = await shell(
    `go tool actionlint ${workflows.map((path) => `../../${path}`).join(" ")}`,
    join(root, "tools", "actionlint"),
    process.env,
  );
  expect(code, text).toBe(0);
});
