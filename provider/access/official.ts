/**
 * The resources of Tailscale's official Pulumi provider, and what they do to access. Source:
 * https://www.pulumi.com/registry/packages/tailscale/ (v0.26, of 2026-02), and the Terraform
 * provider that it is generated from,
 * https://github.com/tailscale/terraform-provider-tailscale/tree/main/docs/resources (0.29)
 */

import { getKeyFacts, type Kind, kinds } from "./kinds";

/**
 * Our kind for a credential, whose arguments have the same names. For any other resource, whether
 * it changes who reaches what.
 */
type Meaning = Kind | "access" | "harmless";

const official: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...kinds.map((kind) => [getKeyFacts(kind).officialName, kind] as const),
  ["Acl", "access"],
  // Tailscale follows requests from the tailnet's contacts.
  ["Contacts", "access"],
  ["DeviceAuthorization", "access"],
  // It can disable the expiry of a device's key.
  ["DeviceKey", "access"],
  ["DeviceSubnetRoutes", "access"],
  ["DeviceTags", "access"],
  // The server that resolves names decides where machines connect.
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

/**
 * How a resource of the official provider, or the provider itself, affects access; undefined for
 * any other type.
 */
export function classifyOfficialType(type: string): Meaning | "not known" | undefined {
  // It sets the API's address and the credentials in use.
  if (type === "pulumi:providers:tailscale") return "access";
  if (!type.startsWith("tailscale:")) return undefined;
  const [, name = ""] = /^tailscale:[^:]*:(.*)$/s.exec(type) ?? [];
  return official.get(name) ?? "not known";
}

/** What kind of resource a type of the official provider creates; undefined for other types. */
export function findOfficialKind(type: string): Kind | "no credential" | "not known" | undefined {
  const meaning = type.startsWith("tailscale:") ? classifyOfficialType(type) : undefined;
  return meaning === "access" || meaning === "harmless" ? "no credential" : meaning;
}
