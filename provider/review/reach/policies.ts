/** Finds the policy file before and after a change, and where each comes from. */

import { parseName, parseType } from "../../access/urn";
import type { Place } from "../../policy-file/model";
import { type ReadOptions, readPolicyFile } from "../../policy-file/read";
import { type Network, toNetwork } from "../../reach/network";
import { type Argument, getArgument } from "../input/argument";
import type { State, Step } from "../input/step";

/** A policy file that the user gave. */
export interface GivenPolicy {
  /** A path or another name, for messages. */
  readonly name: string;
  readonly text: string;
}

/** One side of a change: its rules, or why they are not known. */
export type PolicySide =
  | { readonly network: Network; readonly text: string }
  | { readonly unknown: string };

export interface Policies {
  /** Where they come from, as reports say it. */
  readonly from: string;
  /** The file that has the policy after the change; undefined if it does not come from a file. */
  readonly file?: string;
  readonly before: PolicySide;
  readonly after: PolicySide;
  /** What a reader should know about them, each in a sentence. */
  readonly notes: readonly string[];
  /** The URN of the resource that they come from. */
  readonly urn?: string;
}

/** The policies, or that none is known, or why they contradict each other. */
export type FoundPolicies = Policies | { readonly none: true } | { readonly problem: string };

/** The policy files that are known in addition to the preview. */
export interface GivenPolicies {
  readonly after?: GivenPolicy | undefined;
  readonly before?: GivenPolicy | undefined;
  /**
   * The tailnet's current file. It is the file before the change, and after it unless something
   * else replaces it.
   */
  readonly tailnet?: GivenPolicy | undefined;
  readonly domains?: readonly string[] | undefined;
}

export function findPolicies(steps: readonly Step[], given: GivenPolicies): FoundPolicies {
  const resources = steps.filter(({ urn, op }) => isAcl(urn) && op !== "read");
  const urns = [...new Set(resources.map(({ urn }) => urn))];
  if (urns.length > 1)
    return {
      problem: `two resources set the policy file, ${urns.map(parseName).join(" and ")}, and the review cannot tell which one takes effect. Set it in one place`,
    };
  const { after, before, tailnet, domains } = given;
  const asked = domains === undefined ? {} : { domains };
  const deployed = tailnet && readSide(tailnet.text, tailnet.name, { isDeployed: true });
  const inPreview = readResourcePolicies(resources, deployed, asked);
  const isNew = before !== undefined && before.text.trim() === "";
  const earlier = before && !isNew ? readSide(before.text, before.name, asked) : undefined;
  if (after === undefined) {
    if (inPreview === undefined && tailnet !== undefined && deployed !== undefined)
      return {
        from: tailnet.name,
        before: earlier ?? deployed,
        after: deployed,
        notes:
          earlier === undefined
            ? [
                "The tailnet's policy file is assumed to stay as it is. Give the new one with --policy.",
              ]
            : [],
      };
    if (before !== undefined)
      return { problem: "--policy-before needs --policy, the file after the change" };
    return inPreview ?? { none: true };
  }
  const isDeployed = after.text === tailnet?.text;
  const side = readSide(after.text, after.name, isDeployed ? { isDeployed } : asked);
  if (inPreview !== undefined && !isSameSide(side, inPreview.after))
    return {
      problem: `${after.name} differs from what ${parseName(inPreview.urn ?? "")} sets in this preview. Give the file that is deployed, or leave out --policy`,
    };
  const known = earlier ?? inPreview?.before ?? deployed;
  if (known === undefined)
    return { from: after.name, file: after.name, ...withoutBefore(isNew, side), after: side };
  return {
    from: after.name,
    file: after.name,
    before: known,
    after: side,
    notes:
      earlier === undefined
        ? (inPreview?.notes ?? [])
        : inPreview !== undefined &&
            "network" in inPreview.before &&
            !isSameSide(earlier, inPreview.before)
          ? [
              `${before?.name ?? ""} differs from what ${parseName(inPreview.urn ?? "")} set before. The review compares with ${before?.name ?? ""}.`,
            ]
          : [],
    ...(inPreview?.urn !== undefined && { urn: inPreview.urn }),
  };
}

/** For a file that is new, or that counts as unchanged because the earlier one is not known. */
function withoutBefore(isNew: boolean, side: PolicySide): Pick<Policies, "before" | "notes"> {
  return isNew
    ? {
        before: readSide('{ "grants": [] }', "no file"),
        notes: [
          "There was no policy file before: everything that this one opens counts as gained. --tailnet-policy compares it with what the tailnet has.",
        ],
      }
    : {
        before: side,
        notes: [
          "The policy file is assumed to be unchanged. Give the old one with --policy-before.",
        ],
      };
}

