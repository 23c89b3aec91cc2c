/** Types of Pulumi resources that have to do with a tailnet's access. */

/** What the types of our resources begin with: the name of the class follows. */
export const typePrefix = "pulumi-nodejs:dynamic/tailscope:";

/** Our components, whose credentials are resources of their own. */
export const componentTypes: readonly string[] = [
  "tailscope:index:RotatingOAuthClient",
  "tailscope:index:RotatingAuthKey",
];

/**
 * Resources that run code or commands which the program brings with it: any program's, in any
 * language.
 */
export function runsCode(type: string): boolean {
  return /^pulumi-[a-z]+:dynamic[:/]/.test(type) || /^command:(local|remote):/.test(type);
}
