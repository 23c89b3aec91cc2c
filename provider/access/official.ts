/**
 * The resources of Tailscale's official Pulumi provider, and what they do to access. Source:
 * https://www.pulumi.com/registry/packages/tailscale/ (v0.26, of 2026-02), and the Terraform
 * provider that it is made from,
 * https://github.com/tailscale/terraform-provider-tailscale/tree/main/docs/resources (0.29)
 */

import { getKeyFacts, type Kind, kinds } from "./kinds";

/**
 * Our kind of a credential, whose arguments have the same names; or whether it changes who reaches
 * what.
 */
type Meaning = Kind | "access" | "harmless";

const official: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...kinds.map((kind) => [getKeyFacts(kind).officialName, kind] as const),
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

/**
 * What a resource of the official provider, or the provider itself, does to access; undefined for
 * every other type.
 */
export function classifyOfficialType(type: string): Meaning | "not known" | undefined {
  // Its address, and the credentials that it uses.
  if (type === "pulumi:providers:tailscale") return "access";
  if (!type.startsWith("tailscale:")) return undefined;
  const [, name = ""] = /^tailscale:[^:]*:(.*)$/s.exec(type) ?? [];
  return official.get(name) ?? "not known";
}

/** What a type of the official provider makes; undefined for a type that is not its. */
export function findOfficialKind(type: string): Kind | "no credential" | "not known" | undefined {
  const meaning = type.startsWith("tailscale:") ? classifyOfficialType(type) : undefined;
  return meaning === "access" || meaning === "harmless" ? "no credential" : meaning;
}
