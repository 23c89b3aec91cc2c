/**
 * A CrossGuard policy pack for credentials: rules that an organisation sets once, and that hold at every preview and `up`.
 * Source: https://www.pulumi.com/docs/iac/packages-and-automation/crossguard/
 */

import { type EnforcementLevel, PolicyPack, type ResourceValidationPolicy } from "@pulumi/policy";
import { type Duration, seconds } from "../access/lifetime";
import {
  type Allowance,
  administrators,
  allScopes,
  disallowed,
  type Exception,
  type Judged,
  type Kind,
  lastingReusableKeys,
  longLivedKeys,
  strangers,
  undescribed,
  unrotated,
  untaggedPreauthorizedKeys,
} from "./rules";

export type { Allowance, Exception } from "./rules";

/** `"mandatory"` stops the preview or `up`, `"advisory"` warns, `"disabled"` is silent. */
export type Level = Exclude<EnforcementLevel, "remediate">;

/** A rule's level alone, or with what else the rule takes. */
export type Setting<Options = unknown> = Level | ({ readonly enforcementLevel?: Level } & Options);

/**
 * The rules, by their names in the pack. Each is `"mandatory"` unless something else is said;
 * `pulumi preview --policy-pack-config FILE` can say something else, too.
 */
export interface Rules {
  /** No credential carries `all` or `all:read`. */
  "no-all-scope"?: Setting;
  /**
   * No credential carries `users` or `policy_file`, which can make administrators, unless `exceptions` says why and until when.
   * @default no exceptions
   */
  "administrators-by-exception"?: Setting<{ readonly exceptions?: readonly Exception[] }>;
  /**
   * The longest that an auth key may live.
   * @default `longest: "30d"`
   */
  "auth-key-expiry"?: Setting<{ readonly longest?: Duration }>;
  /** A reusable auth key is ephemeral. */
  "reusable-keys-are-ephemeral"?: Setting;
  /** A preauthorised auth key has tags. */
  "preauthorized-keys-are-tagged"?: Setting;
  /** Every credential says what it is for. */
  "description-required"?: Setting;
  /**
   * What the credentials of each project or stack may carry. All rows that match count together.
   * @default off: there is no table without one
   */
  "allowed-tags-and-scopes"?: Setting<{ readonly table: readonly Allowance[] }>;
  /** No federated identity's subject has a wildcard where it says whose token it is. */
  "subject-names-its-owner"?: Setting;
  /**
   * An OAuth client is made anew by itself: `rotateEvery`, or `RotatingOAuthClient`.
   * @default `longest: "90d"`
   */
  "clients-rotate"?: Setting<{ readonly longest?: Duration }>;
}

/**
 * The rules as policies, for a pack that has others too.
 * @throws Error where a setting is wrong: an exception without a reason or a last day, a length of time that is none
 *
 * @example
 * ```ts
 * new PolicyPack("acme", { policies: [...policies({ "auth-key-expiry": { longest: "7d" } }), ...ourOwn] });
 * ```
 */
