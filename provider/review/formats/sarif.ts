/**
 * Formats a review as SARIF 2.1.0, for code scanning:
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */

import { createHash } from "node:crypto";
import type { Danger } from "../../access/danger";
import { describeGain } from "../../reach/answers";
import { findCause } from "../../reach/difference";
import type { Review } from "../review";
import type { Assessment } from "../verdict/assessment";
import { areSentences, changeNames, toRows } from "./rows";
import { escapeMessage } from "./sarif-text";

interface Rule {
  readonly id: string;
  readonly level: "error" | "warning" | "note";
  readonly text: string;
  /** From 0 to 10, as GitHub sorts alerts. */
  readonly severity: string;
}

const rules: Readonly<Record<Danger | "reach" | "notUnderstood" | "notReviewed", Rule>> = {
  admin: {
    id: "tailscope/admin",
    level: "error",
    text: "A credential can make itself or others administrators.",
    severity: "9.0",
  },
  persist: {
    id: "tailscope/persist",
    level: "error",
    text: "A credential can create further credentials that outlive its revocation.",
    severity: "8.0",
  },
  write: {
    id: "tailscope/write",
    level: "warning",
    text: "A credential can change more than before.",
    severity: "5.0",
  },
  read: {
    id: "tailscope/read",
    level: "note",
    text: "A credential can read more than before.",
    severity: "3.0",
  },
  none: {
    id: "tailscope/life",
    level: "note",
    text: "A credential lives longer, or not all of it can be seen.",
    severity: "2.0",
  },
  notUnderstood: {
    id: "tailscope/not-understood",
    level: "error",
    text: "The preview has something that this version does not know.",
    severity: "9.0",
  },
  notReviewed: {
    id: "tailscope/not-reviewed",
    level: "warning",
    text: "A change can affect access and is not reviewed.",
    severity: "5.0",
  },
  reach: {
    id: "tailscope/reach",
    level: "warning",
    text: "A credential reaches more than before, through tags and the policy file.",
    severity: "7.0",
  },
};

/** The rules; the rule for reach only if reach was reviewed. */
function listRules({ reach }: Review): readonly Rule[] {
  const all = Object.values(rules);
  return reach?.is === "known" ? all : all.filter((rule) => rule !== rules.reach);
}

const ruleOrder = Object.values(rules).map(({ id }) => id);

/**
 * @param folder where the program's Pulumi.yaml is, from the root of the repository: `""` or `"."`
 *   for the root
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function formatSarif(review: Review, version: string, folder: string): string {
  const { report, assessments } = review;
  const prefix = folder.replace(/^(\.\/)+/, "").replace(/\/+$/, "");
  // encodeURI throws on half a surrogate pair.
  const within = (file: string) =>
    encodeURI(
      (prefix === "" || prefix === "." ? file : `${prefix}/${file}`).replace(/\p{Cs}/gu, "\ufffd"),
    );
  const fallback = { file: "Pulumi.yaml", line: 1, column: 1 };
  const result = (
    rule: Rule,
    text: string,
    { file, line, column } = fallback,
    fingerprint = text,
  ) => ({
    ruleId: rule.id,
    ruleIndex: ruleOrder.indexOf(rule.id),
    level: rule.level,
    message: { text },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: within(file), uriBaseId: "%SRCROOT%" },
          region: { startLine: line, startColumn: column },
        },
      },
    ],
    // Code scanning recognizes an alert of an earlier run by this.
    partialFingerprints: { "tailscope/v1": createHash("sha256").update(fingerprint).digest("hex") },
  });
  /** For a policy file, whose path starts at the root of the repository. */
  const inRepository = (
    rule: Rule,
    text: string,
    file: string,
    line: number,
    fingerprint: string,
  ) => {
    const found = result(rule, text, { file, line, column: 1 }, fingerprint);
    const [{ physicalLocation }] = found.locations as [(typeof found.locations)[number]]; // result() gives one.
    physicalLocation.artifactLocation.uri = encodeURI(
      file.replace(/^(\.\/)+/, "").replace(/\p{Cs}/gu, "\ufffd"),
    );
    return found;
  };
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "tailscope",
            semanticVersion: version,
            rules: listRules(review).map(({ id, level, text, severity }) => ({
              id,
              shortDescription: { text },
              helpUri: "https://tailscale.com/kb/1623/trust-credentials",
              defaultConfiguration: { level },
              properties: { tags: ["security"], "security-severity": severity },
            })),
          },
        },
        columnKind: "utf16CodeUnits",
        results: [
          ...report.notUnderstood.map((said) => result(rules.notUnderstood, escapeMessage(said))),
          ...report.notReviewed.map((said) => result(rules.notReviewed, escapeMessage(said))),
          ...findReachGains(review).map(({ text, file, line, fingerprint }) =>
            file === undefined
              ? result(rules.reach, escapeMessage(text), undefined, fingerprint)
              : inRepository(rules.reach, escapeMessage(text), file, line, fingerprint),
          ),
          // A change that gives nothing more is not a finding.
          ...assessments
            .filter(({ widens }) => widens)
            .map((assessment) => {
              const { urn } = assessment.reported;
              const rule = rules[assessment.reported.class];
              return result(
                rule,
                writeMessage(assessment),
                assessment.position,
                `${rule.id} ${urn}`,
              );
            }),
        ],
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

interface ReachFinding {
  readonly text: string;
  readonly file: string | undefined;
  readonly line: number;
  readonly fingerprint: string;
}

/** Each gain, with the line of the policy file that causes it. */
function findReachGains({ reach, reachOf }: Review): ReachFinding[] {
  if (reach?.is !== "known") return [];
  return [...reachOf.values(), ...reach.others].flatMap(({ name, urn, gained }) =>
    gained.map((gain) => {
      const at = findCause(gain, reach.before);
      return {
        text: `${name} reaches more than before: ${describeGain(gain)}.`,
        file: "policy" in at ? reach.file : undefined,
        line: "policy" in at ? at.policy.line : 1,
        // Without the line number, which may change, so that the alert stays the same.
        fingerprint: `tailscope/reach ${urn ?? name} ${describeGain(gain)}`,
      };
    }),
  );
}

function writeMessage(assessment: Assessment): string {
  const { kind, name, change } = assessment.reported;
  const rows = toRows(assessment).map(({ label, items }) => {
    const said = items.map(escapeMessage);
    return areSentences(label) ? `${label}: ${said.join(" ")}` : `${label}: ${said.join("; ")}.`;
  });
  return [`${kind} ${escapeMessage(name)} is ${changeNames[change]}.`, ...rows].join(" ");
}
