import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { printTable } from "../../provider/cli/output";

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

test("a table fits the terminal, ids are whole, and a file gets everything", () => {
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
    { numRuns: 200 },
  );
});
