/**
 * Says when undici sends something.
 * Source: https://undici.nodejs.org/#/docs/api/DiagnosticsChannel.md
 */

import { subscribe, unsubscribe } from "node:diagnostics_channel";

const channel = "undici:client:sendHeaders";

/**
 * Resolves when a request is written to its connection whose path matches, or when `end` settles.
 */
export function waitUntilSent(path: RegExp, end: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    function look(message: unknown) {
      // undici's own type of what it publishes on this channel.
      const { request } = message as { readonly request: { readonly path: string } };
      if (path.test(request.path)) stop();
    }
    function stop() {
      unsubscribe(channel, look);
      resolve();
    }
    subscribe(channel, look);
    end.then(stop, stop);
  });
}
