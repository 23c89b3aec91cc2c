/**
 * Whom a pattern admits, held against every subject that there is: forms of a few letters, and
 * GitHub's own.
 */

import { describe, expect, test } from "vitest";
import { type Admitted, type Form, findAdmitted } from "../../provider/access/forms";
import { matches } from "../../provider/access/patterns";
import { judgeTrust } from "../../provider/access/trusted";
import { oneOf } from "../runs";

/** A subject, and the owner in it; undefined where it names none. */
interface Subject {
  readonly text: string;
  readonly owner: string | undefined;
}

/**
 * Every subject of a form of up to so many letters, of an alphabet in which one letter is in no
 * pattern.
 */
function subjectsOf(form: Form, letters: readonly string[], longest: number): Subject[] {
  if (typeof form === "string")
    return form.length > longest ? [] : [{ text: form, owner: undefined }];
  if (isList(form)) {
    return form.reduce<Subject[]>(
      (before, part) =>
        before.flatMap((one) =>
          subjectsOf(part, letters, longest - one.text.length).map((next) => ({
            text: one.text + next.text,
            owner: one.owner ?? next.owner,
          })),
        ),
      [{ text: "", owner: undefined }],
    );
  }
  if ("some" in form) {
    return textsOf(
      letters.filter((letter) => form.some.test(letter)),
      longest,
    )
      .filter((text) => text !== "")
      .map((text) => ({ text, owner: undefined }));
  }
  if ("owner" in form)
    return subjectsOf(form.owner, letters, longest).map(({ text }) => ({ text, owner: text }));
  if ("either" in form) return form.either.flatMap((one) => subjectsOf(one, letters, longest));
  const once = subjectsOf(form.repeated, letters, longest).filter(({ text }) => text !== "");
  return [
    { text: "", owner: undefined },
    ...once.flatMap((one) =>
      subjectsOf(form, letters, longest - one.text.length).map((next) => ({
        text: one.text + next.text,
        owner: one.owner ?? next.owner,
      })),
    ),
  ];
}

function isList(form: Form): form is readonly Form[] {
  return Array.isArray(form);
}

/** Every text of up to so many of these letters. */
function textsOf(letters: readonly string[], length: number): string[] {
  return length <= 0
    ? [""]
    : [
        "",
        ...textsOf(letters, length - 1).flatMap((text) => letters.map((letter) => letter + text)),
      ];
}

/** The meaning: whose are the subjects that match? */
function admittedAmong(subjects: readonly Subject[], pattern: string): Admitted {
  const owners = new Set(
    subjects.filter(({ text }) => matches(pattern, text)).map(({ owner }) => owner),
  );
  const [only] = owners;
  if (owners.size === 0) return { by: "nobody" };
  return owners.size > 1 || only === undefined ? { by: "strangers" } : { by: "owner", owner: only };
}

const az: Form = { some: /[az]/ };

describe("patterns of up to five letters", () => {
  // No pattern has the letter z, so that only a star can stand for it.
  test.each<[string, Form, string, number]>([
    ["an owner alone", { owner: az }, "az", 9],
    ["an owner in front", [{ owner: az }, ":", az], "az:", 9],
    ["an owner at the end", ["a", az, ":", { owner: az }], "az:", 10],
    [
      "an owner between anything",
      [{ repeated: az }, ":", { owner: az }, ":", { some: /[az:]/ }],
      "az:",
      8,
    ],
    [
      "two forms, one of which has no owner",
      {
        either: [
          ["a", { owner: az }],
          ["b", az],
        ],
      },
      "abz",
      9,
    ],
    [
      "two places for the owner",
      {
        either: [
          ["a", { owner: az }],
          [az, ":", { owner: az }],
        ],
      },
      "az:",
      9,
    ],
    [
      "claims in any order, one of which names the owner",
      [
        { either: [["a:", { owner: az }], ["b:", az], "z"] },
        { repeated: [":", { either: [["b:", az], "z"] }] },
      ],
      "abz:",
      10,
    ],
  ])(
    "a pattern of up to five letters admits exactly those whom it means: %s",
    (_, form, alphabet, longest) => {
      const letters = [...alphabet];
      // Long enough for what each star may have to stand for.
      const subjects = subjectsOf(form, letters, longest);
      for (const pattern of textsOf([...letters.filter((letter) => letter !== "z"), "*"], 5)) {
        const meant = admittedAmong(subjects, pattern);
        expect({ pattern, ...findAdmitted(form, pattern) }).toEqual({ pattern, ...meant });
      }
    },
  );
});

