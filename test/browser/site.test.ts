/**
 * The site of the documentation in a real Chromium: on a phone and a desk, light and dark,
 * searchable, and with nothing from elsewhere.
 */

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pictures = join(root, "coverage", "pictures");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const phone = { width: 360, height: 780 };
const desk = { width: 1280, height: 800 };

const folder = mkdtempSync(join(tmpdir(), "tailscope-site-"));
const { path: executablePath, missing } = inject("browser");
let browser: Browser | undefined;
let server: Server | undefined;
let address: string;

beforeAll(async () => {
  if (executablePath === undefined) return;
  const vitepress = join(root, "node_modules", "vitepress", "bin", "vitepress.js");
  await promisify(execFile)(process.execPath, [vitepress, "build", "docs", "--outDir", folder], {
    cwd: root,
  });
  server = createServer(({ url = "/" }, response) => {
    const [path = "/"] = url.split("?");
    const file = [path, `${path}.html`, join(path, "index.html")]
      .map((one) => join(folder, decodeURI(one)))
      .find((one) => existsSync(one) && statSync(one).isFile());
    if (file === undefined) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" });
    response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // It listens on a port.
  browser = await chromium.launch({ executablePath });
  mkdirSync(pictures, { recursive: true });
});

afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const types: Record<string, string> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

async function withPage(
  path: string,
  work: (page: Page, requested: string[]) => Promise<void>,
  options: { colorScheme?: "light" | "dark"; viewport?: { width: number; height: number } } = {},
): Promise<void> {
  if (browser === undefined) throw new Error("There is no browser.");
  const page = await browser.newPage({ viewport: desk, ...options });
  try {
    const requested: string[] = [];
    page.on("request", (request) => requested.push(request.url()));
    await page.goto(address + path, { waitUntil: "load" });
    await work(page, requested);
  } finally {
    await page.close();
  }
}

interface Violation {
  id: string;
  nodes: { html: string }[];
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = (await page.evaluate("axe.run()")) as { violations: Violation[] };
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).slice(0, 3)}`);
}

const pages = ["/", "/concepts", "/messages", "/reference/tailscope/classes/OAuthClient"];
const looks = [
  ...pages.map((path) => ({ path, colorScheme: "light" as const })),
  ...["/concepts", "/reference/tailscope/classes/OAuthClient"].map((path) => ({
    path,
    colorScheme: "dark" as const,
  })),
];

/** The addresses of a page's links or pictures. */
const addresses = (page: Page, selector: string, attribute: string) =>
  page.evaluate(
    `[...document.querySelectorAll(${JSON.stringify(selector)})].map((one) => one.getAttribute("${attribute}"))`,
  ) as Promise<string[]>; // Elements with that attribute.

test.skipIf(missing).each(looks)(
  "the documentation page $path is accessible in $colorScheme mode",
  async (look) => {
    await withPage(
      look.path,
      async (page) => {
        expect(await violations(page)).toEqual([]);
      },
      look,
    );
  },
);

test.skipIf(missing).each(pages)("the documentation page %s fits a phone", async (path) => {
  await withPage(
    path,
    async (page) => {
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
      await page.screenshot({
        path: join(pictures, `site${path.replaceAll("/", "-")}-phone.png`),
      });
    },
    { viewport: phone },
  );
});

test.skipIf(missing)(
  "the documentation site's search finds a term, and the site loads nothing from elsewhere",
  async () => {
    await withPage("/", async (page, requested) => {
      await page.locator("#local-search button").first().click();
      await page.locator(".VPLocalSearchBox input").fill("rotateEvery");
      const first = page.locator(".VPLocalSearchBox .result").first();
      await first.waitFor();
      await first.click();
      await page.waitForFunction("location.pathname !== '/'");
      // The address changes before the page does.
      await page.locator("main", { hasText: "rotateEvery" }).waitFor();
      expect(await page.locator("main").textContent()).toContain("rotateEvery");
      expect(requested.filter((url) => !url.startsWith(address))).toEqual([]);
    });
  },
);

test.skipIf(missing)(
  "every page of the site's navigation exists and shows its diagrams",
  async () => {
    await withPage("/", async (page) => {
      const links = new Set<string>();
      for (const path of ["/", "/reference/", "/decisions/"]) {
        await page.goto(address + path);
        for (const link of await addresses(page, ".VPSidebar a", "href")) links.add(link);
      }
      expect(links.size).toBeGreaterThan(70);
      for (const link of links)
        expect((await page.request.get(address + link)).status(), link).toBe(200);
      await page.goto(`${address}/concepts`);
      const drawn = await addresses(page, "main img", "src");
      expect(drawn).toHaveLength(3);
      for (const one of drawn)
        expect((await page.request.get(address + one)).status(), one).toBe(200);
      await page.screenshot({ path: join(pictures, "site-concepts.png"), fullPage: true });
    });
  },
);
