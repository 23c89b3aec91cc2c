/** `tailscope reach`: shows what a credential reaches, and who reaches a target. */

import { sanitize } from "../../access/sanitize";
import { usersScope } from "../../api/devices";
import type { Tailnet as Api } from "../../api/tailnet";
import { evaluate } from "../../policy-file/evaluate";
import type { AutogroupName } from "../../policy-file/model";
import { findAutogroup } from "../../policy-file/selector";
import type { Tailnet } from "../../policy-file/tailnet";
import {
  type Answer,
  answerBetween,
  answerWhatIsReached,
  answerWhoReaches,
  type Row,
  summarize,
} from "../../reach/answers";
import { findRanges, type Network, toNetwork } from "../../reach/network";
import { findAllWaysTo, findNamedStarts, findWaysFrom, findWaysTo } from "../../reach/questions";
import { rememberSpreads, type SpreadFrom } from "../../reach/spread";
import type { CredentialStart, Start } from "../../reach/starts";
import type { Target } from "../../reach/targets";
import { describeRemark } from "../../reach/words";
import { formatHtmlAnswers } from "../../review/reach/html";
import { toJsonReach, toJsonWay } from "../../review/reach/json";
import { formatMarkdownAnswers } from "../../review/reach/markdown";
import { listManagedByAny } from "../../state/exported-state";
import type { reachFormats } from "../choices";
import { CommandFailure, exitCodes } from "../failure";
import { readTextFile } from "../files";
import { measureWidth, print, printAside, printTable, printVerbatim } from "../output";
import { type Asked, askPulumi, type StackOptions } from "../pulumi";
import { openForReads, withTailnet } from "../session";
import { createSettings } from "../settings";
import { requireResources } from "../stored-resources";
import { type BlamedLine, blameLines } from "./blame";
import {
  describeCredential,
  readCredentialsOfPreview,
  readCredentialsOfState,
  readCredentialsOfTailnet,
} from "./credentials";
import { printDocument, type Reached } from "./document";
import {
  type Broken,
  findBrokenExpectations,
  findDeniedWays,
  readExpectations,
  requireTarget,
} from "./expectations";
import { printFlows } from "./flows";
import { fetchMachines, readMachinesFile } from "./machines";
import { type KnownPolicy, parsePolicy, requirePolicy } from "./policy";
import { fetchPolicy } from "./tailnet-policy";
import { formatAnswer } from "./terminal";

export interface ReachOptions extends StackOptions {
  readonly from?: string;
  readonly to?: string;
  readonly between?: readonly string[];
  readonly scopes?: readonly string[];
  readonly tags?: readonly string[];
  readonly policy?: string;
  readonly domain?: readonly string[];
  readonly preview?: string;
  readonly machines?: string;
  readonly devices?: boolean;
  readonly blame?: boolean;
  readonly deny?: readonly string[];
  readonly expect?: string;
  readonly format: (typeof reachFormats)[number];
  readonly json?: boolean;
}

/** Everything that answers depend on. */
interface World {
  readonly policy: KnownPolicy;
  readonly network: Network;
  readonly spreadFrom: SpreadFrom;
  readonly credentials: readonly CredentialStart[];
  /** What the answer may lack, each in a sentence. */
  readonly limits: readonly string[];
  readonly machines?: Tailnet;
}

/** Prints the answer to what the options ask, and sets the exit code by it. */
export async function answerReach(options: ReachOptions): Promise<void> {
  refuseContradictions(options);
  const found = await readWorld(options);
  if (found.machines !== undefined && asksForMachines(options)) {
    const read = parsePolicy(found.policy, found.machines);
    if ("rejected" in read) {
      if (options.json) printDocument({ rejected: read.rejected });
      else requirePolicy(found.policy, found.machines);
      process.exitCode = exitCodes.failure;
      return;
    }
    printFlows(evaluate(read.policy, found.machines), options);
    return;
  }
  const network = {
    ...toNetwork(requirePolicy(found.policy, found.machines)),
    ...(found.machines && { roles: collectRoles(found.machines) }),
  };
  await printAnswer({ ...found, network, spreadFrom: rememberSpreads(network) }, options);
}

