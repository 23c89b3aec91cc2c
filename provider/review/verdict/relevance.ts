/**
 * What a step means for a review: a change of a credential, something that the review cannot
 * understand, something that it does not review, or nothing.
 */

import { getFacts, isKind, isResourceType, type Kind } from "../../access/kinds";
import { classifyOfficialType, findOfficialKind } from "../../access/official";
import { formatProviderText } from "../../access/provider-text";
import { componentTypes, runsCode, typePrefix } from "../../access/resource-types";
import { parseType } from "../../access/urn";
import { type Argument, getArgument, normalizeArgument } from "../input/argument";
import type { State, Step } from "../input/step";

/** The sentences lack their subject: the step's name goes before them. */
export type Relevance =
  | { readonly is: "credential"; readonly kind: Kind }
  /** This version cannot tell what the step gives: the verdict is `admin`. */
  | { readonly is: "notUnderstood"; readonly sentence: string }
  /** The step can change access, but a review does not look into it. */
  | { readonly is: "notReviewed"; readonly sentence: string }
  | { readonly is: "harmless" };

const harmless: Relevance = { is: "harmless" };

/** Steps that change nothing outside the engine's own state. */
const harmlessOps: readonly string[] = [
  "same",
  "refresh",
  "diff",
  "read",
  "read-replacement",
  "discard",
  "discard-replaced",
  "remove-pending-replace",
  "extend-parameterize",
];

export function judgeRelevance(step: Step): Relevance {
  const types = collectTypes(step);
  const otherTypes = types.filter((type) => !type.startsWith(typePrefix));
  const [ownType, ...moreOwnTypes] = types.filter((type) => type.startsWith(typePrefix));
  if (ownType !== undefined) {
    // An alias does that, for example. The resource that it takes over may be anything.
    if (moreOwnTypes.length > 0 || otherTypes.length > 0)
      return {
        is: "notUnderstood",
        sentence: `has more than one type: ${types.join(" and ")}.`,
      };
    return judgeOwnType(step, ownType);
  }
  // The official provider's credentials have the same arguments by the same names as ours. A second
  // type, from an alias, means that it may be something else.
  const [official, ...more] = types.map(findOfficialKind);
  if (official !== undefined && isKind(official) && more.length === 0)
    return { is: "credential", kind: official };
  if (harmlessOps.includes(step.op)) return harmless;
  if (types.includes(settingsType)) return judgeSettings(step);
  const each = types.map((type) => judgeOtherType(step, type));
  return (
    each.find(({ is }) => is === "notUnderstood") ??
    each.find(({ is }) => is === "notReviewed") ??
    harmless
  );
}

function collectTypes({ urn, old, new: after }: Step): string[] {
  const all = [...(after?.types ?? []), ...(old?.types ?? []), parseType(urn)];
  return [...new Set(all.filter((type) => type !== ""))];
}

function judgeOwnType({ op, old, new: after }: Step, type: string): Relevance {
  const kind = type.slice(typePrefix.length);
  // The engine runs the code even to look up a resource, so harmless steps are no exception.
  if (hasForeignCode(after, kind) || hasForeignCode(old, kind)) {
    return {
      is: "notUnderstood",
      sentence: `runs code that is not Tailscope's: its __provider must be ${JSON.stringify(formatProviderText(kind))}.`,
    };
  }
  if (isKind(kind)) return { is: "credential", kind };
  if (harmlessOps.includes(op)) return harmless;
  if (!isResourceType(kind)) return rejectType(type);
  return {
    is: "notReviewed",
    sentence: `is a Tailscale ${getFacts(kind).name}, which is not a credential and is not reviewed.`,
  };
}

function hasForeignCode(state: State | undefined, kind: string): boolean {
  const ownCode = formatProviderText(kind);
  return (state?.code ?? []).some((code) => code.is !== "known" || code.value !== ownCode);
}

function judgeOtherType({ old, new: after }: Step, type: string): Relevance {
  if (componentTypes.includes(type)) return harmless;
  if (type.startsWith("tailscope:")) return rejectType(type);
  switch (classifyOfficialType(type)) {
    case undefined:
      return judgeCode([...(after?.code ?? []), ...(old?.code ?? [])], type);
    case "harmless":
      return harmless;
    case "access":
      return {
        is: "notReviewed",
        sentence: `is a ${type} of Tailscale's official provider, which is not reviewed.`,
      };
    case "not known":
      return rejectType(type);
    default:
      return {
        is: "notUnderstood",
        sentence: "is a credential of Tailscale's official provider and has another type as well.",
      };
  }
}

/** Judges a resource of another provider by the code that it runs. */
function judgeCode(given: readonly Argument[], type: string): Relevance {
  const code = given.filter(({ is }) => is !== "absent");
  const loadsTailscope = (text: unknown) =>
    typeof text === "string" && /["'`]tailscope\b/.test(text);
  if (code.some((part) => part.is === "known" && loadsTailscope(part.value)))
    return rejectType(type);
  if (!runsCode(type) && code.length === 0) return harmless;
  return {
    is: "notReviewed",
    sentence: `is a ${type}, which runs its own code with the deployer's credentials: that code is not reviewed.`,
  };
}

/** Where the engine keeps the stack's config for the code of dynamic resources. */
const settingsType = "pulumi:providers:pulumi-nodejs";

/** Judges the stack's config: another address or tailnet moves every credential of the stack. */
function judgeSettings({ old, new: after }: Step): Relevance {
  if (old === undefined || after === undefined) return harmless;
  const settings = [...new Set([...old.inputNames, ...after.inputNames])].filter((name) =>
    name.startsWith("tailscope:"),
  );
  const readBoth = (name: string) =>
    [getArgument(old.arguments, name), getArgument(after.arguments, name)] as const;
  const changed = settings.filter((name) => {
    const [was, is] = readBoth(name);
    return was.is !== is.is || normalizeArgument(was) !== normalizeArgument(is);
  });
  // The engine plans this step for a reason. If no visible setting differs, a hidden one does.
  const named =
    changed.length > 0 ? changed : settings.filter((name) => readBoth(name)[1].is !== "known");
  if (named.length === 0) return harmless;
  return {
    is: "notReviewed",
    sentence: `changes ${named.sort().join(", ")}: the review does not check whether the stack's credentials stay in their tailnet.`,
  };
}

function rejectType(type: string): Relevance {
  return {
    is: "notUnderstood",
    sentence: `has the type ${type}, which this version does not know.`,
  };
}