test("a malicious pattern of a subject takes no longer", () => {
  const form: Form = [
    {
      repeated: [
        {
          either: [
            ["a:", { owner: az }],
            ["b:", az],
          ],
        },
        ":",
      ],
    },
    { owner: az },
  ];
  const started = process.cpuUsage();
  for (const piece of ["*a", "*a:b:", "a*:", "b:a:*"]) {
    expect(findAdmitted(form, piece.repeat(Math.floor(1000 / piece.length))).by).not.toBe("owner");
    expect(findAdmitted(form, piece.repeat(200_000)).by).toBe("strangers");
  }
  expect(process.cpuUsage(started).user / 1e6).toBeLessThan(2);
});

describe("GitHub's subjects", () => {
  /**
   * What an owner can put together; the claims that say nothing of the owner can have any value.
   */
  const claimsOf = (owner: string, repository: string): string[] => [
    ...[`repo:${owner}/${repository}`, `repo:${owner}@1/${repository}@1`],
    ...[`repo:${owner}@2/${repository}@1`, `repository_owner:${owner}`],
    ...["job_workflow_ref:a/a/z@z", "pull_request", "ref:refs/heads/a", "ref:refs/heads/z"],
    ...["a", "z", "aa", "a/a", "a@1/a", "@1", "a@1a", "/a@1", "a/", "pull_requesta", "/"].map(
      (value) => `environment:${value}`,
    ),
    // A property of a repository can have any name.
    ...["repo", "repository_owner", "environment"].flatMap((name) =>
      ["a", "z", "a/a"].map((value) => `repo_property_${name}:${value}`),
    ),
  ];
  const subjects: Subject[] = ["a", "az", "za", "z"].flatMap((owner) => {
    const claims = claimsOf(owner, "a");
    const pairs = claims.flatMap((first) => claims.map((next) => `${first}:${next}`));
    return [...claims, ...pairs].map((text) => ({ text, owner }));
  });

  const tokens = [
    ...["*", "repo:", "repository_owner:", "environment:", "a", "/", ":", "@1"],
    ...["ref:refs/heads/", "pull_request"],
  ];
  const all = (function upTo(length: number): string[] {
    return length === 0
      ? [""]
      : ["", ...upTo(length - 1).flatMap((rest) => tokens.map((token) => token + rest))];
  })(4).filter((pattern) => /^(?!.*\*\*).*\*/.test(pattern));
  const patterns = oneOf(10, all);

  test(`GitHub's subjects are judged by what they match, with ${patterns.length} patterns`, () => {
    const issuer = "https://token.actions.githubusercontent.com";
    const differing = patterns.flatMap((pattern) => {
      const found = judgeTrust({ issuer, subject: pattern, audience: "", claims: {} });
      const named = found.whose === "owner" ? found.owner : undefined;
      const meant = admittedAmong(subjects, pattern);
      // There are more subjects than these few, so that of which none is here may be somebody's.
      // Never the other way round.
      const isRight =
        meant.by === "nobody"
          ? named === undefined || pattern.includes(named)
          : found.whose === meant.by && (meant.by !== "owner" || meant.owner === named);
      return isRight ? [] : [{ pattern, found, meant }];
    });
    expect(differing).toEqual([]);
  });
});