function refuseContradictions({
  from,
  to,
  between,
  scopes,
  tags,
  preview,
  state,
  stack,
}: ReachOptions) {
  const questions = [from, to, between].filter((one) => one !== undefined);
  if (questions.length > 1)
    throw new CommandFailure(
      "Ask one thing at a time.\n  Give --from, --to or --between; --between FROM TO has both ends.",
    );
  if (between !== undefined && between.length !== 2)
    throw new CommandFailure("--between takes two names.\n  Write --between FROM TO.");
  const isDescribed = scopes !== undefined || tags !== undefined;
  const given = [isDescribed, preview !== undefined, state !== undefined || stack !== undefined];
  if (given.filter(Boolean).length > 1)
    throw new CommandFailure(
      "The credentials come from one place.\n  Give --scopes and --tags, --preview, or --stack and --state.",
    );
  if (isDescribed && scopes === undefined)
    throw new CommandFailure(
      "Tags alone grant nothing.\n  Say with --scopes what the credential may do, for example --scopes auth_keys.",
    );
}

/** Whether the question is only about flows between machines. */
function asksForMachines({ from, to, between, deny, expect, scopes }: ReachOptions): boolean {
  const questions = [from, to, between, deny, expect, scopes];
  return questions.every((one) => one === undefined);
}

async function readWorld(options: ReachOptions): Promise<Omit<World, "network" | "spreadFrom">> {
  const file = options.machines === undefined ? undefined : readMachinesFile(options.machines);
  const given: KnownPolicy | undefined =
    options.policy !== undefined
      ? {
          name: options.policy,
          path: options.policy,
          text: readTextFile(options.policy),
          ...(options.domain && { domains: options.domain }),
        }
      : file?.policy === undefined
        ? undefined
        : { name: `the policy in ${options.machines}`, text: file.policy };
  const isDescribed = options.scopes !== undefined;
  const isLocal = isDescribed || options.preview !== undefined || file !== undefined;
  const usesState = options.state !== undefined || options.stack !== undefined;
  const needsTailnet =
    given === undefined || options.devices === true || !(isLocal || usesState || isOffline());
  const asked = usesState || needsTailnet ? askPulumi(options) : undefined;
  const managed = await readManaged(asked, isLocal && !usesState);
  const local = isDescribed
    ? [describeCredential(options.scopes ?? [], options.tags ?? [])]
    : options.preview !== undefined
      ? await readCredentialsOfPreview(options.preview)
      : usesState && managed !== undefined
        ? readCredentialsOfState(managed)
        : undefined;
  if (!needsTailnet) {
    if (given === undefined) throw new CommandFailure("There is no policy file.");
    const limits =
      local === undefined && file === undefined
        ? [
            "No credentials are given: add --scopes and --tags, --preview, --state or --stack, or set a deployer in the environment to read those of the tailnet.",
          ]
        : [];
    return {
      policy: given,
      credentials: local ?? [],
      limits,
      ...(file && { machines: file.tailnet }),
    };
  }
  const config = await (asked ?? askPulumi(options)).config;
  const connection = await createSettings(config).connection(options.connection);
  const opened = openForReads(connection, options.devices ? [usersScope] : []);
  const work = async (tailnet: Api) => {
    const policy = given ?? (await fetchPolicy(tailnet));
    const listed =
      local === undefined && file === undefined
        ? await readCredentialsOfTailnet(tailnet, connection, managed)
        : { starts: local ?? [], limits: [] };
    const machines = options.devices ? await fetchMachines(tailnet) : file?.tailnet;
    return {
      policy,
      credentials: listed.starts,
      limits: listed.limits,
      ...(machines && { machines }),
    };
  };
  return withTailnet(connection, work, opened);
}

