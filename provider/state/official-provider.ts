/**
 * Credentials of Tailscale's official provider in the export of a stack: which they are, and the
 * export without them. Pure.
 *
 * A resource of that provider cannot stay in the state once its plugin is gone, and neither can the
 * provider itself: the engine loads it before it does anything else.
 */

import { isKind } from "../access/kinds";
import { findOfficialKind } from "../access/official";
import { parseName } from "../access/urn";
import { isKeyId } from "../api/keys/id";
import type { StoredResource } from "./exported-state";

/** Whether a type of the official provider is a credential. */
function isCredential(type: string): boolean {
  // What is adopted has to be its beyond doubt, where a rule or a review takes what only might be.
  return /^tailscale:index\/\w+:\w+$/.test(type) && isKind(findOfficialKind(type) ?? "");
}

const providerType = "pulumi:providers:tailscale";

/** The credentials, by their ids in the tailnet with the names of their resources. */
export function listOfficialCredentials(
  resources: readonly StoredResource[],
): ReadonlyMap<string, string> {
  return new Map(
    resources.flatMap(({ type, id, urn }) =>
      isCredential(type) && id !== undefined && isKeyId(id) ? [[id, parseName(urn)]] : [],
    ),
  );
}

export interface WithoutOfficial {
  /** The export, for `pulumi stack import`. */
  readonly content: string;
  /** The URNs that are no longer in it: of credentials, and of providers that nothing else uses. */
  readonly removed: readonly string[];
}

/**
 * The export without the credentials of these ids, and without their provider where nothing else
 * uses it. What depended on them is kept, and no longer does; secrets stay as they are.
 * @param content what `pulumi stack export` printed, read before by `resourcesIn`
 */
export function removeOfficial(content: string, ids: ReadonlySet<string>): WithoutOfficial {
  // Read before: `resourcesIn` has seen that it has this form.
  const whole = JSON.parse(content) as { deployment: { resources: StoredResource[] } };
  const { resources } = whole.deployment;
  const credentials = new Set(
    resources
      .filter(({ type, id }) => isCredential(type) && id !== undefined && ids.has(id))
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

/** A resource that points at nothing that is removed. */
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
