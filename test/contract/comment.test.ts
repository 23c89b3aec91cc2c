/** `tailscope comment` as a process, with GitHub and GitLab on loopback. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Platform, startPlatform } from "./platform";
import { run } from "./run-command";

const folder = mkdtempSync(join(tmpdir(), "tailscope-comment-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const token = "of-this-job-0123456789";

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const review = (text: string, title = "") => `<!-- tailscope review${title} -->\n### ${text}\n`;

const environments = {
  github: (platform: Platform) => ({
    GITHUB_ACTIONS: "true",
    GITHUB_API_URL: platform.url,
    GITHUB_REPOSITORY: "acme/infrastructure",
    GITHUB_EVENT_PATH: file("event.json", '{"pull_request":{"number":7}}'),
    GITHUB_TOKEN: token,
  }),
  gitlab: (platform: Platform) => ({
    GITLAB_CI: "true",
    CI_API_V4_URL: platform.url,
    CI_PROJECT_ID: "42",
    CI_MERGE_REQUEST_IID: "7",
    GITLAB_TOKEN: token,
  }),
};

describe.each(["github", "gitlab"] as const)("in %s", (kind) => {
  test("the first run posts, the next one replaces, and one that says the same leaves it", async () => {
    await using platform = await startPlatform(kind, token);
    // More than one page of other people's comments, one of which pretends to be ours.
    for (let id = 1; id <= 130; id++)
      platform.notes.push({ id, author: "somebody", body: id === 3 ? review("none") : "LGTM" });
    const comment = (text: string, title?: string) =>
      run(["comment", file("review.md", review(text, title))], environments[kind](platform));

    const posted = await comment("admin");
    expect(posted, posted.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^The comment on (pull|merge) request 7.* is posted\.\n$/),
    });
    expect((await comment("none")).stdout).toContain("is replaced.");
    expect((await comment("none")).stdout).toContain("is unchanged.");
    // Another stack has a comment of its own.
    expect((await comment("writes", " prod")).stdout).toContain("is posted.");
    expect(platform.notes.slice(130).map(({ body }) => body)).toEqual([
      review("none"),
      review("writes", " prod"),
    ]);
    expect(platform.notes[2]?.body).toBe(review("none"));
    expect(platform.notes).toHaveLength(132);
  });

  test("a refusal exits 1, names the request, and never shows the token", async () => {
    await using platform = await startPlatform(kind, "another");
    const { code, stdout, stderr } = await run(
      ["comment", file("review.md", review("none"))],
      environments[kind](platform),
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /^tailscope: http:\/\/127\.0\.0\.1:\d+ refused GET \/\S+ \(401\): \{"message":"Bad credentials"\}\n$/,
    );
    expect(stderr).not.toContain(token);
  });

  test("a redirect is not followed, so that no other host gets the token", async () => {
    const asked: (string | undefined)[] = [];
    const other = createServer((request, response) => {
      asked.push(request.url);
      response.end("[]");
    }).listen(0, "127.0.0.1");
    await new Promise((listening) => other.once("listening", listening));
    const target = `http://127.0.0.1:${(other.address() as AddressInfo).port}/stolen`;
    const server = createServer((_, response) =>
      response.writeHead(302, { location: target }).end(),
    ).listen(0, "127.0.0.1");
    await new Promise((listening) => server.once("listening", listening));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const environment = environments[kind]({ url } as Platform); // Its address is all that is read.
      expect(await run(["comment", file("review.md", review("none"))], environment)).toMatchObject({
        code: 1,
      });
      expect(asked).toEqual([]);
    } finally {
      server.close();
      other.close();
    }
  });
});

test.each<[string, string, Record<string, string>, string]>([
  [
    "a file that is no review",
    "# Hello",
    {},
    "is no review.\n  Give what `tailscope review --format markdown` prints.",
  ],
  ["a machine that is no CI", review("none"), {}, "This is neither GitHub Actions nor GitLab CI"],
  [
    "a run for no pull request",
    review("none"),
    { GITHUB_ACTIONS: "true", GITHUB_EVENT_PATH: file("push.json", '{"ref":"main"}') },
    "This run is for no pull request.",
  ],
  [
    "a step without a token",
    review("none"),
    {
      GITLAB_CI: "true",
      CI_API_V4_URL: "http://127.0.0.1:9",
      CI_PROJECT_ID: "42",
      CI_MERGE_REQUEST_IID: "7",
    },
    "GITLAB_TOKEN is not set.\n  In GitLab CI, in a pipeline of a merge request, give the step GITLAB_TOKEN.",
  ],
])("%s gets a clear error", async (_, content, environment, message) => {
  const { code, stderr } = await run(["comment", file("review.md", content)], environment);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
});
