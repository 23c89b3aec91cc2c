/** What scopes and tags open, and what a change of them gives and takes. */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dangers, findWorst, rateGain, rateOperation } from "../../provider/access/danger";
import { closedToCredentials, describeScope, operations } from "../../provider/access/operations";
import {
  computeGain,
  describeTagUses,
  listOperations,
  type Power,
} from "../../provider/access/reach";
import { covers, knownScopes, legacyScopes } from "../../provider/access/scopes";

const document = JSON.parse(
  readFileSync(new URL("fixtures/api-operations.json", import.meta.url), "utf8"),
) as {
  date: string;
  operations: string[];
};

const names = (found: readonly { name: string }[]) => found.map(({ name }) => name);

const scopeSet = fc.uniqueArray(fc.constantFrom(...knownScopes, ...legacyScopes.keys()));
const power: fc.Arbitrary<Power> = fc.record({
  scopes: scopeSet,
  tags: fc.uniqueArray(fc.constantFrom("tag:a", "tag:b", "tag:c")),
});

describe("the catalogue of operations", () => {
  test("the catalogue has exactly the operations of the API document, each opened by a scope or marked as closed", () => {
    const ours = [...operations, ...closedToCredentials].map(({ name }) =>
      name.replace(/ \([^)]*\)$/, ""),
    );
    expect([...new Set(ours)].sort()).toEqual([...document.operations].sort());
    expect(new Set(names(operations)).size).toBe(operations.length);
  });

  test("the catalogue names the source and the date of every entry, and the reason for every closed one", () => {
    for (const { source } of operations)
      expect(source).toEqual({
        name: expect.stringMatching(/\w/),
        date: expect.stringMatching(/^2026/),
      });
    for (const { reason } of closedToCredentials) expect(reason).not.toBe("");
  });

  test("the catalogue says what every scope means, and every scope opens something", () => {
    for (const scope of knownScopes) {
      expect(describeScope(scope), scope).toBeTruthy();
      expect(listOperations([scope]), scope).not.toEqual([]);
    }
    expect(describeScope("future")).toBeUndefined();
  });

  test.each([
    [["auth_keys"], "POST /api/v2/tailnet/{tailnet}/keys (auth key)"],
    [["devices:core:read"], "GET /api/v2/tailnet/{tailnet}/devices"],
    [["policy_file"], "PATCH /api/v2/tailnet/{tailnet}/settings (policy_file)"],
    [["dns"], "GET /api/v2/tailnet/{tailnet}/dns/nameservers"],
    [["acl"], "POST /api/v2/tailnet/{tailnet}/acl"],
  ])("the scopes %j open %s", (scopes, operation) => {
    expect(names(listOperations(scopes))).toContain(operation);
  });

  test("a read scope opens no write, and all:read opens exactly every read", () => {
    for (const scope of knownScopes.filter((name) => name.endsWith(":read"))) {
      expect(listOperations([scope]).filter(({ writes }) => writes)).toEqual([]);
    }
    expect(listOperations(["all:read"])).toEqual(
      operations.filter(({ scope }) => scope.endsWith(":read")),
    );
    expect(listOperations(["all"])).toEqual(operations);
  });
});

