/**
 * Every shape in which the engine shows what happens to one resource, in a preview and in an update
 * plan.
 */

import { changed, credential, damaged, partlyHidden } from "./credentials.ts";
import { providerText, type ResourcePlan, type State, type Step, typePrefix } from "./documents.ts";
import { type Kind, kinds } from "./judgement.ts";
import type { Random } from "./random.ts";
import { encrypted, isHidden, type Json, type Members, secret, unknown } from "./values.ts";

/** One credential in a preview: its name, what it was and what it will be. */
interface Subject {
  readonly random: Random;
  readonly kind: Kind;
  readonly urn: string;
  readonly type: string;
  readonly before: Members;
  readonly after: Members;
  /** A text for the code that runs, where it is not ours. */
  readonly code: string;
}

type Shape = (subject: Subject) => readonly Step[];

function made(subject: Subject, inputs: Members, more: Partial<State> = {}): State {
  const { urn, type, code } = subject;
  return { urn, custom: true, type, inputs: { __provider: code, ...inputs }, ...more };
}

function kept(subject: Subject, inputs: Members, more: Partial<State> = {}): State {
  const id = more.id ?? "k2CNTRL";
  const answered: Members =
    subject.kind === "FederatedIdentity" && inputs["audience"] === undefined
      ? { audience: `api.tailscale.com/T1CNTRL-${id}`, asked: { audience: "" } }
      : {};
  const outputs = { __provider: subject.code, ...answered, ...inputs, createdAt: "2026-11-25" };
  return { ...made(subject, inputs), id, outputs, ...more };
}

function step(op: string, { urn }: Subject, oldState?: State, newState?: State): Step {
  return {
    op,
    urn,
    ...(oldState && { oldState }),
    ...(newState && { newState }),
    detailedDiff: null,
  };
}

/** What the engine's own parts of a replacement look like, with `--show-replacement-steps`. */
function inSteps(subject: Subject, old: State, isDeletedFirst: boolean): readonly Step[] {
  const marked = { ...old, ...(isDeletedFirst ? { pendingReplacement: true } : { delete: true }) };
  const next = made(subject, subject.after);
  const parts = [
    step("create-replacement", subject, isDeletedFirst ? marked : old, next),
    step("replace", subject, marked, next),
  ];
  const deletion = step("delete-replaced", subject, isDeletedFirst ? old : marked);
  return isDeletedFirst ? [deletion, ...parts.toReversed()] : [...parts, deletion];
}

const host = "urn:pulumi:dev::test::aws:ec2/instance:Instance::host";

/** A credential that goes, and takes another with it. */
const credentialHost = `urn:pulumi:dev::test::${typePrefix}OAuthClient::host`;

function credentialHostStep(): Step {
  const type = `${typePrefix}OAuthClient`;
  const inputs = { __provider: providerText("OAuthClient"), scopes: ["dns"] };
  const oldState = { urn: credentialHost, type, id: "k5CNTRL", inputs, outputs: inputs };
  return { op: "delete", urn: credentialHost, oldState };
}

function hostStep(op: string, more: Partial<State> = {}): Step {
  const state = { urn: host, type: "aws:ec2/instance:Instance", id: "i-1", inputs: {}, ...more };
  return { op, urn: host, oldState: state, ...(op !== "delete" && { newState: state }) };
}

const external = { external: true } as const;
const bare: Members = {};

