/** How long an auth key lives, how often it may be used, and what machines may do with it. */

import { describeSeconds } from "../../access/lifetime";
import type { AuthKey } from "./credential";
import { describeRenewalChange, describeRotation, describeRotationChange } from "./rotation";
import type { LifeFact } from "./sentences";

/** The name of each flag, set and not set, and what it means. */
const flags = {
  reusable: {
    on: ["Reusable", "any number of machines may join with it"],
    off: ["Single-use", "one machine may join with it"],
  },
  ephemeral: {
    on: ["Ephemeral", "machines are removed when they go offline"],
    off: ["Not ephemeral", "machines stay until somebody removes them"],
  },
  preauthorized: {
    on: ["Preauthorised", "machines join without approval"],
    off: ["Not preauthorised", "machines may need approval"],
  },
} as const;

const flagNames = ["reusable", "ephemeral", "preauthorized"] as const;

const untagged: LifeFact = {
  sentence: "Without tags: machines that join with it belong to the user who deploys.",
  widens: "use",
};

function isUntagged({ tags }: AuthKey): boolean {
  return tags.isComplete && tags.visible.length === 0;
}

export function describeNewKey(key: AuthKey): LifeFact[] {
  const expiry = `Lives ${describeSeconds(key.expiry)}${hedgeHidden(key, "expiry")}.`;
  return [
    { sentence: `${expiry}${describeRotation(key)}` },
    ...flagNames
      // A default is not worth a line, except for single use.
      .filter((name) => key[name] || name === "reusable")
      .map((name): LifeFact => {
        const [flag, meaning] = flags[name][key[name] ? "on" : "off"];
        return { sentence: `${flag}: ${meaning}${hedgeHidden(key, name)}.` };
      }),
    ...(isUntagged(key) ? [untagged] : []),
  ];
}

export function describeKeyChange(before: AuthKey, after: AuthKey): LifeFact[] {
  return [
    ...describeExpiryChange(before, after),
    ...flagNames.flatMap((name) => describeFlagChange(name, before, after)),
    ...(isUntagged(after) && !isUntagged(before) ? [untagged] : []),
    ...describeRotationChange(before, after),
    ...describeRenewalChange(before, after),
    ...describeRecreationChange(before, after),
  ];
}

function describeExpiryChange(before: AuthKey, after: AuthKey): LifeFact[] {
  if (before.expiry === after.expiry) return [];
  const comparedWith = before.hiddenArguments.includes("expiry")
    ? "; how long it lived before cannot be seen"
    : ` instead of ${describeSeconds(before.expiry)}`;
  const lives = `Lives ${describeSeconds(after.expiry)}${hedgeHidden(after, "expiry")}`;
  return [
    {
      sentence: `${lives}${comparedWith}.`,
      ...(after.expiry > before.expiry && { widens: "use" }),
    },
  ];
}

function describeFlagChange(
  name: (typeof flagNames)[number],
  before: AuthKey,
  after: AuthKey,
): LifeFact[] {
  if (before[name] === after[name]) return [];
  const [flag, meaning] = flags[name][after[name] ? "on" : "off"];
  // Ephemeral machines are removed by themselves: this flag alone takes power away.
  const widens = name === "ephemeral" ? !after[name] : after[name];
  return [
    {
      sentence: `${flag} now: ${meaning}${hedgeHidden(after, name)}.`,
      ...(widens && { widens: "use" }),
    },
  ];
}

function describeRecreationChange(before: AuthKey, after: AuthKey): LifeFact[] {
  if (before.isRecreated === after.isRecreated) return [];
  const when = "when it is used up, expired or revoked";
  return [
    after.isRecreated
      ? {
          sentence: `Recreated from now on ${when}${hedgeHidden(after, "recreateIfInvalid")}.`,
          widens: "use",
        }
      : { sentence: `No longer recreated ${when}.` },
  ];
}

/** The end of a sentence that assumes the worst of a hidden argument. */
function hedgeHidden({ hiddenArguments }: AuthKey, argument: string): string {
  return hiddenArguments.includes(argument) ? ` (assumed: ${argument} is not known)` : "";
}
