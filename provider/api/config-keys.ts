/** The keys of stack config that hold, or may hold, credentials of a deployer. */

/** Named connections, as one object. */
export const connectionsKey = "tailscope:connections";

/** The deployer's own. */
export const secretConfigKeys = ["tailscope:oauthClientSecret", "tailscope:apiKey"] as const;
