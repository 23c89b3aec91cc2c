/**
 * The verbs under random histories: edits, outside changes, faults, a moving clock, two tailnets,
 * against a simple model: after an `up` without faults exactly what is declared is active, with the
 * declared arguments, and nothing that others made is touched.
 */

import fc from "fast-check";
import { type Emulator, type Fault, startEmulator } from "tailscope-emulator";
import { expect, test, vi } from "vitest";
import { getKeyFacts, kinds } from "../../provider/access/kinds";
import { LostCreate, NotVisible } from "../../provider/api/errors";
import { as } from "../contract/client";
import { runs } from "../runs";
import { type Declared, Engine, type Kind, type RunResult } from "./engine";

// The waits between tries are short here, and so is patience.
vi.mock("../../provider/api/http", async (load) => {
  const http = await load<typeof import("../../provider/api/http")>();
  return {
    ...http,
    openHttp: (baseUrl: string) => http.openHttp(baseUrl, { minTimeout: 1, timeout: 2000 }),
  };
});

/** How many steps there are at least. */
const wantedSteps = Number(process.env["TAILSCOPE_STEPS"] ?? runs(20_000));

const tailnets = ["a", "b"] as const;
type TailnetName = (typeof tailnets)[number];

/** The names of resources in a program: few, so that edits meet each other. */
const names = ["one", "two", "three", "four"] as const;

interface Spec {
  readonly kind: Kind;
  readonly tailnet: TailnetName;
  readonly tags: readonly string[];
  readonly description: string;
  readonly scopes: readonly string[];
  readonly reusable: boolean;
  readonly expiry: string;
  readonly subject: string;
}

const spec: fc.Arbitrary<Spec> = fc.record({
  kind: fc.constantFrom(...kinds),
  tailnet: fc.constantFrom(...tailnets),
  tags: fc.subarray(["tag:ci", "tag:prod"], { minLength: 1 }),
  description: fc.constantFrom("", "one", "two"),
  scopes: fc.subarray(["auth_keys", "dns:read", "users"], { minLength: 1 }),
  reusable: fc.boolean(),
  expiry: fc.constantFrom("1d", "30d"),
  subject: fc.constantFrom("repo:a/b:ref:refs/heads/main", "repo:a/b:*"),
});

function declaredAs({
  kind,
  tailnet,
  tags,
  description,
  scopes,
  reusable,
  expiry,
  subject,
}: Spec): Declared {
  const common = { tags: [...tags], ...(description && { description }), connection: tailnet };
  switch (kind) {
    case "OAuthClient":
      return { kind, inputs: { ...common, scopes: [...scopes] } };
    case "AuthKey":
      return { kind, inputs: { ...common, reusable, expiry } };
    case "FederatedIdentity":
      return {
        kind,
        inputs: {
          ...common,
          scopes: [...scopes],
          issuer: "https://token.actions.githubusercontent.com",
          subject,
        },
      };
  }
}

/** A resource is its kind and its name, as in a URN: of another kind it is another one. */
function declaredBy(program: ReadonlyMap<string, Spec>): Map<string, Declared> {
  return new Map([...program].map(([name, wanted]) => [urn(name, wanted), declaredAs(wanted)]));
}

function urn(name: string, { kind }: Spec): string {
  return `${kind}::${name}`;
}

interface Key {
  id: string;
  keyType: string;
  description?: string;
  scopes?: string[];
  tags?: string[];
  subject?: string;
  capabilities?: { devices: { create: { tags?: string[]; reusable: boolean } } };
  expirySeconds?: number;
}

