/** Ends a command: only the message is printed, and the exit code is 1. */
export class CommandFailure extends Error {}

/** Exit codes of all commands. */
export const exitCodes = { success: 0, failure: 1, found: 2 } as const;