/** Shapes whose steps are all that the engine shows for a credential. */
const shapes: Readonly<Record<string, Shape>> = {
  create: (one) => [step("create", one, undefined, made(one, one.after))],
  update: (one) => [step("update", one, kept(one, one.before), made(one, one.after))],
  same: (one) => [step("same", one, kept(one, one.before), made(one, one.before))],
  delete: (one) => [step("delete", one, kept(one, one.before))],
  "delete, retained": (one) => [
    step("delete", one, kept(one, one.before, { retainOnDelete: true })),
  ],
  "delete, with its host": (one) => [
    step("delete", one, kept(one, one.before, { deletedWith: host })),
    hostStep("delete"),
  ],
  "delete, with a credential as its host": (one) => [
    step("delete", one, kept(one, one.before, { deletedWith: credentialHost })),
    credentialHostStep(),
  ],
  "delete, its host replaced": (one) => [
    step("delete", one, kept(one, one.before, { deletedWith: host })),
    hostStep("replace", { delete: true }),
  ],
  "delete, its host deleted first": (one) => [
    step("delete", one, kept(one, one.before, { deletedWith: host })),
    hostStep("replace", { pendingReplacement: true }),
  ],
  "delete, its host stays": (one) => [
    step("delete", one, kept(one, one.before, { deletedWith: host })),
    hostStep("update"),
  ],
  replace: (one) => [
    step("replace", one, kept(one, one.before, { delete: true }), made(one, one.after)),
  ],
  "replace, deleted first": (one) => [
    step("replace", one, kept(one, one.before, { pendingReplacement: true }), made(one, one.after)),
  ],
  "replace, in steps": (one) => inSteps(one, kept(one, one.before), false),
  "replace, in steps, deleted first": (one) => inSteps(one, kept(one, one.before), true),
  "replace, retained": (one) => [
    step(
      "replace",
      one,
      kept(one, one.before, { delete: true, retainOnDelete: true }),
      made(one, one.after, { retainOnDelete: true }),
    ),
  ],
  "replace, retained, in steps": (one) =>
    inSteps(one, kept(one, one.before, { retainOnDelete: true }), false),
  "replace, with its host": (one) => [
    step(
      "replace",
      one,
      kept(one, one.before, { delete: true, deletedWith: host }),
      made(one, one.after),
    ),
    hostStep("delete"),
  ],
  "replace, an external one before": (one) => [
    step("replace", one, kept(one, bare, { delete: true, ...external }), made(one, one.after)),
  ],
  "replace, an external one before, in steps": (one) => [
    step("create-replacement", one, kept(one, bare, external), made(one, one.after)),
    step("replace", one, kept(one, bare, { delete: true, ...external }), made(one, one.after)),
    step("discard-replaced", one, kept(one, bare, { delete: true, ...external })),
  ],
  "update, an external one before": (one) => [
    step("update", one, kept(one, bare, external), made(one, one.after)),
  ],
  "replace, by one that is only read": (one) => [
    step(
      "replace",
      one,
      kept(one, one.before, { delete: true }),
      made(one, bare, { id: "k9CNTRL", ...external }),
    ),
  ],
  "replace, by one that is only read, in steps": (one) => [
    step(
      "read-replacement",
      one,
      kept(one, one.before),
      made(one, bare, { id: "k9CNTRL", ...external }),
    ),
    step(
      "replace",
      one,
      kept(one, one.before, { delete: true }),
      made(one, bare, { id: "k9CNTRL", ...external }),
    ),
    step("delete-replaced", one, kept(one, one.before, { delete: true })),
  ],
  read: (one) => [step("read", one, undefined, made(one, bare, { id: "k9CNTRL", ...external }))],
  "read, again": (one) => [
    step(
      "read",
      one,
      kept(one, bare, { id: "k9CNTRL", ...external }),
      made(one, bare, { id: "k9CNTRL", ...external }),
    ),
  ],
  "read, managed before": (one) => [
    step("read", one, kept(one, one.before), made(one, bare, { id: "k2CNTRL", ...external })),
  ],
  refresh: (one) => [step("refresh", one, kept(one, one.before), kept(one, one.after))],
  "refresh, then update": (one) => [
    step("refresh", one, kept(one, one.after), kept(one, one.before)),
    step("update", one, kept(one, one.before), made(one, one.after)),
  ],
  "refresh, gone, then create": (one) => [
    step("refresh", one, kept(one, one.before)),
    step("create", one, undefined, made(one, one.after)),
  ],
  discard: (one) => [step("discard", one, kept(one, bare, external))],
  "discard-replaced": (one) => [
    step("discard-replaced", one, kept(one, bare, { delete: true, ...external })),
  ],
  import: (one) => [step("import", one, undefined, made(one, one.after, { id: "k9CNTRL" }))],
  "import-replacement": (one) => [
    step("import-replacement", one, kept(one, one.before), made(one, one.after, { id: "k9CNTRL" })),
    step(
      "replace",
      one,
      kept(one, one.before, { delete: true }),
      made(one, one.after, { id: "k9CNTRL" }),
    ),
    step("delete-replaced", one, kept(one, one.before, { delete: true })),
  ],
  "pending deletion": (one) => [
    step("delete-replaced", one, kept(one, one.before, { delete: true, id: "k1CNTRL" })),
  ],
  "pending deletion, retained": (one) => [
    step(
      "delete-replaced",
      one,
      kept(one, one.before, { delete: true, retainOnDelete: true, id: "k1CNTRL" }),
    ),
  ],
  "pending deletion, then update": (one) => [
    step("update", one, kept(one, one.before), made(one, one.after)),
    step("delete-replaced", one, kept(one, other(one), { delete: true, id: "k1CNTRL" })),
  ],
  "pending deletion, then replace": (one) => [
    ...inSteps(one, kept(one, one.before), false),
    step("delete-replaced", one, kept(one, other(one), { delete: true, id: "k1CNTRL" })),
  ],
  "pending deletion, then delete": (one) => [
    step("delete", one, kept(one, one.before)),
    step("delete-replaced", one, kept(one, other(one), { delete: true, id: "k1CNTRL" })),
  ],
  "delete of an old half, then update": (one) => [
    step("delete", one, kept(one, other(one), { delete: true, id: "k1CNTRL" })),
    step("update", one, kept(one, one.before), made(one, one.after)),
  ],
  "two pending deletions": (one) => [
    step("delete-replaced", one, kept(one, one.before, { delete: true, id: "k1CNTRL" })),
    step("delete-replaced", one, kept(one, one.after, { delete: true, id: "k2CNTRL" })),
  ],
  "two creates": (one) => [
    step("create", one, undefined, made(one, one.before)),
    step("create", one, undefined, made(one, one.after)),
  ],
  "remove-pending-replace": (one) => [
    step("remove-pending-replace", one, kept(one, one.before, { pendingReplacement: true })),
  ],
};

