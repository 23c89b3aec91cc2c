/** Ends a command: prints the message alone, with exit code 1. */
export class CommandFailure extends Error {}

/** Exit codes of all commands. */
export const exitCodes = { success: 0, failure: 1, found: 2 } as const;
