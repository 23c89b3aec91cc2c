/**
 * Attributes that `nodeAttrs` gives to machines in addition to what the rules open. Sources:
 * https://tailscale.com/kb/1337/policy-syntax#nodeattrs and the capabilities in Tailscale's client,
 * https://pkg.go.dev/tailscale.com/tailcfg#NodeCapability
 */

/**
 * What an attribute gives, worded to follow "its machines"; `""` for one that does not affect
 * reach.
 */
const meanings: ReadonlyMap<string, string> = new Map([
  // Handled as a rule from the internet.
  ["funnel", ""],
  ["randomize-client-port", ""],
  ["disable-captive-portal-detection", ""],
  ["suggest-exit-node", ""],
  ["disable-ipv4", ""],
  ["magicdns-aaaa", ""],
  ["mullvad", "use Mullvad's exit nodes, which no rule limits"],
  ["drive:share", "share folders with everybody to whom tailscale.com/cap/drive is granted"],
  ["drive:access", "open folders that others share with them by tailscale.com/cap/drive"],
  [
    "https://tailscale.com/cap/is-admin",
    "count as an administrator's for Tailscale's clients and whatever asks them; nothing that Tailscale publishes says what else it gives",
  ],
  ["https://tailscale.com/cap/file-sharing", "send files to other machines (Taildrop)"],
  ["https://tailscale.com/cap/ssh", "run Tailscale SSH, which the rules of ssh still limit"],
]);

/** Prefixes of names that end with a value of the user's choice. */
const families: readonly string[] = ["nextdns:"];

/**
 * What an attribute gives, as the end of a sentence that begins with its machines; undefined for
 * one that does not affect reach.
 */
export function describeAttribute(attribute: string): string | undefined {
  const name = attribute.toLowerCase();
  if (families.some((family) => name.startsWith(family))) return undefined;
  const meaning = meanings.get(name);
  if (meaning === "") return undefined;
  return meaning ?? "have an attribute that Tailscope does not know, so what it gives is not known";
}
