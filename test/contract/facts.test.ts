/** The emulator in both worlds is the API that the facts describe. */

import { startEmulator } from "tailscope-emulator";
import { describe, expect, test } from "vitest";
import { replay } from "../recorded/replay";
import { differences, type Sample } from "../recorded/sample";
import { facts } from "../tailnet/facts.ts";
import { openInventor } from "../tailnet/inventions.ts";
import { samplesOf } from "../tailnet/samples.ts";
import { examineEmulator, inShort, selfOf } from "./emulated-tailnet";

/** What the emulator answers to open questions in either world. */
const settled = {
  "unknown-scope-beside-known": "everything that the client holds",
  "github-subject-rewrite": "no",
  "expiry-over-90-days": "refused",
  "description-over-50-is-cut": "cut to 50",
  "description-non-ascii": "yes",
  "foreign-member-wording": 'keys: issuer cannot be set for a key of type "client"',
  "delete-of-revoked-key": "200",
  "list-with-one-kind": "its own kind",
  "audit-names-of-other-kinds": "OAuth client",
  "audit-new-of-trust-credentials": "yes",
  "wrong-tailnet-status": "403",
};

const worlds = {
  lenient: {
    ...settled,
    "narrowing-refusal-names": "those that are beyond",
    "write-narrows-to-read": "yes",
    "fresh-client-answers-404": "yes",
    "put-without-audience": "keeps it",
    "narrowed-all-gives-any-tag": "yes",
    "hidden-key-status": "403",
    "user-token-list": "all",
    "short-lived-tokens-are-listed": "no",
    "client-update-is-logged": "yes",
  },
  strict: {
    ...settled,
    "narrowing-refusal-names": "all that were asked for",
    "write-narrows-to-read": "no",
    "fresh-client-answers-404": "404 at first",
    "put-without-audience": "empties it",
    "narrowed-all-gives-any-tag": "no",
    "hidden-key-status": "404",
    "user-token-list": "the user's own",
    "short-lived-tokens-are-listed": "yes",
    "client-update-is-logged": "no entry",
  },
} as const;

const users = "it needs a user's API access token as TAILSCALE_API_KEY";

describe.each(["lenient", "strict"] as const)("in the %s world", (world) => {
  const answers: Readonly<Record<string, string>> = worlds[world];

  describe.each(["owner", "client"] as const)("as the %s", async (asker) => {
    await using emulator = await startEmulator({ strictness: world });
    const done = await examineEmulator(emulator, asker);
    const got = inShort(done);

    test.each(facts)("$id: $sentence", ({ id, status, examination }) => {
      const isForUsers = id === "user-token-list" && asker === "client";
      const reason = examination.by === "nothing" ? examination.reason : users;
      if (examination.by === "nothing" || isForUsers)
        expect(got.get(id)).toBe(`not testable: ${reason}`);
      else
        expect(got.get(id)).toBe(status === "unknown" ? `answered: ${answers[id]}` : "confirmed");
    });

    test("nothing that the run created is left", () => {
      expect(emulator.control.activeCredentials()).toEqual([]);
      expect([...done.left]).toEqual([]);
    });

    const samples: readonly (readonly [string, Sample])[] = [
      ...samplesOf(done.results, {
        history: done.history,
        self: selfOf(emulator, asker),
        inventor: openInventor(),
        source: "a run of the facts",
        date: "2026-11-25",
      }),
    ];

    test("each checked fact has samples, and these lead another emulator to the same answer", async () => {
      const examined = facts.filter(({ examination }) => examination.by !== "nothing");
      const shown = new Set(samples.map(([, { fact }]) => fact));
      const missing = examined.map(({ id }) => id).filter((id) => !shown.has(id));
      expect(missing.filter((id) => !withoutSample.includes(id))).toEqual([]);
      for (const [name, sample] of samples) {
        await using other = await startEmulator({ strictness: world });
        other.control.setUnknowns({ freshClientMilliseconds: 0 });
        const { status, body } = await replay(other, sample);
        expect([name, status, ...differences(sample.body, body)]).toEqual([name, sample.status]);
      }
    });
  });
});

/**
 * What test/recorded has no form for: Basic auth, narrowed tokens, people, the policy file, what is
 * not there.
 */
const withoutSample: readonly string[] = [
  "all-asks-for-tags",
  "audit-filters",
  "audit-tailnet-id",
  "client-update-is-logged",
  "dash-is-own-tailnet",
  "fresh-client-answers-404",
  "narrowed-all-gives-any-tag",
  "older-scope-names",
  "policy-file-as-json",
  "short-lived-tokens-are-listed",
  "tokens-keep-their-scopes",
  "user-token-list",
];
