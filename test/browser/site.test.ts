/**
 * The site of the documentation in a real Chromium: on a phone and a desk, light and dark,
 * searchable, and with nothing from elsewhere.
 */

import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildSite } from "./built-site";
import { isWiderThan, type Look, listViolations, openPage, phone, takePicture } from "./page";

const { missing, show } = openPage();
let server: Server | undefined;
let address: string;

beforeAll(async () => {
  if (missing !== undefined) return;
  const folder = await buildSite();
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
});

afterAll(() => {
  server?.close();
});

const types: Record<string, string> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

const showPage = (path: string, work: Parameters<typeof show>[1], look?: Look) =>
  show(address + path, work, look);

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
    await showPage(
      look.path,
      async (page) => {
        expect(await listViolations(page)).toEqual([]);
      },
      look,
    );
  },
);

test.skipIf(missing).each(pages)("the documentation page %s fits a phone", async (path) => {
  await showPage(
    path,
    async (page) => {
      expect(await isWiderThan(phone, page)).toBe(false);
      await takePicture(page, `site${path.replaceAll("/", "-")}-phone`);
    },
    { viewport: phone },
  );
});

test.skipIf(missing)(
  "the documentation site's search finds a term, and the site loads nothing from elsewhere",
  async () => {
    await showPage("/", async (page, requested) => {
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
    await showPage("/", async (page) => {
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
      await takePicture(page, "site-concepts");
    });
  },
);
