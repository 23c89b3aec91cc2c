/** The README: short, in the order of a newcomer's questions, and true where it shows output. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { providers } from "../providers";

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
const readme = read("README.md");

/** Text without line breaks and indentation, so that two ways to wrap it are equal. */
const unwrapped = (text: string) => text.replace(/\s+/g, " ").trim();

test("the README has 600 to 800 words", () => {
  const words = readme.split(/\s+/).filter((word) => /\w/.test(word)).length;
  expect(words).toBeGreaterThanOrEqual(600);
  expect(words).toBeLessThanOrEqual(800);
});

test("the README starts with a review whose gain no scope shows, and its picture", () => {
  const inOrder = [
    /^# Tailscope\n\n[^\n`#]/,
    /tailscope review preview\.json .*--policy /,
    /```mermaid\n/,
    /```ts\n/,
  ].map((part) => readme.search(part));
  expect(inOrder).not.toContain(-1);
  expect(inOrder).toEqual([...inOrder].sort((one, other) => one - other));
  expect(readme.split("```mermaid").length).toBe(2);
});

test("the README's first screen says what it is, with a program, the installation and a review", () => {
  const inOrder = [
    /^# Tailscope\n\n[^\n`#]/,
    /```ts\nimport \{ AuthKey, OAuthClient \} from "tailscope";/,
    /npm install tailscope @pulumi\/pulumi/,
    /pulumi preview --json \| tailscope review/,
    /\n## See it run\n/,
    /git clone .*\n(.*\n)*npm start .*\nnpm test /,
    /\n## Where to go from here\n/,
  ].map((part) => readme.search(part));
  expect(inOrder).not.toContain(-1);
  expect(inOrder).toEqual([...inOrder].sort((one, other) => one - other));
  const [program = ""] = readme.split("```ts\n")[1]?.split("```") ?? [];
  expect(program.split("\n").filter(Boolean).length).toBeLessThanOrEqual(10);
});

test("the review in the README is what the command prints for such a change", () => {
  const [, shown = ""] = /tailscope review\n([\s\S]*?)```/.exec(readme) ?? [];
  const printed = read("test/engine/reviews/09-subject-widened.txt");
  expect(unwrapped(shown)).toBe(unwrapped(printed));
});

test("the message in the README is what a preview prints", async () => {
  const { failures = [] } =
    (await providers.OAuthClient.check?.({}, { scopes: ["auth_key"] })) ?? {};
  const [said = ""] = failures.map(({ reason }) => reason);
  for (const page of ["README.md", "docs/resources/index.md"]) {
    const [shown = "nothing"] = /scopes\[0\]: .*?\?(?=[`\n])/.exec(read(page)) ?? [];
    expect(said.startsWith(shown), `${page}: ${shown}`).toBe(true);
  }
});
