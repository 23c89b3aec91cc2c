/** What may stand around a preview's JSON, and what says that a preview failed. */

import type { Preview, State } from "./documents.ts";
import type { Random } from "./random.ts";
import { encrypted, secret } from "./values.ts";

/** The same preview as other programs hand it over. */
export function wrapped(
  random: Random,
  preview: Preview,
): { readonly name: string; readonly content: string | Uint8Array } {
  const text = JSON.stringify(preview, undefined, 2);
  const noise = "Installing policy pack acme-iam 0.0.7...\nFinished installing policy pack\n\n";
  const forms = {
    "with text before it": `${noise}${text}`,
    "with text after it": `${text}\nwarning: a new version of Pulumi is available\n`,
    "with a byte order mark": `\ufeff${text}`,
    "in UTF-16": Buffer.from(`\ufeff${text}`, "utf16le"),
    "in UTF-16 of the other order": Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
    "with Windows' line ends": text.replaceAll("\n", "\r\n"),
    streamed: streamed(preview),
  };
  const name = random.pick(Object.keys(forms) as (keyof typeof forms)[]);
  return { name, content: forms[name] };
}

/**
 * With PULUMI_ENABLE_STREAMING_JSON_PREVIEW the engine prints its events, one a line, and no
 * document (previews/changed.events.jsonl). Two of them show each step, and neither says with which
 * host a resource is deleted, nor whether the old one goes first.
 */
function streamed({ steps, changeSummary }: Preview): string {
  const shown = (state: State | undefined) => {
    if (state === undefined) return undefined;
    const { deletedWith: _, pendingReplacement: __, ...others } = state;
    return others;
  };
  const pairs = steps.map(({ op, urn, oldState, newState }) => {
    const type = newState?.type ?? oldState?.type;
    const metadata = { op, urn, type, old: shown(oldState), new: shown(newState) };
    return { metadata, planning: true };
  });
  const events = [
    { preludeEvent: { config: {} } },
    ...pairs.flatMap((step) => [{ resourcePreEvent: step }, { resOutputsEvent: step }]),
    { summaryEvent: { resourceChanges: changeSummary, isPreview: true, result: "succeeded" } },
    { cancelEvent: {} },
  ];
  return events
    .map((event, sequence) => JSON.stringify({ sequence, ...event }))
    .join("\n")
    .replaceAll(`"${secret}"`, JSON.stringify({ ...encrypted, ciphertext: secret }));
}

/** A preview that did not come to its end, or that was cut. */
export function brokenPreview(
  random: Random,
  preview: Preview,
): { readonly name: string; readonly content: string } {
  const { steps, changeSummary = {} } = preview;
  const failure = { severity: "error", message: "update failed" };
  const forms: Readonly<Record<string, object>> = {
    "a diagnostic says error": { ...preview, diagnostics: [failure] },
    "a diagnostic of a severity that nobody knows": {
      ...preview,
      diagnostics: [{ severity: "fatal", message: "the engine stopped" }],
    },
    maybeCorrupt: { ...preview, maybeCorrupt: true },
    "no steps and a summary": { ...preview, steps: [], changeSummary: { create: 1 } },
    "fewer steps than the summary counts": {
      ...preview,
      changeSummary: { ...changeSummary, update: (changeSummary["update"] ?? 0) + 1 },
    },
    "more steps than the summary counts": {
      ...preview,
      steps: [...steps, createdBucket],
    },
    "no summary": { ...preview, changeSummary: undefined },
  };
  const name = random.pick(Object.keys(forms));
  if (random.chance(0.15)) {
    const text = JSON.stringify(preview);
    return { name: "it is cut off", content: text.slice(0, 1 + random.below(text.length - 1)) };
  }
  return { name, content: JSON.stringify(forms[name]) };
}

const urn = "urn:pulumi:dev::test::aws:s3/bucket:Bucket::late";

const createdBucket = { op: "create", urn, newState: { urn, type: "aws:s3/bucket:Bucket" } };
