/**
 * Keeps V8 from optimizing the HTTP/1.1 parser of undici, which is WebAssembly. After two requests
 * V8 would compile the parser's largest function once more, on another thread: a tenth of a second
 * and 40 MB (`node --trace-wasm-compilation-times`), and a process that is done must wait for the
 * end of it. Even 10,000 requests take no less processor time with the optimized parser.
 */

import { setFlagsFromString } from "node:v8";
import type { buildConnector } from "undici";

/** V8's own value; a process cannot ask for it. */
const ordinaryBudget = 13_000_000;
const endlessBudget = 2_000_000_000;

/**
 * The same connector, inside whose callback undici makes its parser. V8's flag stands for this
 * moment alone: a module takes the budget with it, and code that was compiled and kept under other
 * flags would not be used.
 */
export function leaveParserUnoptimized(connect: buildConnector.connector): typeof connect {
  if (!isKnown()) return connect;
  return (options, callback) =>
    connect(options, (...made) => {
      setFlagsFromString(`--wasm-tiering-budget=${endlessBudget}`);
      try {
        callback(...made);
      } finally {
        setFlagsFromString(`--wasm-tiering-budget=${ordinaryBudget}`);
      }
    });
}

/** Whether V8 was seen to have this flag and this value: `node --v8-options`, Node 22, 24 and 26. */
function isKnown(): boolean {
  return /^2[2-6][.]/.test(process.versions.node);
}
