/**
 * What write access with a scope means for reach, as data.
 *
 * Sources: the trust credentials page (https://tailscale.com/kb/1623/trust-credentials), "Group
 * devices with tags" (https://tailscale.com/kb/1068/tags) of 2025-12-04, and the API document
 * (https://tailscale.com/api) of 2026-07-13.
 */

import { covers, expandLegacyScopes } from "../access/scopes";

/** What a scope can do beyond the operations that it allows. */
export type Ability =
  /** Creates auth keys, which admit machines. */
  | "makes auth keys"
  /** Creates more credentials, with no more scopes than its own. */
  | "makes credentials"
  /** Gives tags and addresses to existing machines, no matter which tags they have. */
  | "changes machines"
  /** Approves subnets and exit nodes that machines advertise. */
  | "approves routes"
  /** Sets the machine attributes that `custom:` conditions check. */
  | "sets posture"
  /** Approves the hosts of services. */
  | "approves services"
  /** Can give itself everything. */
  | "rewrites rules"
  /** Can give other users every role, which gives everything if one of them helps. */
  | "makes administrators"
  /** Gives any defined tag, no matter who owns it. */
  | "gives any tag";

interface ScopeStep {
  readonly scope: string;
  readonly abilities: readonly Ability[];
  /** What it can change other than reach through the network, worded to follow "can". */
  readonly aside?: string;
  /** The same, for a scope whose steps need something that a credential may lack, such as tags. */
  readonly otherwise?: string;
  readonly source: string;
}

const trustCredentials = "https://tailscale.com/kb/1623/trust-credentials";
const tagsPage = "https://tailscale.com/kb/1068/tags";
const api = "https://tailscale.com/api";

export const scopeSteps: readonly ScopeStep[] = [
  { scope: "all", abilities: ["rewrites rules", "gives any tag"], source: trustCredentials },
  { scope: "policy_file", abilities: ["rewrites rules"], source: trustCredentials },
  {
    scope: "users",
    abilities: ["makes administrators"],
    source: `${api}#tag/users`,
  },
  {
    scope: "auth_keys",
    abilities: ["makes auth keys"],
    otherwise: "revoke auth keys; it gives no tag that the policy file defines",
    source: tagsPage,
  },
  {
    scope: "oauth_keys",
    abilities: ["makes credentials"],
    otherwise: "make OAuth clients with no more scopes than its own, and revoke all others",
    source: trustCredentials,
  },
  {
    scope: "federated_keys",
    abilities: ["makes credentials"],
    otherwise: "make federated identities with no more scopes than its own, and revoke all others",
    source: trustCredentials,
  },
  {
    scope: "devices:core",
    abilities: ["changes machines"],
    otherwise:
      "authorize, rename and delete machines; it gives no tag that the policy file defines",
    source: `${api}#tag/devices`,
  },
  {
    scope: "devices:routes",
    abilities: ["approves routes"],
    otherwise: "approve the subnets and exit nodes that machines of others advertise",
    source: `${api}#tag/devices`,
  },
  {
    scope: "devices:posture_attributes",
    abilities: ["sets posture"],
    aside: 'set the attributes of any machine that conditions ask for ("custom:")',
    source: `${api}#tag/devices`,
  },
  {
    scope: "services",
    abilities: ["approves services"],
    aside: "change services, their addresses and their tags, for which rules may be",
    source: `${api}#tag/services`,
  },
  {
    scope: "api_access_tokens",
    abilities: [],
    aside: "revoke API access tokens",
    source: `${api}#tag/keys`,
  },
  {
    scope: "device_invites",
    abilities: [],
    aside: "share machines with people outside the tailnet",
    source: `${api}#tag/deviceinvites`,
  },
  { scope: "dns", abilities: [], aside: "point names elsewhere", source: `${api}#tag/dns` },
  {
    scope: "log_streaming",
    abilities: [],
    aside: "send the logs elsewhere",
    source: `${api}#tag/logging`,
  },
  {
    scope: "webhooks",
    abilities: [],
    aside: "send notices of events elsewhere",
    source: `${api}#tag/webhooks`,
  },
  {
    scope: "feature_settings",
    abilities: [],
    aside: "switch off device approval and other safeguards",
    source: `${api}#tag/tailnetsettings`,
  },
  {
    scope: "networking_settings",
    abilities: [],
    aside: "change how machines connect",
    source: `${api}#tag/tailnetsettings`,
  },
  {
    scope: "account_settings",
    abilities: [],
    aside: "change the account's settings and contacts",
    source: `${api}#tag/contacts`,
  },
  {
    scope: "oauth_apps",
    abilities: [],
    aside: "change applications that people sign in to",
    source: trustCredentials,
  },
  {
    scope: "logs:network",
    abilities: [],
    aside: "change the logs of network flows",
    source: `${api}#tag/logging`,
  },
  {
    scope: "tailnets",
    abilities: [],
    aside: "make further tailnets",
    source: "https://tailscale.com/api, 2026-09-03",
  },
];

/** What a set of scopes can do for reach. */
export interface Abilities {
  /** The scope that gives an ability; undefined if none does. */
  scopeFor(ability: Ability): string | undefined;
  /** Equal for sets of scopes that can do the same. */
  readonly key: string;
  /** What it can change apart from the network, each worded to follow "can". */
  readonly asides: readonly string[];
  /**
   * What its scopes can do if they lead to no machine and no credential, each worded to follow
   * "can".
   */
  readonly otherwise: readonly string[];
  /** Scopes that are in no table. We do not know what they allow, so we assume everything. */
  readonly unknown: readonly string[];
}

const known = new Set(scopeSteps.map(({ scope }) => scope));

/** Reads scopes as the API does: an older name means its successors, and `:read` gives no step. */
export function findAbilities(scopes: readonly string[]): Abilities {
  const held = expandLegacyScopes(scopes);
  const steps = scopeSteps.filter(({ scope }) => covers(held, scope));
  const unknown = [...new Set(scopes)].filter((scope) => !isKnown(scope));
  return {
    key: [...new Set(held)].sort().join(" "),
    scopeFor(ability) {
      const step = steps.find(({ abilities }) => abilities.includes(ability));
      return step === undefined || held.includes(step.scope) ? step?.scope : "all";
    },
    asides: held.includes("all") ? [] : steps.flatMap(({ aside }) => aside ?? []),
    otherwise: held.includes("all") ? [] : steps.flatMap(({ otherwise }) => otherwise ?? []),
    unknown,
  };
}

function isKnown(scope: string): boolean {
  return expandLegacyScopes([scope]).some((one) => one.endsWith(":read") || known.has(one));
}
