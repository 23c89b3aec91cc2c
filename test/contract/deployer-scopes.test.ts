/**
 * The table of docs/deployer-scopes.md, row by row: with exactly the scopes that it names a verb or
 * a command works, and with each one missing a message names it. In the friendliest and in the
 * harshest world that the API may be.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator } from "tailscope-emulator";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { getFacts, type Kind, kinds } from "../../provider/access/kinds";
import {
  listVerbNeeds,
  type Need,
  type PurposeName,
  purposes,
  type Verb,
  verbs,
} from "../../provider/access/needs";
import { policyFileScopes } from "../../provider/access/scopes";
import { type Declared, Engine } from "../model/engine";
import { previewOf } from "../unit/a-preview";
import { type Credential, makeClient } from "./client";
import { run, writePulumiStandIn } from "./run-command";

/** A resource that is no credential has a test of its own life. */
const credentials = [...kinds, "AuthKey with mintedBy"] as const;

type Credentials = (typeof credentials)[number];

/**
 * A scope that opens nothing here, for a client that holds none of the others: it must hold one.
 */
const useless = "dns:read";

const tags = ["tag:ci"];

/** A credential of each kind that gives no more than its maker holds in any case. */
function declared(kind: Credentials, minter: Credential, more: object = {}): Declared {
  switch (kind) {
    case "OAuthClient":
      return { kind, inputs: { scopes: [useless], tags, ...more } };
    case "FederatedIdentity":
      return {
        kind,
        inputs: {
          issuer: "https://i.example.com",
          subject: "me",
          scopes: [useless],
          tags,
          ...more,
        },
      };
    case "AuthKey":
      return { kind, inputs: { tags, ...more } };
    case "AuthKey with mintedBy":
      return {
        kind: "AuthKey",
        inputs: {
          tags,
          mintedBy: { clientId: minter.id, clientSecret: minter.key },
          ...more,
        },
      };
  }
}

function engineOf(emulator: Emulator, { id, key }: Credential): Engine {
  return new Engine({
    "tailscope:baseUrl": emulator.url,
    "tailscope:oauthClientId": id,
    "tailscope:oauthClientSecret": key,
  });
}

/**
 * Every scope that the needs name, those of optional ones included, and what a credential gives
 * beside its kind.
 */
function scopesOf(needs: readonly Need[]): string[] {
  return [...new Set([useless, ...needs.flatMap(({ scopes }) => scopes)])];
}

afterEach(() => vi.restoreAllMocks());

