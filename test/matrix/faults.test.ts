/**
 * Every request that the provider makes, every fault, every resource, through the real engine. Each
 * cell has a tailnet of its own, so that one `up` runs them all. In the run with the fault it
 * strikes once or as long as the run lasts; one more `up` after it must leave exactly the declared
 * credential active, and the next preview must show no change.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { type Emulator, type Fault, startEmulator } from "tailscope-emulator";
import { afterAll, expect, test } from "vitest";
import { type Kind, kinds } from "../../provider/access/kinds";
import { as } from "../contract/client";
import { newStack, type Stack } from "../engine/stack";

/** What goes wrong, and whether it is of one request or of the whole run. */
const effects: Readonly<Record<string, Fault["effect"] | "clock">> = {
  refused: { kind: "refuse", milliseconds: 1000 },
  reset: { kind: "reset" },
  "answer lost": { kind: "lose-answer" },
  "429 bare": { kind: "answer", status: 429 },
  "429 after": { kind: "answer", status: 429, headers: { "retry-after": "1" } },
  "500 json": { kind: "answer", status: 500 },
  "502 page": {
    kind: "answer",
    status: 502,
    body: "<html>Bad Gateway</html>",
    headers: { "content-type": "text/html" },
  },
  stall: { kind: "stall" },
  "cut short": { kind: "cut-answer" },
  "other type": {
    kind: "answer",
    status: 200,
    body: "<html>Welcome</html>",
    headers: { "content-type": "text/html" },
  },
  "token gone": { kind: "revoke-token" },
  "clock off": "clock",
};

const requests = {
  token: { method: "POST", path: "/oauth/token" },
  exchange: { method: "POST", path: "/oauth/token-exchange" },
  read: { method: "GET", path: "/keys/" },
  "policy file": { method: "GET", path: "/acl" },
  create: { method: "POST", path: "/keys" },
  list: { method: "GET", path: "/keys" },
  update: { method: "PUT", path: "/keys/" },
  delete: { method: "DELETE", path: "/keys/" },
} as const;

type RequestName = keyof typeof requests;

const modes = ["once", "all through"] as const;
type Mode = (typeof modes)[number];

interface Cell {
  readonly name: string;
  readonly kind: Kind;
  readonly request: RequestName;
  readonly effect: string;
  readonly mode: Mode;
}

/** What has to be asked for no resource, so that there is nothing to strike. */
function isPossible({ kind, request, effect }: Pick<Cell, "kind" | "request" | "effect">): boolean {
  if (request === "update" && kind === "AuthKey") return false; // The API cannot change one.
  // A token is asked for without one.
  return !(effect === "token gone" && (request === "token" || request === "exchange"));
}

/**
 * A deployer that is not accepted is told before anything is done; then no other cell of the same
 * program would be run.
 */
function stopsTheProgram({ request, effect, mode }: Cell): boolean {
  return (
    (request === "read" || request === "policy file") &&
    effect === "token gone" &&
    mode === "all through"
  );
}

function cellsOf(names: readonly RequestName[]): Cell[] {
  return names.flatMap((request) =>
    Object.keys(effects).flatMap((effect) =>
      kinds.flatMap((kind) =>
        modes
          .filter(() => isPossible({ kind, request, effect }))
          .map((mode) => ({
            name: `${request}-${effect}-${kind}-${mode}`.replaceAll(" ", "_"),
            kind,
            request,
            effect,
            mode,
          })),
      ),
    ),
  );
}

type Outcome = "absorbed" | "put right by the next up" | string;

const outcomes = new Map<string, Outcome>();

interface Tailnet {
  readonly cell: Cell;
  readonly emulator: Emulator;
  /** The deployer's id, where it is a credential among the active ones. */
  readonly deployer?: string;
}

async function tailnetOf(
  cell: Cell,
  signer: Signer,
  folder: string,
): Promise<{ tailnet: Tailnet; connection: object }> {
  const emulator = await startEmulator();
  if (cell.request !== "exchange") {
    const { clientId, clientSecret, url } = emulator;
    return {
      tailnet: { cell, emulator },
      connection: { oauthClientId: clientId, oauthClientSecret: clientSecret, baseUrl: url },
    };
  }
  emulator.control.publishIssuerKeys(signer.issuer, signer.published);
  const made = await as(emulator, emulator.apiKey)("POST", "/keys", {
    keyType: "federated",
    scopes: ["all"],
    issuer: signer.issuer,
    subject: "job",
  });
  const identityTokenFile = join(folder, `${cell.name}.jwt`);
  writeFileSync(identityTokenFile, await signer.sign(made.body.audience));
  return {
    tailnet: { cell, emulator, deployer: made.body.id },
    connection: { oauthClientId: made.body.id, identityTokenFile, baseUrl: emulator.url },
  };
}

