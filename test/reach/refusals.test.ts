/**
 * What Tailscale is documented to refuse, beyond the captures: neither reading takes it for sound.
 */

import { expect, test } from "vitest";
import { parsePolicy } from "../../emulator/policy-file";
import { readPolicyFile } from "../../provider/policy-file/read";
import { domains } from "./captures";

const tagOwners = { "tag:ci": ["ada@acme.example"], "tag:web": [] };
const acl = { action: "accept", src: ["tag:ci"], dst: ["tag:web:22"] };
const grant = { src: ["tag:ci"], dst: ["tag:web"], ip: ["22"] };
const ssh = { action: "accept", src: ["ada@acme.example"], dst: ["tag:web"], users: ["root"] };

const sound = {
  tagOwners,
  groups: { "group:ops": ["ada@acme.example"] },
  hosts: { lab: "10.0.0.0/8" },
  acls: [acl],
  grants: [grant],
  ssh: [ssh],
};

test("the policy file that these tests vary is valid", () => {
  expect(parsePolicy(JSON.stringify(sound))).toHaveProperty("policy");
  expect(readPolicyFile(JSON.stringify(sound), { domains })).toMatchObject({
    policy: { notUnderstood: [] },
  });
});

test.each([
  ["port 0", { acls: [{ ...acl, dst: ["tag:web:0"] }] }],
  ["port 65536", { acls: [{ ...acl, dst: ["tag:web:65536"] }] }],
  ["a service's name for a port", { acls: [{ ...acl, dst: ["tag:web:ssh"] }] }],
  ["ports from high to low", { acls: [{ ...acl, dst: ["tag:web:90-80"] }] }],
  ["a destination without a port", { acls: [{ ...acl, dst: ["tag:web"] }] }],
  ["ports of a protocol that has none", { acls: [{ ...acl, proto: "gre" }] }],
  ["a protocol with a leading zero", { acls: [{ ...acl, proto: "06" }] }],
  ["protocol 256", { acls: [{ ...acl, proto: "256" }] }],
  ["an acl that denies", { acls: [{ ...acl, action: "deny" }] }],
  ["an acl without an action", { acls: [{ src: ["*"], dst: ["*:*"] }] }],
  ["a host that is not defined", { acls: [{ ...acl, src: ["nowhere"] }] }],
  ["a group that is not defined", { acls: [{ ...acl, src: ["group:nobody"] }] }],
  ["an address set that is not defined", { acls: [{ ...acl, src: ["ipset:x"] }] }],
  ["an autogroup that does not exist", { acls: [{ ...acl, src: ["autogroup:robots"] }] }],
  ["a posture that is not defined", { acls: [{ ...acl, srcPosture: ["posture:x"] }] }],
  ["the internet as a source", { acls: [{ ...acl, src: ["autogroup:internet"] }] }],
  ["a Service as a source", { grants: [{ ...grant, src: ["svc:x"] }] }],
  ["shared-in users as a destination", { grants: [{ ...grant, dst: ["autogroup:shared"] }] }],
  ["::/0", { grants: [{ ...grant, dst: ["::/0"] }] }],
  ["an unknown protocol of a grant", { grants: [{ ...grant, ip: ["foo:22"] }] }],
  ["ports of ICMP", { grants: [{ ...grant, ip: ["icmp:8"] }] }],
  ["a capability with a scheme", { grants: [{ ...grant, app: { "https://acme.example/x": [] } }] }],
  ["via a tag that is not defined", { grants: [{ ...grant, via: ["tag:nowhere"] }] }],
  ["via a group", { grants: [{ ...grant, via: ["group:ops"] }] }],
  ["SSH from everywhere", { ssh: [{ ...ssh, src: ["*"] }] }],
  ["SSH from addresses", { ssh: [{ ...ssh, src: ["lab"] }] }],
  ["SSH to everything", { ssh: [{ ...ssh, dst: ["*"] }] }],
  ["SSH to an address", { ssh: [{ ...ssh, dst: ["100.64.0.1"] }] }],
  ["SSH to a group", { ssh: [{ ...ssh, dst: ["group:ops"] }] }],
  ["SSH to another user", { ssh: [{ ...ssh, dst: ["bo@acme.example"] }] }],
  [
    "SSH to one's own machines from a tag",
    { ssh: [{ ...ssh, src: ["tag:ci"], dst: ["autogroup:self"] }] },
  ],
  [
    "a check that lasts longer than a week",
    { ssh: [{ ...ssh, action: "check", checkPeriod: "169h" }] },
  ],
  [
    "a pool of reserved addresses",
    { nodeAttrs: [{ target: ["tag:ci"], ipPool: ["100.100.0.0/16"] }] },
  ],
  ["a pool that is not a network", { nodeAttrs: [{ target: ["tag:ci"], ipPool: ["lab"] }] }],
  ["a route that is not a network", { autoApprovers: { routes: { lab: ["tag:ci"] } } }],
  ["an approver that is not defined", { autoApprovers: { exitNode: ["tag:nowhere"] } }],
  ["a host with an @", { hosts: { "a@b": "10.0.0.1" } }],
  ["a host that is not an address", { hosts: { a: "10.0.0.300" } }],
  [
    "an address set that holds itself",
    { ipsets: { "ipset:a": ["ipset:b"], "ipset:b": ["ipset:a"] } },
  ],
  ["a tag that begins with a digit", { tagOwners: { ...tagOwners, "tag:1": [] } }],
  ["an owner that is not defined", { tagOwners: { ...tagOwners, "tag:a": ["group:nobody"] } }],
  ["a group whose name is not one", { groups: { "group:ops": [], ops: [] } }],
  ["a group of tags", { groups: { "group:ops": ["tag:ci"] } }],
  ["a text for a list", { acls: [{ ...acl, src: "tag:ci" }] }],
  ["a number for a port", { grants: [{ ...grant, ip: [22] }] }],
])("a policy file with %s is refused", (_, part) => {
  const text = JSON.stringify({ ...sound, ...part });
  expect(parsePolicy(text)).toEqual({ problem: expect.any(String) });
  const reading = readPolicyFile(text, { domains });
  if ("policy" in reading) expect(reading.policy.notUnderstood).not.toEqual([]);
});
