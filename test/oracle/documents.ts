/**
 * The parts of `pulumi preview --json` and of an update plan that say what changes. Source: the
 * engine's own output.
 */

import type { Json, Members } from "./values.ts";

export interface State {
  readonly type?: string;
  readonly id?: string;
  readonly inputs?: Json;
  readonly outputs?: Json;
  /** Read, not managed. */
  readonly external?: boolean;
  /** The engine still has to delete it, because another took its place. */
  readonly delete?: boolean;
  /** It goes before the other comes. */
  readonly pendingReplacement?: boolean;
  readonly retainOnDelete?: boolean;
  readonly deletedWith?: string;
  readonly [other: string]: unknown;
}

export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: State;
  readonly newState?: State;
  readonly [other: string]: unknown;
}

export interface Preview {
  readonly steps: readonly Step[];
  readonly changeSummary?: Readonly<Record<string, number>>;
  readonly diagnostics?: readonly { readonly severity: string; readonly message: string }[];
  readonly [other: string]: unknown;
}

export interface ResourcePlan {
  readonly goal?: {
    readonly type?: string;
    readonly inputDiff?: {
      readonly adds?: Members;
      readonly updates?: Members;
      readonly deletes?: readonly string[];
    };
    readonly [other: string]: unknown;
  };
  readonly steps: readonly string[];
  readonly state?: Members | null;
  readonly [other: string]: unknown;
}

export interface Plan {
  readonly manifest: Members;
  readonly resourcePlans: Readonly<Record<string, ResourcePlan>>;
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`; a name may have colons of its own. */
export function partsOf(urn: string): { readonly type: string; readonly name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.slice(types.lastIndexOf("$") + 1), name: name.join("::") };
}

export const typePrefix = "pulumi-nodejs:dynamic/tailscope:";

/**
 * The text of the code that runs for a kind; it is stored with every resource (ARCHITECTURE.md).
 */
export function providerText(kind: string): string {
  return `exports.handler=()=>require("tailscope").${kind}.provider`;
}
