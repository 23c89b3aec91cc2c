/**
 * A CrossGuard policy pack for credentials: rules that an organisation sets once and Pulumi
 * enforces at every preview and `up`. Source:
 * https://www.pulumi.com/docs/iac/packages-and-automation/crossguard/
 *
 * @module tailscope/policy
 */

import {
  type EnforcementLevel,
  PolicyPack,
  type ReportViolation,
  type ResourceValidationPolicy,
} from "@pulumi/policy";
import type { Duration } from "../access/lifetime";
import { now } from "../engine/clock";
import { findForeignCode, lookingPolicy, rememberCode, type SeenCode } from "./code";
import type { Allowance, Exception, Exemption } from "./exceptions";
import { findKinds, type Judged, judgeAs, readArguments, type Shown } from "./judged";
import { findDenied, type Reader, readReach } from "./reach";
import { type RotatingComponent, rotatingType } from "./rotating";
import {
  findAdministratorScopes,
  findAllScopes,
  findDisallowed,
  findLastingReusableKeys,
  findLongLivedKeys,
  findMissingDescription,
  findStrangers,
  findUnrotated,
  findUntaggedPreauthorizedKeys,
} from "./rules";
import { makeConfigSchema, type Options, type RuleName, readOptions, schemas } from "./settings";

export type { Allowance, Exception, Exemption } from "./exceptions";

/** `"mandatory"` stops the preview or `up`, `"advisory"` warns, `"disabled"` is silent. */
export type Level = Exclude<EnforcementLevel, "remediate">;

/** A rule's level, or its level and options. */
export type Setting<Options = unknown> =
  | Level
  | ({ readonly enforcementLevel?: Level | undefined } & Options);

/**
 * The rules, by their names in the pack. Each is `"mandatory"` by default; the file of
 * `pulumi preview --policy-pack-config FILE` can override each level and each option.
 */
export interface Rules {
  /** No credential carries `all` or `all:read`, or a scope that this version does not know. */
  "no-all-scope"?: Setting | undefined;
  /**
   * No credential carries `users` or `policy_file` (formerly `acl`), which can make administrators,
   * unless `exceptions` says why and until when.
   * @default no exceptions
   */
  "administrators-by-exception"?:
    | Setting<{ readonly exceptions?: readonly Exception[] | undefined }>
    | undefined;
  /**
   * The longest lifetime of an auth key.
   * @default `longest: "30d"`
   */
  "auth-key-expiry"?: Setting<{ readonly longest?: Duration | undefined }> | undefined;
  /** A reusable auth key is ephemeral. */
  "reusable-keys-are-ephemeral"?: Setting | undefined;
  /** A preauthorised auth key has tags. */
  "preauthorized-keys-are-tagged"?: Setting | undefined;
  /** Every credential has a description of its purpose. */
  "description-required"?: Setting | undefined;
  /**
   * What the credentials of each project or stack may carry. Matching rows add up.
   * @default off, because there is no default table
   */
  "allowed-tags-and-scopes"?: Setting<{ readonly table: readonly Allowance[] }> | undefined;
  /**
   * A federated identity's subject, or one of its claim rules, names the token's owner, in a form
   * that the issuer uses.
   */
  "subject-names-its-owner"?: Setting | undefined;
  /**
   * An OAuth client rotates: by `rotateEvery`, or as part of a `RotatingOAuthClient`, whose period
   * counts.
   * @default `longest: "90d"`
   */
  "clients-rotate"?: Setting<{ readonly longest?: Duration | undefined }> | undefined;
  /**
   * No resource runs code that the other rules cannot judge with the deployer's credentials:
   * dynamic resources that are not Tailscope's (or only look like them) and commands. `exceptions`
   * says which may, why and until when.
   * @default no exceptions
   */
  "only-known-code"?:
    | Setting<{ readonly exceptions?: readonly Exemption[] | undefined }>
    | undefined;
  /**
   * No credential reaches one of the `targets` through its tags and scopes, the policy file's rules
   * and SSH, unless `exceptions` says why and until when. `policy` is the text of the policy file;
   * targets are `"tag:db:5432"`, `"10.0.0.0/8"`, `"svc:web"`, `"internet"`.
   * @default off, because there is no default policy file
   * @example
   * ```ts
   * "reach-denied": { policy: readFileSync("policy.hujson", "utf8"), targets: ["tag:db"] }
   * ```
   */
  "reach-denied"?:
    | Setting<{
        readonly policy: string;
        readonly targets: readonly string[];
        readonly exceptions?: readonly Exemption[] | undefined;
      }>
    | undefined;
}

