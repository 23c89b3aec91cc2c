/** What is done for each of many credentials does not go through all the others. */

import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { fileByCredential, findDescription, isSameCredential } from "../../provider/api/audit-log";
import type { ApiClient } from "../../provider/api/auth/client";
import { createKeyList } from "../../provider/api/keys/shared-list";
import { layOut } from "../../provider/cli/table";
import { trackReads } from "../../provider/engine/same-tailnet";
import { createFreeNames } from "../../provider/state/free-names";

afterEach(() => vi.restoreAllMocks());

/** How often ids of a list are looked at where each of its keys is searched for. */
async function countLooks(keys: number): Promise<number> {
  let looks = 0;
  const listed = Array.from({ length: keys }, (_, at) => ({
    get id() {
      looks++;
      return `k${at}CNTRL`;
    },
    keyType: "client",
    scopes: ["dns:read"],
  }));
  // The one request of a list.
  const api = { send: async () => ({ keys: listed }) } as unknown as ApiClient;
  const list = createKeyList("-", api);
  const found = await Promise.all(listed.map((_, at) => list.find(`k${at}CNTRL`)));
  expect(found.every((key) => key !== undefined)).toBe(true);
  return looks;
}

test("a list of ten times as many keys is searched in ten times the steps", async () => {
  expect(await countLooks(10_000)).toBe(10 * (await countLooks(1000)));
});

test("of two keys with one id, the first one that is complete and active is found", async () => {
  const key = { id: "kOneCNTRL", keyType: "client", scopes: ["dns:read"] };
  const keys = [
    { id: "kOneCNTRL" },
    { ...key, revoked: "2026-11-24T21:08:36Z" },
    { ...key, description: "first" },
    { ...key, description: "second" },
  ];
  const api = { send: async () => ({ keys }) } as unknown as ApiClient; // As above.
  expect((await createKeyList("-", api).find("kOneCNTRL"))?.description).toBe("first");
});

test("many callers that wait for any find share one wait", async () => {
  const settle = vi.spyOn(Promise, "allSettled");
  const reads = trackReads();
  const asked = Array.from({ length: 1000 }, async () => {
    await reads.run(async () => undefined);
    return reads.foundAny();
  });
  expect(new Set(await Promise.all(asked))).toEqual(new Set([false]));
  expect(settle.mock.calls.length).toBeLessThan(5);
});

test("a find reaches all callers that wait for it", async () => {
  const reads = trackReads();
  const late = reads.run(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return "found";
  });
  const waiting = Array.from({ length: 10 }, () => reads.foundAny());
  await late;
  expect(await Promise.all(waiting)).toEqual(waiting.map(() => true));
});

const ids = fc
  .array(fc.constantFrom("kA", "kB", "Txy", "Tz", "-", ""), { maxLength: 4 })
  .map((parts) => parts.join(""));

test("items filed by credential are those with the same credential's id, in order", () => {
  fc.assert(
    fc.property(fc.array(ids), ids, (filed, id) => {
      const items = filed.map((own, at) => ({ own, at }));
      const find = fileByCredential(items, ({ own }) => own);
      expect(find(id)).toEqual(items.filter(({ own }) => isSameCredential(own, id)));
    }),
  );
});

test("a description is found by the exact id, or by the other form of the id", () => {
  fc.assert(
    fc.property(fc.uniqueArray(ids, { maxLength: 6 }), ids, (known, id) => {
      const descriptions = new Map(known.map((one) => [one, `of ${one}`]));
      const other = known.find((one) => isSameCredential(one, id));
      const expected = descriptions.get(id) ?? (other === undefined ? "" : `of ${other}`);
      expect(findDescription(id, descriptions)).toBe(expected);
    }),
  );
});

test("a table has as many rows as there are credentials", () => {
  const rows = Array.from({ length: 200_000 }, (_, at) => [`k${at}`]);
  expect(layOut([{ title: "ID", isWhole: true }], rows, 80).rows).toHaveLength(200_000);
});

test("each of many credentials with one name gets the first free number", () => {
  const names = fc.constantFrom("ci", "ci-2", "ci-3", "ci-2-2", "cd");
  fc.assert(
    fc.property(fc.array(names, { maxLength: 20 }), (wanted) => {
      const freeName = createFreeNames("-");
      const taken = new Set<string>();
      for (const name of wanted) {
        let expected: string = name;
        for (let number = 2; taken.has(expected); number++) expected = `${name}-${number}`;
        taken.add(expected);
        expect(freeName(name)).toBe(expected);
      }
    }),
  );
});

test("ten times as many credentials with one name are named in ten times the steps", () => {
  const countSteps = (count: number) => {
    const looks = vi.spyOn(Map.prototype, "has").mockClear();
    const freeName = createFreeNames("-");
    for (let at = 0; at < count; at++) freeName("ci");
    return looks.mock.calls.length;
  };
  expect(countSteps(10_000)).toBeLessThan(11 * countSteps(1000));
});