interface Signer {
  readonly issuer: string;
  readonly published: object;
  sign(audience: string): Promise<string>;
}

async function makeSigner(): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const issuer = "https://ci.example.com";
  return {
    issuer,
    published: { keys: [{ ...(await exportJWK(publicKey)), kid: "one", alg: "RS256" }] },
    sign: (audience) =>
      new SignJWT()
        .setProtectedHeader({ alg: "RS256", kid: "one" })
        .setIssuer(issuer)
        .setSubject("job")
        .setAudience(audience)
        .setExpirationTime("1h")
        .sign(privateKey),
  };
}

/** One credential a cell, each in its own tailnet. `VERSION` changes it, and "0" takes it away. */
const program = `
const version = process.env.VERSION;
for (const { name, kind } of JSON.parse(require("fs").readFileSync(process.env.CELLS, "utf8"))) {
  if (version === "0") break;
  const common = { tags: ["tag:ci"], description: "version " + version, connection: name };
  if (kind === "OAuthClient") new OAuthClient(name, { ...common, scopes: ["auth_keys"] });
  if (kind === "AuthKey") new AuthKey(name, { ...common, reusable: true, expiry: "30d" });
  if (kind === "FederatedIdentity") new FederatedIdentity(name, { ...common, scopes: ["auth_keys"], issuer: "https://i.example.com", subject: "me" });
}
`;

async function withCells(
  cells: readonly Cell[],
  work: (stack: Stack, tailnets: readonly Tailnet[]) => Promise<void>,
): Promise<void> {
  const signer = await makeSigner();
  const first = await startEmulator();
  const stack = await newStack(first, program, {
    TAILSCALE_BASE_URL: undefined,
    TAILSCOPE_TIMEOUT: "1s",
  });
  const made = await Promise.all(cells.map((cell) => tailnetOf(cell, signer, stack.folder)));
  try {
    const connections = Object.fromEntries(
      made.map(({ tailnet, connection }) => [tailnet.cell.name, connection]),
    );
    stack.save("cells.json", JSON.stringify(cells.map(({ name, kind }) => ({ name, kind }))));
    stack.set("CELLS", join(stack.folder, "cells.json"));
    stack.set("VERSION", "1");
    await stack.configure("tailscope:connections", JSON.stringify(connections));
    await work(
      stack,
      made.map(({ tailnet }) => tailnet),
    );
  } finally {
    await Promise.all(
      [first, ...made.map(({ tailnet }) => tailnet.emulator)].map((emulator) => emulator.close()),
    );
    await stack[Symbol.asyncDispose]();
  }
}

function strike({ cell, emulator }: Tailnet): void {
  const effect = effects[cell.effect] as Fault["effect"] | "clock";
  emulator.control.takeRequests();
  const { method, path } = requests[cell.request];
  if (effect === "clock") emulator.control.advanceClock(10 * 60_000);
  else emulator.control.addFault({ method, path, times: cell.mode === "once" ? 1 : 1000, effect });
}

function wasAsked({ cell, emulator }: Tailnet): boolean {
  const { method, path } = requests[cell.request];
  return emulator.control
    .takeRequests()
    .some((seen) => seen.method === method && seen.path.includes(path));
}

/** The credentials that the deployer's own is not among. */
function active({ emulator, deployer }: Tailnet): string[] {
  return emulator.control.activeCredentials().flatMap(({ id }) => (id === deployer ? [] : [id]));
}

/**
 * Runs the operation with the faults, then once more without, and says of each cell what came of
 * it.
 */
