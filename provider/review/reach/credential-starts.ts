/** Converts the credentials in a preview to starts of reach. */

import { parseName } from "../../access/urn";
import type { CredentialStart } from "../../reach/starts";
import type { Step } from "../input/step";
import { type Credential, getScopes, readCredential, type Side } from "../verdict/credential";
import { judgeRelevance } from "../verdict/relevance";

/** Hidden scopes and tags count as all of them after a change, and as none before it. */
export function toStart(
  credential: Credential,
  side: Side,
  { urn, name, position }: Pick<CredentialStart, "name" | "position"> & { readonly urn: string },
): CredentialStart {
  const [scopes, tags] = [getScopes(credential), credential.tags];
  return {
    kind: credential.kind,
    name,
    urn,
    isManaged: true,
    scopes: scopes.visible,
    tags: tags.visible,
    ...(side === "after" && { hides: { scopes: !scopes.isComplete, tags: !tags.isComplete } }),
    ...(credential.kind === "FederatedIdentity" &&
      credential.trusted && { trusted: credential.trusted }),
    ...(credential.kind === "AuthKey" && { preauthorized: credential.preauthorized }),
    ...(position && { position }),
  };
}

/** The credentials that a stack has after the previewed change, one for each URN. */
export function findStartsAfter(steps: readonly Step[]): CredentialStart[] {
  const starts = new Map<string, CredentialStart>();
  for (const step of steps) {
    const relevance = judgeRelevance(step);
    if (relevance.is !== "credential" || step.new === undefined || step.new.isExternal) continue;
    const credential = readCredential(relevance.kind, step.new.arguments, "after");
    const { urn, position } = step;
    starts.set(
      urn,
      toStart(credential, "after", { urn, name: parseName(urn), ...(position && { position }) }),
    );
  }
  return [...starts.values()];
}
