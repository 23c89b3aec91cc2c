/** `tailscope-emulator`: the emulator as a command. */

import { createCommand, type Options } from "./command.js";
import { type Emulator, startEmulator } from "./index.js";

async function main(): Promise<void> {
  const { json, ...options } = createCommand().parse().opts<Options>();
  const emulator = await startEmulator(options);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void emulator.close().then(() => process.exit(0)));
  }
  process.stdout.write(
    json ? `${JSON.stringify(formatForMachines(emulator))}\n` : formatGreeting(emulator),
  );
}

function formatForMachines({
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

function formatGreeting({ url, clientId, clientSecret }: Emulator): string {
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
