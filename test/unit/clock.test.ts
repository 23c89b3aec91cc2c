import { afterEach, expect, test, vi } from "vitest";
import { now } from "../../provider/engine/clock";

afterEach(() => vi.unstubAllEnvs());

function expectToday() {
  const before = Date.now();
  const time = now();
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now());
}

test("TAILSCOPE_NOW replaces the clock, and is refused if it is not a time", () => {
  expectToday();
  vi.stubEnv("TAILSCOPE_NOW", "2027-03-01T00:00:00Z");
  expect(now()).toBe(Date.UTC(2027, 2, 1));
  vi.stubEnv("TAILSCOPE_NOW", "2027-03-01T02:00:00+02:00");
  expect(now()).toBe(Date.UTC(2027, 2, 1));
  vi.stubEnv("TAILSCOPE_NOW", "2027-03-01T00:00:00.125Z");
  expect(now()).toBe(Date.UTC(2027, 2, 1) + 125);
  vi.stubEnv("TAILSCOPE_NOW", "");
  expectToday();
  const wrong = [
    "tomorrow",
    "2027-03-01",
    "2027-13-01T00:00:00Z",
    "1772323200",
    "on 2027-03-01T00:00:00Z",
    "2027-03-01T00:00:00Z.",
  ];
  for (const none of wrong) {
    vi.stubEnv("TAILSCOPE_NOW", none);
    expect(now).toThrow("TAILSCOPE_NOW is not a time in RFC 3339.");
  }
});
