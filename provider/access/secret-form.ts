/**
 * What the form of a secret says: `tskey-KIND-ID-RANDOM`, where ID is the credential's. Sources:
 * https://tailscale.com/kb/1277/key-prefixes, and `feature/oauthkey` of Tailscale's client, which
 * takes the id from the secret.
 */

/** What the form of a text shows it to be. */
export type Form = "api" | "auth" | "client" | "otherSecret" | "identityToken" | "id";

/** Detects what a text is by its form; undefined if the form does not tell. */
export function detectForm(text: string): Form | undefined {
  const kind = /^tskey-([a-z]+)-/.exec(text)?.[1];
  if (kind === "api" || kind === "auth" || kind === "client") return kind;
  if (text.startsWith("tskey-")) return "otherSecret";
  if (/^ey[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return "identityToken";
  return /^(T\w+CNTRL-)?k\w+CNTRL$/.test(text) ? "id" : undefined;
}

/** What people call a text of each form. */
export const formInWords: Readonly<Record<Form, string>> = {
  api: "an API access token",
  auth: "an auth key, which lets machines join and can do nothing else",
  client: "an OAuth client's secret",
  otherSecret: "a secret of Tailscale's",
  identityToken: "an identity token (a JWT)",
  id: "the id of a credential",
};

/** The id of the credential that a secret belongs to; undefined for a secret of another form. */
export function parseSecretId(secret: string): string | undefined {
  return /^tskey-[a-z]+-([A-Za-z0-9]+)-./.exec(secret)?.[1];
}

/**
 * Whether the secret can belong to the OAuth client with this id. A secret of another form does not
 * contain an id, so it can belong to any client.
 */
export function fits(clientId: string, secret: string): boolean {
  const id = parseSecretId(secret);
  return id === undefined || id === clientId;
}
