/**
 * Converts existing credentials to a program and to the file for `pulumi import --file`. Pure.
 * Existing credentials stay unchanged: the state is what a create would have written, and the
 * program describes what the tailnet has.
 */

import { getKeyFacts } from "../access/kinds";
import { formatProviderText } from "../access/provider-text";
import { typePrefix } from "../access/resource-types";
import { knownScopes, legacyScopes } from "../access/scopes";
import type { Key } from "../api/keys/key";
import { type AnyKeyResource, findKeyDefinition } from "../definitions/all";
import { checkInputs } from "../engine/check";
import { emptyToUndefined } from "../engine/normal-form";
import type { Properties } from "../engine/resource";
import { applyWrite } from "../engine/state";
import { notKnownSecret } from "../engine/unknown-secret";
import { removeUndefined } from "../engine/unknowns";
import { createFreeNames } from "./free-names";
import { isShortLivedToken } from "./inventory";

export interface Adopted {
  readonly id: string;
  readonly kind: string;
  /** The resource's name in Pulumi. */
  readonly name: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/** A credential that cannot be adopted, and why. */
export interface Refused {
  readonly id: string;
  readonly reason: string;
}

/**
 * @param names earlier names of resources, by the ids of the credentials
 */
export function adopt(
  keys: readonly Key[],
  names: ReadonlyMap<string, string> = new Map(),
): { adopted: Adopted[]; refused: Refused[] } {
  const freeName = createFreeNames("-");
  const adopted: Adopted[] = [];
  const refused: Refused[] = [];
  for (const key of keys) {
    const definition = findKeyDefinition(key.keyType);
    if (definition === undefined) {
      refused.push({
        id: key.id,
        reason: isShortLivedToken(key)
          ? "it is a token that expires within an hour, not a resource"
          : "API access tokens belong to users, and are not resources",
      });
      continue;
    }
    const wanted = toProgramArguments(key, definition);
    // Existing credentials are valid, even if `check` would refuse their arguments.
    const inputs = { ...removeEmpty(wanted), ...checkInputs(definition, wanted).inputs };
    const name = freeName(
      names.get(key.id) ??
        slugify(key.description || `${getKeyFacts(definition.type).shortName} ${key.id}`),
    );
    adopted.push({
      id: key.id,
      kind: definition.type,
      name,
      inputs,
      outputs: toAdoptedState(definition, inputs, key),
    });
  }
  return { adopted, refused };
}

/** Removes empty inputs, which a program would leave out. */
function removeEmpty(inputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(inputs).filter(([, value]) => emptyToUndefined(value) !== undefined),
  );
}

/** The arguments with which a program would have created the key. */
function toProgramArguments(key: Key, definition: AnyKeyResource): Properties {
  const seen = definition.toProperties(key);
  const wanted = Object.fromEntries(
    Object.keys(definition.inputs.shape).map((name) => [name, seen[name]]),
  );
  // Tailscale generated this audience, so the program leaves it out.
  if (wanted["audience"] === `api.tailscale.com/${key.id}`) delete wanted["audience"];
  const unlisted = (key.scopes ?? []).filter(
    (scope) => !knownScopes.includes(scope) && !legacyScopes.has(scope),
  );
  return removeUndefined({ ...wanted, ...(unlisted.length > 0 && { unlistedScopes: unlisted }) });
}

function toAdoptedState(definition: AnyKeyResource, inputs: Properties, key: Key): Properties {
  const secrets = definition.outputs.filter((output) => definition.secrets.includes(output));
  return removeUndefined({
    ...applyWrite(definition, inputs, definition.toProperties(key)),
    ...Object.fromEntries(secrets.map((secret) => [secret, notKnownSecret])),
    __provider: formatProviderText(definition.type),
  });
}

function slugify(text: string): string {
  const words = text
    .normalize("NFKD")
    .replace(/[\p{M}]/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return words === "" ? "credential" : words;
}

/**
 * The file for `pulumi import --file`: inputs and outputs of each, the form that dynamic resources
 * need (CLI 3.254.0 and later).
 */
export function printImportFile(adopted: readonly Adopted[]): string {
  const resources = adopted.map(({ id, kind, name, inputs, outputs }) => ({
    type: `${typePrefix}${kind}`,
    name,
    id,
    inputs: { ...inputs, __provider: formatProviderText(kind) },
    outputs,
  }));
  return `${JSON.stringify({ resources }, undefined, 2)}\n`;
}
