/** What the formats for people show about one credential, row by row. */

import type { Danger } from "../../access/danger";
import type { Assessment } from "../verdict/assessment";
import type { ChangeKind } from "../verdict/changes";

export interface Row {
  readonly label: "gains" | "loses" | "tags" | "reach" | "why" | "life" | "unknown" | "changes";
  readonly items: readonly string[];
}

/** What a review assumes of a hidden argument, in words (verdict/credential.ts has the values). */
const worstCases: ReadonlyMap<string, WorstCase> = new Map<string, WorstCase>([
  ["scopes", ["every scope", "no scope"]],
  ["tags", ["any tag", "no tag"]],
  ["issuer", ["trusts anybody", "trusts nobody"]],
  ["subject", ["trusts anybody", "trusts nobody"]],
  ["audience", ["trusts anybody", "trusts nobody"]],
  ["customClaimRules", ["trusts anybody", "trusts nobody"]],
  ["reusable", ["reusable", "single-use"]],
  ["ephemeral", ["not ephemeral", "ephemeral"]],
  ["preauthorized", ["preauthorised", "not preauthorised"]],
  ["expiry", ["the longest possible", "no time"]],
  ["rotateEvery", ["never rotated", "always rotated"]],
  ["renewBefore", ["renewed", "not renewed"]],
  ["recreateIfInvalid", ["recreated", "not recreated"]],
  ["connection", ["another tailnet", "another tailnet"]],
]);

type WorstCase = readonly [after: string, before: string];

function describeHidden(argument: string, side: 0 | 1): string {
  const name = side === 0 ? argument : `${argument} before`;
  const worst = worstCases.get(argument)?.[side];
  return `${name}: ${worst === undefined ? "cannot be seen" : `cannot be seen, assumed: ${worst}`}`;
}

function isEnd(change: ChangeKind): boolean {
  return change === "delete" || change === "release" || change === "discard";
}

/** @param reach what it newly reaches and no longer reaches, if that is known */
export function toRows(
  { reported, gains, losses, reasons, changed }: Assessment,
  reach: readonly string[] = [],
): readonly [Row, ...Row[]] {
  const tags = [
    ...reported.tagsGained.map((tag) => `+ ${tag}`),
    ...reported.tagsLost.map((tag) => `- ${tag}`),
  ];
  // These do not affect access, but every change is mentioned.
  const quiet = changed.filter((argument) =>
    ["description", "mintedBy", "recreateIfInvalid", "unlistedScopes"].includes(argument),
  );
  const rows: Row[] = [
    { label: "gains", items: gains },
    { label: "loses", items: losses },
    { label: "tags", items: tags },
    { label: "reach", items: reach },
    { label: "why", items: reasons },
    { label: "life", items: reported.life },
    {
      label: "unknown",
      items: [
        ...reported.unknown.map((argument) =>
          isEnd(reported.change) ? `${argument}: cannot be seen` : describeHidden(argument, 0),
        ),
        ...reported.unknownBefore.map((argument) => describeHidden(argument, 1)),
      ],
    },
    { label: "changes", items: quiet },
  ];
  const [first, ...more] = rows.filter(({ items }) => items.length > 0);
  if (first !== undefined) return [first, ...more];
  return [
    {
      label: "changes",
      items:
        changed.length > 0 ? [...changed, "without effect on access"] : ["nothing about access"],
    },
  ];
}

/** Whether a row's items are sentences, which need no separator. */
export function areSentences(label: Row["label"]): boolean {
  return label === "why" || label === "life";
}

/** The label of each class. */
export const classNames: Readonly<Record<Danger, string>> = {
  admin: "admin",
  persist: "persists",
  write: "writes",
  read: "reads",
  none: "no gain",
};

export const changeNames: Readonly<Record<ChangeKind, string>> = {
  create: "created",
  update: "changed",
  replace: "replaced",
  delete: "destroyed",
  import: "imported",
  release: "left alive",
  discard: "no longer looked up",
};

/** The number of folded operations, in words. */
export function countOperations({ reported: { gained, lost } }: Assessment): string {
  const count = (operations: readonly string[], what: string) =>
    operations.length === 0
      ? []
      : [`${operations.length} ${operations.length === 1 ? "operation" : "operations"} ${what}`];
  return [...count(gained, "gained"), ...count(lost, "lost")].join(", ");
}
