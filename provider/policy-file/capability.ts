/**
 * Names of application capabilities. Source: https://tailscale.com/kb/1537/grants-app-capabilities
 */

/** Those of Tailscale's own that a grant may give; every other one in its domain is refused. */
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

/** What the one who is reached gets towards the one who reaches it, as captured. */
const mirrored: Readonly<Record<string, string>> = {
  "tailscale.com/cap/drive": "tailscale.com/cap/drive-sharer",
  "tailscale.com/cap/relay": "tailscale.com/cap/relay-target",
};

export function mirrorCapabilities(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => (Object.hasOwn(mirrored, name) ? (mirrored[name] ?? []) : []));
}
