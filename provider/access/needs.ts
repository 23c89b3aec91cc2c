/**
 * The scopes that the deployer needs for each command and for each verb of each resource, and what
 * is left out without the optional ones. docs/deployer-scopes.md is generated from this table, and
 * `tailscope doctor` checks it.
 *
 * Sources: https://tailscale.com/api (each operation's scope),
 * https://tailscale.com/kb/1623/trust-credentials (reading the policy file also needs two device
 * scopes; every token may read its own credential)
 */

import { getFacts, kinds, type ResourceType, resourceTypes } from "./kinds";
import { covers, expandLegacyScopes, policyFileScopes } from "./scopes";

/** How much a need matters. */
export type Level =
  /** Nothing works without it. */
  | "needed"
  /** Needed if the program or the state has resources of this kind. */
  | "kind"
  /** At least one need of this level must be met. What the unmet ones would allow is left out. */
  | "one"
  /** Something is left out without it. */
  | "optional";

export interface Need {
  readonly level: Level;
  /** All of them are needed together. */
  readonly scopes: readonly string[];
  readonly kind?: ResourceType;
  /** What works with it. */
  readonly gives: string;
  /** What is left out or fails without it. */
  readonly without: string;
}

export interface Purpose {
  /** What the deployer does for this purpose, in a sentence. */
  readonly does: string;
  /** Whether it runs the Pulumi CLI. */
  readonly usesPulumi: boolean;
  readonly needs: readonly Need[];
  /** Requirements that are not scopes. */
  readonly notes: readonly string[];
}

/** Reading the policy file. */
const policyFile: Need = {
  level: "optional",
  scopes: policyFileScopes,
  gives: "checking tags at preview",
  without: "tags are not checked before the deployment, and a warning says so",
};

const userTokensAreListed: Need = {
  level: "optional",
  scopes: ["all:read"],
  gives: "listing API access tokens of every user",
  without: "API access tokens are not listed",
};

const minterIsChecked: Need = {
  level: "optional",
  scopes: ["oauth_keys:read"],
  gives: "checking what the OAuth client of mintedBy may do",
  without: "what the OAuth client of mintedBy may do is not checked before the deployment",
};

const whoDidIt: Need = {
  level: "optional",
  scopes: ["logs:configuration:read"],
  gives: "saying who caused a drift",
  without: "the report does not say who caused a drift, and when",
};

function listNeedsPerKind<Type extends ResourceType>(
  types: readonly Type[],
  level: Level,
  suffix: "" | ":read",
  gives: (type: Type) => string,
  without: (type: Type) => string,
): Need[] {
  return types.map((type) => ({
    level,
    kind: type,
    scopes: [`${getFacts(type).scope}${suffix}`],
    gives: gives(type),
    without: without(type),
  }));
}

const previewing = listNeedsPerKind(
  resourceTypes,
  "kind",
  ":read",
  (kind) => `previewing ${nameManagedKind(kind)}`,
  (kind) => `the preview of ${nameManagedKind(kind)} fails`,
);

const writing = listNeedsPerKind(
  resourceTypes,
  "kind",
  "",
  (kind) => nameManagedKind(kind),
  (kind) => `creating, changing and revoking ${getFacts(kind).plural} fails`,
);

const comparing = listNeedsPerKind(
  resourceTypes,
  "kind",
  ":read",
  (kind) => `reading ${getFacts(kind).plural}`,
  (kind) => `reading ${getFacts(kind).plural} fails`,
);

const listing = listNeedsPerKind(
  kinds,
  "one",
  ":read",
  (kind) => `listing ${getFacts(kind).plural}`,
  (kind) => `${getFacts(kind).plural} are not listed`,
);

function nameManagedKind(kind: ResourceType): string {
  return kind === "AuthKey" ? "AuthKey without mintedBy" : kind;
}

const userTokenSeesLess =
  "An API access token may see only the credentials of its own user; the command says so.";

const passesOn =
  "A deployer can give only what it has. It must have every scope of a credential that it creates or changes. Its tags must own the credential's tags, or be exactly the same tags.";

