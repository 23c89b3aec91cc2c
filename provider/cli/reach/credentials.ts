/**
 * The credentials that a question is about: described by options, or read from a preview, a stack's
 * state or the tailnet.
 */

import { isKind } from "../../access/kinds";
import type { Trusted } from "../../access/trusted";
import { parseName } from "../../access/urn";
import type { Key } from "../../api/keys/key";
import type { Connection } from "../../api/settings/connection";
import type { Tailnet } from "../../api/tailnet";
import type { CredentialStart } from "../../reach/starts";
import { described } from "../../reach/words";
import { readPreview } from "../../review/input/preview";
import { findStartsAfter } from "../../review/reach/credential-starts";
import type { Managed } from "../../state/exported-state";
import { findKeyKind, isShortLivedToken } from "../../state/inventory";
import { CommandFailure } from "../failure";
import { readFileOrInput } from "../files";
import { listCredentials } from "../listing";

/** A credential that need not exist, described by its scopes and tags. */
export function describeCredential(
  scopes: readonly string[],
  tags: readonly string[],
): CredentialStart {
  return { kind: "OAuthClient", name: described, scopes, tags };
}

export async function readCredentialsOfPreview(path: string): Promise<readonly CredentialStart[]> {
  const read = readPreview(await readFileOrInput(path));
  if ("problem" in read)
    throw new CommandFailure(
      `${path === "-" ? "Standard input" : path} cannot be used: ${read.problem}.\n  Give what \`pulumi preview --json\` prints.`,
    );
  return findStartsAfter(read.steps);
}

/** The credentials of a state. Hidden scopes and tags count as all scopes and tags. */
export function readCredentialsOfState(managed: readonly Managed[]): readonly CredentialStart[] {
  return managed.flatMap(({ urn, id, kind, state, hidden }) => {
    if (!isKind(kind)) return [];
    const trusted =
      kind === "FederatedIdentity" && hidden.size === 0 ? readTrust(state) : undefined;
    return [
      {
        kind,
        name: parseName(urn),
        urn,
        id,
        isManaged: true,
        scopes: filterTexts(state["scopes"]),
        tags: filterTexts(state["tags"]),
        hides: {
          // Every credential but an auth key has scopes.
          scopes: hidden.has("scopes") || (kind !== "AuthKey" && !isTextList(state["scopes"])),
          tags: hidden.has("tags") || (state["tags"] != null && !isTextList(state["tags"])),
        },
        ...(trusted && { trusted }),
        ...(kind === "AuthKey" && { preauthorized: state["preauthorized"] === true }),
      },
    ];
  });
}

/**
 * Every credential of the tailnet. If a state is known, those that no resource manages are marked.
 */
export async function readCredentialsOfTailnet(
  tailnet: Tailnet,
  connection: Connection,
  managed: readonly Managed[] | undefined,
): Promise<{ readonly starts: readonly CredentialStart[]; readonly limits: readonly string[] }> {
  const { keys, limits } = await listCredentials(tailnet, connection);
  const urns = managed && new Map(managed.map(({ id, urn }) => [id, urn]));
  const starts = keys
    .filter((key) => !isShortLivedToken(key))
    .flatMap((key) => fromKey(key, urns) ?? []);
  return { starts, limits };
}

function fromKey(
  key: Key,
  urns: ReadonlyMap<string, string> | undefined,
): CredentialStart | undefined {
  const kind = findKeyKind(key.keyType);
  if (kind === undefined) return undefined;
  const urn = urns?.get(key.id);
  return {
    kind,
    name: urn === undefined ? key.description || key.id : parseName(urn),
    id: key.id,
    ...(urn !== undefined && { urn }),
    ...(urns && { isManaged: urn !== undefined }),
    scopes: key.scopes ?? [],
    tags: key.tags ?? key.capabilities?.devices?.create?.tags ?? [],
    ...(kind === "FederatedIdentity" && {
      trusted: {
        issuer: key.issuer ?? "",
        subject: key.subject ?? "*",
        audience: key.audience ?? "",
        claims: key.customClaimRules ?? {},
      },
    }),
    ...(kind === "AuthKey" && {
      preauthorized: key.capabilities?.devices?.create?.preauthorized === true,
    }),
  };
}

function readTrust(state: Managed["state"]): Trusted | undefined {
  const { issuer, subject, audience, customClaimRules: rules } = state;
  if (typeof issuer !== "string" || typeof subject !== "string") return undefined;
  const claims =
    typeof rules === "object" && rules !== null
      ? Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, String(rule)]))
      : {};
  return { issuer, subject, audience: typeof audience === "string" ? audience : "", claims };
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function filterTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
