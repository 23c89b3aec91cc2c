/**
 * Reach as HTML in a real Chromium: drawn on a phone and a desk, for everybody, and with nothing
 * from elsewhere.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { answerWhatIsReached } from "../../provider/reach/answers";
import { rememberSpreads } from "../../provider/reach/spread";
import type { CredentialStart } from "../../provider/reach/starts";
import { formatHtml } from "../../provider/review/formats/html";
import { formatHtmlAnswers } from "../../provider/review/reach/html";
import { company, networkFrom } from "../reach/a-company";
import { reviewNewOwner } from "./a-review";
import { desk, isWiderThan, listViolations, openPage, phone, takePicture } from "./page";

const folder = mkdtempSync(join(tmpdir(), "tailscope-pages-"));
const { missing, show } = openPage();

afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

test.for([
  ["review", formatHtml(reviewNewOwner(), "prod")],
  ["reach", reachPage()],
] as const)(
  "the picture of a %s is readable on a phone and on a desktop, in light and dark mode, and is accessible",
  async ([name, html], context) => {
    if (missing !== undefined) return context.skip(missing);
    const file = join(folder, `${name}.html`);
    writeFileSync(file, html);
    await show(pathToFileURL(file).href, async (page, events) => {
      for (const viewport of [phone, desk])
        for (const colorScheme of ["light", "dark"] as const) {
          await page.setViewportSize(viewport);
          await page.emulateMedia({ colorScheme });
          const picture = `reach-${name}-${viewport.width}-${colorScheme}`;
          await takePicture(page, picture);
          expect(await isWiderThan(viewport, page), picture).toBe(false);
          expect(await listViolations(page)).toEqual([]);
        }
      // Every edge has a line, and says in its title what it is.
      expect(await page.locator("svg path > title").count()).toBeGreaterThan(2);
      expect(events).toHaveLength(1);
    });
  },
);
