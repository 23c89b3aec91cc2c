/**
 * Which proxy a request goes through, by HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
 *
 * The rules are those of curl and of Go, in which Tailscale's official provider is written: the
 * lower-case name wins, HTTP_PROXY is only for plain http, an address without a scheme is http, and
 * NO_PROXY holds names, suffixes, addresses, networks, each with or without a port, or `*`.
 * Sources: https://curl.se/docs/manpage.html#ENVIRONMENT,
 * https://pkg.go.dev/golang.org/x/net/http/httpproxy
 */

import { BlockList, isIP } from "node:net";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Proxy {
  /** With the user name and password for the proxy, so never shown. */
  readonly address: URL;
  /** What messages call it, for example `"http://proxy.example.com:3128 (HTTPS_PROXY)"`. */
  readonly name: string;
}

/** A setting of the proxy is invalid. */
export class ProxySettingError extends Error {}

/**
 * The proxy for a request to `address`; undefined if it goes there directly.
 * @throws ProxySettingError if the variable does not hold the address of a proxy
 */
export function findProxy(address: string, environment: Environment): Proxy | undefined {
  const url = new URL(address);
  if (isOfThisMachine(url.hostname)) return undefined;
  const found = readVariable(environment, url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
  if (found === undefined) return undefined;
  const proxy = parseProxy(found);
  return isExempt(url, readVariable(environment, "NO_PROXY")?.value ?? "") ? undefined : proxy;
}

/**
 * The proxy for a request to `address` in words, with a reason if there is none, for example
 * `"none: NO_PROXY exempts api.tailscale.com"`.
 */
export function describeProxy(address: string, environment: Environment): string {
  const proxy = findProxy(address, environment);
  if (proxy !== undefined) return proxy.name;
  const { hostname, protocol } = new URL(address);
  if (isOfThisMachine(hostname)) return `none: ${hostname} is this machine`;
  const variable = protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  return readVariable(environment, variable) === undefined
    ? `none: ${variable} is not set`
    : `none: NO_PROXY exempts ${hostname}`;
}

/** Whether `hostname`, as a URL spells it, is this machine's own address. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Whether nobody can read on the way what is sent to `address`. */
export function isConfidential(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

const linkLocal = new BlockList();
linkLocal.addSubnet("169.254.0.0", 16, "ipv4");
linkLocal.addSubnet("fe80::", 10, "ipv6");
// The IPv6 addresses of AWS's metadata services, which no network routes.
linkLocal.addSubnet("fd00:ec2::", 32, "ipv6");

/**
 * Whether `hostname`, as a URL spells it, is only reachable on this machine's own link, as the
 * metadata service of a cloud is.
 */
export function isLinkLocal(hostname: string): boolean {
  const address = removeBrackets(hostname);
  const family = isIP(address);
  return family !== 0 && linkLocal.check(address, family === 6 ? "ipv6" : "ipv4");
}

/** Whether no proxy could reach `hostname` for us. */
function isOfThisMachine(hostname: string): boolean {
  return isLoopback(hostname) || hostname.endsWith(".localhost") || isLinkLocal(hostname);
}

interface Found {
  readonly variable: string;
  readonly value: string;
}

function readVariable(environment: Environment, name: string): Found | undefined {
  const variable = [name.toLowerCase(), name].find(
    (spelling) => environment[spelling] !== undefined,
  );
  const value = variable === undefined ? "" : (environment[variable]?.trim() ?? "");
  return variable === undefined || value === "" ? undefined : { variable, value };
}

function parseProxy({ variable, value }: Found): Proxy {
  const wrong = (problem: string) =>
    new ProxySettingError(
      `${variable} ${problem}.\n  Write it like "http://proxy.example.com:3128", or unset it; NO_PROXY lists the hosts that need none.`,
    );
  const text = value.includes("://") ? value : `http://${value}`;
  if (!URL.canParse(text)) throw wrong("is not the address of a proxy");
  const address = new URL(text);
  if (address.protocol !== "http:" && address.protocol !== "https:")
    throw wrong("names a proxy that is neither http nor https, which is not supported");
  try {
    decodeURIComponent(address.username + address.password);
  } catch {
    throw wrong("has a user name or password that is not percent-encoded");
  }
  return { address, name: `${address.origin} (${variable})` };
}

function isExempt({ hostname, port, protocol }: URL, exemptions: string): boolean {
  const host = removeBrackets(hostname).replace(/\.$/, "");
  const ownPort = port || (protocol === "https:" ? "443" : "80");
  return exemptions
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      // An IPv6 address has colons of its own; one with a port stands in brackets.
      const [, name = entry, itsPort] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
      if (itsPort !== undefined && itsPort !== ownPort) return false;
      return matchesEntry(host, removeBrackets(name).toLowerCase());
    });
}

function matchesEntry(host: string, entry: string): boolean {
  if (entry === "*") return true;
  const [network = "", bits] = entry.split("/");
  if (bits !== undefined) return /^\d+$/.test(bits) && isInSubnet(host, network, Number(bits));
  if (isIP(host) !== 0 || isIP(entry) !== 0)
    return isInSubnet(host, entry, isIP(entry) === 6 ? 128 : 32);
  const suffix = entry.replace(/^\*?\./, "").replace(/\.$/, "");
  if (suffix === "") return false;
  return (!entry.startsWith("*.") && host === suffix) || host.endsWith(`.${suffix}`);
}

function isInSubnet(host: string, network: string, bits: number): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family) return false;
  if (bits > (family === 6 ? 128 : 32)) return false;
  const list = new BlockList();
  const type = family === 6 ? "ipv6" : "ipv4";
  list.addSubnet(network, bits, type);
  return list.check(host, type);
}

function removeBrackets(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}