describe.each(["lenient", "strict"] as const)("in the %s world", (strictness) => {
  let emulator: Emulator;
  let minter: Credential;
  beforeAll(async () => {
    emulator = await startEmulator({ strictness });
    minter = await makeClient(emulator, ["auth_keys"], tags);
  });
  afterAll(() => emulator.close());

  /**
   * Does what the verb is for as a deployer with these scopes; says what was said and what failed.
   */
  async function attempt(kind: Credentials, verb: Verb, scopes: string[]): Promise<string> {
    const owner = engineOf(emulator, { id: emulator.clientId, key: emulator.clientSecret });
    const before = new Map([["it", declared(kind, minter)]]);
    const exists = verb !== "check" && verb !== "create";
    if (exists) expect([...(await owner.up(before)).failures]).toEqual([]);
    const deployer = await makeClient(emulator, scopes, tags);
    const engine = engineOf(emulator, deployer);
    for (const [name, stored] of owner.state) engine.state.set(name, stored);
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    // What a preview finds is one thing, whether the request is refused another.
    vi.stubEnv("TAILSCOPE_PREFLIGHT", verb === "check" ? undefined : "off");
    try {
      const changed = new Map([["it", declared(kind, minter, changeOf(kind))]]);
      const { failures } =
        verb === "delete"
          ? await engine.up(new Map())
          : await engine.up(verb === "update" ? changed : before, {
              dry: verb === "check" || verb === "read",
              refresh: verb === "read",
            });
      const texts = [
        ...[...failures.values()].map(({ message }) => message),
        ...said.mock.calls.map(String),
      ];
      // How narrow the token of reads is depends on the world, and on nothing that the deployer
      // lacks.
      return texts.filter((text) => !text.includes("Tailscale gives no token")).join("\n");
    } finally {
      vi.unstubAllEnvs();
      said.mockRestore();
    }
  }

  /** A change that is made in place. */
  function changeOf(kind: Credentials): object {
    return kind.startsWith("AuthKey")
      ? { recreateIfInvalid: "always" }
      : { description: "another one" };
  }

  describe.each(credentials)("%s", (kind) => {
    test.each(verbs)(
      `%s of ${kind} works with the scopes in the table, without a warning`,
      async (verb) => {
        expect(await attempt(kind, verb, scopesOf(listVerbNeeds(kind, verb)))).toBe("");
      },
    );

    test.each(
      verbs.flatMap((verb) =>
        listVerbNeeds(kind, verb).flatMap((need) =>
          need.scopes.map((scope) => [verb, scope, need] as const),
        ),
      ),
    )(`%s of ${kind} without %s says so`, async (verb, scope, need) => {
      const others = scopesOf(listVerbNeeds(kind, verb)).filter((one) => one !== scope);
      const said = await attempt(kind, verb, others);
      // A preview names what a deployment needs, which includes what it needs itself.
      expect(said).toContain(need.level === "needed" ? scope.replace(/:read$/, "") : scope);
    });
  });

  describe("the commands", () => {
    /** What an export has of them, whose secrets are encrypted. */
    const withoutSecrets = ({ clientSecret, key, mintedBy, ...rest }: Record<string, unknown>) =>
      rest;
    let folder: string;
    let state: string;
    let path: string;
    let preview: string;
    const managed = new Map<Kind, string>();
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "tailscope-needs-"));
      const owner = engineOf(emulator, { id: emulator.clientId, key: emulator.clientSecret });
      await owner.up(new Map(kinds.map((kind) => [kind, declared(kind, minter)])));
      const resources = [...owner.state].map(([name, { kind, id, inputs, outs }]) => {
        managed.set(kind, id);
        const type = `pulumi-nodejs:dynamic/tailscope:${kind}`;
        return {
          urn: `urn:pulumi:dev::test::${type}::${name}`,
          type,
          id,
          inputs: withoutSecrets(inputs),
          outputs: withoutSecrets(outs),
        };
      });
      path = writePulumiStandIn(folder);
      state = join(folder, "state.json");
      writeFileSync(state, JSON.stringify({ deployment: { resources } }));
      preview = join(folder, "preview.json");
      writeFileSync(preview, previewOf());
      // Something that a drift can be told of.
      emulator.control.revoke(managed.get("OAuthClient") ?? "");
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    async function command(name: PurposeName, scopes: readonly string[]) {
      const { id, key } = await makeClient(emulator, [useless, ...scopes], tags);
      const args: Partial<Record<PurposeName, string[]>> = {
        drift: ["drift", "--state", state],
        inventory: ["inventory"],
        audit: ["audit"],
        adopt: ["adopt", "--all", "--out", mkdtempSync(join(folder, "adopted-"))],
        token: ["token", "--scope", useless],
        reach: ["reach", "--devices", "--to", tags[0] ?? ""],
        review: ["review", "--tailnet-policy", preview],
        doctor: ["doctor"],
      };
      return run(
        args[name] ?? ["doctor", "--for", name],
        {
          PATH: path,
          TAILSCALE_BASE_URL: emulator.url,
          TAILSCALE_OAUTH_CLIENT_ID: id,
          TAILSCALE_OAUTH_CLIENT_SECRET: key,
        },
        undefined,
        "/",
      );
    }

    const ofTailnet = ["reach", "drift", "inventory", "audit", "adopt", "token", "doctor"] as const;

    test.each(ofTailnet)("tailscope %s works with the scopes in the table", async (name) => {
      const needs: readonly Need[] = purposes[name].needs;
      const { code, stderr, stdout } = await command(name, scopesOf(needs));
      expect({ code: name === "drift" ? code === 2 : code === 0, stderr, stdout }).toMatchObject({
        code: true,
      });
      expect(stderr).not.toMatch(/deployer lacks|may not|Give it/);
    });

    test("tailscope review --tailnet-policy needs the scopes of the policy file, and no others", async () => {
      expect(await command("review", policyFileScopes)).toMatchObject({ code: 0, stderr: "" });
    });

    test.each(policyFileScopes)(
      "tailscope review --tailnet-policy without %s says so",
      async (scope) => {
        const others = policyFileScopes.filter((one) => one !== scope);
        const { code, stderr } = await command("review", others);
        expect(stderr).toContain(scope);
        expect(code).toBe(1);
      },
    );

    test.each(
      ofTailnet.flatMap((name) => {
        const needs: readonly Need[] = purposes[name].needs;
        // That tokens of users are missing shows in nothing, and that ids have no names.
        const told = needs.filter(
          ({ scopes, level }) =>
            scopes[0] !== "all:read" && !(name === "audit" && level === "optional"),
        );
        return told.flatMap((need) => need.scopes.map((scope) => [name, scope, need] as const));
      }),
    )("tailscope %s without %s says so", async (name, scope, { level }) => {
      const needs: readonly Need[] = purposes[name].needs;
      const others = scopesOf(needs).filter((one) => one !== scope && one !== "all:read");
      const { code, stdout, stderr } = await command(name, others);
      expect(stdout + stderr).toContain(scope);
      const fails = level === "needed" || level === "kind";
      expect(code, stderr).toBe(fails ? 1 : name === "drift" ? 2 : 0);
    });

    test.each(["inventory", "adopt", "reach"] as const)(
      "tailscope %s without the scope of any kind names them all",
      async (name) => {
        const { code, stderr } = await command(name, name === "reach" ? policyFileScopes : []);
        expect(code).toBe(1);
        for (const kind of kinds) expect(stderr).toContain(`${getFacts(kind).scope}:read`);
      },
    );

    test.each(Object.keys(purposes) as PurposeName[])(
      "doctor --for %s accepts exactly the scopes in the table, and reports each missing one",
      async (name) => {
        const needs: readonly Need[] = purposes[name].needs;
        const doctor = async (scopes: readonly string[]) => {
          const { id, key } = await makeClient(emulator, [useless, ...scopes], tags);
          const ran = await run(
            ["doctor", "--for", name, "--json"],
            {
              PATH: path,
              TAILSCALE_BASE_URL: emulator.url,
              TAILSCALE_OAUTH_CLIENT_ID: id,
              TAILSCALE_OAUTH_CLIENT_SECRET: key,
            },
            undefined,
            "/",
          );
          const { checks } = JSON.parse(ran.stdout) as {
            checks: { name: string; status: string; detail: string }[];
          };
          const own = new Set(needs.map(({ scopes }) => scopes.join(" ")));
          return { code: ran.code, checks: checks.filter(({ name }) => own.has(name)) };
        };
        const whole = await doctor(scopesOf(needs));
        expect(whole.checks.map(({ status }) => status)).toEqual(needs.map(() => "ok"));
        expect(whole.code).toBe(0);
        const none = await doctor([]);
        for (const { scopes, level } of needs)
          for (const scope of scopes)
            expect(none.checks).toContainEqual(
              expect.objectContaining({
                name: scopes.join(" "),
                status: level === "optional" ? "warning" : "failed",
                detail: expect.stringContaining(scope),
              }),
            );
        expect(none.code).toBe(needs.some(({ level }) => level !== "optional") ? 1 : 0);
      },
    );
  });
});
