import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { printTable } from "../../provider/cli/output";
import { type Column, layOut } from "../../provider/cli/table";
import { countColumns, reflow, truncate, wrap } from "../../provider/cli/wrapping";
import { runs } from "../runs";

afterEach(() => vi.restoreAllMocks());

/** The lines of a table as a terminal of that many columns would get them; 0 for a file. */
function printed(
  columns: number,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  let text = "";
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    text += chunk;
    return true;
  });
  Object.assign(process.stdout, { isTTY: columns > 0, columns });
  try {
    printTable(head, rows);
  } finally {
    Object.assign(process.stdout, { isTTY: undefined, columns: undefined });
  }
  return text
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/\u001b\[\d+m/g, ""));
}

const row = fc.tuple(
  fc.stringMatching(/^k[a-zA-Z0-9]{10}CNTRL$/),
  fc.string({ maxLength: 80 }),
  fc.string({ maxLength: 80 }),
  fc.string({ maxLength: 80 }),
);

test("a table fits the terminal, keeps ids whole, and is complete in a file", () => {
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 50, max: 200 }),
      (rows, columns) => {
        const head = ["ID", "DESCRIPTION", "SCOPES", "TAGS"];
        const lines = printed(columns, head, rows);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
        for (const [index, [id]] of rows.entries()) expect(lines[index + 1]).toContain(id);
        expect(printed(0, head, rows).join("")).not.toContain("…");
      },
    ),
    { numRuns: runs(200) },
  );
});

const id = fc.stringMatching(/^(T[a-zA-Z0-9]{9}CNTRL-)?k[a-zA-Z0-9]{10}CNTRL$/);
const time = fc.constantFrom("2026-07-27T12:10:48Z", "3d", "not in 90d", "");
const words = fc.string({ unit: fc.constantFrom(..."abc de-: 日本é".split("")), maxLength: 60 });

test("ids and times are never shortened, whatever the width of the terminal", () => {
  const columns: Column[] = [
    { title: "ID", isWhole: true },
    { title: "WHO", importance: 1 },
    { title: "DESCRIPTION" },
    { title: "WHEN", isWhole: true },
    { title: "DETAILS", importance: -1 },
  ];
  const cells = fc.tuple(
    id,
    fc.oneof(
      words,
      fc.tuple(id, words).map(([one, text]) => `${one} (${text})`),
    ),
    words,
    time,
    words,
  );
  fc.assert(
    fc.property(
      fc.array(
        cells.map((row) => row.map((cell) => cell.replace(/ +/g, " ").trim())),
        { minLength: 1, maxLength: 4 },
      ),
      fc.integer({ min: 40, max: 170 }),
      (rows, room) => {
        const { head, rows: printed } = layOut(columns, rows, room);
        for (const [index, [one = "", who = "", , when = ""]] of rows.entries()) {
          const text = printed[index] ?? "";
          expect(text).toContain(one);
          // Of whoever is named by an id the id is there.
          expect(text).toContain(/^(T\w+-)?k\w+/.exec(who)?.[0] ?? "");
          for (const word of when.split(" ")) expect(text).toContain(word);
          for (const line of text.split("\n")) {
            const longest = Math.max(...line.trim().split(" ").map(countColumns));
            expect(countColumns(line)).toBeLessThanOrEqual(Math.max(room, longest + 6));
          }
          // A block names what it shows, and shows all of it.
          if (head === undefined) expect(text).not.toContain("…");
        }
      },
    ),
    { numRuns: runs(500) },
  );
});

test("the least important column is shortened first", () => {
  const columns: Column[] = [{ title: "A" }, { title: "B", importance: -1 }];
  const { rows } = layOut(columns, [["a".repeat(30), "b".repeat(30)]], 50);
  expect(rows).toEqual([`${"a".repeat(30)}  ${"b".repeat(17)}…`]);
});

test("an empty column takes no room on a terminal, and stays in a file", () => {
  const columns: Column[] = [{ title: "A" }, { title: "B" }];
  expect(layOut(columns, [["a", ""]], 80).head).toBe("A");
  expect(layOut(columns, [["a", ""]], Number.POSITIVE_INFINITY).head).toBe("A  B");
});

test("text is broken between words, and no word is lost or broken", () => {
  fc.assert(
    fc.property(words, fc.integer({ min: 5, max: 80 }), fc.nat(4), (text, room, hanging) => {
      const lines = wrap(`  ${text}`, room, hanging).split("\n");
      const inWords = (one: string) => one.split(/[ \n]+/).filter(Boolean);
      expect(inWords(lines.join("\n"))).toEqual(inWords(text));
      for (const line of lines) {
        const isOneWord = !line.trim().includes(" ");
        expect(isOneWord || countColumns(line) <= room).toBe(true);
      }
    }),
  );
});

test("a wide character takes two columns and is never cut in half", () => {
  expect(countColumns("日本é e\u0301")).toBe(7);
  expect(truncate("日本日本", 5)).toBe("日本…");
  expect(truncate("🚀🚀🚀", 4)).toBe("🚀…");
});

test("a help page is wrapped to the terminal, and its commands can be copied", () => {
  const page = `Usage: tailscope x [options]

One sentence of some length
that goes on.

Options:
  --json  print one document
          for programs

  $ tailscope x --with-an-option that --is-longer than-the-terminal
`;
  expect(reflow(page, 40).split("\n")).toEqual([
    "Usage: tailscope x [options]",
    "",
    "One sentence of some length that goes",
    "on.",
    "",
    "Options:",
    "  --json  print one document",
    "          for programs",
    "",
    "  $ tailscope x --with-an-option that --is-longer than-the-terminal",
    "",
  ]);
  expect(reflow(page, 80)).toContain("\nOne sentence of some length that goes on.\n");
});