const minterDoesIt =
  "For an AuthKey with mintedBy, that OAuth client creates, reads and revokes the key. It needs auth_keys and the key's tags. If the client no longer exists, the deployer takes its place and needs auth_keys.";

export const purposes = {
  preview: {
    does: "Checks what the deployer may give, and whether the policy file allows the tags.",
    usesPulumi: true,
    needs: [...previewing, policyFile, minterIsChecked],
    notes: [
      "A deployer that has only the read scope of a kind previews for another deployer. The scopes and tags of that one are not known, so the preview only finds tags that nobody can give.",
      "`TAILSCOPE_PREFLIGHT=off` checks nothing and needs nothing.",
    ],
  },
  up: {
    does: "Creates, changes and revokes credentials.",
    usesPulumi: true,
    needs: [...writing, policyFile, minterIsChecked],
    notes: [passesOn, minterDoesIt],
  },
  refresh: {
    does: "Reads every credential in the state.",
    usesPulumi: true,
    needs: comparing,
    notes: [minterDoesIt],
  },
  destroy: {
    does: "Revokes every credential in the state.",
    usesPulumi: true,
    needs: writing,
    notes: [minterDoesIt],
  },
  review: {
    does: "Previews a change for a review. The deployer of that preview only needs to read. `tailscope review` itself sends a request only with `--tailnet-policy`, to read the policy file.",
    usesPulumi: true,
    needs: [
      ...previewing,
      {
        ...policyFile,
        gives: "reading the policy file (to check tags, and for `--tailnet-policy`)",
        without: `${policyFile.without}; \`tailscope review --tailnet-policy\` fails`,
      },
      minterIsChecked,
    ],
    notes: ["`examples/ci-deployments` creates an identity with exactly these scopes."],
  },
  reach: {
    does: "Shows what the tailnet's credentials reach under its policy file.",
    usesPulumi: false,
    needs: [
      {
        level: "needed",
        scopes: policyFileScopes,
        gives: "reading the policy file",
        without: "the command fails, unless `--policy` or `--machines` gives the policy file",
      },
      ...listing,
      userTokensAreListed,
      {
        level: "optional",
        scopes: ["users:read"],
        gives: "reading the users' roles for `--devices`",
        without: "`--devices` does not know the users' roles",
      },
    ],
    notes: [
      "With `--scopes`, `--preview`, `--state` or `--stack`, it lists no credentials and needs no scope to list them. If `--policy` gives the policy file as well, it needs no deployer at all.",
      "`--devices` lists the machines, for which `devices:core:read` is needed even with `--policy`.",
      userTokenSeesLess,
    ],
  },
  drift: {
    does: "Compares the state with the tailnet.",
    usesPulumi: false,
    needs: [...comparing, whoDidIt],
    notes: [],
  },
  inventory: {
    does: "Lists the credentials of the tailnet.",
    usesPulumi: false,
    needs: [
      ...listing,
      userTokensAreListed,
      {
        level: "optional",
        scopes: ["logs:configuration:read"],
        gives: "saying when a credential was last used",
        without: "LAST USED is empty",
      },
    ],
    notes: [userTokenSeesLess],
  },
  audit: {
    does: "Reads the audit log's entries about credentials.",
    usesPulumi: false,
    needs: [
      {
        level: "needed",
        scopes: ["logs:configuration:read"],
        gives: "reading the audit log",
        without: "the command fails",
      },
      ...listNeedsPerKind(
        kinds,
        "optional",
        ":read",
        (kind) => `naming ${getFacts(kind).plural} by description`,
        (kind) => `${getFacts(kind).plural} may be named only by their ids`,
      ),
    ],
    notes: [],
  },
  adopt: {
    does: "Reads the credentials that are to be adopted.",
    usesPulumi: false,
    needs: listNeedsPerKind(
      kinds,
      "one",
      ":read",
      (kind) => `adopting ${getFacts(kind).plural}`,
      (kind) => `${getFacts(kind).plural} cannot be adopted`,
    ),
    notes: [
      "What follows it, `pulumi import` and a preview, needs what `preview` needs.",
      userTokenSeesLess,
    ],
  },
  token: {
    does: "Requests a token with only some of the deployer's scopes. The deployer must be an OAuth client.",
    usesPulumi: false,
    needs: [],
    notes: ["The client must have every scope that the token gets, and own every tag."],
  },
  doctor: {
    does: "Reads what the deployer holds: every token may read the credential that it came from.",
    usesPulumi: true,
    needs: [],
    notes: [],
  },
} as const satisfies Readonly<Record<string, Purpose>>;