/** What a person compares: the active key with what the program says. */
function fits(
  key: Key,
  { kind, tags, description, scopes, reusable, expiry, subject }: Spec,
): boolean {
  const sorted = (list: readonly string[] = []) => [...list].sort().join(" ");
  const isSame = key.keyType === getKeyFacts(kind).type && (key.description ?? "") === description;
  if (kind === "AuthKey") {
    const create = key.capabilities?.devices.create;
    return (
      isSame &&
      sorted(create?.tags) === sorted(tags) &&
      create?.reusable === reusable &&
      key.expirySeconds === Number.parseInt(expiry, 10) * 86_400
    );
  }
  const isTrusted = kind === "OAuthClient" || (key.subject ?? "").replace(/@\d+/g, "") === subject;
  return (
    isSame &&
    isTrusted &&
    sorted(key.tags) === sorted(tags) &&
    sorted(key.scopes) === sorted(scopes)
  );
}

/** The model: what the program says, and what others did. */
interface Model {
  readonly program: Map<string, Spec>;
}

class World {
  readonly engine: Engine;
  /** Made by others, or named by an error as what might be another's: never to be touched. */
  readonly strangers = new Set<string>();
  /** What left no trace. */
  readonly erased = new Set<string>();
  private hasFailed = false;
  faults = 0;

  constructor(readonly emulators: Readonly<Record<TailnetName, Emulator>>) {
    const connections = Object.fromEntries(
      tailnets.map((name) => {
        const { clientId, clientSecret, url } = emulators[name];
        return [name, { oauthClientId: clientId, oauthClientSecret: clientSecret, baseUrl: url }];
      }),
    );
    this.engine = new Engine({ "tailscope:connections": JSON.stringify(connections) });
  }

  /** `pulumi state delete` for what left no trace. */
  forgetErased(): void {
    const { engine, erased } = this;
    const left = engine.pending.length + engine.state.size;
    engine.pending = engine.pending.filter(({ stored }) => !erased.has(stored.id));
    for (const [name, { id }] of engine.state) if (erased.has(id)) engine.state.delete(name);
    expect(engine.pending.length + engine.state.size).toBeLessThan(left);
  }

  active(name: TailnetName): Key[] {
    return this.emulators[name].control.activeCredentials() as Key[];
  }

  ids(): string[] {
    return tailnets.flatMap((name) => this.active(name).map(({ id }) => id));
  }

  /** Everything active is somebody's: the state's, waiting to be deleted, or a stranger's. */
  expectNoOrphans(): void {
    const known = new Set([
      ...[...this.engine.state.values()].map(({ id }) => id),
      ...this.engine.pending.map(({ stored }) => stored.id),
      ...this.strangers,
    ]);
    expect(this.ids().filter((id) => !known.has(id))).toEqual([]);
  }

  later(milliseconds: number): void {
    for (const name of tailnets) this.emulators[name].control.advanceClock(milliseconds);
  }

  /**
   * Whoever runs the program again has read first what went wrong, so that its moments are apart.
   */
  async up(...[declared, options]: Parameters<Engine["up"]>): Promise<RunResult> {
    if (this.hasFailed) this.later(5000);
    const result = await this.engine.up(declared, options);
    this.hasFailed = result.failures.size > 0;
    return result;
  }

  clearFaults(): void {
    for (const name of tailnets) this.emulators[name].control.clearFaults();
    this.faults = 0;
  }
}

let steps = 0;

abstract class Step implements fc.AsyncCommand<Model, World> {
  check(_: Readonly<Model>): boolean {
    return true;
  }

  async run(model: Model, world: World): Promise<void> {
    steps++;
    const before = world.ids().filter((id) => world.strangers.has(id));
    await this.act(model, world);
    // Whatever we do, nobody else's credential is touched by it; they, and time, which ends auth
    // keys, may.
    if (!(this instanceof Outside || this instanceof Later))
      expect(world.ids().filter((id) => before.includes(id))).toEqual(before);
    world.expectNoOrphans();
  }

  abstract act(model: Model, world: World): Promise<void>;

  abstract toString(): string;
}

class Edit extends Step {
  constructor(
    readonly name: string,
    readonly wanted: Spec | undefined,
  ) {
    super();
  }
  override async act({ program }: Model): Promise<void> {
    if (this.wanted === undefined) program.delete(this.name);
    else program.set(this.name, this.wanted);
  }
  override toString() {
    return `${this.name} = ${JSON.stringify(this.wanted)}`;
  }
}