function other({ random, kind }: Subject): Members {
  return credential(random, kind);
}

/** Shapes that nobody who reads carefully understands. */
const odd: Readonly<Record<string, Shape>> = {
  "an unknown step": (one) => [
    step(
      one.random.pick(["transmogrify", "constructor", "Create", "__proto__"]),
      one,
      kept(one, one.before),
      made(one, one.after),
    ),
  ],
  "a create without its new side": (one) => [step("create", one)],
  "an update without its new side": (one) => [step("update", one, kept(one, one.before))],
  "an update without its old side": (one) => [step("update", one, undefined, made(one, one.after))],
  "inputs that are hidden": (one) => [
    step("create", one, undefined, { ...made(one, one.after), inputs: secret }),
  ],
  "inputs that are missing": (one) => {
    const { inputs: _, ...state } = made(one, one.after);
    return [step("create", one, undefined, state)];
  },
  "code of others": (one) => [step("create", one, undefined, made(foreign(one), one.after))],
  "code of others after": (one) => [
    step("update", one, kept(one, one.before), made(foreign(one), one.after)),
  ],
  "same, code of others after": (one) => [
    step("same", one, kept(one, one.before), made(foreign(one), one.before)),
  ],
  "code of others before": (one) => [
    step("update", one, kept(foreign(one), one.before), made(one, one.after)),
  ],
  "code of others in the outputs": (one) => {
    const old = kept(one, one.before);
    const outputs = { ...(old.outputs as Members), __provider: "exports.handler=()=>0" };
    return [step("update", one, { ...old, outputs }, made(one, one.after))];
  },
  "code of others, deleted": (one) => [step("delete", one, kept(foreign(one), one.before))],
  "another type before": (one) => [
    step(
      "update",
      one,
      { ...kept(one, one.before), type: "tailscale:index/oauthClient:OauthClient" },
      made(one, one.after),
    ),
  ],
  "another kind after": (one) => {
    const type = typePrefix + one.random.pick(kinds.filter((kind) => kind !== one.kind));
    return [step("update", one, kept(one, one.before), { ...made(one, one.after), type })];
  },
  "our type under a foreign name": (one) => {
    const urn = one.urn.replace(one.type, "acme:index:Thing");
    const subject = { ...one, urn };
    return [step("create", subject, undefined, made(subject, one.after))];
  },
  "a foreign type in its states": (one) => [
    step("create", one, undefined, { ...made(one, one.after), type: "acme:index:Thing" }),
  ],
};

function foreign(one: Subject): Subject {
  const texts = [
    "exports.handler = __f0;",
    `${one.code} `,
    one.code.replace("tailscope", "tai1scope"),
    'exports.handler=()=>require("tailscope").OAuthClient.provider;evil()',
    "",
    secret,
    unknown,
    ...kinds.filter((kind) => kind !== one.kind).map(providerText),
  ];
  return { ...one, code: one.random.pick(texts) };
}

/** Resources of others that have to be named where they change. */
const strangers = [
  "pulumi-nodejs:dynamic:Resource",
  "pulumi-nodejs:dynamic/acme:Thing",
  "pulumi-python:dynamic:Resource",
  "command:local:Command",
  "command:remote:Command",
  "tailscale:index/acl:Acl",
  "tailscale:index/newThing:NewThing",
];

