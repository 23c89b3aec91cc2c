/**
 * Credentials of Tailscale's official provider in the export of a stack: finds them, and removes
 * them from the export. Pure.
 *
 * Neither a resource of that provider nor the provider itself can stay in the state after its
 * plugin is gone, because the engine loads the plugin before it does anything else.
 */

import { isKind } from "../access/kinds";
import { findOfficialKind } from "../access/official";
import { parseName } from "../access/urn";
import { isKeyId } from "../api/keys/id";
import type { StoredResource } from "./exported-state";

/** Whether a type of the official provider is a credential. */
function isOfficialCredential(type: string): boolean {
  // Only a type that certainly belongs to it is adopted; a rule or a review also accepts a possible
  // one.
  return /^tailscale:index\/\w+:\w+$/.test(type) && isKind(findOfficialKind(type) ?? "");
}

const providerType = "pulumi:providers:tailscale";

/** The names of the credentials' resources, keyed by the credentials' IDs in the tailnet. */
export function listOfficialCredentials(
  resources: readonly StoredResource[],
): ReadonlyMap<string, string> {
  return new Map(
    resources.flatMap(({ type, id, urn }) =>
      isOfficialCredential(type) && id !== undefined && isKeyId(id) ? [[id, parseName(urn)]] : [],
    ),
  );
}

export interface WithoutOfficial {
  /** The export, for `pulumi stack import`. */
  readonly content: string;
  /** The URNs that were removed: those of credentials, and of providers that nothing else uses. */
  readonly removed: readonly string[];
}

/**
 * Removes the credentials with these IDs from the export, and their provider if nothing else uses
 * it. Resources that depended on them stay, without the dependency; secrets stay unchanged.
 * @param content the output of `pulumi stack export`, already checked by `requireResources`
 */
export function removeOfficial(content: string, ids: ReadonlySet<string>): WithoutOfficial {
  // `requireResources` has already checked that it has this form.
  const whole = JSON.parse(content) as { deployment: { resources: StoredResource[] } };
  const { resources } = whole.deployment;
  const credentials = new Set(
    resources
      .filter(({ type, id }) => isOfficialCredential(type) && id !== undefined && ids.has(id))
      .map(({ urn }) => urn),
  );
  const left = resources.filter(({ urn }) => !credentials.has(urn));
  const used = new Set(left.map((resource) => getProviderUrn(resource)));
  const removed = new Set([
    ...credentials,
    ...left
      .filter(({ type, urn }) => type === providerType && !used.has(urn))
      .map(({ urn }) => urn),
  ]);
  const parents = new Map(resources.map((resource) => [resource.urn, resource["parent"]]));
  return {
    content: `${JSON.stringify(
      {
        ...whole,
        deployment: {
          ...whole.deployment,
          resources: left
            .filter(({ urn }) => !removed.has(urn))
            .map((resource) => removeReferences(resource, removed, parents)),
        },
      },
      undefined,
      4,
    )}\n`,
    removed: [...removed],
  };
}

/** The URN of the provider that a resource names as `URN::id`. */
function getProviderUrn({ provider }: StoredResource): string | undefined {
  return typeof provider === "string" ? provider.replace(/::[^:]*$/, "") : undefined;
}

/** Removes a resource's references to anything that is removed. */
function removeReferences(
  resource: StoredResource,
  removed: ReadonlySet<string>,
  parents: ReadonlyMap<string, unknown>,
): StoredResource {
  const kept: StoredResource = { ...resource };
  const isRemoved = (urn: unknown): boolean => typeof urn === "string" && removed.has(urn);
  while (isRemoved(kept["parent"])) kept["parent"] = parents.get(String(kept["parent"]));
  if (isRemoved(kept["deletedWith"])) delete kept["deletedWith"];
  for (const list of ["dependencies", "replaceWith"])
    if (Array.isArray(kept[list])) kept[list] = kept[list].filter((urn) => !isRemoved(urn));
  const { propertyDependencies } = kept;
  if (typeof propertyDependencies === "object" && propertyDependencies !== null)
    kept["propertyDependencies"] = Object.fromEntries(
      Object.entries(propertyDependencies).map(([name, urns]) => [
        name,
        Array.isArray(urns) ? urns.filter((urn) => !isRemoved(urn)) : urns,
      ]),
    );
  return kept;
}