async function readManaged(asked: Asked | undefined, isNotNeeded: boolean) {
  if (asked === undefined || isNotNeeded) return undefined;
  const exports = await asked.exports;
  return exports && listManagedByAny(requireResources(exports));
}

/** Whether the environment has no deployer that could ask the tailnet. */
function isOffline(): boolean {
  return !["TAILSCALE_API_KEY", "TAILSCALE_OAUTH_CLIENT_ID"].some((name) =>
    process.env[name]?.trim(),
  );
}

async function printAnswer(world: World, options: ReachOptions): Promise<void> {
  const { network } = world;
  const limits = [...world.limits, ...network.remarks.map(describeRemark)];
  const notUnderstood = network.notUnderstood.map(
    ({ place, reason }) =>
      `not understood: ${place.path || "the file"} ${reason} (line ${place.line})`,
  );
  const answers = answerQuestions(world, options);
  const broken = findBroken(world, options);
  const told = [...answers, ...broken.map(toAnswer)];
  const blamed = options.blame ? await blameAnswers(told, world) : undefined;
  const aside = [...limits, ...notUnderstood];
  const format = options.json ? "json" : options.format;
  if (format === "json") {
    const blame = blamed && { blame: blamed };
    printDocument({ ...toJson(world, options, broken), ...blame, notUnderstood, limits });
  } else {
    const all = [...aside, ...(blamed ?? []).map(formatBlamedLine)];
    if (format === "markdown") printVerbatim(formatMarkdownAnswers(told, all).trimEnd());
    else if (format === "html") printVerbatim(formatHtmlAnswers(told, all).trimEnd());
    else printAnswers(told, blamed, world, options);
    for (const one of aside) if (format === "terminal") printAside(sanitize(one));
  }
  if (notUnderstood.length > 0) process.exitCode = exitCodes.failure;
  if (broken.length > 0) process.exitCode = exitCodes.found;
}

function answerQuestions(
  world: World,
  { from, to, between, format, json, deny, expect, scopes }: ReachOptions,
): Answer[] {
  const { network, spreadFrom, credentials } = world;
  if (to !== undefined) {
    const starts = [...credentials, ...findNamedStarts(network)];
    return [answerWhoReaches(to, findAllWaysTo(starts, spreadFrom, resolveTarget(to, world)))];
  }
  if (between !== undefined) {
    const [name = "", target = ""] = between;
    const start = findStart(name, world);
    return [
      answerBetween(
        start,
        target,
        findWaysTo(start, spreadFrom(start), resolveTarget(target, world)),
      ),
    ];
  }
  if (from !== undefined || scopes !== undefined) {
    const start = from === undefined ? credentials[0] : findStart(from, world);
    return start === undefined ? [] : [answerWhatIsReached(start, spreadFrom(start))];
  }
  const isAsked = deny !== undefined || expect !== undefined;
  if (isAsked || (format === "terminal" && !json)) return [];
  return credentials.map((start) => answerWhatIsReached(start, spreadFrom(start)));
}

/** Finds a credential, a tag, or a person whom the policy file names. */
function findStart(name: string, world: World): Start {
  const { credentials, network } = world;
  const matching = credentials.filter(({ name: own, id, urn }) => [own, id, urn].includes(name));
  const [one] = matching;
  if (matching.length > 1)
    throw new CommandFailure(
      `${matching.length} credentials are called ${JSON.stringify(name)}.\n  Name one by its id or URN: ${matching.map(({ id, urn }) => urn ?? id ?? "").join(", ")}.`,
    );
  if (one !== undefined) return one;
  const named = findNamedStarts(network).find((start) => start.name === name.toLowerCase());
  if (named !== undefined) return named;
  const machine = world.machines?.machines.find((known) => known.name === name);
  if (machine?.tags !== undefined) return { kind: "Machine", name, tags: machine.tags };
  if (machine?.user !== undefined)
    return { kind: "Person", name: findLoginName(machine.user, world) };
  if (/^[^:]+@[^:]+$/.test(name)) return { kind: "Person", name: name.toLowerCase() };
  if (network.groups.has(name)) return { kind: "Person", name };
  if (name === "*" || name === "internet") return { kind: "Person", name };
  const autogroup = findAutogroup(name.replace(/^autogroup:/, ""));
  if (name.startsWith("autogroup:") && autogroup !== undefined && autogroup !== "self")
    return fromAutogroup(autogroup);
  if (findRanges(name, network) !== undefined) return { kind: "Addresses", name };
  const names = credentials.slice(0, 20).map((credential) => credential.name);
  throw new CommandFailure(
    `There is no credential, tag or group called ${JSON.stringify(name)}.\n  ${names.length > 0 ? `The credentials are: ${names.join(", ")}.` : "No credentials are given: add --scopes and --tags, --preview, --state or --stack."}`,
  );
}