/** Resources under our names that this version does not know. */
const unknownTypes = [
  `${typePrefix}ServiceKey`,
  `${typePrefix}constructor`,
  `${typePrefix}__proto__`,
  "tailscope:index:Fleet",
];

export interface Generated<T> {
  readonly shape: string;
  readonly parts: T;
}

export const previewShapes: readonly string[] = [
  ...Object.keys(shapes),
  ...Object.keys(odd),
  "a resource of others",
  "a type of ours that is not known",
  "a component of ours",
];

/** Names that have broken programs, and ordinary ones; the number keeps them apart. */
function nameOf(random: Random, number: number): string {
  const base = random.chance(0.9) ? "ci" : random.pick(["a::b", "constructor", "__proto__", "x.y"]);
  return `${base}-${number}`;
}

function urnOf(random: Random, type: string, number: number): string {
  const parent = random.chance(0.15) ? "acme:index:Team$" : "";
  return `urn:pulumi:dev::test::${parent}${type}::${nameOf(random, number)}`;
}

/** One credential's steps. */
export function generateSteps(random: Random, number: number): Generated<readonly Step[]> {
  if (random.chance(0.05)) return generateOthers(random, number);
  const kind = random.pick(kinds);
  const type = typePrefix + kind;
  const isOdd = random.chance(0.06);
  const from = isOdd ? odd : shapes;
  const common = ["create", "update", "replace"];
  const shape = !isOdd && random.chance(0.4) ? random.pick(common) : random.pick(Object.keys(from));
  const isUpdate = shape.includes("update");
  const [before, after] = pairOf(random, kind, isUpdate);
  const subject = {
    random,
    kind,
    urn: urnOf(random, type, number),
    type,
    before,
    after,
    code: providerText(kind),
  };
  return { shape, parts: from[shape]?.(subject) ?? [] };
}

function pairOf(random: Random, kind: Kind, isUpdate: boolean): [Members, Members] {
  const before = credential(random, kind);
  const after = random.chance(0.9)
    ? changed(random, kind, before, isUpdate)
    : credential(random, kind);
  const sides: [Members, Members] = [before, after];
  if (random.chance(0.3)) sides[0] = partlyHidden(random, before);
  if (random.chance(0.3)) sides[1] = partlyHidden(random, after);
  if (random.chance(0.04)) sides[random.below(2)] = damaged(random, kind, after);
  return sides;
}

function generateOthers(random: Random, number: number): Generated<readonly Step[]> {
  const shape = random.pick([
    "a resource of others",
    "a type of ours that is not known",
    "a component of ours",
  ]);
  const type =
    shape === "a resource of others"
      ? random.pick(strangers)
      : shape === "a component of ours"
        ? random.pick(["tailscope:index:RotatingOAuthClient", "tailscope:index:RotatingAuthKey"])
        : random.pick(unknownTypes);
  const urn = urnOf(random, type, number);
  const state = { urn, type, inputs: type.includes("dynamic") ? { __provider: "…" } : {} };
  const op = random.pick(["create", "update", "replace"]);
  const parts = [{ op, urn, ...(op !== "create" && { oldState: state }), newState: state }];
  return { shape, parts };
}

/**
 * A change of one credential that can be seen whole and stays where it is, its way back, and no
 * change.
 */
export function generateUpdate(random: Random) {
  const kind = random.pick(kinds.filter((one) => one !== "AuthKey"));
  const type = typePrefix + kind;
  const about = { random, kind, urn: urnOf(random, type, 0), type, code: providerText(kind) };
  const { connection: _, ...before } = credential(random, kind);
  const { connection: __, ...after } = changed(random, kind, before, true);
  const update = (from: Members, to: Members) => {
    const subject = { ...about, before: from, after: to };
    const steps = [step("update", subject, kept(subject, from), made(subject, to))];
    return { preview: { steps, changeSummary: { update: 1 } } };
  };
  return {
    there: update(before, after),
    back: update(after, before),
    same: update(before, before),
  };
}

/** How a plan shows one resource; one that is only read is in none. */
interface Planned {
  readonly steps: readonly string[];
  /** It is compared with nothing, so that all of it is among what is added. */
  readonly isNew?: boolean;
  /** The plan has neither a goal nor a state for it. */
  readonly isGone?: boolean;
  /** The code that ran before, or runs now, is not ours. */
  readonly oldCode?: string;
  readonly newCode?: string;
  readonly isWithoutDifferences?: boolean;
  readonly isStranger?: boolean;
}

