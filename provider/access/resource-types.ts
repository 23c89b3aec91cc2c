/** Types of Pulumi resources that matter for a tailnet's access. */

/** The prefix of our resources' types. The name of the class follows. */
export const typePrefix = "pulumi-nodejs:dynamic/tailscope:";

/** Our components. Their credentials are separate resources. */
export const componentTypes: readonly string[] = [
  "tailscope:index:RotatingOAuthClient",
  "tailscope:index:RotatingAuthKey",
];

/** Whether resources of this type run code or commands of the program, in any language. */
export function runsCode(type: string): boolean {
  return /^pulumi-[a-z]+:dynamic[:/]/.test(type) || /^command:(local|remote):/.test(type);
}