function isAcl(urn: string): boolean {
  return /^tailscale:[^:]*:Acl$/.test(parseType(urn));
}

function readResourcePolicies(
  steps: readonly Step[],
  deployed: PolicySide | undefined,
  options: ReadOptions,
): Policies | undefined {
  const [first] = steps;
  if (first === undefined) return undefined;
  const old = steps.find((step) => step.old !== undefined)?.old;
  const after = steps.find((step) => step.new !== undefined)?.new;
  const name = parseName(first.urn);
  // The earlier file may have been written by somebody else, or by nobody.
  const unseen = { unknown: "the policy file before the change is not known" };
  const inState = old === undefined ? unseen : readStateSide(old, name, { isDeployed: true });
  const isDeployed = old !== undefined && after !== undefined && hasSameText(old, after);
  const before = "unknown" in inState ? (deployed ?? inState) : inState;
  return {
    from: `${name} (${parseType(first.urn)})`,
    before,
    after:
      after === undefined
        ? readSideAfterDelete(old, before, name)
        : readStateSide(after, name, isDeployed ? { isDeployed } : options),
    notes:
      deployed !== undefined && "network" in inState && !isSameSide(inState, deployed)
        ? [
            `The tailnet's policy file differs from the one that ${name} has in the state, so it was changed elsewhere. The review compares with the one in the state.`,
          ]
        : [],
    urn: first.urn,
  };
}

/** The side after the resource is deleted: the file stays, or becomes that of a new tailnet. */
function readSideAfterDelete(old: State | undefined, before: PolicySide, name: string): PolicySide {
  const reset = old && getArgument(old.arguments, "resetAclOnDestroy");
  if (reset === undefined || reset.is === "absent") return before;
  if (reset.is === "known" && reset.value === false) return before;
  // A new tailnet's file opens everything, also to machines with a tag from the old file.
  const tags = "network" in before ? [...before.network.ownership.defined] : [];
  const owners = Object.fromEntries(tags.map((tag) => [tag, []]));
  return readSide(JSON.stringify({ tagOwners: owners }), name);
}

function hasSameText(one: State, other: State): boolean {
  const [text, otherText] = [one, other].map((state) => getArgument(state.arguments, "acl"));
  return text?.is === "known" && otherText?.is === "known" && text.value === otherText.value;
}

function readStateSide(
  { arguments: given }: State,
  name: string,
  options: ReadOptions,
): PolicySide {
  const acl: Argument = getArgument(given, "acl");
  if (acl.is === "known" && typeof acl.value === "string")
    return readSide(acl.value, name, options);
  return { unknown: `the policy file of ${name} cannot be seen in this preview` };
}

function readSide(text: string, name: string, options: ReadOptions = {}): PolicySide {
  const reading = readPolicyFile(text, options);
  if ("policy" in reading) return { network: toNetwork(reading.policy), text };
  const [first] = reading.refused;
  const where = first === undefined ? "" : ` (${describeFilePlace(first.place)})`;
  return {
    unknown: `Tailscale would refuse ${name}: ${first?.reason ?? "it is not valid"}${where}`,
  };
}

function describeFilePlace({ path, line }: Place): string {
  return path === "" ? `line ${line}` : `${path}, line ${line}`;
}

/** Whether two sides are the same file, apart from comments and spaces. */
function isSameSide(one: PolicySide, other: PolicySide): boolean {
  if ("unknown" in one || "unknown" in other) return false;
  return one.text === other.text || dropPlaces(one) === dropPlaces(other);
}

function dropPlaces({ network }: { readonly network: Network }): string {
  const { ownership, owners, rules, approvals, connectors, remarks, pools } = network;
  const { groups, hosts, ipsets, notUnderstood } = network;
  const parts = [
    [...ownership.defined],
    [...hosts],
    [...ipsets],
    [...ownership.ownedBy],
    owners,
    rules,
    approvals,
    connectors,
    remarks,
    pools,
    [...groups],
    notUnderstood,
  ];
  return JSON.stringify(parts, (key, value: unknown) =>
    key === "at" || key === "place" ? undefined : typeof value === "bigint" ? `${value}` : value,
  );
}

/** The network of a side; one that opens everything if the side is not known. */
export function getNetworkAfter(side: PolicySide): Network {
  if ("network" in side) return side.network;
  const reading = readPolicyFile("{}");
  if (!("policy" in reading)) throw new Error("an empty policy file is valid");
  const place = { section: "", path: "", line: 1, column: 1 };
  return {
    ...toNetwork(reading.policy),
    notUnderstood: [{ place, reason: `is not known: ${side.unknown}`, counts: "everything" }],
  };
}
