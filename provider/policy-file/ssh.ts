/** Evaluates the rules for Tailscale SSH: which machine can log in to which, and as which user. */

import { findLogin, matchesMember, meetsPostures } from "./matching";
import type { Login, PolicyFile, Selector, SshRule } from "./model";
import type { Member } from "./tailnet";

export type SshAction = "accept" | "check";

/** Stands for every login that no rule names, except root. */
export const anybodyElse = "someone-else";

/**
 * The action for each login: logins that rules name, the user's own name, and {@link anybodyElse}.
 */
export type Logins = ReadonlyMap<string, SshAction>;

/**
 * The logins that `source` has on other machines. The rules that include the source are found once,
 * and each of their logins is set once, so that no rule is compared with every login.
 */
export function findLogins(policy: PolicyFile, source: Member): (destination: Member) => Logins {
  const rules = policy.sshRules.filter((rule) => isMeant(policy, rule, source));
  const named = new Set(
    policy.sshRules.flatMap(({ logins }) =>
      logins.flatMap((form) => (form.kind === "named" ? [form.name] : [])),
    ),
  );
  const own = source.user === undefined ? undefined : getLocalpart(findLogin(source.user));
  if (own !== undefined && policy.sshRules.some(hasLocalpart)) named.add(own);
  const others = [...named, anybodyElse].filter((login) => login !== "root");
  return (destination) => {
    const logins = new Map<string, SshAction>();
    // Rules with `check` take precedence, so they are written last.
    for (const action of ["accept", "check"] as const) {
      for (const rule of rules) {
        if (rule.action !== action || !isEntered(policy, rule, source, destination)) continue;
        for (const form of rule.logins)
          for (const login of spellOut(form, source, others)) logins.set(login, action);
      }
    }
    return logins;
  };
}

function isMeant(policy: PolicyFile, rule: SshRule, source: Member): boolean {
  return (
    rule.sources.some((selector) => matchesMember(policy, selector, source)) &&
    meetsPostures(policy, rule.sourcePostures, source)
  );
}

function isEntered(
  policy: PolicyFile,
  rule: SshRule,
  source: Member,
  destination: Member,
): boolean {
  // A tagged machine has no user whose machines it could log in to.
  if (source.tags.size > 0 && destination.tags.size === 0) return false;
  const isOwn = source.user !== undefined && source.user === destination.user;
  // As captured: such a rule also opens the user's own machines, no matter what its destinations
  // are.
  if (isOwn && hasLocalpart(rule)) return true;
  return rule.destinations.some((selector) =>
    isSelf(selector) ? isOwn : matchesMember(policy, selector, destination),
  );
}

/** The logins that a form stands for; `others` are all logins except root. */
function spellOut(form: Login, { user }: Member, others: readonly string[]): readonly string[] {
  switch (form.kind) {
    case "named":
      return [form.name];
    case "nonroot":
      return others;
    case "localpart": {
      const name = user === undefined ? "" : findLogin(user);
      return name.endsWith(`@${form.domain.toLowerCase()}`) ? [getLocalpart(name)] : [];
    }
  }
}

function hasLocalpart({ logins }: SshRule): boolean {
  return logins.some(({ kind }) => kind === "localpart");
}

function getLocalpart(name: string): string {
  return name.slice(0, name.lastIndexOf("@"));
}

function isSelf(selector: Selector): boolean {
  return selector.kind === "autogroup" && selector.name === "self";
}
