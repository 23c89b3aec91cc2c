/**
 * Names of application capabilities. Source: https://tailscale.com/kb/1537/grants-app-capabilities
 */

/**
 * Tailscale's own capabilities that a grant may give. Tailscale refuses every other one in its
 * domain.
 */
const ofTailscale: ReadonlySet<string> = new Set(
  ["drive", "golink", "kubernetes", "pam", "relay", "secrets", "tsidp", "webui"].map(
    (name) => `tailscale.com/cap/${name}`,
  ),
);

/** Why Tailscale refuses the name, as captured, or undefined. */
export function refuseCapability(name: string): string | undefined {
  if (name.includes("://")) return `capability name ${JSON.stringify(name)} has a scheme`;
  if (name.startsWith("tailscale.com/") && !ofTailscale.has(name))
    return "capability name must not be in the tailscale.com domain";
  return /^[^/\s]+\/\S+$/.test(name)
    ? undefined
    : `capability name ${JSON.stringify(name)} is not of the form domain/name`;
}

/** The capabilities that the destination gets towards the source, as captured. */
const mirrored: Readonly<Record<string, string>> = {
  "tailscale.com/cap/drive": "tailscale.com/cap/drive-sharer",
  "tailscale.com/cap/relay": "tailscale.com/cap/relay-target",
};

export function mirrorCapabilities(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => (Object.hasOwn(mirrored, name) ? (mirrored[name] ?? []) : []));
}
