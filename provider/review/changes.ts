/** Which credentials change and how: the steps of a preview, one change for each resource. Nothing is passed over in silence. */

import { argumentsOf, isKind, type Kind } from "./credential";
import type { Position, Properties, Step } from "./step";

export type ChangeKind = "create" | "update" | "replace" | "delete";

export interface Change {
  readonly urn: string;
  readonly name: string;
  readonly kind: Kind;
  readonly change: ChangeKind;
  readonly old?: Properties;
  readonly new?: Properties;
  readonly position?: Position;
}

export interface Changes {
  readonly changes: readonly Change[];
  /** What this version does not know, each in a sentence. */
  readonly notUnderstood: readonly string[];
}

/** The engine's names of steps that change a credential (`sdk/go/common/apitype`, `OpType`). */
const changing: Readonly<Record<string, ChangeKind>> = {
  create: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
};

/** Steps that change nothing: what stays, and what is only read. */
const harmless = [
  "same",
  "refresh",
  "read",
  "read-replacement",
  "read-discard",
  "discard-replaced",
  "remove-pending-replace",
];

const typePrefix = "pulumi-nodejs:dynamic/tailscope:";

/** Components of ours: their credentials are resources of their own. */
const components = ["tailscope:index:RotatingOAuthClient", "tailscope:index:RotatingAuthKey"];

/** Credentials of Tailscale's official provider, which are reviewed nowhere else. */
const official = /^tailscale:index\/\w+:(OauthClient|TailnetKey|FederatedIdentity)$/;

export function changesIn(steps: readonly Step[]): Changes {
  const notUnderstood: string[] = [];
  const byUrn = new Map<string, Step[]>();
  for (const step of steps) {
    if (!isOurs(step) || components.includes(step.type) || harmless.includes(step.op)) continue;
    const name = nameIn(step.urn);
    const kind = step.type.slice(typePrefix.length);
    if (official.test(step.type)) {
      notUnderstood.push(
        `${name} (${step.op}) is a credential of Tailscale's official provider, whose arguments are not known here.`,
      );
    } else if (!step.type.startsWith(typePrefix) || !isKind(kind)) {
      notUnderstood.push(
        `${name} (${step.op}) has the type ${step.type}, which this version does not know.`,
      );
    } else if (changing[step.op] === undefined) {
      notUnderstood.push(`${name} has the step "${step.op}", which this version does not know.`);
    } else byUrn.set(step.urn, [...(byUrn.get(step.urn) ?? []), step]);
  }
  const changes = [...byUrn.values()].map(oneChange);
  for (const { kind, name, new: after = {} } of changes) {
    for (const argument of Object.keys(after)) {
      if (argument === "__provider" || argumentsOf(kind).includes(argument)) continue;
      notUnderstood.push(
        `${name} has the argument "${argument}", which this version does not know of ${kind}.`,
      );
    }
  }
  return { changes, notUnderstood: [...new Set(notUnderstood)] };
}

/** Ours by its type, or by the provider that it names. */
function isOurs({ type, new: after, old }: Step): boolean {
  const provider = (after ?? old)?.["__provider"];
  return (
    type.startsWith(typePrefix) ||
    type.startsWith("tailscope:") ||
    official.test(type) ||
    (typeof provider === "string" && /["']tailscope["']/.test(provider))
  );
}

/** The steps of one resource as one change: a replacement can come as its parts. */
function oneChange(steps: readonly Step[]): Change {
  const [first] = steps as [Step, ...Step[]]; // Grouped by URN, so there is at least one.
  const kinds = new Set(steps.map(({ op }) => changing[op]));
  const old = steps.find((step) => step.old !== undefined)?.old;
  const after = steps.findLast((step) => step.new !== undefined)?.new;
  const isDeletion = kinds.has("delete") && kinds.size === 1;
  // The old half of a replacement that an earlier run did not finish.
  const isRest = steps.every(({ op }) => op === "delete-replaced");
  const change =
    isDeletion || isRest
      ? "delete"
      : kinds.has("replace") || kinds.size > 1
        ? "replace"
        : kinds.has("create")
          ? "create"
          : "update";
  const position = steps.find((step) => step.position !== undefined)?.position;
  return {
    urn: first.urn,
    name: nameIn(first.urn),
    kind: first.type.slice(typePrefix.length) as Kind, // Checked by changesIn.
    change,
    ...(change !== "create" && old && { old }),
    ...(change !== "delete" && after && { new: after }),
    ...(position && { position }),
  };
}

/** The name that a program gave a resource. */
export function nameIn(urn: string): string {
  return urn.split("::").slice(3).join("::") || urn;
}
