import { expect, test } from "vitest";
import { describeProxy, findProxy, isLinkLocal } from "../../provider/network/proxy";

const api = "https://api.tailscale.com";
const proxy = "http://proxy.example.com:3128";

test.each<[string, string, Record<string, string>, string | undefined]>([
  ["nothing set", api, {}, undefined],
  ["HTTPS_PROXY", api, { HTTPS_PROXY: proxy }, `${proxy} (HTTPS_PROXY)`],
  ["https_proxy", api, { https_proxy: proxy }, `${proxy} (https_proxy)`],
  [
    "both spellings, of which the lower-case one wins",
    api,
    { HTTPS_PROXY: "http://other:1", https_proxy: proxy },
    `${proxy} (https_proxy)`,
  ],
  [
    "an empty lower-case one, which turns it off",
    api,
    { HTTPS_PROXY: proxy, https_proxy: "" },
    undefined,
  ],
  ["HTTP_PROXY alone, which is for plain http", api, { HTTP_PROXY: proxy }, undefined],
  [
    "plain http",
    "http://gitlab.example.com/api/v4",
    { HTTP_PROXY: proxy, HTTPS_PROXY: "http://other:1" },
    `${proxy} (HTTP_PROXY)`,
  ],
  ["no scheme", api, { HTTPS_PROXY: "proxy.example.com:3128" }, `${proxy} (HTTPS_PROXY)`],
  ["white space around it", api, { HTTPS_PROXY: ` ${proxy}\n` }, `${proxy} (HTTPS_PROXY)`],
  [
    "a user and a password, which are not shown",
    api,
    { HTTPS_PROXY: "http://user:hunter2@proxy.example.com:3128/x" },
    `${proxy} (HTTPS_PROXY)`,
  ],
  [
    "a proxy by https",
    api,
    { HTTPS_PROXY: "https://p.example.com" },
    "https://p.example.com (HTTPS_PROXY)",
  ],
  ["NO_PROXY *", api, { HTTPS_PROXY: proxy, NO_PROXY: "*" }, undefined],
  [
    "NO_PROXY with the host",
    api,
    { HTTPS_PROXY: proxy, NO_PROXY: "x, API.tailscale.com" },
    undefined,
  ],
  ["no_proxy with the domain", api, { HTTPS_PROXY: proxy, no_proxy: "x tailscale.com" }, undefined],
  ["NO_PROXY with .domain", api, { HTTPS_PROXY: proxy, NO_PROXY: ".tailscale.com" }, undefined],
  ["NO_PROXY with *.domain", api, { HTTPS_PROXY: proxy, NO_PROXY: "*.tailscale.com" }, undefined],
  [
    "NO_PROXY with *. of the host itself",
    api,
    { HTTPS_PROXY: proxy, NO_PROXY: "*.api.tailscale.com" },
    `${proxy} (HTTPS_PROXY)`,
  ],
  [
    "NO_PROXY with a suffix of one label",
    api,
    { HTTPS_PROXY: proxy, NO_PROXY: "scale.com,.com.,x.api.tailscale.com" },
    undefined,
  ],
  [
    "NO_PROXY with a part of a label",
    api,
    { HTTPS_PROXY: proxy, NO_PROXY: "scale.com" },
    `${proxy} (HTTPS_PROXY)`,
  ],
  ["NO_PROXY with its port", api, { HTTPS_PROXY: proxy, NO_PROXY: "tailscale.com:443" }, undefined],
  [
    "NO_PROXY with another port",
    api,
    { HTTPS_PROXY: proxy, NO_PROXY: "tailscale.com:8443" },
    `${proxy} (HTTPS_PROXY)`,
  ],
  [
    "a host that ends in a dot",
    "https://api.tailscale.com./",
    { HTTPS_PROXY: proxy, NO_PROXY: "tailscale.com" },
    undefined,
  ],
  [
    "NO_PROXY with a network",
    "https://10.1.2.3",
    { HTTPS_PROXY: proxy, NO_PROXY: "10.0.0.0/8" },
    undefined,
  ],
  [
    "NO_PROXY with another network",
    "https://11.1.2.3",
    { HTTPS_PROXY: proxy, NO_PROXY: "10.0.0.0/8,10.0.0.0/99,10.0.0.0/,fd00::/8" },
    `${proxy} (HTTPS_PROXY)`,
  ],
  [
    "NO_PROXY with an address",
    "https://10.1.2.3",
    { HTTPS_PROXY: proxy, NO_PROXY: "10.1.2.3" },
    undefined,
  ],
  [
    "NO_PROXY with an IPv6 address",
    "https://[fd00::1]",
    { HTTPS_PROXY: proxy, NO_PROXY: "fd00:0::1" },
    undefined,
  ],
  [
    "NO_PROXY with an IPv6 address and a port",
    "https://[fd00::1]:8443",
    { HTTPS_PROXY: proxy, NO_PROXY: "[fd00::1]:8443" },
    undefined,
  ],
  [
    "NO_PROXY with an IPv6 address and another port",
    "https://[fd00::1]",
    { HTTPS_PROXY: proxy, NO_PROXY: "[fd00::1]:8443" },
    `${proxy} (HTTPS_PROXY)`,
  ],
  ["loopback", "http://127.0.0.1:8080", { HTTP_PROXY: proxy }, undefined],
  ["loopback by https", "https://localhost:8080", { HTTPS_PROXY: proxy }, undefined],
  ["loopback by a name below", "https://a.localhost", { HTTPS_PROXY: proxy }, undefined],
  ["loopback of IPv6", "https://[::1]:1", { HTTPS_PROXY: proxy }, undefined],
  ["a cloud's metadata service", "http://169.254.169.254", { HTTP_PROXY: proxy }, undefined],
  ["that of IPv6", "http://[fd00:ec2::254]", { HTTP_PROXY: proxy }, undefined],
])("the right proxy, or none, is used with %s: %s", (_, address, environment, name) => {
  expect(findProxy(address, environment)?.name).toBe(name);
});