class Up extends Step {
  constructor(readonly refresh: boolean) {
    super();
  }
  override async act({ program }: Model, world: World): Promise<void> {
    const declared = declaredBy(program);
    const { failures } = await world.up(declared, { refresh: this.refresh });
    // What left no trace is a person's to take out of the state.
    if ([...failures.values()].some((error) => error instanceof NotVisible)) world.forgetErased();
    for (const error of failures.values()) {
      expect(error.message).not.toMatch(
        /undefined|\[object|TypeError|tskey-(auth|client|api)-\w+-\w{10}/,
      );
      // What the error names is a person's to look at from now on.
      if (error instanceof LostCreate) {
        const known = new Set([...world.engine.state.values()].map(({ id }) => id));
        for (const id of error.candidates.length > 0 ? error.candidates : world.ids())
          if (!known.has(id)) world.strangers.add(id);
      }
    }
    // Without faults and with a refresh, an up puts everything right.
    if (world.faults > 0 || !this.refresh) return;
    const unexpected = [...failures].filter(([, error]) => !(error instanceof NotVisible));
    expect(unexpected).toEqual([]);
    if (failures.size > 0) return this.act({ program }, world);
    world.expectNoOrphans();
    for (const [name, wanted] of program) {
      const id = world.engine.state.get(urn(name, wanted))?.id ?? "";
      const key = world.active(wanted.tailnet).find((one) => one.id === id);
      // A single-use key that is no longer valid has most likely let its machine in.
      if (key === undefined)
        expect({ name, kind: wanted.kind, reusable: wanted.reusable }).toEqual({
          name,
          kind: "AuthKey",
          reusable: false,
        });
      else expect({ name, fits: fits(key, wanted) }).toEqual({ name, fits: true });
    }
    const owned = world.ids().filter((id) => !world.strangers.has(id));
    expect(owned.length).toBeLessThanOrEqual(program.size);
    const { changes } = await world.up(declared, { dry: true });
    expect(changes).toEqual([]);
  }
  override toString() {
    return `up${this.refresh ? " --refresh" : ""}`;
  }
}

class Preview extends Step {
  override async act({ program }: Model, world: World): Promise<void> {
    const before = JSON.stringify(tailnets.map((name) => world.active(name)));
    await world.up(declaredBy(program), { dry: true });
    expect(JSON.stringify(tailnets.map((name) => world.active(name)))).toBe(before);
  }
  override toString() {
    return "preview";
  }
}

/** Somebody else at work. */
abstract class Outside extends Step {}

class OutsideChange extends Outside {
  constructor(
    readonly what: "revoke" | "erase" | "change" | "use",
    readonly index: number,
  ) {
    super();
  }
  override async act(_: Model, world: World): Promise<void> {
    const all = tailnets.flatMap((name) =>
      world.active(name).map((key) => ({ key, control: world.emulators[name].control })),
    );
    const { key, control } = all[this.index % Math.max(1, all.length)] ?? {};
    if (key === undefined || control === undefined) return;
    if (this.what === "revoke") control.revoke(key.id);
    else if (this.what === "erase") {
      control.erase(key.id);
      world.erased.add(key.id);
    } else if (this.what === "use" && key.keyType === "auth") control.useAuthKey(key.id);
    else if (this.what === "change" && key.keyType !== "auth")
      control.change(key.id, { description: "somebody was here", scopes: ["users"] });
  }
  override toString() {
    return `somebody: ${this.what} ${this.index}`;
  }
}

class OutsideCreate extends Outside {
  constructor(readonly wanted: Spec) {
    super();
  }
  override async act(_: Model, world: World): Promise<void> {
    const { tailnet, scopes, tags, description } = this.wanted;
    const emulator = world.emulators[tailnet];
    const before = new Set(world.ids());
    // A fault in the way strikes them like us: what counts is what is there afterwards.
    await as(emulator, emulator.apiKey)("POST", "/keys", {
      keyType: "client",
      scopes,
      tags,
      description,
    }).catch(() => {});
    for (const id of world.ids()) if (!before.has(id)) world.strangers.add(id);
  }
  override toString() {
    return `somebody makes ${JSON.stringify(this.wanted)}`;
  }
}

class Break extends Step {
  constructor(
    readonly tailnet: TailnetName,
    readonly fault: Fault,
  ) {
    super();
  }
  override async act(_: Model, world: World): Promise<void> {
    world.emulators[this.tailnet].control.addFault(this.fault);
    world.faults++;
  }
  override toString() {
    return `fault in ${this.tailnet}: ${JSON.stringify(this.fault)}`;
  }
}

class Heal extends Step {
  override async act(_: Model, world: World): Promise<void> {
    world.clearFaults();
  }
  override toString() {
    return "heal";
  }
}

class Later extends Step {
  constructor(readonly hours: number) {
    super();
  }
  override async act(_: Model, world: World): Promise<void> {
    world.later(this.hours * 3_600_000);
  }
  override toString() {
    return `${this.hours} hours later`;
  }
}

const answer = (status: number): Fault["effect"] => ({
  kind: "answer",
  status,
  headers: { "retry-after": "0" },
});

const fault: fc.Arbitrary<Fault> = fc.record({
  method: fc.constantFrom("GET", "POST", "PUT", "DELETE"),
  path: fc.constantFrom("/keys", "/oauth/token"),
  times: fc.constantFrom(1, 2),
  after: fc.constantFrom(0, 1),
  effect: fc.constantFrom<Fault["effect"]>(
    answer(429),
    answer(500),
    answer(403),
    { kind: "reset" },
    { kind: "lose-answer" },
    { kind: "cut-answer" },
    { kind: "revoke-token" },
  ),
});

const commands = [
  fc.tuple(fc.constantFrom(...names), spec).map(([name, wanted]) => new Edit(name, wanted)),
  fc.tuple(fc.constantFrom(...names), spec).map(([name, wanted]) => new Edit(name, wanted)),
  fc.constantFrom(...names).map((name) => new Edit(name, undefined)),
  fc.constant(new Up(true)),
  fc.constant(new Up(true)),
  fc.constant(new Up(false)),
  fc.constant(new Preview()),
  fc
    .tuple(fc.constantFrom("revoke", "erase", "change", "use"), fc.nat(20))
    .map(([what, index]) => new OutsideChange(what, index)),
  spec.map((wanted) => new OutsideCreate(wanted)),
  fc
    .tuple(fc.constantFrom(...tailnets), fault)
    .map(([tailnet, ordered]) => new Break(tailnet, ordered)),
  fc.constant(new Heal()),
  fc.constantFrom(1, 5, 40 * 24).map((hours) => new Later(hours)),
];

test(`${wantedSteps} steps of random histories leave exactly the declared credentials, and none that nobody knows`, async () => {
  const seed = Number(process.env["TAILSCOPE_SEED"]);
  for (let round = 0; steps < wantedSteps; round++) {
    await fc.assert(
      fc.asyncProperty(
        fc.commands(commands, { maxCommands: 200, size: "max" }),
        async (history) => {
          const own = {
            a: await startEmulator({ rewriteGithubSubjects: true }),
            b: await startEmulator(),
          };
          try {
            const world = new World(own);
            await fc.asyncModelRun(
              () => ({ model: { program: new Map<string, Spec>() }, real: world }),
              history,
            );
          } finally {
            await Promise.all(Object.values(own).map((emulator) => emulator.close()));
          }
        },
      ),
      {
        seed: seed + round,
        // Few, because the last round runs to its end. A history has about 200 steps.
        numRuns: 2,
        endOnFailure: process.env["TAILSCOPE_SHRINK"] === undefined,
      },
    );
  }
  console.log(`${steps} steps`);
});
