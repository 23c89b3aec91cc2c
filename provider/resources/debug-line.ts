/**
 * Keeps secrets out of the SDK's debug line. After each registration the SDK logs the engine's
 * whole answer, secret outputs in plaintext, and `pulumi up --json`, `--debug` and event logs print
 * that line. The provider cannot prevent this by its answer, because the program needs the secret.
 * We change how an answer is turned into text. Source: `RegisterResource RPC finished` in
 * @pulumi/pulumi/runtime/resource.js, through SDK 3.270.0
 */

import { ReadResourceResponse, RegisterResourceResponse } from "@pulumi/pulumi/proto/resource_pb";

/**
 * The answers that carry a resource's properties, for resources of every type, because one of our
 * secrets can be an argument of another resource.
 */
const carriers: readonly ({ readonly prototype: { getUrn(): string } } | undefined)[] = [
  RegisterResourceResponse,
  ReadResourceResponse,
];

/**
 * Makes these answers show only the resource's URN when they are turned into text. Repeated calls
 * have no effect.
 */
export function keepSecretsOutOfDebugLines(): void {
  for (const carrier of carriers) {
    // Undefined in an SDK that has renamed it. test/engine/debug-output.test.ts shows what such an
    // SDK prints.
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
