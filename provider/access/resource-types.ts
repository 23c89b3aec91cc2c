/** Types of Pulumi resources that have to do with a tailnet's access. */

/** What the types of our resources begin with: the name of the class follows. */
export const typePrefix = "pulumi-nodejs:dynamic/tailscope:";

/** Our components, whose credentials are resources of their own. */
export const componentTypes: readonly string[] = [
  "tailscope:index:RotatingOAuthClient",
  "tailscope:index:RotatingAuthKey",
];

/**
 * The resources of Tailscale's official provider, by the last part of their types, and what they do to access.
 * Source: https://github.com/tailscale/terraform-provider-tailscale/tree/main/docs/resources (0.29)
 */
const official: ReadonlyMap<string, "credential" | "access" | "harmless"> = new Map([
  ["FederatedIdentity", "credential"],
  ["OauthClient", "credential"],
  ["TailnetKey", "credential"],
  ["Acl", "access"],
  // Tailscale acts on what a contact asks for.
  ["Contacts", "access"],
  ["DeviceAuthorization", "access"],
  // Switches off that a device has to sign in again.
  ["DeviceKey", "access"],
  ["DeviceSubnetRoutes", "access"],
  ["DeviceTags", "access"],
  // Who answers for names decides where machines connect to.
  ["DnsConfiguration", "access"],
  ["DnsNameservers", "access"],
  ["DnsSearchPaths", "access"],
  ["DnsSplitNameservers", "access"],
  ["LogstreamConfiguration", "access"],
  ["PostureIntegration", "access"],
  ["Service", "access"],
  ["TailnetSettings", "access"],
  ["Webhook", "access"],
  ["AwsExternalId", "harmless"],
  ["DnsPreferences", "harmless"],
]);

/** What a resource of the official provider does to access; undefined for every other type. */
export function officialMeaningOf(
  type: string,
): "credential" | "access" | "harmless" | "unknown" | undefined {
  // The provider itself: its address and credentials.
  if (type === "pulumi:providers:tailscale") return "access";
  if (!type.startsWith("tailscale:")) return undefined;
  return official.get(type.split(":").at(-1) ?? "") ?? "unknown";
}

/** Resources that run code or commands which the program brings with it: any program's, in any language. */
export function runsCode(type: string): boolean {
  return /^pulumi-[a-z]+:dynamic[:/]/.test(type) || /^command:(local|remote):/.test(type);
}
