/** The program `tailscope` with all its commands. */

import { Command } from "commander";
import { version } from "../api/version";
import { roomOf } from "./output";
import { reflowed, wrapped } from "./wrapping";

type Add = (program: Command) => void;

/**
 * The definition of each command. Its implementation is loaded only when it runs, because loading
 * takes longer than running.
 */
const commands: Readonly<Record<string, () => Promise<Add>>> = {
  review: async () => (await import("./commands/review.js")).reviewCommand,
  reach: async () => (await import("./commands/reach.js")).reachCommand,
  comment: async () => (await import("./commands/comment.js")).commentCommand,
  drift: async () => (await import("./commands/drift.js")).driftCommand,
  inventory: async () => (await import("./commands/inventory.js")).inventoryCommand,
  adopt: async () => (await import("./commands/adopt.js")).adoptCommand,
  audit: async () => (await import("./commands/audit.js")).auditCommand,
  token: async () => (await import("./commands/token.js")).tokenCommand,
  doctor: async () => (await import("./commands/doctor.js")).doctorCommand,
};

/** The program with the command `wanted`, or with all commands if no command has that name. */
export async function tailscope(wanted?: string): Promise<Command> {
  const program = new Command("tailscope")
    .description("Review, compare, list and adopt the credentials of a tailnet.")
    .version(version)
    // Commands inherit this from the program.
    .configureOutput({
      writeOut: (text) => process.stdout.write(reflowed(text, process.stdout.columns ?? 80)),
      outputError: (text, write) => write(wrapped(text, roomOf(process.stderr))),
    })
    .addHelpText(
      "after",
      `
The deployer comes from the environment (TAILSCALE_OAUTH_CLIENT_ID with TAILSCALE_OAUTH_CLIENT_SECRET, TAILSCALE_API_KEY, or TAILSCALE_OAUTH_CLIENT_ID with TAILSCALE_IDENTITY_TOKEN) or from the config of the stack: the current one, or that of --stack.`,
    );

  const one =
    wanted !== undefined && Object.hasOwn(commands, wanted) ? commands[wanted] : undefined;
  for (const load of one === undefined ? Object.values(commands) : [one]) (await load())(program);
  return program;
}
