/** `tailscope reach`, against files, git and the emulator. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "tailscope-emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { company } from "../reach/a-company";
import { accepted, refused } from "../reach/captures";
import { previewOf, step } from "../unit/a-preview";
import { as, makeClient } from "./client";
import { run } from "./run-command";

let folder = "";
let policy = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tailscope-reach-"));
  policy = file("policy.hujson", company);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | object): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const ci = ["--scopes", "auth_keys", "--tags", "tag:ci"];

function ask(...args: string[]) {
  return run(["reach", "--policy", policy, ...args], {}, "", folder);
}

describe("a credential that is described", () => {
  test("reach follows a described credential through tags to what the rules open, with the line of each", async () => {
    const { code, stdout, stderr } = await ask(...ci);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("reaches 3 destinations through 3 tags.");
    expect(stdout).toMatch(/tag:db:5432 \(tcp\) +as tag:web +grants\[1\], line 14/);
    expect(stdout).toMatch(/tag:web +owned by tag:ci +tagOwners, line 7/);
  });

  test("reach shows a described credential to programs with nodes, edges, reasons and conditions, the same each time", async () => {
    const [one, other] = [await ask(...ci, "--json"), await ask(...ci, "--json")];
    expect(one.stdout).toBe(other.stdout);
    const { reach } = JSON.parse(one.stdout);
    expect(reach[0].edges).toContainEqual({
      from: "machine tag:web",
      to: "tag:db:5432 (tcp)",
      how: "reaches",
      because: {
        sentence: "A rule opens tag:db:5432 (tcp) to it.",
        at: { policy: expect.objectContaining({ section: "grants", index: 1, line: 14 }) },
      },
      conditions: [],
      hops: 2,
    });
  });

  test.each(["markdown", "html"])("reach draws a described credential in %s", async (format) => {
    const { code, stdout } = await ask(...ci, "--format", format);
    expect(code).toBe(0);
    expect(stdout).toContain(format === "html" ? "<svg" : "```mermaid");
    expect(stdout).not.toContain("<script");
  });
});

test("reach --to names everybody who reaches the target, by every kind of way", async () => {
  const { stdout } = await ask(...ci, "--to", "tag:db:5432");
  expect(stdout).toMatch(/^4 ways to tag:db:5432: 1 from an API credential/);
  expect(stdout).toContain("as tag:bastion, owned by group:ops, logs in on tag:db as root");
});

test("reach --between shows every way step by step", async () => {
  const { stdout } = await ask(...ci, "--between", "described", "tag:db:5432");
  expect(stdout).toMatch(/admits a machine of tag:web +owned by tag:ci +tagOwners, line 7/);
});

describe("what must not be", () => {
  test("reach exits with 2 if a credential reaches a denied target, and shows the way", async () => {
    const { code, stdout } = await ask(...ci, "--deny", "tag:bastion", "--deny", "tag:db");
    expect(code).toBe(2);
    expect(stdout).toContain("described must not reach tag:db, but does.");
    expect(stdout).toContain("as tag:web, owned by tag:ci, reaches tag:db:5432 (tcp)");
    expect(stdout).not.toContain("must not reach tag:bastion");
  });

  test("reach exits with 0 if every check passes", async () => {
    const expected = file(
      "expected.hujson",
      '[{"src": "tag:web", "accept": ["tag:db:5432"], "deny": ["tag:db:22"]}, // so\n]',
    );
    expect(await ask("--expect", expected)).toMatchObject({
      code: 0,
      stdout: "Everything holds.\n",
    });
    expect((await ask(...ci, "--deny", "tag:bastion")).code).toBe(0);
  });

  test("reach exits with 2 if an expected or denied target of a list does not hold", async () => {
    const expected = file("expected.json", [
      { src: "tag:web", accept: ["tag:bastion:22"], deny: ["tag:db:5432"] },
    ]);
    const { code, stdout } = await ask("--expect", expected);
    expect(code).toBe(2);
    expect(stdout).toContain("tag:web must reach tag:bastion:22, but does not.");
    expect(stdout).toContain("tag:web must not reach tag:db:5432, but does.");
  });

  test("reach exits with 2 if a member alone reaches what the group must not", async () => {
    const rules = file("group.json", {
      groups: { "group:ops": ["ada@acme.example", "bo@acme.example"] },
      tagOwners: { "tag:db": [] },
      grants: [{ src: ["bo@acme.example"], dst: ["tag:db"], ip: ["tcp:22"] }],
    });
    const expected = file("group-expected.json", [{ src: "group:ops", deny: ["tag:db"] }]);
    const { code, stdout } = await ask("--policy", rules, "--expect", expected);
    expect(code).toBe(2);
    expect(stdout).toContain("group:ops must not reach tag:db, but does.");
    expect(stdout).toContain("bo@acme.example");
  });

  test.each([
    ["a list without entries", [], "its list is empty"],
    ["an entry without anything", [{ src: "tag:web" }], "entry 1 has neither accept nor deny"],
  ])("a check of %s is an error, because it could never fail", async (_, list, problem) => {
    const { code, stderr } = await ask("--expect", file("nothing.json", list));
    expect(code).toBe(1);
    expect(stderr).toContain(problem);
  });

  test("a check is an error if there is nobody to check", async () => {
    const { code, stderr } = await ask("--deny", "tag:db");
    expect(code).toBe(1);
    expect(stderr).toContain("--deny has nothing to check, because no credentials are given.");
  });
});

describe("machines", () => {
  test.each(accepted.slice(0, 3))(
    "the machines of $id have the flows that Tailscale gave them",
    async (capture) => {
      const machines = file("machines.json", capture);
      const { code, stdout } = await run(
        ["reach", "--machines", machines, "--json"],
        {},
        "",
        folder,
      );
      expect(code).toBe(0);
      const { flows } = JSON.parse(stdout) as { flows: { src: string; dst: string }[] };
      const pairs = capture.flows.flatMap(({ src, dst, from = [src], to = [dst] }) =>
        from.flatMap((one) => to.map((other) => `${one} ${other}`)),
      );
      expect(flows.map(({ src, dst }) => `${src} ${dst}`).sort()).toEqual(pairs.sort());
    },
  );

  test("the machines of a policy that Tailscale refuses have no flows, and the answer gives the reason", async () => {
    const [first] = refused;
    const machines = file("refused.json", { ...first, users: [], machines: [] });
    const { code, stdout } = await run(["reach", "--machines", machines, "--json"], {}, "", folder);
    expect({ code, read: JSON.parse(stdout) }).toEqual({
      code: 1,
      read: { rejected: first?.message },
    });
  });

  test("machines are found by their names and addresses", async () => {
    const machines = file("two.json", {
      users: [{ name: "ada", email: "ada@acme.example", role: "owner" }],
      machines: [
        { name: "web-1", ipv4: "100.64.0.1", tags: ["tag:web"] },
        { name: "db-1", ipv4: "100.64.0.2", tags: ["tag:db"] },
      ],
    });
    const { stdout } = await ask("--machines", machines, "--between", "web-1", "100.64.0.2:5432");
    expect(stdout).toMatch(/^1 way from web-1 to 100\.64\.0\.2:5432/);
  });
});

describe("--blame", () => {
  const git = (cwd: string, ...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@acme.example", ...args], {
      cwd,
      env: { PATH: process.env["PATH"], HOME: folder, GIT_AUTHOR_DATE: "2026-10-02T00:00:00Z" },
    });

  test("--blame names the commit that added each line, and says what a shallow clone lacks", async () => {
    const repository = join(folder, "repository");
    mkdirSync(repository);
    git(repository, "init", "--quiet");
    const path = join(repository, "policy.hujson");
    writeFileSync(path, company.replace('"tag:web": ["tag:ci"]', '"tag:web": []'));
    git(repository, "add", ".");
    git(repository, "commit", "--quiet", "-m", "Begin");
    writeFileSync(path, company);
    git(repository, "commit", "--quiet", "-am", "Let CI ship the web tier (#214)");
    const asked = (where: string) =>
      run(
        ["reach", "--policy", where, ...ci, "--to", "tag:db:5432", "--blame"],
        { HOME: folder },
        "",
        folder,
      );
    const { stdout } = await asked(path);
    expect(stdout).toMatch(/line 7: [0-9a-f]{7} Ada 2026-10-02 Let CI ship the web tier \(#214\)/);
    expect(stdout).toMatch(/line 14: [0-9a-f]{7} Ada 2026-10-02 Begin/);

    git(folder, "clone", "--quiet", "--depth", "1", `file://${repository}`, "shallow");
    const shallow = await asked(join(folder, "shallow", "policy.hujson"));
    expect(shallow.stderr).toContain("This is a shallow clone");
    expect(shallow.stdout).toContain("line 14: older than this shallow clone");
  });

  test("--blame follows a renamed file, names what is not committed, and is in every format", async () => {
    const repository = join(folder, "moved");
    mkdirSync(join(repository, "net/old"), { recursive: true });
    // Names of commits are longer there.
    git(repository, "init", "--quiet", "--object-format=sha256");
    writeFileSync(join(repository, "net/old/a.hujson"), company);
    git(repository, "add", ".");
    git(repository, "commit", "--quiet", "-m", "Begin `#1` | @ops");
    git(repository, "mv", "net/old/a.hujson", "net/the policy.hujson");
    git(repository, "commit", "--quiet", "-m", "Rename");
    const path = join(repository, "net/the policy.hujson");
    writeFileSync(
      path,
      company.replace('"tag:web": ["tag:ci"]', '"tag:web": [ "tag:ci" ] /* new */'),
    );
    const asked = async (...more: string[]) => {
      const args = ["reach", "--policy", "the policy.hujson", ...ci, "--to", "tag:db:5432"];
      const where = join(repository, "net");
      return (await run([...args, "--blame", ...more], { HOME: folder }, "", where)).stdout;
    };
    const text = await asked();
    expect(text).toContain("line 7: not committed yet");
    expect(text).toMatch(/line 14: [0-9a-f]{7} Ada 2026-10-02 Begin `#1` \| @ops/);
    const { blame } = JSON.parse(await asked("--json")) as { blame: object[] };
    expect(blame[0]).toEqual({
      file: "the policy.hujson",
      line: 7,
      broughtBy: "not committed yet",
    });
    expect(blame).toContainEqual({
      file: "the policy.hujson",
      line: 14,
      broughtBy: expect.stringMatching(/^[0-9a-f]{7} Ada 2026-10-02 Begin/),
    });
    for (const format of ["markdown", "html"])
      expect(await asked("--format", format)).toContain("not committed yet");
  });

  test("--blame says if there is no history", async () => {
    const { code, stderr } = await ask(...ci, "--to", "tag:db", "--blame");
    expect(code).toBe(0);
    expect(stderr).toContain("its lines cannot be blamed");
  });
});