test("only the proxy agent gets the user name and the password", () => {
  const found = findProxy(api, { HTTPS_PROXY: "http://user:hunter2@proxy.example.com" });
  expect(found?.address.password).toBe("hunter2");
  expect(found?.name).not.toContain("hunter2");
});

test.each([
  ["http://", "is not the address of a proxy"],
  ["http://a:b:c", "is not the address of a proxy"],
  ["socks5://proxy:1080", "names a proxy that is neither http nor https"],
  ["http://%zz:hunter2@proxy", "has a user name or password that is not percent-encoded"],
])("HTTPS_PROXY=%s is refused with what to write", (value, problem) => {
  const refused = () => findProxy(api, { HTTPS_PROXY: value });
  expect(refused).toThrow(`HTTPS_PROXY ${problem}`);
  expect(refused).toThrow('.\n  Write it like "http://proxy.example.com:3128", or unset it');
  expect(refused).not.toThrow("hunter2");
});

test("a wrong proxy does not matter if no proxy is needed", () => {
  expect(findProxy("http://127.0.0.1:1", { HTTP_PROXY: "socks5://x" })).toBeUndefined();
});

test.each([
  [api, { HTTPS_PROXY: proxy }, `${proxy} (HTTPS_PROXY)`],
  [api, {}, "none: HTTPS_PROXY is not set"],
  [api, { HTTPS_PROXY: proxy, NO_PROXY: "*" }, "none: NO_PROXY exempts api.tailscale.com"],
  ["http://127.0.0.1:1", { HTTP_PROXY: proxy }, "none: 127.0.0.1 is this machine"],
])("the way to %s is described in words", (address, environment, words) => {
  expect(describeProxy(address, environment)).toBe(words);
});

test.each([
  ["169.254.0.1", true],
  ["[fe80::1]", true],
  ["169.255.0.1", false],
  ["fe80.example.com", false],
  ["metadata.google.internal", false],
])("whether %s is link-local: %s", (hostname, expected) => {
  expect(isLinkLocal(hostname)).toBe(expected);
});
