/**
 * Whose a step is: a credential of ours, something else that reaches the tailnet, or none of a
 * review's business.
 */

import { getFacts, isKind, isResourceType, type Kind } from "../../access/kinds";
import { classifyOfficialType, findOfficialKind } from "../../access/official";
import { formatProviderText } from "../../access/provider-text";
import { componentTypes, runsCode, typePrefix } from "../../access/resource-types";
import { parseType } from "../../access/urn";
import { type Argument, argumentOf, normalForm } from "../input/argument";
import type { State, Step } from "../input/step";

export type Maker =
  | { readonly is: "ours"; readonly kind: Kind }
  /** What it gives, this version does not know. */
  | { readonly is: "unknown"; readonly sentence: string }
  /** It can change access and is not reviewed. */
  | { readonly is: "told"; readonly sentence: string }
  | { readonly is: "harmless" };

const harmless: Maker = { is: "harmless" };

/**
 * Steps that change nothing: what stays, what is looked up, and what the engine does in its own
 * books.
 */
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

/** The sentences are about the step's name, which stands before them. */
export function makerOf(step: Step): Maker {
  const types = typesOf(step);
  const strange = types.filter((type) => !type.startsWith(typePrefix));
  const [own, ...more] = types.filter((type) => type.startsWith(typePrefix));
  if (own !== undefined) {
    // By an alias, for example: what it takes over is not what it seems to be.
    if (more.length > 0 || strange.length > 0)
      return { is: "unknown", sentence: `has more than one type: ${types.join(" and ")}.` };
    return makerOfOwn(step, own);
  }
  const [official, ...otherTypes] = types.map(findOfficialKind);
  // Its credentials have ours' arguments, by the same names. Where an alias says more, it is not
  // what it seems to be.
  if (official !== undefined && isKind(official) && otherTypes.length === 0)
    return { is: "ours", kind: official };
  if (harmlessOps.includes(step.op)) return harmless;
  if (types.includes(ownProviderType)) return makerOfSettings(step);
  const makers = types.map((type) => makerOfOther(step, type));
  return (
    makers.find(({ is }) => is === "unknown") ?? makers.find(({ is }) => is === "told") ?? harmless
  );
}

function typesOf({ urn, old, new: after }: Step): string[] {
  const given = [...(after?.types ?? []), ...(old?.types ?? []), parseType(urn)];
  return [...new Set(given.filter((type) => type !== ""))];
}

function makerOfOwn({ op, old, new: after }: Step, type: string): Maker {
  const kind = type.slice(typePrefix.length);
  // Code that is not ours is worth a word even where nothing changes: it runs when the engine
  // looks.
  if (hasForeignCode(after, kind) || hasForeignCode(old, kind)) {
    return {
      is: "unknown",
      sentence: `runs code that is not Tailscope's: its __provider must be ${JSON.stringify(formatProviderText(kind))}.`,
    };
  }
  if (isKind(kind)) return { is: "ours", kind };
  if (harmlessOps.includes(op)) return harmless;
  if (!isResourceType(kind)) return strangeType(type);
  return {
    is: "told",
    sentence: `is a Tailscale ${getFacts(kind).name}, which is not a credential and is not reviewed.`,
  };
}

function hasForeignCode(state: State | undefined, kind: string): boolean {
  const ours = formatProviderText(kind);
  return (state?.code ?? []).some((code) => code.is !== "known" || code.value !== ours);
}

function makerOfOther({ old, new: after }: Step, type: string): Maker {
  if (componentTypes.includes(type)) return harmless;
  if (type.startsWith("tailscope:")) return strangeType(type);
  switch (classifyOfficialType(type)) {
    case undefined:
      return makerOfCode([...(after?.code ?? []), ...(old?.code ?? [])], type);
    case "harmless":
      return harmless;
    case "access":
      return {
        is: "told",
        sentence: `is a ${type} of Tailscale's official provider, which is not reviewed.`,
      };
    case "not known":
      return strangeType(type);
    default:
      return {
        is: "unknown",
        sentence: "is a credential of Tailscale's official provider, and of another type as well.",
      };
  }
}

/** Of a resource that has nothing to do with Tailscale but by the code that it runs. */
function makerOfCode(given: readonly Argument[], type: string): Maker {
  const code = given.filter(({ is }) => is !== "absent");
  const names = (text: unknown) => typeof text === "string" && /["'`]tailscope\b/.test(text);
  if (code.some((one) => one.is === "known" && names(one.value))) return strangeType(type);
  if (!runsCode(type) && code.length === 0) return harmless;
  return {
    is: "told",
    sentence: `runs code of its own with the deployer's credentials, which is not reviewed: it is a ${type}.`,
  };
}

/** Where the engine keeps the stack's config for the code of dynamic resources. */
const ownProviderType = "pulumi:providers:pulumi-nodejs";

/**
 * The settings of whoever deploys: with another address or tailnet every credential is somewhere
 * else.
 */
function makerOfSettings({ old, new: after }: Step): Maker {
  if (old === undefined || after === undefined) return harmless;
  const settings = [...new Set([...old.inputNames, ...after.inputNames])].filter((name) =>
    name.startsWith("tailscope:"),
  );
  const values = (name: string) =>
    [argumentOf(old.arguments, name), argumentOf(after.arguments, name)] as const;
  const changed = settings.filter((name) => {
    const [was, is] = values(name);
    return was.is !== is.is || normalForm(was) !== normalForm(is);
  });
  // Where nothing seems to change, it is something that cannot be seen.
  const named =
    changed.length > 0 ? changed : settings.filter((name) => values(name)[1].is !== "known");
  if (named.length === 0) return harmless;
  return {
    is: "told",
    sentence: `changes ${named.sort().join(", ")}: whether every credential of the stack stays in its tailnet is not reviewed.`,
  };
}

function strangeType(type: string): Maker {
  return { is: "unknown", sentence: `has the type ${type}, which this version does not know.` };
}