function fromAutogroup(autogroup: AutogroupName): Start {
  if (autogroup === "tagged") return { kind: "Machine", name: "autogroup:tagged", tags: [] };
  if (autogroup === "danger-all") return { kind: "Person", name: "*" };
  return {
    kind: "Person",
    name: autogroup === "internet" ? "internet" : `autogroup:${autogroup}`,
  };
}

/** The roles of users, by their login names. */
function collectRoles({ users }: Tailnet): ReadonlyMap<string, string> {
  return new Map(
    users.flatMap(({ email, role }) => (role === undefined ? [] : [[email.toLowerCase(), role]])),
  );
}

function findLoginName(user: string, { machines }: World): string {
  return machines?.users.find(({ name }) => name === user)?.email.toLowerCase() ?? user;
}

/**
 * Resolves a target. A known machine, given by its name or address, also gets the names that rules
 * use for it.
 */
function resolveTarget(text: string, world: World): Target {
  const { network, machines } = world;
  const machine = machines?.machines.find(
    ({ name, ipv4, ipv6 }) =>
      [name, ipv4, ipv6].includes(text.replace(/:\d+$/, "")) || ipv6 === text,
  );
  if (machine === undefined) return requireTarget(text, network);
  const port = machine.ipv6 === text ? undefined : /:(\d+)$/.exec(text)?.[1];
  const address = machine.ipv4 ?? machine.ipv6 ?? "";
  const asked = requireTarget(
    `${address.includes(":") ? `[${address}]` : address}${port === undefined ? "" : `:${port}`}`,
    network,
  );
  const names =
    machine.tags ?? (machine.user === undefined ? [] : [findLoginName(machine.user, world)]);
  return { ...asked, text, names, isKnownMachine: true };
}

function findBroken(world: World, { from, deny = [], expect }: ReachOptions): Broken[] {
  const { network, spreadFrom, credentials } = world;
  const starts = from === undefined ? credentials : [findStart(from, world)];
  if (deny.length > 0 && starts.length === 0)
    throw new CommandFailure(
      "--deny has nothing to check, because no credentials are given.\n  Give --scopes and --tags, --preview, --state or --stack, or a deployer in the environment.",
    );
  return [
    ...findDeniedWays(deny, starts, { network, spreadFrom }),
    ...(expect === undefined
      ? []
      : findBrokenExpectations(readExpectations(expect), {
          network,
          spreadFrom,
          findStart: (name) => findStart(name, world),
        })),
  ];
}

function toAnswer({ sentence, ways }: Broken): Answer {
  const [first] = ways;
  if (first === undefined) return { headline: sentence, sections: [], notes: [], ways: [] };
  return { ...answerWhoReaches("", ways), headline: sentence };
}

