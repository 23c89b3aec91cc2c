/**
 * GitHub and GitLab on loopback, as far as comments and statuses of pull requests and artifacts of
 * jobs go.
 */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { keepEvidence } from "../evidence";

export interface Note {
  id: number;
  author: string;
  body: string;
}

/** What GitHub was told of a commit. */
export interface SetStatus {
  readonly commit: string;
  readonly context: string;
  readonly state: string;
  readonly description: string;
  readonly target_url?: string;
}

/** A job of GitLab's pipeline 9, with the one file that its artifacts hold. */
export interface PipelineJob {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly files: Readonly<Record<string, Buffer>>;
}

export interface Platform extends AsyncDisposable {
  /** What `GITHUB_API_URL` is, and `CI_API_V4_URL`. */
  readonly url: string;
  /** The comments of pull request 7. */
  readonly notes: Note[];
  readonly statuses: SetStatus[];
  /** Of GitLab. */
  readonly jobs: PipelineJob[];
  /** Files of GitLab's default branch, by their paths. */
  readonly files: Map<string, string>;
  /** Each request, as `"GET /path"`. */
  readonly requests: string[];
}

/** Who the token of each platform belongs to. */
const authors = { github: "github-actions[bot]", gitlab: "project-bot" } as const;

/** Serves the comments of one pull request to whoever has the token. */
export async function startPlatform(kind: keyof typeof authors, token: string): Promise<Platform> {
  const notes: Note[] = [];
  const statuses: SetStatus[] = [];
  const jobs: PipelineJob[] = [];
  const files = new Map<string, string>();
  const requests: string[] = [];
  const self = authors[kind];
  const root =
    kind === "github" ? "/repos/acme/infrastructure/issues" : "/projects/42/merge_requests/7/notes";
  const list = kind === "github" ? `${root}/7/comments` : root;
  const shape = ({ id, author, body }: Note) =>
    kind === "github"
      ? { id, body, user: { login: author } }
      : { id, body, author: { id: author === self ? 1 : 2 } };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "", "http://platform");
    requests.push(`${request.method} ${url.pathname}`);
    let text = "";
    for await (const chunk of request) text += chunk;
    keepEvidence("sent-elsewhere", `${request.url} ${JSON.stringify(request.headers)} ${text}`);
    const answer = (status: number, body: unknown, headers = {}) =>
      response
        .writeHead(status, { "content-type": "application/json", ...headers })
        .end(JSON.stringify(body));
    const given =
      kind === "github"
        ? request.headers.authorization
        : `Bearer ${request.headers["private-token"]}`;
    if (given !== `Bearer ${token}`) return answer(401, { message: "Bad credentials" });
    if (kind === "gitlab" && url.pathname === "/user")
      return answer(200, { id: 1, username: self });
    if (request.method === "GET" && url.pathname === list) {
      const [size, page] = [
        Number(url.searchParams.get("per_page")),
        Number(url.searchParams.get("page")),
      ];
      const next = page * size < notes.length ? String(page + 1) : "";
      return answer(200, notes.slice((page - 1) * size, page * size).map(shape), {
        "x-next-page": next,
      });
    }
    if (kind === "gitlab" && url.pathname === "/projects/42/pipelines/9/jobs") {
      return answer(
        200,
        jobs.map(({ id, name, status }) => ({ id, name, status })),
      );
    }
    const wanted = /^\/projects\/42\/jobs\/(\d+)\/artifacts\/(.+)$/.exec(url.pathname);
    if (kind === "gitlab" && wanted !== null) {
      const content = jobs.find(({ id }) => id === Number(wanted[1]))?.files[wanted[2] ?? ""];
      if (content === undefined) return answer(404, { message: "404 Not Found" });
      return response.writeHead(200, { "content-type": "application/json" }).end(content);
    }
    const [, path] = /^\/projects\/42\/repository\/files\/([^/]+)\/raw$/.exec(url.pathname) ?? [];
    if (kind === "gitlab" && path !== undefined && url.searchParams.get("ref") === "HEAD") {
      const content = files.get(decodeURIComponent(path));
      if (content === undefined) return answer(404, { message: "404 File Not Found" });
      return response.writeHead(200, { "content-type": "text/plain" }).end(content);
    }
    const commit = /^\/repos\/acme\/infrastructure\/statuses\/([0-9a-f]{40})$/.exec(
      url.pathname,
    )?.[1];
    if (kind === "github" && request.method === "POST" && commit !== undefined) {
      const { context, state, description, target_url } = JSON.parse(text);
      if (String(description).length > 140) return answer(422, { message: "Validation Failed" });
      statuses.push({ commit, context, state, description, ...(target_url && { target_url }) });
      return answer(201, {});
    }
    const { body } = JSON.parse(text || "{}") as { body?: string };
    // Neither takes a comment without a text, or a longer one.
    if (body === undefined || body === "" || body.length > 65_536)
      return answer(422, { message: "Validation Failed" });
    if (request.method === "POST" && url.pathname === list) {
      notes.push({ id: notes.length + 1, author: self, body });
      return answer(201, {});
    }
    const id = /\/(\d+)$/.exec(url.pathname)?.[1];
    const found = notes.find((note) => note.id === Number(id));
    if (request.method !== (kind === "github" ? "PATCH" : "PUT") || found === undefined)
      return answer(404, { message: "Not Found" });
    found.body = body;
    return answer(200, {});
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    notes,
    statuses,
    jobs,
    files,
    requests,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
