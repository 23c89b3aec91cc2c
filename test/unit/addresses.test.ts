import { isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatAddress, parseAddress } from "../../provider/policy-file/addresses";

/** Addresses, and what is nearly one. */
const texts = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc
    .array(
      fc.constantFrom(
        "::",
        ":",
        "0",
        "1",
        "fd7a",
        "FFFF",
        "12345",
        "g",
        "1.2.3.4",
        "1.2.3",
        "%eth0",
        " ",
      ),
      { maxLength: 18 },
    )
    .map((parts) => parts.join("")),
  fc
    .tuple(fc.ipV6(), fc.nat(40), fc.constantFrom("", ":", "::", "0", "%", ".", "f00d"))
    .map(([text, at, other]) => text.slice(0, at) + other + text.slice(at + 1)),
);

test("a text is the address that Node says it is, and an address with a zone is not one", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const family = isIPv4(text) ? 4 : isIPv6(text) && !text.includes("%") ? 6 : undefined;
      expect(parseAddress(text)?.family).toBe(family);
    }),
    { numRuns: 20_000 },
  );
});

test("an IPv6 address has the value that a URL reads in it", () => {
  fc.assert(
    fc.property(
      texts.filter((text) => parseAddress(text)?.family === 6),
      (text) => {
        const address = parseAddress(text);
        expect(address && formatAddress(address)).toBe(
          new URL(`http://[${text}]`).hostname.slice(1, -1),
        );
      },
    ),
    { numRuns: 2000 },
  );
});
