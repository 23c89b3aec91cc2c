/** How often a credential is rotated, and whether a key is renewed before it expires. */

import { describeSeconds } from "../../access/lifetime";
import type { AuthKey, Credential } from "./credential";
import type { LifeFact } from "./sentences";

/** Sentences that follow another one, each with a blank before it; empty without rotation. */
export function describeRotation(credential: Credential): string {
  const { rotateEvery } = credential;
  const renewBefore = credential.kind === "AuthKey" ? credential.renewBefore : undefined;
  return [
    ...(Number.isFinite(rotateEvery) ? [` Rotated every ${describeSeconds(rotateEvery)}.`] : []),
    ...(renewBefore === undefined ? [] : [` ${describeRenewal(renewBefore, credential)}`]),
  ].join("");
}

export function describeRotationChange(before: Credential, after: Credential): LifeFact[] {
  const [was, is] = [before.rotateEvery, after.rotateEvery];
  const widens = is > was ? { widens: "life" as const } : {};
  if (after.hiddenArguments.includes("rotateEvery"))
    return [
      { sentence: "How often it is rotated cannot be seen yet, so assume never.", ...widens },
    ];
  if (was === is) return [];
  const comparedWith = before.hiddenArguments.includes("rotateEvery")
    ? "; how often it was rotated before cannot be seen"
    : Number.isFinite(was)
      ? ` instead of every ${describeSeconds(was)}`
      : "";
  const sentence = Number.isFinite(is)
    ? `Rotated every ${describeSeconds(is)}${comparedWith}.`
    : "No longer rotated: its secret stays the same until somebody replaces it.";
  return [{ sentence, ...widens }];
}

export function describeRenewalChange(before: AuthKey, after: AuthKey): LifeFact[] {
  const [was, is] = [before.renewBefore, after.renewBefore];
  if (was === is) return [];
  if (is === undefined) return [{ sentence: "No longer renewed before it expires." }];
  // A key that was not renewed would have ended.
  const widens = was === undefined ? { widens: "life" as const } : {};
  return [{ sentence: describeRenewal(is, after), ...widens }];
}

function describeRenewal(renewBefore: number, credential: Credential): string {
  return credential.hiddenArguments.includes("renewBefore")
    ? "Renewed before it expires."
    : `Renewed ${describeSeconds(renewBefore)} before it expires.`;
}
