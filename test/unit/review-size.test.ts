/**
 * A review of more than a comment can hold. It takes too long to be tried with each mutant:
 * review-formats.test.ts has a smaller one.
 */

import { expect, test } from "vitest";
import { formatMarkdown } from "../../provider/review/formats/markdown";
import { reviewed, step } from "./a-preview";

test("a comment of 5,000 changes stays below the limit, keeps the worst and counts the rest", () => {
  const many = Array.from({ length: 5000 }, (_, index) =>
    step("create", "OAuthClient", `client${index}`, undefined, {
      scopes: [index === 4321 ? "users" : "dns"],
      tags: [`tag:${"x".repeat(40)}`],
    }),
  );
  const comment = formatMarkdown(reviewed(...many), "");
  expect(comment.length).toBeLessThan(65_536);
  expect(comment.length).toBeGreaterThan(40_000);
  expect(comment.indexOf("client4321")).toBeGreaterThan(0);
  expect(comment).toMatch(
    /_\d{4} more credentials do not fit here: `tailscope review` shows all of them\._/,
  );
});
