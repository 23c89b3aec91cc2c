/** What stacks manage, read from `pulumi stack export`. Secrets are encrypted there, and are not needed. */

import { z } from "zod";

const resource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  external: z.boolean().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
});

const exported = z.looseObject({
  deployment: z.looseObject({ resources: z.array(resource).nullish() }),
});

export type StoredResource = z.infer<typeof resource>;

/** A credential that a stack manages. */
export interface Managed {
  readonly urn: string;
  readonly id: string;
  /** `"OAuthClient"`, `"AuthKey"` or `"FederatedIdentity"`. */
  readonly kind: string;
  /** Arguments and outputs, as the engine keeps them. */
  readonly state: Readonly<Record<string, unknown>>;
}

const typePrefix = "pulumi-nodejs:dynamic/tailscope:";

/** All resources in the text of an export, or what is wrong with it. */
export function resourcesIn(
  text: string,
): { resources: readonly StoredResource[] } | { problem: string } {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { problem: "it is not JSON" };
  }
  const parsed = exported.safeParse(content);
  if (!parsed.success)
    return {
      problem: `it is no export of a stack: ${parsed.error.issues[0]?.path.join(".") || "its top"} is not as it should be`,
    };
  return { resources: parsed.data.deployment.resources ?? [] };
}

/** The credentials among resources; those that a program only reads are not managed. */
export function managedIn(resources: readonly StoredResource[]): Managed[] {
  return resources.flatMap(({ urn, type, id, external, outputs = {} }) =>
    type.startsWith(typePrefix) && id !== undefined && external !== true
      ? [{ urn, id, kind: type.slice(typePrefix.length), state: outputs }]
      : [],
  );
}

/** The name that a program gave a resource. */
export function nameIn(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
