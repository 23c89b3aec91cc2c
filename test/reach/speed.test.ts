/**
 * How long reach takes: the measurements are generous, because a machine under load is no failure.
 */

import { expect, test } from "vitest";
import { readPolicyFile } from "../../provider/policy-file/read";
import { toNetwork } from "../../provider/reach/network";
import { rememberSpreads } from "../../provider/reach/spread";

const tags = Array.from({ length: 500 }, (_, at) => `tag:t${at}`);
const tag = (at: number) => tags[at % tags.length] ?? "";

/** A large company: chains of owners, and rules from tag to tag, some of them from everything. */
function company(rules: number): string {
  return JSON.stringify({
    tagOwners: Object.fromEntries(
      tags.map((name, at) => [name, at % 3 === 0 ? [tag(at * 5 + 1)] : []]),
    ),
    grants: Array.from({ length: rules }, (_, at) => ({
      src: at % 50 === 0 ? ["autogroup:tagged"] : [tag(at), tag(at * 7)],
      dst: [tag(at * 13)],
      ip: [`tcp:${(at % 60_000) + 1}`],
    })),
  });
}

/** In milliseconds of this process's own time, whatever else the machine does. */
function spent(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function followAll(text: string): number {
  const reading = readPolicyFile(text);
  if (!("policy" in reading)) throw new Error("a policy file that is refused");
  const spreadFrom = rememberSpreads(toNetwork(reading.policy));
  let count = 0;
  for (let at = 0; at < 1000; at++) {
    const scopes = at % 2 === 0 ? ["auth_keys"] : ["auth_keys", "oauth_keys"];
    const own = at % 4 === 0 ? [tag(at * 3), tag(at)] : [tag(at * 3)];
    const { opened } = spreadFrom({ kind: "OAuthClient", name: `c${at}`, scopes, tags: own });
    for (const { uses } of opened) count += uses.length;
  }
  return count;
}

test("10,000 rules and 1,000 credentials take about a second, and 50,000 rules five times that", () => {
  const [small, large] = [company(10_000), company(50_000)];
  followAll(company(1000));
  let count = 0;
  const one = spent(() => {
    count = followAll(small);
  });
  const five = spent(() => followAll(large));
  expect(count).toBeGreaterThan(100_000);
  expect(one).toBeLessThan(3000);
  // Linear, with room for a collector of garbage that has more to do.
  expect(five).toBeLessThan(Math.max(one, 400) * 12);
});
