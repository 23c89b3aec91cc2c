/**
 * Diagrams of reach by the real Mermaid, as GitHub and GitLab draw them, in a real Chromium: each
 * is drawn, and no name leaves its label.
 */

import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { formatMarkdown } from "../../provider/review/formats/markdown";
import { drawMermaid } from "../../provider/review/reach/mermaid";
import type { Mark, Picture } from "../../provider/review/reach/picture";
import { reviewNewOwner } from "./a-review";
import { desk, isWiderThan, openPage, phone, takePicture } from "./page";

const root = fileURLToPath(new URL("../..", import.meta.url));
const mermaid = createRequire(import.meta.url).resolve("mermaid/dist/mermaid.min.js");
const { missing, show } = openPage();

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
const drawInPage = `async ([text, id]) => {
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

/** Draws a diagram, and says what became of it. */
type Draw = (text: string) => Promise<Shown>;

let count = 0;

/** Opens a page that draws. Mermaid, which is large, is loaded by the first. */
function withMermaid(
  work: (draw: Draw, page: Page, events: readonly string[]) => Promise<void>,
): Promise<void> {
  return show(undefined, async (page, events) => {
    if (!(await page.evaluate("'mermaid' in window"))) {
      await page.setContent(
        '<!doctype html><meta name="viewport" content="width=device-width"><main></main>',
      );
      await page.addScriptTag({ path: mermaid });
      // GitHub and GitLab set "strict", which is the default; a name is to be safe without it as
      // well.
      await page.evaluate('mermaid.initialize({ startOnLoad: false, securityLevel: "loose" })');
    }
    const draw: Draw = (text) => {
      count += 1;
      return page.evaluate(`(${drawInPage})(${JSON.stringify([text, `diagram${count}`])})`);
    };
    await work(draw, page, events);
  });
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
  if (missing !== undefined) return context.skip(missing);
  const [, text = ""] =
    /```mermaid\n([\s\S]*?)\n```/.exec(formatMarkdown(reviewNewOwner(), "prod")) ?? [];
  await withMermaid(async (draw, page) => {
    for (const viewport of [phone, desk]) {
      await page.setViewportSize(viewport);
      const shown = await draw(text);
      expectDrawn(shown, text.match(/==>/g)?.length ?? 0);
      expect(shown.nodes).toEqual(
        expect.arrayContaining(["OAuth client ci", "tag:ci", "tag:web", "tag:db:5432 (tcp)"]),
      );
      await takePicture(page, `mermaid-${viewport.width}`);
      expect(await isWiderThan(viewport, page)).toBe(false);
    }
  });
});

test("each hostile name appears in the diagram only in its own label, unchanged", async (context) => {
  if (missing !== undefined) return context.skip(missing);
  await withMermaid(async (draw, _, events) => {
    for (const name of names) {
      const { text } = drawMermaid(pictureNamed(["ci", name]));
      const shown = await draw(text);
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
  });
});

test("diagrams with 40 edges and with random hostile names are drawn", async (context) => {
  if (missing !== undefined) return context.skip(missing);
  await withMermaid(async (draw, _, events) => {
    const short = Array.from({ length: 41 }, (_, at) => `t${at}`);
    const many = drawMermaid(pictureNamed(short, "plain"));
    expectDrawn(await draw(many.text), 40);
    const any = fc.array(fc.oneof(fc.constantFrom(...names), fc.string({ unit: "grapheme" })), {
      minLength: 2,
      maxLength: 12,
    });
    for (const labels of fc.sample(any, { numRuns: 40, seed: 20 })) {
      const { text, left } = drawMermaid(pictureNamed(labels));
      const shown = await draw(text);
      expect(shown.error, text).toBeUndefined();
      expectDrawn(shown, labels.length - 1 - left);
    }
    expect(events).toEqual([]);
  });
});

test("the diagrams in the documentation are drawn", async (context) => {
  if (missing !== undefined) return context.skip(missing);
  const paths = globSync(["*.md", "docs/**/*.md", "examples/*/*.md"], { cwd: root });
  const diagrams = paths.flatMap((path) =>
    [...readFileSync(join(root, path), "utf8").matchAll(/```mermaid\n([\s\S]*?)\n```/g)].map(
      ([, text = ""]) => ({ path, text }),
    ),
  );
  expect(diagrams.map(({ path }) => path)).toContain("README.md");
  await withMermaid(async (draw) => {
    for (const { path, text } of diagrams) {
      const { error, nodes } = await draw(text);
      expect(error, path).toBeUndefined();
      expect(nodes.length, path).toBeGreaterThan(1);
    }
  });
});
