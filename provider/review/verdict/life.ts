/** What a change means for a credential's life, in sentences: how long it lives, who may use it. */

import type { Kind } from "../../access/kinds";
import { describeKeyChange, describeNewKey } from "./auth-key";
import type { Change } from "./changes";
import type { Comparison } from "./comparison";
import type { Credential } from "./credential";
import { describeRotation, describeRotationChange } from "./rotation";
import { type LifeFact, quoteInAscii } from "./sentences";
import type { Survival } from "./survival";
import { describeNewTrust, describeTrustChange } from "./trust";

export function describeLife(
  { change, kind, survival }: Change,
  before: Credential | undefined,
  after: Credential | undefined,
  { baseline, mayMove }: Pick<Comparison, "baseline" | "mayMove">,
): LifeFact[] {
  const survivor = change === "replace" ? "The old one" : "It";
  const survives: LifeFact[] =
    survival === undefined
      ? []
      : [{ sentence: `${survivor} ${describeSurvival(survival)}`, widens: "life" }];
  switch (change) {
    case "discard":
      return [{ sentence: "The stack only looked it up; it stays as it is." }];
    case "import":
      return [{ sentence: "The stack manages it from now on; it stays as it is." }];
    case "delete":
      return survival === undefined ? [{ sentence: describeEnd(kind) }] : survives;
    default:
  }
  if (after === undefined) return survives;
  const replacement = `${replacements[kind]}${survival ? "." : ", and the old one is revoked."}`;
  return [
    ...(change === "replace" ? [{ sentence: replacement }] : []),
    ...survives,
    ...(before !== undefined && mayMove ? [describeMove(before, after)] : []),
    ...(baseline === undefined ? describeNew(after) : describeChange(baseline, after)),
  ];
}

function describeEnd(kind: Kind): string {
  return kind === "AuthKey"
    ? "Revoked: no machine can join with it any more; those that have joined stay."
    : "Revoked: anyone who still uses it loses access.";
}

const replacements: Readonly<Record<Kind, string>> = {
  AuthKey: "A new key is created",
  OAuthClient: "A new client with a different id and secret is created",
  FederatedIdentity: "A new identity with a different client id is created",
};

function describeSurvival({ isCertain, reason }: Survival): string {
  return isCertain
    ? `stays alive, and nobody manages it: ${reason}.`
    : `may stay alive, and nobody would manage it: ${reason}.`;
}

function describeMove(before: Credential, after: Credential): LifeFact {
  const isCertain = before.connection !== undefined && after.connection !== undefined;
  return {
    sentence: `Moves from ${describeTailnet(before)} to ${describeTailnet(after)}: everything that it can do there is new.`,
    // If it does not move, others may use it than before: nothing else compares that.
    widens: isCertain ? "tailnet" : "users",
  };
}

function describeTailnet({ connection }: Credential): string {
  if (connection === undefined) return "a connection that cannot be seen";
  return connection === ""
    ? "the default connection"
    : `the connection ${quoteInAscii(connection)}`;
}

function describeNew(credential: Credential): LifeFact[] {
  const tailnet: LifeFact[] = credential.connection
    ? [{ sentence: `It is in the tailnet of ${describeTailnet(credential)}.` }]
    : [];
  switch (credential.kind) {
    case "AuthKey":
      return [...describeNewKey(credential), ...tailnet];
    case "OAuthClient":
      return [{ sentence: `Does not expire.${describeRotation(credential)}` }, ...tailnet];
    case "FederatedIdentity":
      return [...describeNewTrust(credential), ...tailnet];
  }
}

function describeChange(before: Credential, after: Credential): LifeFact[] {
  if (after.kind === "AuthKey" && before.kind === "AuthKey")
    return describeKeyChange(before, after);
  if (after.kind === "FederatedIdentity" && before.kind === "FederatedIdentity")
    return describeTrustChange(before, after);
  return describeRotationChange(before, after);
}