/** What a rule needs besides the credential. */
interface Surroundings {
  /** The time by which rotation is decided, in milliseconds since 1970. */
  readonly now: number;
  /** For example `"2026-11-24"`. */
  readonly today: string;
  readonly component: RotatingComponent | undefined;
  /** Reads a policy file once for all credentials. */
  readonly getReader: (policy: string, targets: readonly string[]) => Reader;
}

interface Rule<Name extends RuleName> {
  readonly description: string;
  readonly judge: (judged: Judged, options: Options<Name>, around: Surroundings) => string[];
}

/** The default durations. */
const usual = { "auth-key-expiry": "30d", "clients-rotate": "90d" } as const;

/** The rules that judge credentials, one by one. */
const rulesOfCredentials: {
  readonly [Name in Exclude<RuleName, "only-known-code">]: Rule<Name>;
} = {
  "no-all-scope": { description: "No credential carries all or all:read.", judge: findAllScopes },
  "administrators-by-exception": {
    description:
      "Scopes that can make administrators need an exception with a reason and a last day.",
    judge: (judged, { exceptions = [] }, { today }) =>
      findAdministratorScopes(judged, exceptions, today),
  },
  "auth-key-expiry": {
    description: "An auth key expires within the longest allowed lifetime.",
    judge: (judged, { longest = usual["auth-key-expiry"] }) => findLongLivedKeys(judged, longest),
  },
  "reusable-keys-are-ephemeral": {
    description: "A reusable auth key is ephemeral.",
    judge: findLastingReusableKeys,
  },
  "preauthorized-keys-are-tagged": {
    description: "A preauthorised auth key has tags.",
    judge: findUntaggedPreauthorizedKeys,
  },
  "description-required": {
    description: "Every credential has a description of its purpose.",
    judge: findMissingDescription,
  },
  "allowed-tags-and-scopes": {
    description: "Credentials carry the tags and scopes that their project and stack may use.",
    judge: (judged, { table }) => (table === undefined ? [] : findDisallowed(judged, table)),
  },
  "subject-names-its-owner": {
    description: "A federated identity's subject names its owner in full.",
    judge: findStrangers,
  },
  "reach-denied": {
    description: "No credential reaches what is denied, through tags and the policy file.",
    judge: (judged, { policy, targets, exceptions = [] }, { today, getReader }) =>
      policy === undefined || targets === undefined
        ? []
        : findDenied(judged, targets, getReader(policy, targets), exceptions, today),
  },
  "clients-rotate": {
    description: "An OAuth client rotates at least as often as required.",
    judge: (judged, { longest = usual["clients-rotate"] }, { component, now }) =>
      findUnrotated(judged, longest, component, now),
  },
};

/**
 * The rules as policies, for a pack with further policies. One of them, `looks-at-code`, judges
 * nothing: it makes the engine show the code of dynamic resources, which the engine hides from
 * validation policies.
 *
 * @throws Error if a setting is wrong: an exception without a reason or a last day, an invalid
 *   duration
 *
 * @example
 * ```ts
 * new PolicyPack("acme", { policies: [...policies({ "auth-key-expiry": { longest: "7d" } }), ...ourOwn] });
 * ```
 * @see https://www.pulumi.com/docs/iac/packages-and-automation/crossguard/
 */
