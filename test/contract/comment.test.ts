/** `tailscope comment`, with GitHub and GitLab on loopback. */

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

const commit = "0123456789abcdef0123456789abcdef01234567";

const onPullRequest = { pull_request: { number: 7, head: { sha: commit } } };

const review = (text: string, title = "") => `<!-- tailscope review${title} -->\n### ${text}\n`;

const environments = {
  github: (platform: Platform) => ({
    GITHUB_ACTIONS: "true",
    GITHUB_API_URL: platform.url,
    GITHUB_REPOSITORY: "acme/infrastructure",
    GITHUB_EVENT_PATH: file("event.json", JSON.stringify(onPullRequest)),
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

/** The variable that names the platform's address. */
const addresses = { github: "GITHUB_API_URL", gitlab: "CI_API_V4_URL" };

describe.each(["github", "gitlab"] as const)("in %s", (kind) => {
  test(`in ${kind} the first run posts a comment, the next one replaces it, and one with the same text leaves it`, async () => {
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

  test(`a refusal by ${kind} exits 1, names the request, and never shows the token`, async () => {
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

  test.each([
    "http://github.example.com",
    "http://10.0.0.1/api",
    "http://127.0.0.1.example.com",
    "http://localhost.example.com",
    "http://[::2]",
    "https://user:s3cret@github.example.com",
    "http://user:s3cret@127.0.0.1",
    "ftp://127.0.0.1",
    "github.example.com",
  ])(`in ${kind} the token is not sent to %s`, async (address) => {
    const { code, stdout, stderr } = await run(["comment", file("review.md", review("none"))], {
      ...environments[kind]({ url: "" } as Platform), // Its address is all that is read.
      [addresses[kind]]: address,
    });
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: "",
      stderr:
        `tailscope: ${addresses[kind]} is not an address to which the token may be sent.\n` +
        "  Write one that starts with https:// and has no user name; plain http is for loopback only.\n",
    });
  });

  test(`in ${kind} a redirect is not followed, so no other host gets the token`, async () => {
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

/** The event of a workflow on workflow_run, after a run of the branch's preview. */
function onWorkflowRun(
  pullRequests: readonly { number: number; sha?: string; repository?: number }[],
  event = "pull_request",
) {
  return {
    repository: { id: 1 },
    workflow_run: {
      event,
      head_sha: commit,
      pull_requests: pullRequests.map(({ number, sha = commit, repository = 1 }) => ({
        number,
        head: { sha },
        base: { repo: { id: repository } },
      })),
    },
  };
}

describe("on workflow_run", () => {
  const environment = (platform: Platform, event: object) => ({
    ...environments.github(platform),
    GITHUB_EVENT_PATH: file("event.json", JSON.stringify(event)),
    GITHUB_SERVER_URL: "https://github.example.com",
    GITHUB_RUN_ID: "99",
  });
  const args = (state: string) => [
    "comment",
    file("review.md", "<!-- tailscope review a/b -->\n### Access\n\n**One changes.**\n"),
    "--json",
    "--status",
    "tailscope/a/b",
    "--state",
    state,
  ];

  test("on workflow_run the pull request whose last commit was previewed gets the comment, and that commit gets the status", async () => {
    await using platform = await startPlatform("github", token);
    const event = onWorkflowRun([
      { number: 5, repository: 2 },
      { number: 6, sha: "f".repeat(40) },
      { number: 7 },
    ]);
    const done = await run(args("failure"), environment(platform, event));
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(done.stdout)).toMatchObject({ comment: "posted", number: 7 });
    expect(platform.notes).toHaveLength(1);
    expect(platform.statuses).toEqual([
      {
        commit,
        context: "tailscope/a/b",
        state: "failure",
        description: "One changes.",
        target_url: "https://github.example.com/acme/infrastructure/actions/runs/99",
      },
    ]);
    // What was decided stands, where the comment cannot be made.
    platform.notes.length = 0;
    const closed = await run(
      [
        "comment",
        file("long.md", `${review("none")}${"x".repeat(70_000)}`),
        ...args("success").slice(2),
      ],
      environment(platform, event),
    );
    expect(closed.code).toBe(1);
    expect(platform.statuses.at(-1)).toMatchObject({ state: "success" });
  });

  test.each<[string, object, string]>([
    ["none that is open", onWorkflowRun([]), "is not the last commit of an open pull request"],
    [
      "one that has moved on",
      onWorkflowRun([{ number: 7, sha: "f".repeat(40) }]),
      "is not the last commit of an open pull request",
    ],
    [
      "two at once",
      onWorkflowRun([{ number: 7 }, { number: 8 }]),
      "is the last commit of 2 pull requests (7, 8), so it is unclear which one was previewed.",
    ],
    [
      "a push",
      onWorkflowRun([{ number: 7 }], "push"),
      "This run does not belong to a pull request.",
    ],
  ])("on workflow_run %s is refused, and nothing is sent", async (_, event, message) => {
    await using platform = await startPlatform("github", token);
    const { code, stderr } = await run(args("success"), environment(platform, event));
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(platform.requests).toEqual([]);
  });

  test("a status without a state, and a status in GitLab, are refused", async () => {
    await using platform = await startPlatform("gitlab", token);
    const half = await run(args("success").slice(0, -2), environments.gitlab(platform));
    expect(half.stderr).toContain("Give --status and --state together, or neither.");
    const gitlab = await run(args("success"), environments.gitlab(platform));
    expect(gitlab.stderr).toContain("--status works on GitHub only");
    expect(platform.requests).toEqual([]);
  });
});

test.each<[string, string, Record<string, string>, string]>([
  [
    "a file that is not a review",
    "# Hello",
    {},
    "is not a review.\n  Give the output of `tailscope review --format markdown`.",
  ],
  [
    "a machine that is not a CI runner",
    review("none"),
    {},
    "This job runs neither in GitHub Actions nor in GitLab CI",
  ],
  [
    "a run without a pull request",
    review("none"),
    { GITHUB_ACTIONS: "true", GITHUB_EVENT_PATH: file("push.json", '{"ref":"main"}') },
    "This run does not belong to a pull request.",
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
])("a wrong use of comment gets a clear error: %s", async (_, content, environment, message) => {
  const { code, stderr } = await run(["comment", file("review.md", content)], environment);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
});