export function policies(rules: Rules = {}): ResourceValidationPolicy[] {
  const { exceptions = [] } = options(rules["administrators-by-exception"]);
  exceptions.forEach(checkException);
  const keysLive = checkedLength(
    "auth-key-expiry",
    options(rules["auth-key-expiry"]).longest ?? "30d",
  );
  const clientsLive = checkedLength(
    "clients-rotate",
    options(rules["clients-rotate"]).longest ?? "90d",
  );
  const allowances = rules["allowed-tags-and-scopes"];
  const table = typeof allowances === "object" ? allowances.table : undefined;
  if (typeof allowances === "string" && allowances !== "disabled") {
    throw new Error(
      'allowed-tags-and-scopes: the table is missing: { table: [{ project: "…", tags: […], scopes: […] }] }.',
    );
  }

  const judges: Record<
    keyof Rules,
    readonly [description: string, judge: (judged: Judged) => string[]]
  > = {
    "no-all-scope": ["No credential carries all or all:read.", allScopes],
    "administrators-by-exception": [
      "Scopes that can make administrators need an exception with a reason and a last day.",
      (judged) => administrators(judged, exceptions, new Date().toISOString().slice(0, 10)),
    ],
    "auth-key-expiry": [
      `An auth key lives ${keysLive} at most.`,
      (judged) => longLivedKeys(judged, keysLive),
    ],
    "reusable-keys-are-ephemeral": ["A reusable auth key is ephemeral.", lastingReusableKeys],
    "preauthorized-keys-are-tagged": [
      "A preauthorised auth key has tags.",
      untaggedPreauthorizedKeys,
    ],
    "description-required": ["Every credential says what it is for.", undescribed],
    "allowed-tags-and-scopes": [
      "Credentials carry the tags and scopes that their project and stack may use.",
      (judged) => (table === undefined ? [] : disallowed(judged, table)),
    ],
    "subject-names-its-owner": [
      "A federated identity's subject names its owner in full.",
      strangers,
    ],
    "clients-rotate": [
      `An OAuth client is made anew at least every ${clientsLive}.`,
      (judged) => unrotated(judged, clientsLive),
    ],
  };
  const unknown = Object.keys(rules).find((name) => !Object.hasOwn(judges, name));
  if (unknown !== undefined) {
    throw new Error(
      `There is no rule "${unknown}". The rules are ${Object.keys(judges).join(", ")}.`,
    );
  }
  return Object.entries(judges).map(([name, [description, judge]]) => ({
    name,
    description,
    enforcementLevel: levelOf(rules[name as keyof Rules]), // The keys of the record above.
    validateResource: ({ type, urn, name: resource, props }, report) => {
      const kind = kindOf(type);
      if (kind === undefined) return;
      const [, , stack = "", , project = ""] = urn.split(":");
      for (const problem of judge({ kind, name: resource, project, stack, props })) report(problem);
    },
  }));
}

/**
 * The rules as a whole pack. The index.ts of a pack's folder is then:
 *
 * ```ts
 * import { policyPack } from "tailscope/policy";
 *
 * policyPack("acme-tailnet", {
 *   "administrators-by-exception": {
 *     exceptions: [{ credential: "deployer", scope: "policy_file", reason: "Deploys the policy file", until: "2027-03-31" }],
 *   },
 *   "clients-rotate": "advisory",
 * });
 * ```
 */
export function policyPack(name: string, rules: Rules = {}): PolicyPack {
  return new PolicyPack(name, { policies: policies(rules) });
}

function kindOf(type: string): Kind | undefined {
  const [, kind] =
    /^pulumi-nodejs:dynamic\/tailscope:(OAuthClient|AuthKey|FederatedIdentity)$/.exec(type) ?? [];
  return kind as Kind | undefined; // The pattern names the kinds.
}

function options<Options>(setting: Setting<Options> | undefined): Partial<Options> {
  return typeof setting === "object" ? setting : {};
}

function levelOf(setting: Setting | undefined): Level {
  return (typeof setting === "string" ? setting : setting?.enforcementLevel) ?? "mandatory";
}

function checkException({ credential, scope, reason, until }: Exception, index: number): void {
  const place = `administrators-by-exception: exceptions[${index}]`;
  if (!credential || !scope) throw new Error(`${place}: name the credential and the scope.`);
  if (!reason?.trim())
    throw new Error(
      `${place}: the reason is missing. Write in a sentence why ${credential} needs ${scope}.`,
    );
  if (!/^\d{4}-\d\d-\d\d$/.test(until ?? "") || Number.isNaN(Date.parse(until))) {
    throw new Error(
      `${place}: ${JSON.stringify(until)} is no day. Write the last one like "2027-03-31".`,
    );
  }
}

function checkedLength(rule: string, given: Duration): Duration {
  const length = seconds(given);
  if (length === undefined || length === 0) {
    throw new Error(
      `${rule}: ${JSON.stringify(given)} is no length of time. Write it like "30d" or "12h".`,
    );
  }
  return given;
}
