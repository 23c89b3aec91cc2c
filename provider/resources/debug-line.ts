/**
 * Keeps secrets out of the SDK's debug line. After each registration the SDK logs the engine's
 * whole answer, secret outputs in plaintext, and `pulumi up --json`, `--debug` and event logs print
 * that line. What the provider answers cannot help: the program needs the secret. What an answer
 * looks like as a text can. Source: `RegisterResource RPC finished` in
 * @pulumi/pulumi/runtime/resource.js, through SDK 3.270.0
 */

import { ReadResourceResponse, RegisterResourceResponse } from "@pulumi/pulumi/proto/resource_pb";

/**
 * The answers that carry a resource's properties, of every type: a secret of ours can be an
 * argument of another's.
 */
const carriers: readonly ({ readonly prototype: { getUrn(): string } } | undefined)[] = [
  RegisterResourceResponse,
  ReadResourceResponse,
];

/**
 * Makes these answers name the resource alone wherever they are turned into a text. Repeating it
 * changes nothing.
 */
export function keepSecretsOutOfDebugLines(): void {
  for (const carrier of carriers) {
    // Undefined in an SDK that has renamed it: test/engine/debug-output.test.ts tells what that one
    // prints.
    if (carrier === undefined) continue;
    Object.defineProperty(carrier.prototype, "toString", {
      value: function (this: { getUrn(): string }) {
        return `${this.getUrn()}, with properties that tailscope leaves out`;
      },
      configurable: true,
      writable: true,
    });
  }
}