describe("gained and lost", () => {
  test("gained, lost and kept operations do not overlap, and together are those before and after", () => {
    fc.assert(
      fc.property(power, power, (before, after) => {
        const [gain, loss] = [computeGain(before, after), computeGain(after, before)];
        const [had, has] = [listOperations(before.scopes), listOperations(after.scopes)];
        expect(gain.operations.filter((one) => loss.operations.includes(one))).toEqual([]);
        expect(gain.tags.filter((tag) => loss.tags.includes(tag))).toEqual([]);
        expect(has.filter((one) => !gain.operations.includes(one))).toEqual(
          had.filter((one) => !loss.operations.includes(one)),
        );
      }),
    );
  });

  test("a credential compared with itself gains and loses nothing, in any order and with redundant scopes", () => {
    fc.assert(
      fc.property(power, fc.nat(), ({ scopes, tags }, seed) => {
        const implied = knownScopes.filter((scope) => covers(scopes, scope));
        const redundant =
          implied.length === 0
            ? scopes
            : [implied[seed % implied.length] ?? "", ...scopes].reverse();
        const same = { scopes: redundant, tags: [...tags].reverse() };
        for (const [one, other] of [
          [{ scopes, tags }, same],
          [same, { scopes, tags }],
        ] as const) {
          expect(computeGain(one, other)).toEqual({ operations: [], tags: [] });
        }
      }),
    );
  });

  test("more scopes never open less", () => {
    fc.assert(
      fc.property(scopeSet, scopeSet, (some, more) => {
        const opened = new Set(listOperations([...some, ...more]));
        expect(listOperations(some).filter((operation) => !opened.has(operation))).toEqual([]);
      }),
    );
  });

  test("undoing a narrowing gives back exactly what it took", () => {
    fc.assert(
      fc.property(power, power, (one, other) => {
        expect(computeGain(one, other)).toEqual(
          computeGain(one, {
            scopes: [...one.scopes, ...other.scopes],
            tags: [...one.tags, ...other.tags],
          }),
        );
      }),
    );
  });

  const change = (before: string[], after: string[], tags: [string[], string[]] = [[], []]) => ({
    gain: computeGain({ scopes: before, tags: tags[0] }, { scopes: after, tags: tags[1] }),
    loss: computeGain({ scopes: after, tags: tags[1] }, { scopes: before, tags: tags[0] }),
  });

  test("a change from all to devices:core loses much and gains nothing", () => {
    const { gain, loss } = change(["all"], ["devices:core"]);
    expect(gain.operations).toEqual([]);
    expect(loss.operations.length).toBeGreaterThan(80);
  });

  test("a change from devices:core:read to devices:core gains only writes and loses nothing", () => {
    const { gain, loss } = change(["devices:core:read"], ["devices:core"]);
    expect(names(gain.operations)).toContain("DELETE /api/v2/device/{deviceId}");
    expect(gain.operations.every(({ writes }) => writes)).toBe(true);
    expect(loss.operations).toEqual([]);
  });

  test("a tag added to a client with auth_keys lets it admit machines with that tag", () => {
    const { gain } = change(["auth_keys"], ["auth_keys"], [["tag:a"], ["tag:a", "tag:b"]]);
    expect(gain).toEqual({ operations: [], tags: ["tag:b"] });
    // Auth keys outlive the revocation of whoever made them.
    expect(describeTagUses(["auth_keys"], "tag:b")).toEqual({
      uses: ["create auth keys, which admit machines with tag:b"],
      passesOn: true,
    });
    expect(describeTagUses(["devices:core"], "tag:b")).toEqual({
      uses: ["put tag:b on machines"],
      passesOn: false,
    });
    expect(describeTagUses(["all"], "tag:b")).toEqual({
      uses: [
        "create auth keys, which admit machines with tag:b",
        "put tag:b on machines",
        "give tag:b to new OAuth clients",
        "give tag:b to new federated identities",
      ],
      passesOn: true,
    });
    expect(describeTagUses(["oauth_keys"], "tag:b").passesOn).toBe(true);
    expect(
      computeGain(
        { scopes: [], tags: ["tag:a"] },
        { scopes: [], tags: ["tag:c", "tag:b", "tag:a", "tag:b"] },
      ).tags,
    ).toEqual(["tag:b", "tag:c"]);
    expect(listOperations(["no such scope"])).toEqual([]);
    expect(describeTagUses(["dns", "all:read"], "tag:b").uses).toEqual([]);
  });
});

describe("the class of a gain", () => {
  test.each<[string[], string, string | undefined]>([
    [["all"], "admin", '"all" opens every operation'],
    [["users"], "admin", "make administrators"],
    [["policy_file"], "admin", "who owns which tag"],
    [["oauth_keys"], "persist", "outlive its revocation"],
    [["federated_keys", "dns"], "persist", "outlive its revocation"],
    [["auth_keys"], "persist", "outlive its revocation"],
    [["devices"], "persist", "outlive its revocation"],
    [["dns"], "write", "can change the tailnet"],
    [["logs:network:read"], "read", "which machine talks to which"],
    [["users:read"], "read", "not change anything"],
    [[], "none", undefined],
  ])("the class of gaining %j is %s, with the reason in a sentence", (scopes, danger, reason) => {
    const found = rateGain(listOperations(scopes), scopes.includes("all"));
    expect(found.danger).toBe(danger);
    if (reason === undefined) expect(found.reasons).toEqual([]);
    else expect(found.reasons.join(" ")).toContain(reason);
    for (const sentence of found.reasons) expect(sentence).toMatch(/^["A-Z].*\.$/);
  });

  test("the class of a gain grows with the gain, and is that of its worst operation", () => {
    fc.assert(
      fc.property(scopeSet, scopeSet, (some, more) => {
        const [less, whole] = [listOperations(some), listOperations([...some, ...more])];
        expect(dangers.indexOf(rateGain(whole).danger)).toBeGreaterThanOrEqual(
          dangers.indexOf(rateGain(less).danger),
        );
        expect(rateGain(whole).danger).toBe(findWorst(whole.map(rateOperation)));
      }),
    );
  });
});
