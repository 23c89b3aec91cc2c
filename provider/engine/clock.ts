/** The time that decides what is due for rotation: the machine's, or one that a person chose. */

import { SettingsError } from "../api/settings/error";

/**
 * Now, in milliseconds since 1970. `TAILSCOPE_NOW`, a time in RFC 3339, replaces the machine's
 * clock: `TAILSCOPE_NOW=2027-03-01T00:00:00Z pulumi preview` shows what is due by then.
 *
 * @throws SettingsError if `TAILSCOPE_NOW` is not a time
 */
export function now(): number {
  const given = process.env["TAILSCOPE_NOW"];
  if (given === undefined || given === "") return Date.now();
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(given)
    ? Date.parse(given)
    : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new SettingsError(
    `TAILSCOPE_NOW is not a time in RFC 3339.\n  Write it like 2027-03-01T00:00:00Z, or unset it.`,
  );
}
