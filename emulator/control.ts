/**
 * What tests can do to the tailnet without the API: an administrator's clicks, a machine that
 * joins, time, faults. In the process these are plain calls; from outside each is `POST
 * /control/NAME` with a JSON object and the control token.
 */

import { timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import { z } from "zod";
import {
  type Change,
  createOtherActor,
  describeChange,
  toLoggedKey,
  toUserActor,
} from "./audit-entries.js";
import type { Env } from "./authentication.js";
import { type Fault, type Faults, faultShape } from "./faults.js";
import { Refusal, refuseRequest, refuseToken } from "./refusal.js";
import { readBody } from "./request-body.js";
import { revoke } from "./routes/keys.js";
import { computeHash } from "./secrets.js";
import { type ShownKey, showKey } from "./shown-key.js";
import { type AuditEntry, isActive, type Key } from "./state.js";
import { type Strictness, strictnessShape, type Unknowns, withStrictness } from "./unknowns.js";
import type { World } from "./world.js";

/** A request that the API received. */
export interface SeenRequest {
  readonly method: string;
  /** Below `/api/v2`, with the query. */
  readonly path: string;
}

/** What an administrator can change of a credential in the console. */
export interface ConsoleChange {
  description?: string | undefined;
  scopes?: string[] | undefined;
  tags?: string[] | undefined;
  issuer?: string | undefined;
  subject?: string | undefined;
  audience?: string | undefined;
  customClaimRules?: Record<string, string> | undefined;
}

const changeShape = z.strictObject({
  description: z.string().optional(),
  scopes: z.array(z.string()).optional(),
  tags: z.array(z.string()).optional(),
  issuer: z.string().optional(),
  subject: z.string().optional(),
  audience: z.string().optional(),
  customClaimRules: z.record(z.string(), z.string()).optional(),
}) satisfies z.ZodType<ConsoleChange>;

/** Who revokes a credential, and how the audit log records it. */
export interface Revocation {
  /**
   * The actor's type, for example `"SECRET_SCANNER"`: not a person.
   * @default the owner, in the admin console
   */
  by?: string | undefined;
  /**
   * When the log's rate limiter released the entry, in RFC 3339.
   * @default at once, and it is not said
   */
  deferredAt?: string | undefined;
}

const revocationShape = z.strictObject({
  by: z.string().optional(),
  deferredAt: z.string().optional(),
}) satisfies z.ZodType<Revocation>;

const text = z.string().optional();

/** An entry of the audit log that is not about a credential or its tokens. */
export interface NewAuditEntry {
  action: string;
  target: AuditEntry["target"];
  /** @default a worker of Tailscale's */
  actor?: AuditEntry["actor"] | undefined;
  /** @default "CONTROL" */
  origin?: string | undefined;
  deferredAt?: string | undefined;
  actionDetails?: string | undefined;
  error?: string | undefined;
  old?: unknown;
  new?: unknown;
}

const entryShape = z.strictObject({
  action: z.string(),
  target: z.strictObject({ id: z.string(), name: z.string(), type: z.string(), property: text }),
  actor: z
    .strictObject({ id: z.string(), type: z.string(), loginName: text, displayName: text })
    .optional(),
  origin: z.string().default("CONTROL"),
  deferredAt: text,
  actionDetails: text,
  error: text,
  old: z.unknown().optional(),
  new: z.unknown().optional(),
}) satisfies z.ZodType<unknown, NewAuditEntry>;

export interface Control {
  /**
   * Revokes a credential in the admin console, as the owner; or as `by` says, for example by
   * Tailscale's secret scanner.
   */
  revoke(id: string, revocation?: Revocation): void;
  /** Changes a credential in the admin console, as the owner; what is left out stays. */
  change(id: string, change: ConsoleChange): void;
  /** Removes every trace of a credential, so that the API answers 404. */
  erase(id: string): void;
  /** A machine joins with the auth key: a single-use one is used up. */
  useAuthKey(id: string): void;
  /** Removes a user by id or login name, and all of that user's API access tokens with them. */
  removeUser(who: string): void;
  /** Moves the clock forward. */
  advanceClock(milliseconds: number): void;
  /** Injects a fault into later requests. */
  addFault(fault: Fault): void;
  clearFaults(): void;
  /**
   * The published keys (a JWK set) of an issuer of identity tokens, which is then not asked over
   * the network.
   */
  publishIssuerKeys(issuer: string, keys: unknown): void;
  /** Whether subjects of GitHub are rewritten to the form with ids. */
  rewriteGithubSubjects(on: boolean): void;
  /**
   * How the emulator behaves where no source says what the real API does; what is left out stays.
   */
  setUnknowns(strictness: Strictness): void;
  /** The current switches. */
  unknowns(): Unknowns;
  /** The active credentials as the API shows them, except those of the start. */
  activeCredentials(): ShownKey[];
  /** Every entry of the configuration audit log. */
  auditLog(): readonly AuditEntry[];
  /**
   * Writes an entry into the audit log, as it is now, by a worker of Tailscale's where no actor is
   * named.
   * @example control.addAuditEntry({ action: "EXPIRED", target: { id, name: "Auth key", type:
   *   "API_KEY" } })
   */
  addAuditEntry(entry: NewAuditEntry): void;
  /** The requests that the API received since the last call. */
  takeRequests(): SeenRequest[];
}

/** @internal */
export function createControl(
  world: World,
  faults: Faults,
  takeRequests: () => SeenRequest[],
): Control {
  const requireKey = (id: string): Key => {
    const key = world.key(id);
    if (key === undefined) throw new Refusal(404, `no key has the id ${id}`);
    return key;
  };
  const recordAsOwner = (change: Change) => {
    const owner = world.state.users.find(({ role }) => role === "owner");
    world.recordAs(toUserActor(owner), "ADMIN_CONSOLE", change);
  };
  const { clientSecret, roles } = world.state.start;
  const startHashes = new Set([clientSecret, ...Object.values(roles)].map(computeHash));

  return {
    revoke(id, revocation = {}) {
      const { by, deferredAt } = revocationShape.parse(revocation);
      const record = (change: Change) => {
        if (by === undefined) recordAsOwner({ ...change, deferredAt });
        else world.recordAs(createOtherActor(by), "CONTROL", { ...change, deferredAt });
      };
      revoke(world, requireKey(id), record);
    },
    change(id, change) {
      const key = requireKey(id);
      const before = toLoggedKey(key);
      Object.assign(key, change, { updated: world.now() });
      if (world.unknowns.logsUpdates) recordAsOwner(describeChange(key, before));
      else world.keep();
    },
    erase(id) {
      const key = requireKey(id);
      world.removeKeys((other) => other === key);
      world.keep();
    },
    useAuthKey(id) {
      const key = requireKey(id);
      if (key.keyType !== "auth" || !isActive(key, world.now()))
        throw refuseRequest(`${id} is not an auth key that a machine can join with`);
      if (!key.devices?.reusable) key.used = true;
      key.joined = (key.joined ?? 0) + 1;
      world.keep();
    },
    removeUser(who) {
      const user = world.state.users.find(({ id, loginName }) => id === who || loginName === who);
      if (user === undefined) throw new Refusal(404, `no user has the id or login name ${who}`);
      world.state.users = world.state.users.filter((other) => other !== user);
      world.removeKeys((key) => key.keyType === "api" && key.userId === user.id);
      recordAsOwner({
        action: "DELETE",
        target: { id: user.id, name: user.loginName, type: "USER" },
      });
    },
    advanceClock(milliseconds) {
      world.state.clockOffset += milliseconds;
      world.keep();
    },
    addFault: faults.add,
    clearFaults: faults.clear,
    publishIssuerKeys: (issuer, keys) => void world.issuerKeys.set(issuer, keys),
    rewriteGithubSubjects(on) {
      world.rewriteGithubSubjects = on;
    },
    setUnknowns(strictness) {
      world.unknowns = withStrictness(world.unknowns, strictness);
    },
    unknowns: () => world.unknowns,
    activeCredentials: () =>
      world.state.keys
        .filter((key) => isActive(key, world.now()) && !startHashes.has(key.secretHash ?? ""))
        .map((key) => showKey(world, key)),
    auditLog: () => world.state.log,
    addAuditEntry(entry) {
      const {
        actor = createOtherActor("AUTOMATED_WORKER"),
        origin,
        ...change
      } = entryShape.parse(entry);
      world.recordAs(actor, origin, change);
    },
    takeRequests,
  };
}

const withId = z.strictObject({ id: z.string() });

/** The same over HTTP, for a holder of the control token. @internal */
export function createControlRoutes(control: Control, token: string): Hono<Env> {
  const expected = Buffer.from(computeHash(token));
  const app = new Hono<Env>();
  app.use(async (context, next) => {
    const given = Buffer.from(
      computeHash(/^bearer +(\S+)$/i.exec(context.req.header("authorization") ?? "")?.[1] ?? ""),
    );
    if (!timingSafeEqual(given, expected)) throw refuseToken();
    await next();
  });
  function addCommand<Body>(
    name: string,
    shape: z.ZodType<Body>,
    run: (body: Body) => unknown,
  ): void {
    app.post(`/${name}`, async (context) =>
      context.json({ result: run(await readBody(context, shape)) ?? null }),
    );
  }
  addCommand("revoke", withId.extend(revocationShape.shape), ({ id, ...revocation }) =>
    control.revoke(id, revocation),
  );
  addCommand("change", withId.extend({ change: changeShape }), ({ id, change }) =>
    control.change(id, change),
  );
  addCommand("erase", withId, ({ id }) => control.erase(id));
  addCommand("use-auth-key", withId, ({ id }) => control.useAuthKey(id));
  addCommand("remove-user", z.strictObject({ who: z.string() }), ({ who }) =>
    control.removeUser(who),
  );
  addCommand(
    "advance-clock",
    z.strictObject({ milliseconds: z.int().min(0) }),
    ({ milliseconds }) => control.advanceClock(milliseconds),
  );
  addCommand("add-fault", faultShape, (fault) => control.addFault(fault));
  addCommand("clear-faults", z.strictObject({}), () => control.clearFaults());
  addCommand(
    "publish-issuer-keys",
    z.strictObject({ issuer: z.string(), keys: z.looseObject({}) }),
    ({ issuer, keys }) => control.publishIssuerKeys(issuer, keys),
  );
  addCommand("rewrite-github-subjects", z.strictObject({ on: z.boolean() }), ({ on }) =>
    control.rewriteGithubSubjects(on),
  );
  addCommand("set-unknowns", z.strictObject({ strictness: strictnessShape }), ({ strictness }) =>
    control.setUnknowns(strictness),
  );
  addCommand("unknowns", z.strictObject({}), () => control.unknowns());
  addCommand("add-audit-entry", entryShape, (entry) => control.addAuditEntry(entry));
  addCommand("active-credentials", z.strictObject({}), () => control.activeCredentials());
  addCommand("audit-log", z.strictObject({}), () => control.auditLog());
  addCommand("take-requests", z.strictObject({}), () => control.takeRequests());
  return app;
}
