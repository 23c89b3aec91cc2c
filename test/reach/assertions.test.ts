/**
 * The tests that a policy file holds of itself, run: as Tailscale runs them before it takes the
 * file.
 */

import { describe, expect, test } from "vitest";
import { runTests } from "../../provider/policy-file/tests";
import { accepted, domains, refused } from "./captures";
import { understand } from "./understand";

/** Files with tests were captured of this tailnet. */
const tailnet = accepted.find(({ id }) => id === "ts-702");

const outcomes = (file: object, of = tailnet) =>
  runTests(understand(file, { domains }), of).map(({ outcome }) => outcome);

test.each(accepted.filter(({ policy }) => "tests" in policy || "sshTests" in policy))(
  "$id was accepted: its tests hold, and without the tailnet none fails",
  (capture) => {
    expect(new Set(outcomes(capture.policy, capture))).toEqual(new Set(["holds"]));
    const alone = runTests(understand(capture.policy, { domains }));
    expect(alone.map(({ outcome }) => outcome)).not.toContain("fails");
  },
);

const failed = refused.filter(({ message }) => message === "test(s) failed");

test.each(failed)("$id was refused: one of its tests fails", ({ policy }) => {
  expect(outcomes(policy)).toContain("fails");
});

describe("an assertion", () => {
  const base = {
    tagOwners: { "tag:ci": [], "tag:web": [] },
    groups: { "group:ops": ["ada@acme.example", "cy@acme.example"], "group:none": [] },
    hosts: { desk: "100.64.0.18", lab: "10.9.0.0/16" },
    postures: { "posture:mac": ["node:os == 'macos'"] },
  };
  const asked = (grants: object[], asserted: object) =>
    outcomes({ ...base, grants, tests: [asserted] })[0];
  const grant = { src: ["group:ops"], dst: ["tag:web"], ip: ["tcp:22"] };

  test.each([
    ["every member of a group", grant, { src: "group:ops", accept: ["tag:web:22"] }, "holds"],
    [
      "a member who is not there",
      { ...grant, src: ["ada@acme.example"] },
      { src: "group:ops", accept: ["tag:web:22"] },
      "fails",
    ],
    ["nobody", grant, { src: "group:none", accept: ["tag:web:22"] }, "unknown"],
    [
      "a role",
      { ...grant, src: ["autogroup:owner"] },
      { src: "ada@acme.example", accept: ["tag:web:22"] },
      "holds",
    ],
    [
      "a role that another has",
      { ...grant, src: ["autogroup:owner"] },
      { src: "bo@partner.example", deny: ["tag:web:22"] },
      "holds",
    ],
    [
      "another protocol",
      grant,
      { src: "ada@acme.example", proto: "udp", accept: ["tag:web:22"] },
      "fails",
    ],
    [
      "a machine by its address",
      grant,
      { src: "ada@acme.example", accept: ["100.64.0.16:22"] },
      "holds",
    ],
    ["a source by its address", grant, { src: "desk", accept: ["tag:web:22"] }, "holds"],
    [
      "a subnet's address",
      { ...grant, dst: ["lab"] },
      { src: "ada@acme.example", accept: ["10.9.1.2:22"] },
      "holds",
    ],
    [
      "the internet",
      { ...grant, dst: ["autogroup:internet"] },
      { src: "ada@acme.example", accept: ["1.1.1.1:22"] },
      "holds",
    ],
    [
      "what is not the internet",
      { ...grant, dst: ["autogroup:internet"] },
      { src: "ada@acme.example", deny: ["10.9.1.2:22"] },
      "holds",
    ],
    [
      "one's own machines",
      { ...grant, dst: ["autogroup:self"] },
      { src: "ada@acme.example", accept: ["ada@acme.example:22"] },
      "holds",
    ],
    [
      "somebody else's machines",
      { ...grant, dst: ["autogroup:self"] },
      { src: "ada@acme.example", deny: ["cy@acme.example:22"] },
      "holds",
    ],
    [
      "a posture that is not asserted",
      { ...grant, srcPosture: ["posture:mac"] },
      { src: "ada@acme.example", accept: ["tag:web:22"] },
      "fails",
    ],
    [
      "a posture",
      { ...grant, srcPosture: ["posture:mac"] },
      { src: "ada@acme.example", srcPostureAttrs: { "node:os": "macos" }, accept: ["tag:web:22"] },
      "holds",
    ],
    ["the older words", grant, { user: "ada@acme.example", allow: ["tag:web:22"] }, "holds"],
  ])("a test of the policy file is decided for %s", (_, rule, asserted, expected) => {
    expect(asked([rule], asserted)).toBe(expected);
  });

  test("no rule for members opens anything to somebody outside the tailnet", () => {
    const rule = { ...grant, src: ["autogroup:member"] };
    const stranger = { src: "eve@elsewhere.example", deny: ["tag:web:22"] };
    expect(asked([rule], stranger)).toBe("holds");
    const file = { ...base, grants: [rule], tests: [stranger] };
    expect(runTests(understand(file)).map(({ outcome }) => outcome)).toEqual(["unknown"]);
  });

  test("an assertion about a role is not decided if no roles are known", () => {
    const file = {
      ...base,
      grants: [{ ...grant, src: ["autogroup:admin"] }],
      tests: [{ src: "ada@acme.example", accept: ["tag:web:22"] }],
    };
    expect(runTests(understand(file)).map(({ outcome }) => outcome)).toEqual(["unknown"]);
  });
});
