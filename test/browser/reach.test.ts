/**
 * Reach as HTML in a real Chromium: drawn on a phone and a desk, for everybody, and with nothing
 * from elsewhere.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { answerWhatIsReached } from "../../provider/reach/answers";
import { rememberSpreads } from "../../provider/reach/spread";
import type { CredentialStart } from "../../provider/reach/starts";
import { formatHtml } from "../../provider/review/formats/html";
import { formatHtmlAnswers } from "../../provider/review/reach/html";
import { company, networkFrom } from "../reach/a-company";
import { reviewNewOwner } from "./a-review";

const pictures = fileURLToPath(new URL("../../coverage/pictures", import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "tailscope-pages-"));
const { path: executablePath, missing } = inject("browser");
let browser: Browser | undefined;

beforeAll(async () => {
  if (executablePath !== undefined) browser = await chromium.launch({ executablePath });
  mkdirSync(pictures, { recursive: true });
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

function reachPage(): string {
  const spreadFrom = rememberSpreads(networkFrom(company));
  const starts = ["ci", '<script>alert(1)</script>"'].map(
    (name): CredentialStart => ({
      kind: "OAuthClient",
      name,
      scopes: ["auth_keys", "devices:core"],
      tags: ["tag:ci", "tag:bastion"],
    }),
  );
  return formatHtmlAnswers(
    starts.map((start) => answerWhatIsReached(start, spreadFrom(start))),
    [],
  );
}

interface Violation {
  id: string;
  nodes: { html: string }[];
}

test.for([
  ["review", formatHtml(reviewNewOwner(), "prod")],
  ["reach", reachPage()],
] as const)(
  "the picture of a %s is readable on a phone and on a desktop, in light and dark mode, and is accessible",
  async ([name, html], context) => {
    if (browser === undefined) return context.skip(missing);
    const file = join(folder, `${name}.html`);
    writeFileSync(file, html);
    const page = await browser.newPage();
    try {
      const requested: string[] = [];
      page.on("request", (request) => requested.push(request.url()));
      page.on("dialog", (dialog) => requested.push(dialog.message()));
      await page.goto(pathToFileURL(file).href);
      for (const viewport of [
        { width: 360, height: 780 },
        { width: 1280, height: 800 },
      ])
        for (const colorScheme of ["light", "dark"] as const) {
          await page.setViewportSize(viewport);
          await page.emulateMedia({ colorScheme });
          const picture = `reach-${name}-${viewport.width}-${colorScheme}.png`;
          await page.screenshot({ path: join(pictures, picture), fullPage: true });
          const isWider = `document.documentElement.scrollWidth > ${viewport.width}`;
          expect(await page.evaluate(isWider), picture).toBe(false);
          if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe);
          const found = (await page.evaluate("axe.run()")) as { violations: Violation[] };
          expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
        }
      // Every edge has a line, and says in its title what it is.
      expect(await page.locator("svg path > title").count()).toBeGreaterThan(2);
      expect(requested).toHaveLength(1);
    } finally {
      await page.close();
    }
  },
);
