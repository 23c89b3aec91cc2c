/** Links lead somewhere, and what is drawn and generated is of today. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { draw, readDiagrams } from "../../tools/diagrams";
import { type Page, readPages, root } from "./pages";

const pages = readPages();

/** The addresses of a page's headings, as GitHub and the site make them. */
function anchorsOf(text: string): string[] {
  const withoutCode = text.replace(/^ *```[\s\S]*?^ *```/gm, "");
  return [...withoutCode.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-"),
  );
}

function brokenLinks({ path, text }: Page): string[] {
  const withoutCode = text.replace(/^ *```[\s\S]*?^ *```/gm, "").replace(/`[^`\n]*`/g, "");
  const links = [...withoutCode.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? path : join(dirname(path), decodeURI(file));
    if (!existsSync(join(root, target))) return true;
    if (anchor === undefined || !target.endsWith(".md")) return false;
    return !anchorsOf(readFileSync(join(root, target), "utf8")).includes(anchor);
  });
}

test.each(pages.map((page): [string, Page] => [page.path, page]))(
  "every link in %s has a target",
  (_, page) => {
    expect(brokenLinks(page)).toEqual([]);
  },
);

test("links from the documentation site to the repository have a target", () => {
  const links = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/https:\/\/github\.com\/OWNER\/tailscope\/blob\/main\/([\w./-]+)/g)].map(
      ([, target = ""]) => ({ path, target }),
    ),
  );
  expect(links.length).toBeGreaterThan(3);
  expect(links.filter(({ target }) => !existsSync(join(root, target)))).toEqual([]);
});

test("another page links to every page of the documentation", () => {
  const linked = new Set(
    pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\(([^)#\s]+\.md)/g)].map(([, link = ""]) => join(dirname(path), link)),
    ),
  );
  const unlinked = pages.map(({ path }) => path).filter((path) => path.startsWith("docs/"));
  expect(unlinked.filter((path) => path !== "docs/index.md" && !linked.has(path))).toEqual([]);
});

test("the list of examples contains every example", () => {
  const list = readFileSync(join(root, "examples", "README.md"), "utf8");
  const folders = readdirSync(join(root, "examples"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
    .map(({ name }) => name);
  expect(folders.filter((name) => !list.includes(`[${name}](${name}/`))).toEqual([]);
});

describe("diagrams", () => {
  const folder = join(root, "docs", "diagrams");

  test("every diagram's picture is generated from its current text", () => {
    for (const [name, text] of readDiagrams(folder))
      expect(readFileSync(join(folder, `${name}.svg`), "utf8"), "npm run diagrams").toBe(
        draw(text),
      );
  });

  test("the diagram of imports contains every folder of the provider, alone or in a group", () => {
    const text = readFileSync(join(folder, "house.txt"), "utf8");
    const drawn = [...text.matchAll(/"([a-z]+)" "/g)].map(([, name]) => name);
    for (const name of drawn)
      expect(existsSync(join(root, "provider", name ?? "")), name).toBe(true);
    expect(drawn.length).toBeGreaterThanOrEqual(8);
  });

  test("a diagram with an invalid line is refused with that line", () => {
    expect(() => draw("colour red")).toThrow("not a title, a row or an arrow: colour red");
    expect(() => draw('row a "a" "b"\na -> c')).toThrow("no box is called c");
    expect(() => draw("row a")).toThrow("not a box: a");
  });
});

describe("the API reference", () => {
  const made = mkdtempSync(join(tmpdir(), "tailscope-reference-"));
  afterAll(() => rmSync(made, { recursive: true, force: true }));

  test("the API reference is generated from the current doc comments", async () => {
    const { Application } = await import("typedoc");
    const published = join(root, "docs", "reference");
    const update = process.env["UPDATE_DOCS"] !== undefined;
    const app = await Application.bootstrapWithPlugins({
      options: join(root, "typedoc.json"),
      out: update ? published : made,
      logLevel: "Warn",
      // `npm run types` checks the types.
      skipErrorChecking: true,
    });
    const project = await app.convert();
    if (project === undefined) throw new Error("typedoc did not understand the source");
    await app.generateOutputs(project);
    expect(app.logger.hasErrors() || app.logger.hasWarnings(), "typedoc is content").toBe(false);
    if (!update) {
      expect(contentsOf(published), "npm run docs:update").toEqual(contentsOf(made));
    }
  });
});

function contentsOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .sort();
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), "utf8")]));
}