describe("what is not understood", () => {
  test("what is not understood counts as everything, is named with its place, and exits with 1", async () => {
    const strange = file("strange.hujson", company.replace('"groups"', '"frobs": {},\n"groups"'));
    const { code, stdout, stderr } = await run(
      ["reach", "--policy", strange, ...ci],
      {},
      "",
      folder,
    );
    expect(code).toBe(1);
    expect(stdout).toContain("can reach everything");
    expect(stderr).toContain("not understood: frobs is not a known section (line 2)");
  });

  test.each(["credentials", "machines"])(
    "names in what is not understood do not control a terminal, for %s",
    async (whom) => {
      const evil = "\u001b[31mred\n# head\u202e";
      const policy = {
        tagOwners: { "tag:ci": [] },
        nodeAttrs: [{ target: ["tag:ci"], attr: [evil] }],
        [evil]: 1,
      };
      const rules = file("evil.json", policy);
      const machines = file("evil-machines.json", { users: [], machines: [], policy });
      const args = whom === "credentials" ? ci : ["--machines", machines];
      const { code, stdout, stderr } = await ask("--policy", rules, ...args);
      expect(code).toBe(1);
      expect(stderr).toContain("[31mred # head");
      for (const text of [stdout, stderr]) {
        expect(text).not.toMatch(/\u001b\[31m|\u202e/);
        expect(text).not.toMatch(/^# head/m);
      }
    },
  );

  test("users of a domain are understood if --domain says that it is the tailnet's", async () => {
    const known = '"users": ["root", "localpart:*@acme.example"]';
    const path = file("domain.hujson", company.replace('"users": ["root"]', known));
    const asked = (...more: string[]) =>
      run(["reach", "--policy", path, ...ci, ...more], {}, "", folder);
    const { code, stderr } = await asked();
    expect(code).toBe(1);
    expect(stderr).toContain("names users of a domain that is not known here");
    expect(await asked("--domain", "acme.example")).toMatchObject({ code: 0, stderr: "" });
    expect((await asked("--domain", "acme.com")).stderr).toContain("Tailscale would refuse");
  });

  test("a policy that Tailscale would refuse is an error with its place", async () => {
    const wrong = file(
      "wrong.hujson",
      company.replace('"dst": ["tag:web"]', '"dst": ["tag:nowhere"]'),
    );
    const { code, stderr } = await run(["reach", "--policy", wrong, ...ci], {}, "", folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Tailscale would refuse .*wrong\.hujson: .*tag:nowhere.* line 13\)/s);
  });
});

describe("credentials", () => {
  test("the credentials of a preview are those that the stack will have", async () => {
    const preview = file(
      "preview.json",
      previewOf(
        step("create", "OAuthClient", "ci", undefined, { scopes: ["auth_keys"], tags: ["tag:ci"] }),
      ),
    );
    const { code, stdout } = await ask("--preview", preview, "--from", "ci");
    expect(code).toBe(0);
    expect(stdout).toContain("OAuth client ci with auth_keys and tag:ci reaches 3 destinations");
  });

  test("the credentials of a state include the official provider's, and what it does not say counts as everything", async () => {
    const official = (type: string, name: string, outputs: object) => ({
      urn: `urn:pulumi:dev::test::tailscale:index/${type}::${name}`,
      type: `tailscale:index/${type}`,
      custom: true,
      id: `k${name}CNTRL`,
      outputs,
    });
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
    const hidden = { ...secret, ciphertext: "AAAA" };
    const tags = ["tag:ci"];
    const state = file("state.json", {
      version: 3,
      deployment: {
        resources: [
          official("oauthClient:OauthClient", "ci", { scopes: ["auth_keys"], tags, key: hidden }),
          official("tailnetKey:TailnetKey", "runner", { tags, preauthorized: true, key: hidden }),
          official("federatedIdentity:FederatedIdentity", "pipeline", {
            scopes: ["auth_keys"],
            tags,
            issuer: "https://gitlab.com",
            subject: "project_path:acme/web:ref_type:branch:ref:main",
          }),
          official("oauthClient:OauthClient", "veiled", { scopes: hidden, tags }),
          official("oauthClient:OauthClient", "strange", { tags }),
          official("acl:Acl", "policy", { acl: "{}" }),
          { ...official("tailnetKey:TailnetKey", "read", { tags }), external: true },
        ],
      },
    });
    const { stdout } = await ask("--state", state, "--json");
    const { reach } = JSON.parse(stdout) as {
      reach: { name: string; kind: string; reaches: { target: string }[] }[];
    };
    const reached = reach.map((one) => JSON.stringify(one));
    const names = ["ci", "runner", "pipeline", "veiled", "strange"];
    for (const [at, name] of names.entries()) expect(reached[at]).toContain(`"${name}"`);
    expect(reached).toHaveLength(names.length);
    for (const at of [0, 2]) expect(reached[at]).toContain("tag:db:5432");
    expect(reached[1]).toContain("tag:web:22");
    for (const at of [3, 4]) expect(reached[at]).toContain("everything");
    expect((await ask("--state", state, "--from", "ci", "--deny", "tag:db")).code).toBe(2);
  });

  test("the credentials of the tailnet are listed with its own policy file, each with what matters most", async () => {
    await using emulator = await startEmulator({
      policy: JSON.stringify({
        tagOwners: { "tag:ci": [], "tag:web": ["tag:ci"], "tag:db": [] },
        acls: [{ action: "accept", src: ["tag:web"], dst: ["tag:db:5432"] }],
      }),
    });
    const made = await makeClient(emulator, ["auth_keys"], ["tag:ci"]);
    await as(emulator, emulator.apiKey)("PUT", `/keys/${made.id}`, {
      keyType: "client",
      description: "ci",
      scopes: ["auth_keys"],
      tags: ["tag:ci"],
    });
    const environment = { TAILSCALE_BASE_URL: emulator.url, TAILSCALE_API_KEY: emulator.apiKey };
    const { code, stdout } = await run(["reach"], environment, "", folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ci +OAuthClient +tag:ci tag:web +1 +tag:db:5432 as tag:web/m);
    expect(stdout).toMatch(/^deployer +OAuthClient .*"all" can rewrite the policy file\./m);
    const denied = await run(
      ["reach", "--from", "ci", "--deny", "tag:db"],
      environment,
      "",
      folder,
    );
    expect(denied.code).toBe(2);
  });
});

test.each([
  [["--from", "ci", "--to", "tag:db"], "Ask one thing at a time."],
  [["--between", "ci"], "--between takes two names."],
  [["--tags", "tag:ci"], "Tags alone grant nothing."],
  [["--scopes", "dns", "--state", "x.json"], "The credentials come from one place."],
  [["--from", "nobody"], 'There is no credential, tag or group called "nobody".'],
  [[...ci, "--to", "tag:nowhere"], "is not defined in the policy file"],
])("the command line %j is refused: %s", async (args, message) => {
  const { code, stderr } = await ask(...args);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
});
