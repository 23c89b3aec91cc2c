/** The list of facts, the page that is made from it, and the comments that cite it. */

import { globSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checks } from "../tailnet/checks/index.ts";
import { topics } from "../tailnet/fact.ts";
import { facts } from "../tailnet/facts.ts";
import { pagePath, writePage } from "../tailnet/page.ts";
import { mark } from "../tailnet/session.ts";

const ids = facts.map(({ id }) => id);

test("every fact has a unique id that fits into a credential's description", () => {
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    // What descriptions are tried with comes behind it.
    expect(`${mark} ${id} a.b`.length, id).toBeLessThanOrEqual(50);
  }
});

test.each(facts)("$id says what is known, from where, and what Tailscope does about it", (fact) => {
  expect(topics).toContain(fact.topic);
  expect(fact.evidence.length).toBeGreaterThan(0);
  for (const { source, url } of fact.evidence) {
    expect(URL.canParse(url ?? source.url)).toBe(true);
    expect(source.date).toMatch(/^20\d\d(-\d\d-\d\d)?$/);
  }
  expect(fact.sentence).toMatch(fact.status === "unknown" ? /^[A-Z`].*\?$/ : /^[A-Z`].*\.$/);
  if (fact.status !== "unknown") expect(fact.tailscope).toMatch(/^[A-Z`].*\.$/);
  else expect(fact.answers.length > 0 || fact.otherwise !== undefined).toBe(true);
});

test("exactly the facts that can be checked have a check", () => {
  const examined = facts.filter(({ examination }) => examination.by !== "nothing");
  expect(Object.keys(checks).sort()).toEqual(examined.map(({ id }) => id).sort());
});

test(`${pagePath} is generated from the current facts`, () => {
  if (process.env["UPDATE_DOCS"]) writeFileSync(pagePath, writePage());
  const advice = "UPDATE_DOCS=1 npx vitest run --project unit facts makes it again";
  expect(readFileSync(pagePath, "utf8"), advice).toBe(writePage());
});

const sources = globSync("{provider,emulator}/**/*.{ts,md}", {
  exclude: (path) => /(^|\/)(dist|node_modules)($|\/)/.test(path),
}).map((path) => [path, readFileSync(path, "utf8")] as const);

test("every fact that a comment cites is in the list", () => {
  const cited = sources.flatMap(([path, text]) =>
    [...text.matchAll(/\bfacts?: ([a-z0-9-]+(?:, [a-z0-9-]+)*)/g)].flatMap(([, list = ""]) =>
      list.split(", ").map((id) => ({ path, id })),
    ),
  );
  expect(cited.length).toBeGreaterThan(50);
  expect(cited.filter(({ id }) => !(ids as readonly string[]).includes(id))).toEqual([]);
});

test('no text says "unconfirmed": every claim has a source or is an open question in the list', () => {
  const places = sources.flatMap(([path, text]) =>
    text
      .split("\n")
      .flatMap((line, index) => (/unconfirmed/i.test(line) ? [`${path}:${index + 1}`] : [])),
  );
  expect(places).toEqual([]);
});
