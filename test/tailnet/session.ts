/**
 * One run against one tailnet: as whom it asks, what it made, and the guard that keeps it from
 * touching anything else.
 */

import { NotTestable } from "./outcome.ts";
import { type Answer, type Clock, type Request, textAt, type Wire } from "./wire.ts";

/** As whom a run asks: with a user's API access token, or as an OAuth client. */
export type Self =
  | { readonly kind: "user"; readonly id: string | undefined; readonly token: string }
  | {
      readonly kind: "client";
      readonly id: string;
      readonly secret: string;
      /** The tailnet that tokens are asked for, by id; its own where this is absent. */
      readonly tokenTailnet?: string;
    };

/** How the description of everything begins that a run makes. */
export const mark = "tailscope test";

/** Whether a description is that of something which a run made. */
export const isMarked = (description: string) =>
  description === mark || description.startsWith(`${mark} `);

export interface Session {
  readonly self: Self;
  /** As it stands in paths: `-`, an id or a name. */
  readonly tailnet: string;
  /** Whether it may make credentials. */
  readonly writes: boolean;
  readonly clock: Clock;
  /** For how long it waits for entries of the audit log, in milliseconds. */
  readonly logPatience: number;
  /** Every scope that Tailscope knows. */
  readonly catalogue: readonly string[];
  /** The ids of what it made and has not removed yet. */
  readonly made: ReadonlySet<string>;
  /** An id that no tailnet has. The guard lets a test delete it in vain. */
  inventId(): string;
  /**
   * Sends a request that the guard lets through: as the run, or with another Authorization header,
   * or without one where that is empty.
   */
  send(request: Unsigned & Partial<Signed>): Promise<Answer>;
  /** Ends early where somebody interrupts. */
  sleep(milliseconds: number): Promise<void>;
  /** No longer stops where somebody interrupted: what was made has to be removed. */
  finish(): void;
  /** Lets the guard pass what an earlier run left. */
  adopt(id: string): void;
  /** It is gone. */
  forget(id: string): void;
  /** For how long a new OAuth client is waited for. A session that waited in vain once is brief. */
  clientPatience: number;
}

type Unsigned = Omit<Request, "authorization">;
type Signed = Pick<Request, "authorization">;

/** The value of an Authorization header. */
export const bearer = (token: string) => `Bearer ${token}`;

export interface SessionOptions
  extends Pick<Session, "self" | "tailnet" | "writes" | "clock" | "logPatience" | "catalogue"> {
  readonly wire: Wire;
  /** What ends it early. Removing what was made goes on all the same. */
  readonly interruption: AbortSignal;
}

export function randomText(length: number): string {
  const letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789";
  return [...crypto.getRandomValues(new Uint8Array(length))]
    .map((byte) => letters[byte % letters.length])
    .join("");
}

/** A token lives for an hour; this one is taken again before. */
const tokenLife = 50 * 60 * 1000;

export function openSession(options: SessionOptions): Session {
  const { self, wire, clock, writes, interruption } = options;
  const made = new Set<string>();
  const invented = new Set<string>();
  let interruptible: AbortSignal | undefined = interruption;
  let own: { readonly token: string; readonly until: number } | undefined;

  async function ownToken(): Promise<string> {
    if (self.kind === "user") return self.token;
    if (own !== undefined && clock.now() < own.until) return own.token;
    const form = {
      grant_type: "client_credentials",
      client_secret: self.secret,
      client_id: self.id,
      ...(self.tokenTailnet !== undefined && { tailnet: self.tokenTailnet }),
    };
    const answer = await wire.send({ method: "POST", path: "/oauth/token", form }, interruptible);
    const token = textAt(answer.body, "access_token");
    if (answer.status !== 200 || token === "")
      throw new NotTestable("the OAuth client gets no token", answer);
    own = { token, until: clock.now() + tokenLife };
    return token;
  }

  return {
    ...options,
    made,
    clientPatience: 60_000,
    adopt: (id) => void made.add(id),
    forget: (id) => void made.delete(id),
    inventId() {
      const id = `kTailscope${randomText(8)}CNTRL`;
      invented.add(id);
      return id;
    },
    async send(request) {
      const objection = objectionTo(request, writes, (id) => made.has(id) || invented.has(id));
      if (objection !== undefined)
        throw new Error(`${request.method} ${request.path} is not for a test: ${objection}`);
      const authorization = request.authorization ?? bearer(await ownToken());
      const { authorization: _, ...unsigned } = request;
      const signed = authorization === "" ? unsigned : { ...unsigned, authorization };
      const answer = await wire.send(signed, interruptible);
      noteEffect(answer, made);
      return answer;
    },
    sleep: (milliseconds) => clock.sleep(milliseconds, interruptible),
    finish() {
      interruptible = undefined;
    },
  };
}

/** What speaks against a request, where something does: the guard of every run. */
function objectionTo(
  { method, path, json }: Unsigned,
  writes: boolean,
  isOurs: (id: string) => boolean,
): string | undefined {
  if (method === "GET") return undefined;
  // These change nothing in the tailnet. Tokens end by themselves.
  if (method === "POST" && /^\/oauth\/token(-exchange)?$|\/acl\/validate$/.test(path))
    return undefined;
  if (!writes) return "this run only reads";
  const creates = isCreate({ method, path });
  if ((creates || method === "PUT") && !isMarked(textAt(json, "description")))
    return `its description does not begin with "${mark}"`;
  if (creates) return undefined;
  const id = /^\/tailnet\/[^/]+\/keys\/([^/]+)$/.exec(path)?.[1] ?? "";
  if ((method === "PUT" || method === "DELETE") && isOurs(id)) return undefined;
  return "this run has not made it";
}

const isCreate = ({ method, path }: Unsigned) =>
  method === "POST" && /^\/tailnet\/[^/]+\/keys$/.test(path);

function noteEffect({ request, status, body }: Answer, made: Set<string>): void {
  if (status < 200 || status > 299) return;
  const id = /\/keys\/([^/]+)$/.exec(request.path)?.[1];
  if (request.method === "DELETE" && id !== undefined) made.delete(id);
  if (isCreate(request) && textAt(body, "id") !== "") made.add(textAt(body, "id"));
}
