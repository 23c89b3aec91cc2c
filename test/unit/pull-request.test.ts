/**
 * What is sent to GitHub and GitLab, and what is made of their answers, against a server that
 * answers as it is told.
 */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { createGithubPullRequest } from "../../provider/pull-request/github";
import { createGitlabMergeRequest } from "../../provider/pull-request/gitlab";
import {
  type Comment,
  comment,
  PlatformError,
  type PullRequest,
} from "../../provider/pull-request/pull-request";

interface Told {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly content: unknown;
}

/** The address of a server that gives these answers in turn, and what it was asked. */
async function answering(...answers: Told[]) {
  const asked: { request: string; headers: object; body: unknown }[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { host, connection, "content-length": _, ...headers } = request.headers;
    const line = `${request.method} ${request.url}`;
    asked.push({ request: line, headers, body: text === "" ? undefined : JSON.parse(text) });
    const { status = 200, headers: given = {}, content } = answers.shift() ?? { content: {} };
    response
      .writeHead(status, given)
      .end(typeof content === "string" ? content : JSON.stringify(content));
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  const close = async () => {
    server.close();
    server.closeAllConnections();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close,
    [Symbol.asyncDispose]: close,
  };
}

const commit = "0123456789abcdef0123456789abcdef01234567";

const github = (apiUrl: string, more: { commit?: undefined; runUrl?: string } = {}) =>
  createGithubPullRequest({
    apiUrl,
    repository: "acme/infrastructure",
    number: 7,
    commit,
    token: "of-this-job",
    runUrl: undefined,
    author: "github-actions[bot]",
    ...more,
  });

const gitlab = (apiUrl: string) =>
  createGitlabMergeRequest({
    apiUrl,
    project: "acme/infrastructure",
    number: 7,
    token: "of-this-job",
  });

async function all(pullRequest: PullRequest): Promise<Comment[]> {
  const found: Comment[] = [];
  for await (const one of pullRequest.ours()) found.push(one);
  return found;
}

const shared = { "content-type": "application/json", "user-agent": "tailscope" };
const headersOf = {
  github: {
    ...shared,
    accept: "application/vnd.github+json",
    authorization: "Bearer of-this-job",
    "x-github-api-version": "2022-11-28",
  },
  gitlab: { ...shared, "private-token": "of-this-job" },
};

test("GitHub is sent what its API documents, and its comments are read page by page", async () => {
  const note = (id: number, login: string | undefined, body: string | null) => ({
    id,
    body,
    user: login === undefined ? null : { login },
  });
  const page = Array.from({ length: 100 }, (_, id) => note(id, "somebody", "LGTM"));
  await using server = await answering(
    { content: page },
    {
      content: [
        note(200, undefined, "of an account that was deleted"),
        note(201, "github-actions[bot]", null),
        note(202, "github-actions[bot]", "ours"),
      ],
    },
  );
  const pullRequest = github(server.url);
  expect(pullRequest.name).toBe("pull request 7 of acme/infrastructure");
  expect(await all(pullRequest)).toEqual([
    { id: "201", body: "" },
    { id: "202", body: "ours" },
  ]);
  await pullRequest.post("new");
  await pullRequest.replace("202", "newer");
  const status = { name: "tailscope/a/b", state: "failure", description: "x".repeat(141) } as const;
  await pullRequest.setStatus?.(status);
  await github(server.url, { runUrl: "https://run" }).setStatus?.(status);
  const said = { state: "failure", context: "tailscope/a/b", description: "x".repeat(140) };
  const headers = headersOf.github;
  const issues = "/repos/acme/infrastructure/issues";
  expect(server.asked).toEqual([
    { request: `GET ${issues}/7/comments?per_page=100&page=1`, headers, body: undefined },
    { request: `GET ${issues}/7/comments?per_page=100&page=2`, headers, body: undefined },
    { request: `POST ${issues}/7/comments`, headers, body: { body: "new" } },
    { request: `PATCH ${issues}/comments/202`, headers, body: { body: "newer" } },
    { request: `POST /repos/acme/infrastructure/statuses/${commit}`, headers, body: said },
    {
      request: `POST /repos/acme/infrastructure/statuses/${commit}`,
      headers,
      body: { ...said, target_url: "https://run" },
    },
  ]);
});

test("GitLab is sent what its API documents, and its notes are read page by page", async () => {
  const note = (id: number, author: number, body: string | null) => ({
    id,
    body,
    author: { id: author },
  });
  await using server = await answering(
    { content: { id: 1 } },
    { content: [note(5, 2, "LGTM"), note(6, 1, null)], headers: { "x-next-page": "3" } },
    { content: [note(7, 1, "ours")] },
  );
  const mergeRequest = gitlab(server.url);
  expect(mergeRequest.name).toBe("merge request 7");
  expect(await all(mergeRequest)).toEqual([
    { id: "6", body: "" },
    { id: "7", body: "ours" },
  ]);
  await mergeRequest.post("new");
  await mergeRequest.replace("7", "newer");
  const headers = headersOf.gitlab;
  const notes = "/projects/acme%2Finfrastructure/merge_requests/7/notes";
  expect(server.asked).toEqual([
    { request: "GET /user", headers, body: undefined },
    { request: `GET ${notes}?per_page=100&page=1`, headers, body: undefined },
    { request: `GET ${notes}?per_page=100&page=3`, headers, body: undefined },
    { request: `POST ${notes}`, headers, body: { body: "new" } },
    { request: `PUT ${notes}/7`, headers, body: { body: "newer" } },
  ]);
});

test("without a commit there is no status, and the reason is given before anything is sent", async () => {
  await using server = await answering();
  const status = { name: "a", state: "success", description: "Fine." } as const;
  await expect(github(server.url, { commit: undefined }).setStatus?.(status)).rejects.toEqual(
    new PlatformError("The event does not name a commit, so no status can be set."),
  );
  expect(server.asked).toEqual([]);
});

const githubPath = "/repos/acme/infrastructure/issues/7/comments";
const gitlabPath = "/projects/acme%2Finfrastructure/merge_requests/7/notes";

describe("an unexpected answer of a platform", () => {
  test.each<[string, Told, string]>([
    [
      "a refusal",
      { status: 403, content: "no\nright" },
      `refused GET ${githubPath} (403): no right`,
    ],
    ["a redirect", { status: 300, content: "" }, `refused GET ${githubPath} (300): `],
    ["a page", { content: "<html>" }, "it is not JSON."],
    ["another shape", { content: { message: "hi" } }, "expected a list, got an object."],
    ["another id", { content: [{ id: "1" }] }, "0.id: expected a number, got a string."],
    [
      "a nameless user",
      { content: [{ id: 1, user: {} }] },
      "0.user.login: expected a string, got nothing.",
    ],
  ])("%s of GitHub", async (_, told, problem) => {
    await using server = await answering(told);
    const form = `answered GET ${githubPath} in an unexpected form: ${problem}`;
    await expect(all(github(server.url))).rejects.toEqual(
      new PlatformError(`${server.url} ${problem.startsWith("refused") ? problem : form}`),
    );
  });

  test.each<[string, Told[], string, string]>([
    ["an unknown user", [{ content: {} }], "/user", "id: expected a number, got nothing."],
    [
      "a note of nobody",
      [{ content: { id: 1 } }, { content: [{ id: 1, body: "ours" }] }],
      gitlabPath,
      "0.author: expected an object, got nothing.",
    ],
  ])("%s of GitLab is an error that names the request", async (_, told, path, problem) => {
    await using server = await answering(...told);
    await expect(all(gitlab(server.url))).rejects.toEqual(
      new PlatformError(`${server.url} answered GET ${path} in an unexpected form: ${problem}`),
    );
  });

  test("a missing answer is an error that names the request", async () => {
    await using server = await answering();
    await server.close();
    await expect(github(server.url).post("new")).rejects.toThrow(
      `POST ${githubPath} failed: no answer from ${server.url}: `,
    );
  });
});

describe("the comment to replace", () => {
  const body = "<!-- marker -->\n### Review\n\nOne.\n";

  test.each<[string, string, "posted" | "replaced" | "unchanged"]>([
    ["the same text", body, "unchanged"],
    [
      "the same text, trimmed, with other line ends",
      body.trim().replaceAll("\n", "\r\n"),
      "unchanged",
    ],
    ["another text", "<!-- marker -->\r\nolder", "replaced"],
    ["the marker alone", "<!-- marker -->", "replaced"],
    ["the marker of another stack", "<!-- marker prod -->\n### Review\n\nOne.\n", "posted"],
    ["the marker in a later line", `> quoted\n${body}`, "posted"],
    ["an indented marker", ` ${body}`, "posted"],
    ["nothing", "", "posted"],
  ])(
    "a comment is found by its first line, however the platform ends lines: %s",
    async (_, found, done) => {
      const sent: string[] = [];
      const pullRequest: PullRequest = {
        name: "pull request 7",
        number: 7,
        async *ours() {
          yield { id: "1", body: "LGTM" };
          yield { id: "2", body: found };
        },
        post: async (text) => void sent.push(`post ${text}`),
        replace: async (id, text) => void sent.push(`replace ${id} ${text}`),
      };
      expect(await comment(pullRequest, body)).toBe(done);
      const request = { posted: [`post ${body}`], replaced: [`replace 2 ${body}`], unchanged: [] };
      expect(sent).toEqual(request[done]);
    },
  );
});