export function policies(rules: Rules = {}): ResourceValidationPolicy[] {
  const unknown = Object.keys(rules).find((name) => !Object.hasOwn(schemas, name));
  if (unknown !== undefined) {
    throw new Error(
      `There is no rule "${unknown}". The rules are ${Object.keys(schemas).join(", ")}.`,
    );
  }
  const table = rules["allowed-tags-and-scopes"];
  if (typeof table === "string" && table !== "disabled") throw new Error(missingTable);
  const isTableOff = getLevel(table) === "disabled";
  const denied = rules["reach-denied"];
  if (typeof denied === "string" && denied !== "disabled") throw new Error(missingPolicy);

  const code: SeenCode = new Map();
  const components = new Map<string, RotatingComponent>();
  const readers = new Map<string, Reader>();
  const getReader = (policy: string, targets: readonly string[]): Reader => {
    const key = JSON.stringify([policy, targets]);
    const reader = readers.get(key) ?? readReach(policy, targets);
    readers.set(key, reader);
    return reader;
  };
  if (typeof denied === "object") {
    // Reads them now, so that errors in them are reported before anything is judged.
    if (denied.policy === undefined || denied.targets === undefined) throw new Error(missingPolicy);
    readOptions("reach-denied", withoutLevel(denied));
    getReader(denied.policy, denied.targets);
  }

  function createPolicy<Name extends RuleName>(
    name: Name,
    description: string,
    judge: (shown: Shown, options: Options<Name>, report: ReportViolation) => void,
  ): ResourceValidationPolicy {
    const setting: Setting | undefined = rules[name];
    const { enforcementLevel: _, ...inCode } = typeof setting === "object" ? setting : {};
    readOptions(name, inCode);
    return {
      name,
      description,
      enforcementLevel: getLevel(setting),
      configSchema: makeConfigSchema(name, getUsualOptions(name, inCode)),
      validateResource: (shown: Shown, report) => {
        const options = readOptions(name, inCode, shown.getConfig?.());
        // The engine runs a rule that is off here only if a file turns it on.
        if (name === "allowed-tags-and-scopes" && isTableOff && !("table" in options))
          throw new Error(missingTable);
        rememberComponent(shown, components);
        judge(shown, options, report);
      },
    };
  }

  /** A rule that judges every credential that a resource could be. */
  function credentialPolicy<Name extends keyof typeof rulesOfCredentials>(
    name: Name,
  ): ResourceValidationPolicy {
    const rule: Rule<Name> = rulesOfCredentials[name];
    return createPolicy(name, rule.description, (shown, options, report) => {
      const credentials = findKinds(shown.type, code.get(shown.urn) ?? undefined).map((kind) =>
        judgeAs(kind, shown),
      );
      const [time, today] = [now(), getToday()];
      const findSurroundings = (parent: string | undefined): Surroundings => ({
        now: time,
        today,
        component: parent === undefined ? undefined : components.get(parent),
        getReader,
      });
      const problems = credentials.flatMap((one) =>
        rule.judge(one, options, findSurroundings(one.parent)),
      );
      for (const problem of new Set(problems)) report(problem);
      for (const { args } of credentials) args.tellUnknown();
    });
  }

  const named = Object.keys(rulesOfCredentials) as (keyof typeof rulesOfCredentials)[]; // Its keys.
  return [
    {
      name: lookingPolicy,
      description: "Shows the rules the code of dynamic resources, and changes nothing.",
      // The engine shows the code only to policies of this level.
      enforcementLevel: "remediate",
      remediateResource: (shown) => rememberCode(shown, code),
    },
    ...named.map((name) => credentialPolicy(name)),
    createPolicy(
      "only-known-code",
      "Resources run no code that the rules cannot judge.",
      (shown, { exceptions = [] }, report) => {
        for (const problem of findForeignCode(shown, code, exceptions, getToday())) report(problem);
      },
    ),
  ];
}

const missingTable =
  'allowed-tags-and-scopes: the table is missing: { table: [{ project: "…", tags: […], scopes: […] }] }.';

const missingPolicy =
  'reach-denied: the policy file or the targets are missing: { policy: readFileSync("policy.hujson", "utf8"), targets: ["tag:db"] }.';

function withoutLevel({
  enforcementLevel: _,
  ...options
}: object & { enforcementLevel?: unknown }) {
  return options;
}

/**
 * Remembers the arguments of a rotating component, because its clients, which come later, are
 * judged by them.
 */
function rememberComponent(shown: Shown, components: Map<string, RotatingComponent>): void {
  if (shown.type !== rotatingType) return;
  const args = readArguments(shown.props);
  components.set(shown.urn, { every: args.value("every"), anchor: args.value("anchor") });
}

/**
 * The rules as a whole pack. The index.ts of a pack's folder is then:
 *
 * ```ts
 * import { policyPack } from "tailscope/policy";
 *
 * policyPack("acme-tailnet", {
 *   "administrators-by-exception": {
 *     exceptions: [
 *       {
 *         urn: "urn:pulumi:prod::infrastructure::pulumi-nodejs:dynamic/tailscope:OAuthClient::policy-deployer",
 *         scope: "policy_file",
 *         reason: "Deploys the policy file",
 *         until: "2027-03-31",
 *       },
 *     ],
 *   },
 *   "clients-rotate": "advisory",
 * });
 * ```
 * @see https://www.pulumi.com/docs/iac/packages-and-automation/crossguard/
 */
export function policyPack(name: string, rules: Rules = {}): PolicyPack {
  return new PolicyPack(name, { policies: policies(rules) });
}

function getLevel(setting: Setting | undefined): Level {
  return (typeof setting === "string" ? setting : setting?.enforcementLevel) ?? "mandatory";
}

/** The default duration of a rule, which the engine shows. */
function getUsualOptions(name: RuleName, inCode: { longest?: Duration }): { longest?: Duration } {
  if (name !== "auth-key-expiry" && name !== "clients-rotate") return {};
  return { longest: inCode.longest ?? usual[name] };
}

/**
 * Today by the machine's clock and not by TAILSCOPE_NOW, which could revive an exception that has
 * ended.
 */
function getToday(): string {
  return new Date().toISOString().slice(0, "YYYY-MM-DD".length);
}
