/**
 * Programs in this process, as Pulumi's Automation API runs them: the CLI asks them for resources
 * over gRPC instead of starting Node for each run. Everything else stays what it is: the engine,
 * its state, the provider process.
 */

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const ofPulumi = createRequire(require.resolve("@pulumi/pulumi"));

// An engine may listen where an earlier one did. Connections that all clients of the process share
// would then be the earlier one's, which are broken.
const { grpcClientOptions } = require("@pulumi/pulumi/runtime/settings");
grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;

export interface ServedProgram {
  /** What `--client` takes. */
  readonly address: string;
  close(): void;
}

/** Serves the body of a CommonJS module, whose exports become the stack's outputs. */
export async function serveProgram(
  body: string,
  environment: NodeJS.ProcessEnv,
): Promise<ServedProgram> {
  const grpc = ofPulumi("@grpc/grpc-js");
  const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb");
  const { LanguageServer } = require("@pulumi/pulumi/automation/server");
  const main = new Function("require", "exports", "process", body);

  const program = async () => {
    // What the components read of the clock, they read in the program.
    process.env["TAILSCOPE_NOW"] = environment["TAILSCOPE_NOW"] ?? "";
    const exported: Record<string, unknown> = {};
    main(require, exported, { env: environment });
    return exported;
  };
  const server = new grpc.Server();
  server.addService(LanguageRuntimeService, new LanguageServer(program));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(
      "127.0.0.1:0",
      grpc.ServerCredentials.createInsecure(),
      (error: Error | null, bound: number) => (error === null ? resolve(bound) : reject(error)),
    );
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}