async function through(
  stack: Stack,
  tailnets: readonly Tailnet[],
  args: readonly string[],
  declared: boolean,
): Promise<void> {
  for (const tailnet of tailnets) strike(tailnet);
  await stack.attempt("--continue-on-error", "--parallel=500", ...args);
  const between = (await stack.state()).credentials;
  // A cell whose request was never made would prove nothing.
  const notAsked = tailnets.filter((tailnet) => !wasAsked(tailnet)).map(({ cell }) => cell.name);
  expect(notAsked).toEqual([]);
  for (const { emulator } of tailnets) emulator.control.clearFaults();
  const right = (tailnet: Tailnet, credentials: typeof between) => {
    const id = credentials[tailnet.cell.name]?.id;
    const ids = active(tailnet);
    const version =
      (credentials[tailnet.cell.name]?.outputs?.["description"] ?? "") ===
      `version ${stack.environment["VERSION"]}`;
    return declared
      ? ids.length === 1 && ids[0] === id && version
      : ids.length === 0 && id === undefined;
  };
  const absorbed = new Set(
    tailnets.filter((tailnet) => right(tailnet, between)).map(({ cell }) => cell.name),
  );
  const last = await stack.attempt();
  const after = (await stack.state()).credentials;
  const planned = await stack.preview();
  for (const tailnet of tailnets) {
    const { name } = tailnet.cell;
    const isRight = right(tailnet, after) && !planned.some((change) => change.endsWith(` ${name}`));
    const problem = `active: ${active(tailnet).join(" ") || "none"}; state: ${after[name]?.id ?? "none"}; planned: ${planned.filter((change) => change.endsWith(` ${name}`)).join(", ") || "nothing"}`;
    outcomes.set(
      name,
      isRight ? (absorbed.has(name) ? "absorbed" : "put right by the next up") : problem,
    );
  }
  const wrong = tailnets.flatMap(({ cell }) =>
    ["absorbed", "put right by the next up"].includes(outcomes.get(cell.name) ?? "")
      ? []
      : [`${cell.name}: ${outcomes.get(cell.name)}`],
  );
  expect(wrong, last.text).toEqual([]);
  expect(last.code, last.text).toBe(0);
}

test("every fault of a create and of its token ends as the matrix says", async () => {
  await withCells(cellsOf(["token", "exchange", "create"]), async (stack, tailnets) => {
    // Looking ahead would ask for the token first.
    stack.set("TAILSCOPE_PREFLIGHT", "off");
    await through(stack, tailnets, [], true);
  });
});

test("every fault of the checks before a deployment ends as the matrix says", async () => {
  const cells = cellsOf(["read", "policy file"]).filter((cell) => !stopsTheProgram(cell));
  await withCells(cells, (stack, tailnets) => through(stack, tailnets, [], true));
});

test.each(cellsOf(["read", "policy file"]).filter(stopsTheProgram))(
  "an invalid deployer stops the program at once: $request of $kind",
  async (cell) => {
    await withCells([cell], (stack, tailnets) => through(stack, tailnets, [], true));
  },
);

test("every fault of a refresh ends as the matrix says", async () => {
  await withCells(cellsOf(["list"]), async (stack, tailnets) => {
    await stack.up();
    await through(stack, tailnets, ["--refresh"], true);
  });
});

test("every fault of a change, and of an auth key's replacement, ends as the matrix says", async () => {
  await withCells(cellsOf(["update"]), async (stack, tailnets) => {
    await stack.up();
    stack.set("VERSION", "2");
    await through(stack, tailnets, [], true);
  });
});

test("every fault of a delete ends as the matrix says", async () => {
  await withCells(cellsOf(["delete"]), async (stack, tailnets) => {
    await stack.up();
    stack.set("VERSION", "0");
    await through(stack, tailnets, [], false);
  });
});

afterAll(() => {
  const columns = Object.keys(effects);
  const width = Math.max(...columns.map((name) => name.length));
  const marks = { absorbed: "=", "put right by the next up": "+" };
  const lines = Object.keys(requests).flatMap((request) =>
    kinds.map((kind) => {
      const cells = columns.map((effect) =>
        modes
          .map((mode) => {
            const outcome = outcomes.get(
              `${request}-${effect}-${kind}-${mode}`.replaceAll(" ", "_"),
            );
            return outcome === undefined ? " " : (marks[outcome as keyof typeof marks] ?? "!");
          })
          .join("")
          .padEnd(width),
      );
      return `${request.padEnd(12)}${kind.padEnd(18)}${cells.join(" ")}`;
    }),
  );
  const counts: Record<string, number> = {};
  for (const outcome of outcomes.values()) {
    const kind = outcome in marks ? outcome : "WRONG";
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  console.log(
    [
      "Struck once, and all through the run: = absorbed, + put right by the next up, ! wrong, blank: no such request",
      `${" ".repeat(30)}${columns.map((name) => name.padEnd(width)).join(" ")}`,
      ...lines,
      `${outcomes.size} cells: ${Object.entries(counts)
        .map(([outcome, count]) => `${count} ${outcome}`)
        .join(", ")}`,
    ].join("\n"),
  );
});
