/** What people write into a pack beside lengths: who may what a rule forbids, and why. */

/** Why a resource may be what a rule forbids, and until when. */
export interface Exemption {
  /**
   * The resource's URN, as the pack's message has it: it names the project, the stack, the type and the name. In the stack and in
   * the name `*` stands for any characters.
   *
   * @example `"urn:pulumi:prod::infrastructure::pulumi-nodejs:dynamic/tailscope:OAuthClient::policy-deployer"`
   */
  readonly urn: string;
  /** A sentence, for whoever reviews the pack. */
  readonly reason: string;
  /** The last day, for example `"2027-03-31"`. After it the rule holds again. */
  readonly until: string;
}

/** An exemption for one scope. */
export interface Exception extends Exemption {
  /** The scope that it may carry all the same. An older name stands for what it became. */
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
  /** Scopes they may carry, and with each those that it implies. */
  readonly scopes: readonly string[];
}

/** Whether one of the exemptions holds. @param today for example `"2026-11-24"` */
export function holdsAny(exemptions: readonly Exemption[], today: string): boolean {
  return exemptions.some(({ until }) => until >= today);
}

/** A sentence and a blank that say when the last of them ended; nothing where there was none. */
export function endOf(exemptions: readonly Exemption[]): string {
  const last = exemptions
    .map(({ until }) => until)
    .sort()
    .at(-1);
  return last === undefined ? "" : `The exception for it ended on ${last}. `;
}
