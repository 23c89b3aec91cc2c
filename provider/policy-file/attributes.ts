/**
 * Attributes that `nodeAttrs` gives to machines beside what the rules open. Sources:
 * https://tailscale.com/kb/1337/policy-syntax#nodeattrs and the capabilities that Tailscale's client
 * knows, https://pkg.go.dev/tailscale.com/tailcfg#NodeCapability
 */

/** What an attribute gives, after "its machines"; `""` for one that decides no reach. */
const meanings: ReadonlyMap<string, string> = new Map([
  // Followed as a rule from the internet.
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

/** A name that has something of the machine's own choice in it. */
const families: readonly string[] = ["nextdns:"];

/**
 * What an attribute gives, as the end of a sentence that begins with its machines, or undefined for
 * one that decides no reach.
 */
export function describeAttribute(attribute: string): string | undefined {
  const name = attribute.toLowerCase();
  if (families.some((family) => name.startsWith(family))) return undefined;
  const meaning = meanings.get(name);
  if (meaning === "") return undefined;
  return (
    meaning ?? "have an attribute that is not known here, so that nobody can say what it gives"
  );
}
