/**
 * The resources of Tailscale's official Pulumi provider, as far as they make credentials.
 * Source: https://www.pulumi.com/registry/packages/tailscale/ (v0.26, of 2026-02)
 */

/** Our kind for each of its credentials; their arguments have the same names. */
const credentials: Readonly<Record<string, "OAuthClient" | "AuthKey" | "FederatedIdentity">> = {
  OauthClient: "OAuthClient",
  TailnetKey: "AuthKey",
  FederatedIdentity: "FederatedIdentity",
};

/** Those that make no credential, whatever else they change. */
const others = [
  ...["Acl", "AwsExternalId", "Contacts", "DeviceAuthorization", "DeviceKey"],
  ...["DeviceSubnetRoutes", "DeviceTags", "DnsConfiguration", "DnsNameservers"],
  ...["DnsPreferences", "DnsSearchPaths", "DnsSplitNameservers", "LogstreamConfiguration"],
  ...["PostureIntegration", "Service", "TailnetSettings", "Webhook"],
];

/** What a type of the official provider makes; undefined for a type that is not its. */
export function officialKind(
  type: string,
): "OAuthClient" | "AuthKey" | "FederatedIdentity" | "no credential" | "not known" | undefined {
  const [, name = ""] = /^tailscale:[^:]*:(.*)$/s.exec(type) ?? [];
  if (!type.startsWith("tailscale:")) return undefined;
  if (Object.hasOwn(credentials, name)) return credentials[name];
  return others.includes(name) ? "no credential" : "not known";
}
