/** GitHub and GitLab, as far as comments of pull requests go, on loopback. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { keepEvidence } from "../evidence";

export interface Note {
  id: number;
  author: string;
  body: string;
}

export interface Platform extends AsyncDisposable {
  /** What `GITHUB_API_URL` is, and `CI_API_V4_URL`. */
  readonly url: string;
  /** The comments of pull request 7. */
  readonly notes: Note[];
  /** Each request, as `"GET /path"`. */
  readonly requests: string[];
}

/** Who the token of each platform belongs to. */
const authors = { github: "github-actions[bot]", gitlab: "project-bot" } as const;

/** Serves the comments of one pull request to whoever has the token. */
export async function startPlatform(kind: keyof typeof authors, token: string): Promise<Platform> {
  const notes: Note[] = [];
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
    requests,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
