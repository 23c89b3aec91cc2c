/** How far this machine's clock is from Tailscale's: tokens and rotation depend on both. */

import { ask } from "../network/ask";

/**
 * The least number of seconds by which Tailscale's clock is ahead, from the Date header of an
 * answer; undefined without that header. The header has whole seconds and was written at some
 * moment while we waited, so the result is 0 if our clock may be right. Rejects if there is no
 * answer.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1
 */
export async function measureClockSkew(baseUrl: string): Promise<number | undefined> {
  const asked = Date.now();
  const { headers } = await ask(`${baseUrl}/api/v2/`, { timeout: 10_000 });
  const answered = Date.now();
  const date = typeof headers["date"] === "string" ? Date.parse(headers["date"]) : Number.NaN;
  if (Number.isNaN(date)) return undefined;
  const least = date - answered;
  const most = date + 1000 - asked;
  if (least <= 0 && most >= 0) return 0;
  return Math.round((least > 0 ? least : most) / 1000);
}