function toJson(
  world: World,
  options: ReachOptions,
  broken: readonly Broken[],
): Omit<Reached, "notUnderstood" | "limits"> {
  const { network, spreadFrom, credentials, policy } = world;
  const { to, between, from, deny, expect } = options;
  const denied = broken.map(({ sentence, ways }) => ({ sentence, ways: ways.map(toJsonWay) }));
  const common = {
    policy: policy.name,
    ...((deny !== undefined || expect !== undefined) && { broken: denied }),
  };
  const target = to ?? between?.[1];
  if (target !== undefined) {
    const starts =
      between === undefined
        ? [...credentials, ...findNamedStarts(network)]
        : [findStart(between[0] ?? "", world)];
    const ways = findAllWaysTo(starts, spreadFrom, resolveTarget(target, world));
    return { ...common, target, ways: ways.map(toJsonWay) };
  }
  const starts = from === undefined ? credentials : [findStart(from, world)];
  return {
    ...common,
    reach: starts.map((start) =>
      toJsonReach(start, spreadFrom(start), findWaysFrom(start, spreadFrom(start))),
    ),
  };
}

function printAnswers(
  answers: readonly Answer[],
  blamed: readonly BlamedLine[] | undefined,
  world: World,
  options: ReachOptions,
): void {
  const { from, to, between, scopes, deny, expect } = options;
  const isTable = [from, to, between, scopes, deny, expect].every((one) => one === undefined);
  if (isTable) printSummaries(world);
  if (isTable && blamed !== undefined)
    printAside("--blame names the lines of an answer: give --from, --to or --between.");
  const room = measureWidth(process.stdout);
  const ofPolicy = (blamed ?? []).filter(({ file }) => file === world.policy.path);
  for (const [at, one] of answers.entries()) {
    if (at > 0) print("");
    printVerbatim(formatAnswer(one, room, (row) => listAsides(row, ofPolicy)).trimEnd());
  }
  if (answers.length === 0 && !isTable) print("Everything holds.");
  for (const line of blamed ?? [])
    if (!ofPolicy.includes(line)) printAside(sanitize(formatBlamedLine(line)));
}

/**
 * Blames the lines of the policy file that the answers name, and those of the program if a preview
 * has them.
 */
async function blameAnswers(
  answers: readonly Answer[],
  { policy, credentials }: World,
): Promise<BlamedLine[]> {
  const rows = answers.flatMap(({ sections }) => sections.flatMap((section) => section.rows));
  const lines = rows.flatMap(({ places }) =>
    places.flatMap((at) => ("policy" in at ? [at.policy.line] : [])),
  );
  if (policy.path === undefined)
    printAside("--blame needs the policy file in a repository: name it with --policy.");
  const told = new Set(answers.flatMap(({ ways }) => ways.map(({ start }) => start.name)));
  const blamed = policy.path === undefined ? [] : await blameLines(policy.path, lines);
  for (const { name, position } of credentials)
    if (position !== undefined && told.has(name))
      blamed.push(...(await blameLines(position.file, [position.line])));
  return blamed;
}

function formatBlamedLine({ file, line, broughtBy }: BlamedLine): string {
  return `${file}, line ${line}: ${broughtBy}`;
}

function listAsides({ places }: Row, blamed: readonly BlamedLine[]): string[] {
  const lines = new Set(places.flatMap((at) => ("policy" in at ? [at.policy.line] : [])));
  return blamed
    .filter(({ line }) => lines.has(line))
    .map(({ line, broughtBy }) => `line ${line}: ${broughtBy}`);
}

function printSummaries({ credentials, spreadFrom }: World): void {
  if (credentials.length === 0) {
    print("No credentials.");
    return;
  }
  printTable(
    [
      { title: "CREDENTIAL", importance: 1 },
      "KIND",
      "BECOMES",
      { title: "REACHES", isWhole: true },
      { title: "WHAT MATTERS MOST", importance: 2 },
      { title: "MANAGED", isWhole: true },
    ],
    credentials
      .map((start) => summarize(start, spreadFrom(start)))
      .map(({ start, becomes, destinations, most }) => [
        start.name,
        start.kind,
        becomes.join(" "),
        String(destinations),
        most,
        start.isManaged === undefined ? "" : start.isManaged ? "yes" : "no",
      ]),
  );
}
