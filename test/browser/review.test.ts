/**
 * The HTML report in a real Chromium: on a phone and a desk, in light and dark, for everybody, and
 * with nothing from elsewhere.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { formatProviderText } from "../../provider/access/provider-text";
import { formatHtml } from "../../provider/review/formats/html";
import { readPreview } from "../../provider/review/input/preview";
import { review } from "../../provider/review/review";
import { desk, isWiderThan, listViolations, openPage, phone, takePicture } from "./page";

const reviews = fileURLToPath(new URL("../engine/reviews", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tailscope-pages-"));

const { missing, show } = openPage();

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const report = (name: string) => {
  const path = join(reviews, `${name}.html`);
  return name.startsWith("12")
    ? gunzipSync(readFileSync(`${path}.gz`)).toString()
    : readFileSync(path, "utf8");
};

async function showReport(
  html: string,
  work: (page: Page, requested: readonly string[]) => Promise<void>,
): Promise<void> {
  const file = join(folder, "report.html");
  writeFileSync(file, html);
  await show(pathToFileURL(file).href, work, { viewport: phone });
}

/** What axe says is wrong with the page, everything unfolded. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
  return listViolations(page);
}

const pages = [
  "02-scopes-reordered",
  "04-read-made-write",
  "05-all-listed",
  "07-key-reusable",
  "09-subject-widened",
];

test.for([...pages, "10-unknown-tag", "11-unknown-scope"])(
  "the report %s is readable on a phone and on a desktop, in light and dark mode, and is accessible",
  async (name, context) => {
    if (missing !== undefined) return context.skip(missing);
    await showReport(report(name), async (page, requested) => {
      for (const viewport of [phone, desk]) {
        for (const colorScheme of ["light", "dark"] as const) {
          await page.setViewportSize(viewport);
          await page.emulateMedia({ colorScheme });
          const picture = `${name}-${viewport.width}-${colorScheme}`;
          await takePicture(page, picture);
          expect(await isWiderThan(viewport, page), picture).toBe(false);
          expect(await violations(page), picture).toEqual([]);
        }
      }
      // The page itself, and nothing from elsewhere.
      expect(requested).toHaveLength(1);
    });
  },
);

test("the report's lists of operations are collapsed, and the keyboard expands them", async (context) => {
  if (missing !== undefined) return context.skip(missing);
  await showReport(report("04-read-made-write"), async (page) => {
    const operation = page.getByText("DELETE /api/v2/device/{deviceId}", { exact: true });
    expect(await operation.isVisible()).toBe(false);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await operation.isVisible()).toBe(true);
  });
});

test("a report of a thousand credentials is one page that a phone can show", async (context) => {
  if (missing !== undefined) return context.skip(missing);
  await showReport(report("12-thousand"), async (page) => {
    expect(await page.locator("section").count()).toBe(1000);
    expect(await isWiderThan(phone, page)).toBe(false);
    await takePicture(page, "12-thousand-360-light");
  });
});

test("deceptive names in a report run nothing, load nothing and stay in their place", async (context) => {
  if (missing !== undefined) return context.skip(missing);
  const hostile =
    '<img src="http://127.0.0.1:9/x" onerror="document.title=1"></code></h2></section><script>document.title="owned"</script>\u202e';
  const type = "pulumi-nodejs:dynamic/tailscope:OAuthClient";
  const steps = [
    {
      op: "create",
      urn: `urn:pulumi:dev::test::${type}::${hostile}`,
      newState: {
        type,
        inputs: {
          scopes: ["dns", hostile],
          tags: [hostile],
          __provider: formatProviderText("OAuthClient"),
        },
      },
    },
  ];
  const read = readPreview(JSON.stringify({ steps }));
  if ("problem" in read) throw new Error(read.problem);
  await showReport(formatHtml(review(read.steps), hostile), async (page, requested) => {
    expect(await page.title()).toContain("Access to the tailnet, <img");
    expect(await page.locator("img, script, section section").count()).toBe(0);
    expect(await page.locator("section").count()).toBe(2);
    expect(requested).toHaveLength(1);
    expect(await violations(page)).toEqual([]);
  });
});
