/**
 * Reads what stacks manage from the output of `pulumi stack export`, in which secrets are encrypted
 * unless it ran with `--show-secrets`.
 */

import { z } from "zod";
import { describeFormMismatch } from "../access/form-mismatch";
import { isKind } from "../access/kinds";
import { findOfficialKind } from "../access/official";
import { typePrefix } from "../access/resource-types";
import { reveal } from "./stored-secrets";

/** `z.record` would look at each property of each resource, and copy them all. */
const properties = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  external: z.boolean().optional(),
  inputs: properties.optional(),
  outputs: properties.optional(),
});

const exported = z.object({
  deployment: z.object({ resources: z.array(resource).nullish() }),
});

/** What we read of a resource, and whatever else the engine wrote about it. */
export type StoredResource = z.infer<typeof resource> & Record<string, unknown>;

/** A credential that a stack manages. */
export interface Managed {
  readonly urn: string;
  readonly id: string;
  /** `"OAuthClient"`, `"AuthKey"` or `"FederatedIdentity"`. */
  readonly kind: string;
  /** Arguments and outputs, as the engine keeps them, without those that are hidden. */
  readonly state: Readonly<Record<string, unknown>>;
  /** Arguments and outputs that are secrets or contain one. Their values are never printed. */
  readonly secret: ReadonlySet<string>;
  /** Those of them that are encrypted, so their values are not known. */
  readonly hidden: ReadonlySet<string>;
}

/** All resources in the text of an export, or what is wrong with it. */
export function parseResources(
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
      problem: `it is not an exported stack: ${describeFormMismatch(parsed.error.issues, content)}`,
    };
  // The schema changes nothing, and its result lacks what it does not name.
  const { deployment } = content as {
    deployment: { resources?: readonly StoredResource[] | null };
  };
  return { resources: deployment.resources ?? [] };
}

/** The managed credentials among resources. Those that a program only reads are not managed. */
export function listManaged(resources: readonly StoredResource[]): Managed[] {
  return listManagedAs(resources, (type) =>
    type.startsWith(typePrefix) ? type.slice(typePrefix.length) : undefined,
  );
}

/**
 * Like {@link listManaged}, plus those of the official provider, whose arguments have the same
 * names.
 */
export function listManagedByAny(resources: readonly StoredResource[]): Managed[] {
  return listManagedAs(resources, (type) => {
    if (type.startsWith(typePrefix)) return type.slice(typePrefix.length);
    const kind = findOfficialKind(type);
    return kind !== undefined && isKind(kind) ? kind : undefined;
  });
}

function listManagedAs(
  resources: readonly StoredResource[],
  kindIn: (type: string) => string | undefined,
): Managed[] {
  return resources.flatMap(({ urn, type, id, external, inputs = {}, outputs = {} }) => {
    const kind = kindIn(type);
    if (kind === undefined || id === undefined || external === true) return [];
    const shown: [name: string, value: unknown][] = [];
    const secret = new Set(Object.keys(inputs).filter((name) => reveal(inputs[name]).isSecret));
    const hidden = new Set<string>();
    for (const [name, stored] of Object.entries(outputs)) {
      const { value, isSecret, isHidden } = reveal(stored);
      if (isSecret) secret.add(name);
      if (isHidden) hidden.add(name);
      else shown.push([name, value]);
    }
    return [{ urn, id, kind, state: Object.fromEntries(shown), secret, hidden }];
  });
}