export type PurposeName = keyof typeof purposes;

/** The verbs of a resource, in the order of the documentation. */
export const verbs = ["check", "create", "read", "update", "delete"] as const;

export type Verb = (typeof verbs)[number];

export type ManagedKind = ResourceType | "AuthKey with mintedBy";

export const managedKinds: readonly ManagedKind[] = [...resourceTypes, "AuthKey with mintedBy"];

/** What one verb of one kind needs of the deployer. */
export function listVerbNeeds(kind: ManagedKind, verb: Verb): readonly Need[] {
  if (kind === "AuthKey with mintedBy") return listMintedNeeds(verb);
  const scope = getFacts(kind).scope;
  switch (verb) {
    case "check":
      return [...previewing.filter((need) => need.kind === kind).map(requireNeed), policyFile];
    case "read":
      return [createNeed(`${scope}:read`, `reading ${getFacts(kind).plural}`)];
    case "update":
      // Only bookkeeping arguments of an auth key can change in place, so nothing is sent. Whether
      // the key is still valid is read only if an invalid key is to be recreated.
      return kind === "AuthKey"
        ? [createNeed(`${scope}:read`, "changing recreateIfInvalid to always")]
        : [createNeed(scope, `changing ${getFacts(kind).plural}`)];
    case "create":
      return [createNeed(scope, `creating ${getFacts(kind).plural}`)];
    case "delete":
      return [createNeed(scope, `revoking ${getFacts(kind).plural}`)];
  }
}

/** The needs for a key with `mintedBy`: its OAuth client uses its own token for everything else. */
function listMintedNeeds(verb: Verb): readonly Need[] {
  return verb === "check" ? [minterIsChecked, policyFile] : [];
}

function requireNeed(need: Need): Need {
  return { ...need, level: "needed" };
}

function createNeed(scope: string, gives: string): Need {
  return { level: "needed", scopes: [scope], gives, without: `${gives} fails` };
}

/** The scopes of a need that are missing in `held`. */
export function findLackingScopes(need: Need, held: readonly string[]): readonly string[] {
  const current = expandLegacyScopes(held);
  return need.scopes.filter((scope) => !covers(current, scope));
}

export interface Met {
  readonly need: Need;
  readonly lacks: readonly string[];
  /** The result: nothing is missing, something is left out, or the purpose fails. */
  readonly result: "met" | "less" | "fails";
}

/**
 * Compares what a purpose needs with what a deployer holds.
 * @param used the kinds in the stack; if undefined, the deployer only needs the scopes of one kind
 */
export function compareNeeds(
  needs: readonly Need[],
  held: readonly string[],
  used?: readonly ResourceType[],
): readonly Met[] {
  const rows = needs.map((need) => ({ need, lacks: findLackingScopes(need, held) }));
  const isOneMet = (level: Level) =>
    rows.some(({ need, lacks }) => need.level === level && lacks.length === 0);
  const isFatal = ({ level, kind }: Need): boolean => {
    if (level === "needed") return true;
    if (level === "optional") return false;
    if (level === "one" || used === undefined) return !isOneMet(level);
    return kind !== undefined && used.includes(kind);
  };
  return rows.map(({ need, lacks }) => ({
    need,
    lacks,
    result: lacks.length === 0 ? "met" : isFatal(need) ? "fails" : "less",
  }));
}
