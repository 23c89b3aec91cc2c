/** The emulator inside a program: starts it, controls its tailnet, and ends it. */

import { type Control, createControl, createControlRoutes, type SeenRequest } from "./control.js";
import { createFaults } from "./faults.js";
import type { Role } from "./permissions.js";
import { computeHash, createSecret } from "./secrets.js";
import { createApplication, listen } from "./server.js";
import { createFileStore, inMemory } from "./store.js";
import { readDefaultUnknowns, type Strictness, withStrictness } from "./unknowns.js";
import { World } from "./world.js";

export type { Control, SeenRequest } from "./control.js";
export type { Fault } from "./faults.js";
export type { Role } from "./permissions.js";
export type { AuditEntry } from "./state.js";
export type { Strictness, Unknowns } from "./unknowns.js";

export interface EmulatorOptions {
  /** A loopback address. @default "127.0.0.1" */
  readonly host?: string | undefined;
  /** 0 chooses any free port. @default 0 */
  readonly port?: number | undefined;
  /** A file in which the tailnet survives a restart. @default none: it is forgotten */
  readonly data?: string | undefined;
  /** How long each answer takes at least, in milliseconds. @default 0 */
  readonly latency?: number | undefined;
  /** The policy file (HuJSON) of a fresh tailnet. @default a few tags that admins own */
  readonly policy?: string | undefined;
  /**
   * Whether subjects of GitHub are rewritten to the form with ids, as Tailscale does for some.
   * @default false
   */
  readonly rewriteGithubSubjects?: boolean | undefined;
  /** Scopes that exist beyond those that the emulator knows. @default none */
  readonly scopes?: readonly string[] | undefined;
  /**
   * How the emulator behaves where no public source documents the real API: a world, or some of its
   * switches. The others keep their defaults.
   * @default the world that TAILSCOPE_EMULATOR_STRICTNESS names, "lenient" where it is not set
   */
  readonly strictness?: Strictness | undefined;
  /** How issuers' published keys are read. @default the global fetch */
  readonly fetch?: typeof fetch | undefined;
}

export interface Emulator extends AsyncDisposable {
  /** The base URL, for example `"http://127.0.0.1:40123"`. */
  readonly url: string;
  /** The tailnet's name; the API takes it, the id, and `-`. */
  readonly tailnet: string;
  /** The owner's API access token. */
  readonly apiKey: string;
  /** An OAuth client with the scope `all`. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** An API access token for each role. */
  readonly roles: Readonly<Record<Role, string>>;
  /** Opens the control interface over HTTP, `POST {url}/control/…`, as a bearer token. */
  readonly controlToken: string;
  readonly control: Control;
  close(): Promise<void>;
}

/**
 * Starts an emulator on loopback.
 *
 * @throws Error where the address is not a loopback address, the port is in use, the data file
 *   cannot be read, or TAILSCOPE_EMULATOR_STRICTNESS or `strictness` names no world
 * @example
 * ```ts
 * await using emulator = await startEmulator();
 * process.env.TAILSCALE_BASE_URL = emulator.url;
 * process.env.TAILSCALE_API_KEY = emulator.apiKey;
 * ```
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const store = options.data === undefined ? inMemory : createFileStore(options.data);
  const settings = {
    rewriteGithubSubjects: options.rewriteGithubSubjects ?? false,
    scopes: options.scopes ?? [],
    unknowns: withStrictness(readDefaultUnknowns(), options.strictness ?? {}),
    fetch: options.fetch ?? fetch,
  };
  const world = new World(store, settings, options.policy);
  const injected = createFaults(options.latency ?? 0, {
    refuse: (milliseconds) => listening.refuse(milliseconds),
    revokeToken(token) {
      world.state.tokens = world.state.tokens.filter(({ hash }) => hash !== computeHash(token));
    },
  });
  let requests: SeenRequest[] = [];
  const controls = createControl(world, injected, () => {
    const taken = requests;
    requests = [];
    return taken;
  });
  const controlToken = createSecret("control", world.state.tailnet.id);
  const app = createApplication({
    world,
    faults: injected,
    control: createControlRoutes(controls, controlToken),
    seen: (method, path) => {
      // Enough for any test, but limited for an emulator that runs for weeks.
      if (requests.length < 100_000) requests.push({ method, path });
    },
  });
  const listening = await listen(app, options.host ?? "127.0.0.1", options.port ?? 0);
  const { url, close } = listening;
  const { apiKey, clientId, clientSecret, roles } = world.state.start;
  return {
    url,
    tailnet: world.state.tailnet.name,
    apiKey,
    clientId,
    clientSecret,
    roles,
    controlToken,
    control: controls,
    close,
    [Symbol.asyncDispose]: close,
  };
}
