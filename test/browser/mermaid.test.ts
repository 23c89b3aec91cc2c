/**
 * Diagrams of reach by the real Mermaid, as GitHub and GitLab draw them, in a real Chromium: each
 * is drawn, and no name leaves its label.
 */

import { globSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { formatMarkdown } from "../../provider/review/formats/markdown";
import { drawMermaid } from "../../provider/review/reach/mermaid";
import type { Mark, Picture } from "../../provider/review/reach/picture";
import { reviewNewOwner } from "./a-review";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pictures = join(root, "coverage/pictures");
const mermaid = createRequire(import.meta.url).resolve("mermaid/dist/mermaid.min.js");
const { path: executablePath, missing } = inject("browser");
let browser: Browser | undefined;

beforeAll(async () => {
  if (executablePath !== undefined) browser = await chromium.launch({ executablePath });
  mkdirSync(pictures, { recursive: true });
});

afterAll(() => browser?.close());

/** What became of a diagram. */
interface Shown {
  readonly error?: string;
  readonly nodes: readonly string[];
  readonly edges: readonly string[];
  readonly lines: number;
  /** Names of its elements, and attributes that act. */
  readonly elements: readonly string[];
  readonly acting: readonly string[];
}

/** Runs in the page. */
const draw = `async ([text, id]) => {
  const none = { nodes: [], edges: [], lines: 0, elements: [], acting: [] };
  try {
    const { svg } = await mermaid.render(id, text);
    document.querySelector("main").innerHTML = svg;
  } catch (error) {
    return { ...none, error: String(error) };
  }
  const all = [...document.querySelectorAll("main *")];
  const texts = (selector) => [...document.querySelectorAll(selector)].map((one) => one.textContent);
  const acts = ({ name, value }) =>
    /^on|^(xlink:)?href$|^src$/i.test(name) || /javascript:|url\\((?!#)/i.test(value);
  return {
    nodes: texts("main .node .nodeLabel"),
    edges: texts("main .edgeLabels span.edgeLabel"),
    lines: document.querySelectorAll("main path.flowchart-link").length,
    elements: [...new Set(all.map(({ localName }) => localName))],
    acting: all.flatMap((one) => [...one.attributes].filter(acts).map(({ name, value }) => name + "=" + value)),
  };
}`;

interface Board {
  readonly page: Page;
  /** What was asked for, and what was said. */
  readonly events: readonly string[];
  show(text: string): Promise<Shown>;
}

async function openBoard(there: Browser): Promise<Board> {
  const page = await there.newPage();
  const events: string[] = [];
  page.on("request", (request) => events.push(request.url()));
  page.on("dialog", (dialog) => {
    events.push(dialog.message());
    void dialog.dismiss();
  });
  await page.setContent(
    '<!doctype html><meta name="viewport" content="width=device-width"><main></main>',
  );
  await page.addScriptTag({ path: mermaid });
  // GitHub and GitLab set "strict", which is the default; a name is to be safe without it as well.
  await page.evaluate('mermaid.initialize({ startOnLoad: false, securityLevel: "loose" })');
  let count = 0;
  return {
    page,
    events,
    show(text) {
      count += 1;
      return page.evaluate(`(${draw})(${JSON.stringify([text, `diagram${count}`])})`);
    },
  };
}

/** What Mermaid makes of a diagram that has nothing of its own in it. */
const ours = [
  ...[
    "svg",
    "style",
    "g",
    "marker",
    "path",
    "circle",
    "rect",
    "polygon",
    "text",
    "tspan",
    "defs",
    "filter",
  ],
  ...["foreignObject", "div", "span", "p", "feDropShadow", "linearGradient", "stop"],
];

function expectDrawn({ error, lines, elements, acting }: Shown, edges: number): void {
  expect(error).toBeUndefined();
  expect(lines).toBe(edges);
  expect(elements.filter((one) => !ours.includes(one))).toEqual([]);
  expect(acting).toEqual([]);
}

const names = [
  'x"] --> y["z',
  'it\'s "quoted"',
  "[a](b){c}|d|",
  "end",
  "graph",
  "subgraph x",
  "class n1 evil",
  "%%{init: {}}%%",
  "a\nclick n1 call alert()",
  "a\r\n\tb",
  "#quot; #35; &quot; &#35; #x22;",
  "`**bold**`",
  "**bold** _it_ ~~no~~",
  "1. one",
  "- one",
  "# heading",
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "</span><iframe src=javascript:alert(1)>",
  "<br>",
  "$$x^2$$",
  "fa:fa-ban",
  "@team #1 https://evil.example",
  "javascript:alert(1)",
  "\u202eevil\u202c \u200fRTL\u200e",
  "שלום עולם",
  "🚀 👩‍👩‍👧 é",
  "-->",
  "\\n \\u0022",
  "   ",
];

const marks = ["gained", "lost", "plain"] as const;

/** From the first to each of the others, by an edge of the same name. */
function pictureNamed(labels: readonly string[], mark?: Mark): Picture {
  return {
    nodes: labels.map((label, column) => ({ label, column })),
    edges: labels.slice(1).map((label, at) => ({
      from: 0,
      to: at + 1,
      label,
      mark: mark ?? marks[at % marks.length] ?? "plain",
    })),
  };
}

test("a review's diagram is drawn on a phone and on a desktop", async (context) => {
  if (browser === undefined) return context.skip(missing);
  const [, text = ""] =
    /```mermaid\n([\s\S]*?)\n```/.exec(formatMarkdown(reviewNewOwner(), "prod")) ?? [];
  const { page, show } = await openBoard(browser);
  try {
    for (const viewport of [
      { width: 360, height: 780 },
      { width: 1280, height: 800 },
    ]) {
      await page.setViewportSize(viewport);
      const shown = await show(text);
      expectDrawn(shown, text.match(/==>/g)?.length ?? 0);
      expect(shown.nodes).toEqual(
        expect.arrayContaining(["OAuth client ci", "tag:ci", "tag:web", "tag:db:5432 (tcp)"]),
      );
      await page.screenshot({
        path: join(pictures, `mermaid-${viewport.width}.png`),
        fullPage: true,
      });
      const isWider = `document.documentElement.scrollWidth > ${viewport.width}`;
      expect(await page.evaluate(isWider)).toBe(false);
    }
  } finally {
    await page.close();
  }
});

test("each hostile name appears in the diagram only in its own label, unchanged", async (context) => {
  if (browser === undefined) return context.skip(missing);
  const { page, events, show } = await openBoard(browser);
  try {
    for (const name of names) {
      const { text } = drawMermaid(pictureNamed(["ci", name]));
      const shown = await show(text);
      expectDrawn(shown, 1);
      expect(shown.nodes, name).toHaveLength(2);
      // The letters and digits of the name, whatever stands for its other signs.
      const [, label = ""] = shown.nodes;
      const letters = (of: string) => of.match(/[\p{L}\p{N}]+/gu)?.join("") ?? "";
      if (!/[\u0000-\u001f\u200e-\u202e]/.test(name) && name.trim() !== "")
        expect(letters(label), text).toBe(letters(name));
      expect(shown.edges.map(letters), text).toContain(letters(label));
    }
    expect(events).toEqual([]);
  } finally {
    await page.close();
  }
});

test("diagrams with 40 edges and with random hostile names are drawn", async (context) => {
  if (browser === undefined) return context.skip(missing);
  const { page, events, show } = await openBoard(browser);
  try {
    const short = Array.from({ length: 41 }, (_, at) => `t${at}`);
    const many = drawMermaid(pictureNamed(short, "plain"));
    expectDrawn(await show(many.text), 40);
    const any = fc.array(fc.oneof(fc.constantFrom(...names), fc.string({ unit: "grapheme" })), {
      minLength: 2,
      maxLength: 12,
    });
    for (const labels of fc.sample(any, { numRuns: 40, seed: 20 })) {
      const { text, left } = drawMermaid(pictureNamed(labels));
      const shown = await show(text);
      expect(shown.error, text).toBeUndefined();
      expectDrawn(shown, labels.length - 1 - left);
    }
    expect(events).toEqual([]);
  } finally {
    await page.close();
  }
});

test("the diagrams in the documentation are drawn", async (context) => {
  if (browser === undefined) return context.skip(missing);
  const paths = globSync(["*.md", "docs/**/*.md", "examples/*/*.md"], { cwd: root });
  const diagrams = paths.flatMap((path) =>
    [...readFileSync(join(root, path), "utf8").matchAll(/```mermaid\n([\s\S]*?)\n```/g)].map(
      ([, text = ""]) => ({ path, text }),
    ),
  );
  expect(diagrams.map(({ path }) => path)).toContain("README.md");
  const { page, show } = await openBoard(browser);
  try {
    for (const { path, text } of diagrams) {
      const { error, nodes } = await show(text);
      expect(error, path).toBeUndefined();
      expect(nodes.length, path).toBeGreaterThan(1);
    }
  } finally {
    await page.close();
  }
});
