/** Durations as people write them, and as they read them. */

import { describe, expect, test } from "vitest";
import {
  describeSeconds,
  formatSeconds,
  formatTime,
  parseDuration,
} from "../../provider/access/lifetime";

const day = 86_400;

describe("a duration", () => {
  test.each<[number | string, number | undefined]>([
    ["45s", 45],
    ["30m", 1800],
    ["12h", 43_200],
    ["90d", 90 * day],
    ["2w", 14 * day],
    [0, 0],
    [7, 7],
    ["", undefined],
    ["d", undefined],
    ["90", 90],
    ["7776000", 90 * day],
    ["P90D", 90 * day],
    ["PT12H", 43_200],
    ["P1DT12H", 36 * 3600],
    ["P2W", 14 * day],
    ["PT1H30M5S", 5405],
    ["P", undefined],
    ["PT", undefined],
    ["P1DT", undefined],
    ["P3M", undefined],
    ["P1Y", undefined],
    ["P1W1D", undefined],
    ["P1.5D", undefined],
    ["p1d", undefined],
    ["90 d", undefined],
    ["90dd", undefined],
    ["1d12h", undefined],
    ["-1d", undefined],
    ["1.5d", undefined],
    ["90D", undefined],
    ["90y", undefined],
    ["12345678901s", undefined],
    [-1, undefined],
    [1.5, undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
  ])("a duration written as %j is %s seconds", (text, length) => {
    expect(parseDuration(text)).toBe(length);
  });

  test.each([
    [0, "0s", "0 seconds"],
    [1, "1s", "1 second"],
    [90, "90s", "90 seconds"],
    [60, "1m", "1 minute"],
    [7200, "2h", "2 hours"],
    [day, "1d", "1 day"],
    [14 * day, "14d", "14 days"],
  ])("a duration of %i seconds is read as %s", (length, text, words) => {
    expect(formatSeconds(length)).toBe(text);
    expect(describeSeconds(length)).toBe(words);
  });
});

test("a time is written in whole seconds, as the API does", () => {
  expect(formatTime(Date.UTC(2026, 0, 31, 12, 30, 59, 999))).toBe("2026-01-31T12:30:59Z");
});
