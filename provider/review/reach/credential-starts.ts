/** Credentials in a preview as starts of reach. */

import { parseName } from "../../access/urn";
import type { CredentialStart } from "../../reach/starts";
import type { Step } from "../input/step";
import { type Credential, credentialFrom, type Side, scopesOf } from "../verdict/credential";
import { makerOf } from "../verdict/makers";

/**
 * What cannot be seen counts as the most that it could be after a change, and before it as the
 * least.
 */
export function startOf(
  credential: Credential,
  side: Side,
  { urn, name, position }: Pick<CredentialStart, "name" | "position"> & { readonly urn: string },
): CredentialStart {
  const [scopes, tags] = [scopesOf(credential), credential.tags];
  return {
    kind: credential.kind,
    name,
    urn,
    isManaged: true,
    scopes: scopes.seen,
    tags: tags.seen,
    ...(side === "after" && { hides: { scopes: !scopes.isWhole, tags: !tags.isWhole } }),
    ...(credential.kind === "FederatedIdentity" &&
      credential.trusted && { trusted: credential.trusted }),
    ...(credential.kind === "AuthKey" && { preauthorized: credential.preauthorized }),
    ...(position && { position }),
  };
}

/** The credentials that a stack has after the change that a preview shows, by each URN once. */
export function startsAfter(steps: readonly Step[]): CredentialStart[] {
  const starts = new Map<string, CredentialStart>();
  for (const step of steps) {
    const maker = makerOf(step);
    if (maker.is !== "ours" || step.new === undefined || step.new.isExternal) continue;
    const credential = credentialFrom(maker.kind, step.new.arguments, "after");
    const { urn, position } = step;
    starts.set(
      urn,
      startOf(credential, "after", { urn, name: parseName(urn), ...(position && { position }) }),
    );
  }
  return [...starts.values()];
}
