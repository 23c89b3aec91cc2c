/**
 * Says when undici sends something.
 * Source: https://undici.nodejs.org/#/docs/api/DiagnosticsChannel.md
 */

import { subscribe, unsubscribe } from "node:diagnostics_channel";

const channel = "undici:client:sendHeaders";

/** Resolves when the next request of this process is written to its connection. */
export function waitForNextRequest(): Promise<void> {
  return new Promise((resolve) => {
    function end() {
      unsubscribe(channel, end);
      resolve();
    }
    subscribe(channel, end);
  });
}
