/**
 * `npm run test:tailnet` finds every way in which the API is otherwise than a fact says, and says
 * it of that fact alone.
 */

import { startEmulator } from "tailscope-emulator";
import { expect, test } from "vitest";
import { oneOf } from "../runs";
import { facts } from "../tailnet/facts.ts";
import { differences, differently, type Otherwise, openAnswers } from "./differences";
import { examineEmulator, inShort } from "./emulated-tailnet";

await using ordinary = await startEmulator();
const expected = inShort(await examineEmulator(ordinary));

test("every known fact that is checked has an API where it does not hold", () => {
  const known = facts.filter(({ status, examination }) => {
    return status !== "unknown" && examination.by !== "nothing";
  });
  expect(Object.keys(differences).sort()).toEqual(known.map(({ id }) => id).sort());
});

test.each(oneOf(8, Object.entries(differences)))(
  "if %s does not hold, only that fact is contradicted",
  async (id, make) => {
    await using emulator = await startEmulator();
    const got = inShort(await examineEmulator(emulator, "owner", { ask: differently(make) }));
    const found = [...got].filter(([other, outcome]) => outcome !== expected.get(other));
    expect(found).toEqual([[id, "contradicted"]]);
    expect(emulator.control.activeCredentials()).toEqual([]);
  },
);

test("every open question that is checked has each answer that Tailscope supports", () => {
  for (const fact of facts) {
    if (fact.status !== "unknown" || fact.examination.by === "nothing") continue;
    const answers = Object.keys(openAnswers[fact.id as keyof typeof openAnswers]); // Or undefined, which fails here.
    for (const { answer } of fact.answers) expect(answers, fact.id).toContain(answer);
  }
});

const open = Object.entries(openAnswers).flatMap(([id, answers]) =>
  Object.entries<Otherwise>(answers).map(([answer, how]) => [id, answer, how] as const),
);

test.each(oneOf(8, open))(
  "the question %s is answered %s if that is so, and nothing else changes",
  async (id, answer, how) => {
    const { difference, rewriteGithubSubjects = false, strictness = {} } = how;
    await using emulator = await startEmulator({ strictness, rewriteGithubSubjects });
    const fetch = difference === undefined ? {} : { ask: differently(difference) };
    const got = inShort(await examineEmulator(emulator, "owner", fetch));
    const found = [...got].filter(
      ([other, outcome]) => other === id || outcome !== expected.get(other),
    );
    expect(found).toEqual([[id, answer === "contradicted" ? answer : `answered: ${answer}`]]);
  },
);

test("if new clients never work, only that is contradicted, and the rest cannot be checked", async () => {
  await using emulator = await startEmulator({
    strictness: { freshClientMilliseconds: 3_600_000 },
  });
  const got = inShort(await examineEmulator(emulator));
  const contradicted = [...got].filter(([, outcome]) => outcome === "contradicted");
  expect(contradicted.map(([id]) => id)).toEqual(["fresh-client-answers-404"]);
  expect(emulator.control.activeCredentials()).toEqual([]);
});
