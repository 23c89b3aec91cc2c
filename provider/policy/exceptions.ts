/** Exceptions and allowances that people write into a pack. */

/** Lets a resource break a rule, for a reason and until a day. */
export interface Exemption {
  /**
   * The resource's URN, as the rule's message shows it. In the stack and in
   * the name `*` stands for any characters.
   *
   * @example
   *   `"urn:pulumi:prod::infrastructure::pulumi-nodejs:dynamic/tailscope:OAuthClient::policy-deployer"`
   */
  readonly urn: string;
  /** A sentence for reviewers of the pack. */
  readonly reason: string;
  /** The last day, for example `"2027-03-31"`. After it the rule applies again. */
  readonly until: string;
}

/** An exemption for one scope. */
export interface Exception extends Exemption {
  /** The scope that the credential may carry. An older name stands for its successors. */
  readonly scope: string;
}

/** What the credentials of a project, a stack, or both may carry. */
export interface Allowance {
  /** `*` stands for any characters. @default every project */
  readonly project?: string | undefined;
  /** `*` stands for any characters. @default every stack */
  readonly stack?: string | undefined;
  /** Tags they may carry; `*` stands for any characters, as in `"tag:ci-*"`. */
  readonly tags: readonly string[];
  /** Scopes they may carry. Each includes the scopes that it implies. */
  readonly scopes: readonly string[];
}

/** Whether one of the exemptions is in force. @param today for example `"2026-11-24"` */
export function holdsAny(exemptions: readonly Exemption[], today: string): boolean {
  return exemptions.some(({ until }) => until >= today);
}

/** Says when the last of them ended, with a trailing space; empty if there are none. */
export function describeLastEnd(exemptions: readonly Exemption[]): string {
  const last = exemptions
    .map(({ until }) => until)
    .sort()
    .at(-1);
  return last === undefined ? "" : `The exception for it ended on ${last}. `;
}
