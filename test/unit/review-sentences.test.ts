/**
 * What a review says of every change of one argument, in fixtures/reviews/arguments: read it when
 * it changes.
 */

import { expect, test } from "vitest";
import type { Assessment } from "../../provider/review/verdict/assessment";
import { type Bag, type GivenStep, reviewed, secret, step, unknown } from "./a-preview";

/**
 * Stands for what cannot be seen: a secret before a change, a value that is not known yet after it.
 */
const unseen = Symbol("unseen");

const github = "https://token.actions.githubusercontent.com";

const identity = { issuer: github, subject: "repo:acme/app:*", scopes: ["dns:read"] };

/** Of each argument what it can be, and what else the credential has. */
const values: [kind: string, argument: string, rest: Bag, values: unknown[]][] = [
  ["AuthKey", "expiry", {}, [undefined, "1d", "30d", unseen]],
  ["AuthKey", "reusable", {}, [undefined, true, unseen]],
  ["AuthKey", "ephemeral", {}, [undefined, true, unseen]],
  ["AuthKey", "preauthorized", {}, [undefined, true, unseen]],
  ["AuthKey", "rotateEvery", {}, [undefined, "1d", "7d", unseen]],
  ["AuthKey", "renewBefore", {}, [undefined, "1d", "2d", unseen]],
  ["AuthKey", "renewBefore", { rotateEvery: "7d" }, [undefined, "1d", unseen]],
  ["AuthKey", "recreateIfInvalid", {}, [undefined, "always", "never", unseen]],
  ["AuthKey", "recreateIfInvalid", { reusable: true }, [undefined, "always", "never", unseen]],
  ["AuthKey", "tags", {}, [undefined, ["tag:a"], ["tag:b", "tag:c"], ["tag:a", unseen], unseen]],
  ["AuthKey", "connection", { tags: ["tag:a"] }, [undefined, "a", "b", unseen]],
  [
    "OAuthClient",
    "scopes",
    {},
    [
      ...[
        ["dns:read"],
        ["dns"],
        ["auth_keys"],
        ["users"],
        ["all:read"],
        ["all"],
        ["acl", "devices"],
      ],
      ...[["satellites"], ["dns", unseen], unseen],
    ],
  ],
  ["OAuthClient", "tags", { scopes: ["auth_keys"] }, [undefined, ["tag:a"], ["tag:b"], unseen]],
  ["OAuthClient", "tags", { scopes: ["devices:core"] }, [undefined, ["tag:a"], ["tag:b"], unseen]],
  ["OAuthClient", "tags", { scopes: ["dns"] }, [undefined, ["tag:a"], unseen]],
  ["OAuthClient", "tags", { scopes: ["satellites"] }, [undefined, ["tag:a"], unseen]],
  ["OAuthClient", "tags", { scopes: ["all"] }, [undefined, ["tag:a"], unseen]],
  ["OAuthClient", "rotateEvery", { scopes: ["dns"] }, [undefined, "1d", "7d", unseen]],
  ["OAuthClient", "connection", { scopes: ["dns"] }, [undefined, "a", "b", unseen]],
  ["OAuthClient", "connection", { scopes: ["satellites"] }, ["a", "b"]],
  ["OAuthClient", "connection", { scopes: [] }, ["a", "b", unseen]],
  [
    "FederatedIdentity",
    "issuer",
    { ...identity, subject: "repo:acme/app:ref:refs/heads/main" },
    [github, "https://gitlab.com", "https://bücher.example", unseen],
  ],
  [
    "FederatedIdentity",
    "subject",
    identity,
    ["repo:acme/app:*", "repo:acme/*", "repo:other/app:*", unseen],
  ],
  ["FederatedIdentity", "audience", identity, [undefined, "https://a.example", unseen]],
  [
    "FederatedIdentity",
    "customClaimRules",
    identity,
    [
      ...[undefined, { ref: "refs/heads/main" }, { ref: "refs/heads/*" }, { ref: "" }],
      ...[{ ref: "x", actor: "y" }, { ref: unseen }, unseen],
    ],
  ],
  ["FederatedIdentity", "connection", identity, ["a", "b", unseen]],
];

function withUnseen(value: unknown, marker: string): unknown {
  if (value === unseen) return marker;
  if (Array.isArray(value)) return value.map((one) => withUnseen(one, marker));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, withUnseen(member, marker)]),
  );
}

function bag(rest: Bag, argument: string, value: unknown, marker: string): Bag {
  return value === undefined ? rest : { ...rest, [argument]: withUnseen(value, marker) };
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(withUnseen(value, "?"));
}

/** All that a review has found of one change, but for the operations behind it. */
function told(given: GivenStep): string {
  const { report, assessments } = reviewed(given);
  return [...assessments.map(found), ...report.notUnderstood.map((one) => `NOT UNDERSTOOD ${one}`)]
    .map((line) => `    ${line}\n`)
    .join("");
}

function found({ reported, reasons, gains, losses, widens, changed }: Assessment): string {
  const list = (name: string, items: readonly string[], between = "; ") =>
    items.length === 0 ? [] : [`${name}: ${items.join(between)}`];
  return [
    `${reported.class}${widens ? ", wider" : ""}`,
    ...list("gains", gains),
    ...list("loses", losses),
    ...list("+", reported.tagsGained),
    ...list("-", reported.tagsLost),
    ...list("why", reasons, " "),
    ...list("life", reported.life, " "),
    ...list("changes", changed),
  ].join(" | ");
}

test.each(
  values.map(([kind, argument, rest, each]) => {
    const beside = kind === "FederatedIdentity" ? [] : Object.values(rest).flat();
    return {
      name: [kind, argument, ...beside].join("-").replace(/:/g, "-"),
      kind,
      argument,
      rest,
      each,
    };
  }),
)(
  "every change of one argument is described as in fixtures/reviews/arguments: $name",
  async ({ name, kind, argument, rest, each }) => {
    const made = each.map((after) => {
      const given = step("create", kind, "it", undefined, bag(rest, argument, after, unknown));
      return `${shown(after)} at first\n${told(given)}`;
    });
    const ended = each.slice(-1).map((before) => {
      const given = step("delete", kind, "it", bag(rest, argument, before, secret));
      return `${shown(before)} at the end\n${told(given)}`;
    });
    const changed = each.flatMap((before) =>
      each
        // What cannot be seen may have changed.
        .filter((after) => after !== before || shown(after).includes("?"))
        .map((after) => {
          const was = bag(rest, argument, before, secret);
          const given = step("update", kind, "it", was, bag(rest, argument, after, unknown));
          return `${shown(before)} → ${shown(after)}\n${told(given)}`;
        }),
    );
    const text = [...made, ...ended, ...changed].join("");
    await expect(text).toMatchFileSnapshot(`fixtures/reviews/arguments/${name}.txt`);
  },
);
