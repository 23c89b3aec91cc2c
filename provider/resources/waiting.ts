/**
 * Whether a credential is created after another resource of the program. That resource may change
 * the policy file, so a check against the current policy file is not final.
 */

import * as pulumi from "@pulumi/pulumi";
import { typePrefix } from "../access/resource-types";

/** Whether each of our credentials waits. What depends on a waiting credential waits, too. */
const waiting = new WeakMap<pulumi.Resource, Promise<boolean>>();

/** Remembers whether a credential waits. */
export function noteWaiting(credential: pulumi.Resource, waits: Promise<boolean>): void {
  waiting.set(credential, waits);
}

/**
 * Whether a credential waits for a resource that is not ours: by the option `dependsOn`, by an
 * argument, or by a component that it belongs to. Undefined if it certainly does not.
 */
export function waitsForOthers(
  args: object,
  { dependsOn, parent }: pulumi.CustomResourceOptions,
): Promise<boolean> | undefined {
  if (parent !== undefined && mayComponentWait(parent)) return Promise.resolve(true);
  // Each may be a promise of resources.
  const named = [dependsOn].flat().filter((one) => one !== undefined);
  if (named.length === 0 && !holdsPromises(args)) return undefined;
  if (named.some((one) => !pulumi.CustomResource.isInstance(one))) return Promise.resolve(true);
  const found = collectResources([named, args]).then(areWaitedFor);
  // A rejected argument ends the program anyway.
  return found.catch(() => false);
}

async function areWaitedFor(resources: readonly pulumi.Resource[]): Promise<boolean> {
  const waited = await Promise.all(resources.map(isWaitedFor));
  return waited.includes(true);
}

/** Whether the policy file may have changed by the time `resource` exists. */
async function isWaitedFor(resource: pulumi.Resource): Promise<boolean> {
  return isOther(resource) || ((await waiting.get(resource)) ?? false);
}

/** Whether a resource is neither ours nor a provider, a component, or a reference to a stack. */
function isOther(resource: pulumi.Resource): boolean {
  if (!pulumi.CustomResource.isInstance(resource)) return false;
  const { __pulumiType: type = "" } = resource as Internals;
  return !type.startsWith(typePrefix) && !type.startsWith("pulumi:");
}

function holdsPromises(value: unknown): boolean {
  if (pulumi.Output.isInstance(value) || pulumi.Resource.isInstance(value)) return true;
  if (value instanceof Promise) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsPromises);
}

/** Collects the resources that a value is, contains or comes from. */
async function collectResources(value: unknown): Promise<pulumi.Resource[]> {
  if (pulumi.Resource.isInstance(value)) return [value];
  if (pulumi.Output.isInstance(value)) {
    const output = value as unknown as OutputInternals;
    // The result of `apply` may contain Outputs. The SDK adds their resources only when it sends
    // them.
    return [...(await output.allResources()), ...(await collectResources(await output.promise()))];
  }
  if (value instanceof Promise) return collectResources(await value);
  if (typeof value !== "object" || value === null) return [];
  return (await Promise.all(Object.values(value).map(collectResources))).flat();
}

/**
 * Pulumi creates the children of a component after everything that the component depends on, but
 * only the component's constructor knows its dependencies. So a child may wait if the program has
 * anything to wait for.
 */
function mayComponentWait(parent: pulumi.Resource): boolean {
  const listAncestors = (resource: Internals): Internals[] => {
    const next = resource.__parentResource;
    return next === undefined ? [resource] : [resource, ...listAncestors(next)];
  };
  // The last of them is the stack.
  const ancestors = listAncestors(parent as Internals);
  const isInComponent = ancestors.slice(0, -1).some(isComponent);
  return isInComponent && ancestors.slice(-1).some(holdsOthers);
}

function isComponent(resource: pulumi.Resource): boolean {
  return pulumi.ComponentResource.isInstance(resource);
}

function holdsOthers({ __childResources: children = new Set() }: Internals): boolean {
  return [...children].some((child) => isOther(child) || holdsOthers(child));
}

/**
 * Members that the SDK sets on every resource, although its type declarations omit them as
 * internal.
 */
type Internals = pulumi.Resource & {
  readonly __pulumiType?: string;
  readonly __parentResource?: Internals;
  readonly __childResources?: ReadonlySet<Internals>;
};

/** Members of every Output, although the type declarations omit them as internal. */
interface OutputInternals {
  allResources(): Promise<ReadonlySet<pulumi.Resource>>;
  promise(): Promise<unknown>;
}
