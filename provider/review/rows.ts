/** What the formats for people say about one credential, row by row. */

import type { Danger } from "../access/danger";
import type { Assessment } from "./assessment";
import type { ChangeKind } from "./changes";

export interface Row {
  readonly label: "gains" | "loses" | "tags" | "why" | "life" | "unknown" | "changes";
  readonly items: readonly string[];
}

/** What an argument counts as that is not known before the deployment: the worst that it could be. */
const unseen: Readonly<Record<string, string>> = {
  scopes: "counted as every scope that there is",
  tags: "counted as any tag that there is",
  issuer: "counted as trusting anybody",
  subject: "counted as trusting anybody",
  audience: "counted as trusting anybody",
  customClaimRules: "counted as trusting anybody",
  reusable: "counted as reusable",
  ephemeral: "counted as not ephemeral",
  preauthorized: "counted as preauthorised",
  expiry: "counted as the longest that there is",
  rotateEvery: "counted as never",
};

export function rowsOf({ reported, gains, losses, reasons, changed }: Assessment): Row[] {
  const tags = [
    ...reported.tagsGained.map((tag) => `+ ${tag}`),
    ...reported.tagsLost.map((tag) => `- ${tag}`),
  ];
  // Arguments that give and take nothing are named, so that no change goes without a word.
  const quiet = changed.filter((argument) =>
    ["description", "mintedBy", "recreateIfInvalid", "unlistedScopes"].includes(argument),
  );
  const rows: Row[] = [
    { label: "gains", items: gains },
    { label: "loses", items: losses },
    { label: "tags", items: tags },
    { label: "why", items: reasons },
    { label: "life", items: reported.life },
    {
      label: "unknown",
      items: reported.unknown.map(
        (argument) => `${argument}: ${unseen[argument] ?? "not known before the deployment"}`,
      ),
    },
    { label: "changes", items: quiet },
  ];
  const filled = rows.filter(({ items }) => items.length > 0);
  if (filled.length > 0) return filled;
  return [
    {
      label: "changes",
      items:
        changed.length > 0 ? [...changed, "which changes no access"] : ["nothing about access"],
    },
  ];
}

/** Whether a row's items are sentences, which need nothing between them. */
export function areSentences(label: Row["label"]): boolean {
  return label === "why" || label === "life";
}

/** A class as a label. */
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
};

/** How many operations are folded away, in words. */
export function operationsInWords({ reported: { gained, lost } }: Assessment): string {
  const count = (operations: readonly string[], what: string) =>
    operations.length === 0
      ? []
      : [`${operations.length} ${operations.length === 1 ? "operation" : "operations"} ${what}`];
  return [...count(gained, "gained"), ...count(lost, "lost")].join(", ");
}
