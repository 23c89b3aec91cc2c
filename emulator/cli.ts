/** `tailscope-emulator`: the emulator as a command. */

import { emulatorCommand, type Options } from "./command.js";
import { type Emulator, startEmulator } from "./index.js";

async function main(): Promise<void> {
  const { json, ...options } = emulatorCommand().parse().opts<Options>();
  const emulator = await startEmulator(options);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void emulator.close().then(() => process.exit(0)));
  }
  process.stdout.write(
    json ? `${JSON.stringify(machineReadable(emulator))}\n` : greeting(emulator),
  );
}

function machineReadable({
  url,
  tailnet,
  apiKey,
  clientId,
  clientSecret,
  roles,
  controlToken,
}: Emulator) {
  return { url, tailnet, apiKey, clientId, clientSecret, roles, controlToken };
}

function greeting({ url, clientId, clientSecret }: Emulator): string {
  return `Emulating a tailnet on ${url} until Ctrl-C. To use it:

  export TAILSCALE_BASE_URL=${url}
  export TAILSCALE_OAUTH_CLIENT_ID=${clientId}
  export TAILSCALE_OAUTH_CLIENT_SECRET=${clientSecret}

--json prints these and more for programs.
`;
}

main().catch((error: unknown) => {
  console.error(`tailscope-emulator: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
