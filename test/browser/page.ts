/** The page in which the tests of a file look at what we draw, and what axe says of it. */

import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, inject } from "vitest";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pictures = fileURLToPath(new URL("../../coverage/pictures", import.meta.url));

export const phone = { width: 360, height: 780 };
export const desk = { width: 1280, height: 800 };

export interface Look {
  /** @default desk */
  readonly viewport?: { width: number; height: number };
  /** @default "light" */
  readonly colorScheme?: "light" | "dark";
}

/** Works on the page. `events` are what it requests and the dialogs that it opens. */
type Work = (page: Page, events: readonly string[]) => Promise<void>;

export interface SharedPage {
  /** Why there is no browser. */
  readonly missing: string | undefined;
  /** Shows an address, or an empty page where there is none. */
  show(address: string | undefined, work: Work, look?: Look): Promise<void>;
}

/**
 * Opens a page before the tests of a file. They share it, because a new one is a new process, which
 * takes longer to start, and to compile axe or Mermaid, than most tests take.
 */
export function openPage(): SharedPage {
  const { endpoint, missing } = inject("browser");
  let browser: Browser | undefined;
  let page: Page | undefined;

  beforeAll(async () => {
    if (endpoint === undefined) return;
    browser = await chromium.connect(endpoint);
    page = await browser.newPage();
  });

  afterAll(() => browser?.close());

  return {
    missing,
    async show(address, work, { viewport = desk, colorScheme = "light" } = {}) {
      if (page === undefined) throw new Error("There is no browser.");
      const events: string[] = [];
      const noteRequest = (request: { url(): string }) => events.push(request.url());
      const noteDialog = (dialog: { message(): string; dismiss(): Promise<void> }) => {
        events.push(dialog.message());
        void dialog.dismiss();
      };
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      page.on("request", noteRequest).on("dialog", noteDialog);
      try {
        if (address !== undefined) await page.goto(address, { waitUntil: "load" });
        await work(page, events);
      } finally {
        page.off("request", noteRequest).off("dialog", noteDialog);
      }
    },
  };
}

/** Keeps a picture for a person to look at, if `TAILSCOPE_PICTURES` asks for that. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (!process.env["TAILSCOPE_PICTURES"]) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

export async function isWiderThan({ width }: { width: number }, page: Page): Promise<boolean> {
  return ((await page.evaluate("document.documentElement.scrollWidth")) as number) > width; // Pixels.
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe says is wrong with the page. */
export async function listViolations(page: Page): Promise<string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe);
  // What is right is not listed, which takes longer than to find it.
  const found = await page.evaluate(
    `axe.run({ resultTypes: ["violations"] }).then(({ violations }) =>
      violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => ({ html })) })))`,
  );
  const violations = found as readonly Violation[]; // As axe documents them.
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).slice(0, 3)}`);
}
