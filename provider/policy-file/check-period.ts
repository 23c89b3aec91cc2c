/** How long a checked login stays valid: a Go duration up to 168 hours, or `always`. */

const longest = 168 * 3600;

const seconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** Returns what is wrong with it, in Tailscale's words if they are known, or undefined. */
export function parseCheckPeriod(text: string): string | undefined {
  if (text === "always") return undefined;
  const [, sign = "", parts] =
    /^([+-]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+|0)$/.exec(text) ?? [];
  if (parts === undefined) return `time: invalid duration ${JSON.stringify(text)}`;
  let sum = 0;
  for (const [, number, unit = "s"] of parts.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g))
    sum += Number(number) * (seconds[unit] ?? 0);
  if (sign === "-" && sum > 0)
    return `checkPeriod -${formatDuration(sum)} must be a positive duration`;
  return sum > longest ? `checkPeriod ${text} is longer than 168h0m0s` : undefined;
}

/** Formats a duration as Go does: `1m0s`. */
function formatDuration(sum: number): string {
  const hours = Math.floor(sum / 3600);
  const minutes = Math.floor((sum % 3600) / 60);
  const rest = `${Number((sum % 60).toFixed(9))}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
