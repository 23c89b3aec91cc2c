/** The program `tailscope` with all its commands. */

import { Command } from "commander";
import { version } from "../api/version";
import { measureWidth } from "./output";
import { reflow, wrap } from "./wrapping";

type Add = (program: Command) => void;

/**
 * The definition of each command. Its implementation is loaded only when it runs, because loading
 * takes longer than running.
 */
const commands: Readonly<Record<string, () => Promise<Add>>> = {
  review: async () => (await import("./commands/review.js")).addReviewCommand,
  reach: async () => (await import("./commands/reach.js")).addReachCommand,
  comment: async () => (await import("./commands/comment.js")).addCommentCommand,
  drift: async () => (await import("./commands/drift.js")).addDriftCommand,
  inventory: async () => (await import("./commands/inventory.js")).addInventoryCommand,
  adopt: async () => (await import("./commands/adopt.js")).addAdoptCommand,
  audit: async () => (await import("./commands/audit.js")).addAuditCommand,
  token: async () => (await import("./commands/token.js")).addTokenCommand,
  doctor: async () => (await import("./commands/doctor.js")).addDoctorCommand,
};

/** The program with the command `wanted`, or with all commands if no command has that name. */
export async function createProgram(wanted?: string): Promise<Command> {
  const program = new Command("tailscope")
    .description("Review, compare, list and adopt the credentials of a tailnet.")
    .version(version)
    // Commands inherit these two from the program. The first one throws what would otherwise end
    // the process at once, before a pipe has taken all of the output.
    .exitOverride()
    .configureOutput({
      writeOut: (text) => process.stdout.write(reflow(text, process.stdout.columns ?? 80)),
      outputError: (text, write) => write(wrap(text, measureWidth(process.stderr))),
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
