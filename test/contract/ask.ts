/**
 * Sends requests to an emulator by Node's own HTTP, which takes half the processor time of fetch:
 * some tests send thousands.
 */

import { Agent, request } from "node:http";
import type { Ask } from "../tailnet/wire.ts";

const agent = new Agent({ keepAlive: true });

interface Sent {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** Rejects where there is no answer; a redirect is an answer. */
export function ask(address: string, { method, headers, body, signal }: Sent): ReturnType<Ask> {
  return new Promise((resolve, reject) => {
    // What fetch says of a text.
    const type = body === undefined ? {} : { "content-type": "text/plain;charset=UTF-8" };
    const sent = request(address, { agent, method, headers: { ...type, ...headers }, signal });
    sent.on("error", reject).on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject).on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
          text: async () => text,
        }),
      );
    });
    sent.end(body);
  });
}
