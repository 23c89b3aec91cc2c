/** A policy file read: what Tailscale accepts is understood, and what it refuses is refused. */

import { describe, expect, test } from "vitest";
import { readPolicyFile } from "../../provider/policy-file/read";
import { runTests } from "../../provider/policy-file/tests";
import { accepted, domains, refused } from "./captures";
import { understand } from "./understand";

function refusals(file: unknown): readonly string[] {
  const text = typeof file === "string" ? file : JSON.stringify(file);
  const reading = readPolicyFile(text, { domains });
  return "refused" in reading ? reading.refused.map(({ reason }) => reason) : [];
}

describe("the captures", () => {
  test("every accepted capture is understood completely", () => {
    const unclear = accepted.filter(
      ({ policy }) => understand(policy, { domains }).notUnderstood.length > 0,
    );
    expect(unclear.map(({ id }) => id)).toEqual([]);
  });

  test.each(refused.filter(({ message }) => message !== "test(s) failed"))(
    "a refused policy file gets the message of its capture: $id",
    ({ policy, message }) => {
      // The capture names another domain there than its own file.
      const expected = message.replace("PASSKEY", "EXAMPLE.COM");
      expect(refusals(policy)[0]).toBe(expected);
    },
  );
});

test("every refused capture is refused or not understood without known domains", () => {
  const passed = refused.filter(({ policy, message }) => {
    const reading = readPolicyFile(JSON.stringify(policy));
    if ("refused" in reading || reading.policy.notUnderstood.length > 0) return false;
    return (
      message !== "test(s) failed" ||
      runTests(reading.policy).every(({ outcome }) => outcome === "holds")
    );
  });
  expect(passed.map(({ id }) => id)).toEqual([]);
});

test("domains in a file that Tailscale accepted belong to the tailnet", () => {
  const policy = {
    grants: [{ src: ["user:*@acme.com"], dst: ["*"], ip: ["*"] }],
    ssh: [
      {
        action: "accept",
        src: ["autogroup:member"],
        dst: ["autogroup:self"],
        users: ["localpart:*@acme.com"],
      },
    ],
  };
  expect(understand(policy, { isDeployed: true }).notUnderstood).toEqual([]);
  expect(understand(policy, { domains: ["acme.com"] }).notUnderstood).toEqual([]);
  expect(understand(policy).notUnderstood).toHaveLength(2);
});

describe("unknown parts", () => {
  const tags = { "tag:ci": [], "tag:web": [] };
  const rule = { src: ["tag:ci"], dst: ["tag:web"], ip: ["22"] };

  test.each([
    ["a section", { firewall: [] }, "firewall", "everything"],
    ["a field of a grant", { grants: [{ ...rule, frob: 1 }] }, "grants[0].frob", "everything"],
    [
      "an autogroup",
      { grants: [{ ...rule, src: ["autogroup:robots"] }] },
      "grants[0].src[0]",
      "selector",
    ],
    [
      "a form of selector",
      { grants: [{ ...rule, dst: ["rack:7"] }] },
      "grants[0].dst[0]",
      "selector",
    ],
    [
      "what an application reads, where it is no list",
      { grants: [{ ...rule, app: { "acme.com/x": { admin: true } } }] },
      'grants[0].app["acme.com/x"]',
      "selector",
    ],
    [
      "a field of an app connector",
      {
        nodeAttrs: [
          { target: ["*"], app: { "tailscale.com/app-connectors": [{ through: ["tag:ci"] }] } },
        ],
      },
      'nodeAttrs[0].app["tailscale.com/app-connectors"][0].through',
      "selector",
    ],
    [
      "a connector",
      {
        nodeAttrs: [
          { target: ["*"], app: { "tailscale.com/app-connectors": [{ connectors: ["tag:x"] }] } },
        ],
      },
      'nodeAttrs[0].app["tailscale.com/app-connectors"][0].connectors[0]',
      "selector",
    ],
    ["an address set", { grants: [{ ...rule, dst: ["ipset:x"] }] }, "grants[0].dst[0]", "selector"],
    [
      "a group of the identity provider's",
      { grants: [{ ...rule, src: ["group:ops@acme.com"] }] },
      "grants[0].src[0]",
      "selector",
    ],
    [
      "users of a domain",
      { grants: [{ ...rule, src: ["user:*@acme.com"] }] },
      "grants[0].src[0]",
      "selector",
    ],
    [
      "logins of a domain",
      {
        ssh: [
          { action: "accept", src: ["tag:ci"], dst: ["tag:web"], users: ["localpart:*@acme.com"] },
        ],
      },
      "ssh[0].users[0]",
      "selector",
    ],
    [
      "a posture",
      { grants: [{ ...rule, srcPosture: ["posture:x"] }] },
      "grants[0].srcPosture[0]",
      "everything",
    ],
    [
      "a condition",
      { postures: { "posture:x": ["is it safe?"] } },
      'postures["posture:x"][0]',
      "selector",
    ],
    [
      "a value of the deployment's",
      { grants: [{ ...rule, dst: ["04da6b54-80e4-46f7-96ec-b56ff0331ba9"] }] },
      "grants[0].dst[0]",
      "everything",
    ],
    ["a secret", { grants: [{ ...rule, dst: ["[secret]"] }] }, "grants[0].dst[0]", "everything"],
  ] as const)(
    "a part that is not understood is named with its place: %s",
    (_, file, path, counts) => {
      const { notUnderstood } = understand({ tagOwners: tags, ...file });
      expect(notUnderstood).toEqual([
        { place: expect.objectContaining({ path }), reason: expect.any(String), counts },
      ]);
    },
  );
});

describe("places", () => {
  test("places are those of the file, with comments and trailing commas", () => {
    const policy = understand(`{
  // who may give which tag
  "TagOwners": { "tag:CI": ["ada@acme.com"], /* and */ "tag:web": [], },
  "Grants": [
    { "Src": ["tag:ci"], "dst": ["tag:Web"], "ip": ["22"], },
  ],
}`);
    expect(policy.notUnderstood).toEqual([]);
    expect(policy.networkRules[0]?.place).toEqual({
      section: "grants",
      index: 0,
      path: "grants[0]",
      line: 5,
      column: 5,
    });
    expect(policy.tagOwners.get("tag:web")?.place).toMatchObject({
      section: "tagOwners",
      key: "tag:web",
      path: 'tagOwners["tag:web"]',
      line: 3,
    });
  });
});
