/** The policy pack's rule about what credentials get to. */

import { describe, expect, test } from "vitest";
import { policies, type Rules } from "../../provider/policy";
import { credential, type Resource, said, unknown, urnOf } from "../unit/policy-engine";
import { company } from "./a-company";

const setting = { policy: company, targets: ["tag:db"] };
const ci = credential("OAuthClient", { scopes: ["auth_keys"], tags: ["tag:ci"] });

async function denied(
  resource: Resource,
  rules: Rules = { "reach-denied": setting },
  file: Readonly<Record<string, object>> = {},
): Promise<string[]> {
  const found = await said(rules, [resource], file);
  return found.filter(({ rule }) => rule === "reach-denied").map(({ message }) => message);
}

describe("reach-denied", () => {
  test("the rule names the way by which a credential reaches the target, and what to do", async () => {
    const [message, ...more] = await denied(ci);
    expect(more).toEqual([]);
    expect(message).toContain(
      "It must not reach tag:db, and reaches tag:db:5432 (tcp) (as tag:web, owned by tag:ci; scope auth_keys; tagOwners, line 7; grants[1], line 14)",
    );
    expect(message).toContain(
      `exceptions: [{ urn: "${urnOf(ci)}", reason: "…", until: "YYYY-MM-DD" }]`,
    );
  });

  test.each([
    ["another tag", { scopes: ["auth_keys"], tags: ["tag:backup"] }, 0],
    ["no scope that leads there", { scopes: ["dns"], tags: ["tag:ci"] }, 0],
    ["a scope that rewrites the rules", { scopes: ["policy_file"], tags: [] }, 1],
    ["a scope that nobody knows", { scopes: ["frob"], tags: [] }, 1],
    ["scopes of another form", { scopes: "all", tags: [] }, 1],
    ["scopes that are not known yet", { scopes: unknown, tags: ["tag:ci"] }, 0],
  ])("reach-denied judges a credential with %s: %j", async (_, props, count) => {
    const found = await denied(credential("OAuthClient", props));
    expect(found.filter((message) => message.startsWith("It must not reach"))).toHaveLength(count);
  });

  test("the rule judges auth keys and the official provider's credentials", async () => {
    expect(await denied(credential("AuthKey", { tags: ["tag:web"] }))).toHaveLength(1);
    const official = { type: "tailscale:index/oauthClient:OauthClient", props: { ...ci.props } };
    expect(await denied(official)).toHaveLength(1);
  });

  test("an exception holds until its last day", async () => {
    const rules = (until: string): Rules => ({
      "reach-denied": {
        ...setting,
        exceptions: [{ urn: urnOf(ci), reason: "Migrates it", until }],
      },
    });
    expect(await denied(ci, rules("2999-01-01"))).toEqual([]);
    expect((await denied(ci, rules("2020-01-01")))[0]).toContain("ended on 2020-01-01.");
  });

  test("the rule is silent without a policy file, and reads one that the pack's settings name", async () => {
    expect(await denied(ci, {})).toEqual([]);
    expect(await denied(ci, {}, { "reach-denied": setting })).toHaveLength(1);
  });

  test.each([
    ["mandatory", "the policy file or the targets are missing"],
    [{ policy: company }, "the policy file or the targets are missing"],
    [{ policy: "{", targets: [] }, "policy: Tailscale would refuse it"],
    [{ policy: company, targets: ["tag:nowhere"] }, 'targets: "tag:nowhere" is not defined'],
    [{ ...setting, tragets: [] }, 'there is no "tragets"'],
  ])("an invalid setting is reported before anything is judged: %j", (wrong, message) => {
    // What JavaScript programs may write.
    expect(() => policies({ "reach-denied": wrong as never })).toThrow(message);
  });
});