const replaceSteps = ["create-replacement", "replace", "delete-replaced"];
const otherCode = "exports.handler = __f0;";

const planned: Readonly<Record<string, Planned>> = {
  "plan: create": { steps: ["create"], isNew: true },
  "plan: update": { steps: ["update"] },
  "plan: same": { steps: ["same"] },
  "plan: replace": { steps: replaceSteps },
  "plan: replace, deleted first": { steps: replaceSteps.toReversed() },
  "plan: replace, an external one before": {
    steps: ["create-replacement", "replace", "discard-replaced"],
    isNew: true,
  },
  "plan: replace, asked for": { steps: replaceSteps, isNew: true },
  "plan: delete": { steps: ["delete"], isGone: true },
  "plan: delete and a pending deletion": { steps: ["delete", "delete-replaced"], isGone: true },
  "plan: pending deletion": { steps: ["delete-replaced"], isGone: true },
  "plan: update and a pending deletion": { steps: ["update", "delete-replaced"] },
  "plan: replace and a pending deletion": { steps: [...replaceSteps, "delete-replaced"] },
  "plan: discard": { steps: ["discard"], isGone: true },
  "plan: import": { steps: ["import"], isNew: true },
  "plan: import in the place of another": {
    steps: ["import-replacement", "replace", "delete-replaced"],
  },
  "plan: an unknown step": { steps: ["transmogrify"] },
  "plan: create, code of others": { steps: ["create"], isNew: true, newCode: otherCode },
  "plan: update, code of others after": { steps: ["update"], newCode: otherCode },
  "plan: update, code of others before": { steps: ["update"], oldCode: otherCode },
  "plan: replace, code of others after": { steps: replaceSteps, newCode: otherCode },
  "plan: replace, code of others before": { steps: replaceSteps, oldCode: otherCode },
  "plan: same, code of others": { steps: ["same"], newCode: otherCode },
  "plan: update without its differences": { steps: ["update"], isWithoutDifferences: true },
  "plan: a resource of others": { steps: ["update"], isStranger: true, newCode: otherCode },
};

export const planShapes: readonly string[] = Object.keys(planned);

export function generateResourcePlan(
  random: Random,
  number: number,
): Generated<{ readonly urn: string; readonly plan: ResourcePlan }> {
  const common = ["plan: create", "plan: update", "plan: replace"];
  const shape = random.pick(random.chance(0.4) ? common : planShapes);
  const { steps, isNew, isGone, isStranger, ...more } = planned[shape] ?? { steps: [] };
  const kind = random.pick(kinds);
  const type = isStranger ? random.pick(strangers) : typePrefix + kind;
  const urn = urnOf(random, type, number);
  if (isGone) return { shape, parts: { urn, plan: { steps, state: null } } };
  const { oldCode = providerText(kind), newCode = providerText(kind) } = more;
  const [before, after] = pairOf(random, kind, steps.includes("update"));
  const from: Members = isNew ? {} : { __provider: oldCode, ...before };
  const state = inPlan({ __provider: newCode, ...(steps[0] === "same" ? before : after) });
  const inputDiff = differenceOf(inPlan(from), state);
  const goal = {
    type,
    name: urn.split("::").at(-1),
    custom: true,
    ...(more.isWithoutDifferences !== true && { inputDiff }),
    outputDiff: {},
  };
  return { shape, parts: { urn, plan: { goal, steps, state } } };
}

/** A plan has secrets encrypted. */
function inPlan(state: Members): Members {
  const written = (value: Json): Json => {
    if (value === secret) return encrypted;
    if (isHidden(value) || typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(written);
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, written(one)]));
  };
  return Object.fromEntries(Object.entries(state).map(([name, one]) => [name, written(one)]));
}

function differenceOf(before: Members, after: Members) {
  // Two secrets look alike and differ; where they do not, a plan has no word of them.
  const isSame = (name: string) => {
    const [one, other] = [JSON.stringify(before[name]), JSON.stringify(after[name])];
    return one === other && !one.includes(unknown) && !one.includes(encrypted.ciphertext);
  };
  const added = Object.entries(after).filter(([name]) => !Object.hasOwn(before, name));
  const updated = Object.entries(after).filter(
    ([name]) => Object.hasOwn(before, name) && !isSame(name),
  );
  const deletes = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  return {
    ...(added.length > 0 && { adds: Object.fromEntries(added) }),
    ...(updated.length > 0 && { updates: Object.fromEntries(updated) }),
    ...(deletes.length > 0 && { deletes }),
  };
}
