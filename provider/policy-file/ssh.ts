/** Who may log in on which machine as whom, by the rules for Tailscale SSH. */

import { loginOf, matchesMember, meetsPostures } from "./matching";
import type { Login, PolicyFile, Selector, SshRule } from "./model";
import type { Member } from "./tailnet";

export type SshAction = "accept" | "check";

/** Stands for every login that no rule names. */
export const anybodyElse = "someone-else";

/**
 * What an attempt to log in as `login` gets, or undefined: rules with `check` come before those with `accept`.
 * Source: https://tailscale.com/kb/1193/tailscale-ssh
 */
export function sshAction(
  policy: PolicyFile,
  source: Member,
  destination: Member,
  login: string,
): SshAction | undefined {
  for (const action of ["check", "accept"] as const) {
    const opens = policy.sshRules.some(
      (rule) =>
        rule.action === action &&
        rule.logins.some((form) => matchesLogin(form, login, source)) &&
        matchesMachines(policy, rule, source, destination),
    );
    if (opens) return action;
  }
  return undefined;
}

/** The logins that are worth asking about from this machine. */
export function loginsToAsk({ sshRules }: PolicyFile, { user }: Member): readonly string[] {
  const forms = sshRules.flatMap(({ logins }) => logins);
  const named = forms.flatMap((form) => (form.kind === "named" ? [form.name] : []));
  const own = user === undefined || !forms.some(isLocalpart) ? [] : [localpartOf(loginOf(user))];
  return [...new Set([...named, ...own, anybodyElse])];
}

export function matchesMachines(
  policy: PolicyFile,
  rule: SshRule,
  source: Member,
  destination: Member,
): boolean {
  if (!rule.sources.some((selector) => matchesMember(policy, selector, source))) return false;
  if (!meetsPostures(policy, rule.sourcePostures, source)) return false;
  // A tagged machine has no user whose machines it could enter.
  if (source.tags.size > 0 && destination.tags.size === 0) return false;
  const isOwn = source.user !== undefined && source.user === destination.user;
  // As captured: such a rule opens the user's own machines as well, whatever its destinations are.
  if (isOwn && rule.logins.some(isLocalpart)) return true;
  return rule.destinations.some((selector) =>
    isSelf(selector) ? isOwn : matchesMember(policy, selector, destination),
  );
}

export function matchesLogin(form: Login, login: string, { user }: Member): boolean {
  switch (form.kind) {
    case "named":
      return form.name === login;
    case "nonroot":
      return login !== "root";
    case "localpart": {
      const name = user === undefined ? "" : loginOf(user);
      return name.endsWith(`@${form.domain.toLowerCase()}`) && localpartOf(name) === login;
    }
  }
}

function isLocalpart(form: Login): boolean {
  return form.kind === "localpart";
}

function localpartOf(name: string): string {
  return name.slice(0, name.lastIndexOf("@"));
}

function isSelf(selector: Selector): boolean {
  return selector.kind === "autogroup" && selector.name === "self";
}
