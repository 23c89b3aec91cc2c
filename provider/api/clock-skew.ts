/** How far this machine's clock is from Tailscale's: tokens and rotation depend on both. */

import { request } from "undici";

/** Seconds by which Tailscale's clock is ahead, from the Date header of an answer; undefined where there is none. Rejects without an answer. */
export async function clockSkew(baseUrl: string): Promise<number | undefined> {
  const asked = Date.now();
  const { headers, body } = await request(`${baseUrl}/api/v2/`, { headersTimeout: 10_000 });
  await body.dump();
  const date = typeof headers["date"] === "string" ? Date.parse(headers["date"]) : Number.NaN;
  // The header has whole seconds, and was written on the way.
  return Number.isNaN(date)
    ? undefined
    : Math.round((date + 500 - (asked + Date.now()) / 2) / 1000);
}
