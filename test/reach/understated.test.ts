/** Ways that are easily overlooked: what Tailscale opens must be among what reach says. */

import { describe, expect, test } from "vitest";
import { gainInWords } from "../../provider/reach/answers";
import { differenceOf } from "../../provider/reach/difference";
import { allWaysTo, startsNamedIn, waysFrom, waysTo } from "../../provider/reach/questions";
import { rememberSpreads } from "../../provider/reach/spread";
import type { CredentialStart, Start } from "../../provider/reach/starts";
import { parseTarget } from "../../provider/reach/targets";
import { conditionsInWords, targetInWords } from "../../provider/reach/words";
import { networkFrom } from "./a-company";

const tagOwners = { "tag:a": [], "tag:b": ["tag:a"], "tag:c": [], "tag:d": [] };

function client(scopes: string[], tags: string[]): CredentialStart {
  return { kind: "OAuthClient", name: "ci", scopes, tags };
}
const ci = client(["auth_keys"], ["tag:a"]);
const person = (name: string): Start => ({ kind: "Person", name });

/** The ways of somebody to a target, as conditions. */
function ways(policy: object, start: Start, text: string): string[] {
  const network = networkFrom({ tagOwners, ...policy });
  const target = parseTarget(text, network);
  if ("problem" in target) throw new Error(target.problem);
  return waysTo(start, rememberSpreads(network)(start), target).map(({ conditions }) =>
    conditionsInWords(conditions),
  );
}

/** Everything that somebody reaches. */
function reached(policy: object, start: Start): string[] {
  const spreadFrom = rememberSpreads(networkFrom({ tagOwners, ...policy }));
  return waysFrom(start, spreadFrom(start)).map(({ use, destination, conditions }) =>
    [
      use.how,
      targetInWords(destination.to, destination.openings),
      conditionsInWords(conditions),
    ].join(" "),
  );
}

function gained(before: object, after: object, start: Start = ci, next: Start = start): string[] {
  const was = rememberSpreads(networkFrom({ tagOwners, ...before }))(start);
  const is = rememberSpreads(networkFrom({ tagOwners, ...after }))(next);
  return differenceOf(was, is).gained.map(gainInWords);
}

const opens = (src: string, dst: string, ip = "tcp:22") => ({ src: [src], dst: [dst], ip: [ip] });

describe("routers", () => {
  const asks = { ...opens("*", "tag:d"), srcPosture: ["posture:p"] };
  const postures = { "posture:p": ["node:os == 'macos'"] };
  const approved = { autoApprovers: { routes: { "10.0.0.0/8": ["tag:a"] } } };
  test("send past postures by rules for everybody", () => {
    expect(ways({ postures, grants: [asks], ...approved }, ci, "tag:d")).toContain("");
    expect(
      ways(
        { postures, grants: [asks] },
        client(["auth_keys", "devices:routes"], ["tag:a"]),
        "tag:d",
      ),
    ).toContain("");
    expect(
      ways({ postures, grants: [{ ...asks, src: ["0.0.0.0/0"] }], ...approved }, ci, "tag:d"),
    ).toContain("");
    expect(
      ways(
        { postures, defaultSrcPosture: ["posture:p"], grants: [opens("*", "tag:d")], ...approved },
        ci,
        "tag:d",
      ),
    ).toContain("");
    expect(
      gained({ postures, grants: [asks] }, { postures, grants: [asks], ...approved }).join(),
    ).toContain("tag:d");
  });
  test("have subnets of IPv4 behind addresses of IPv6", () => {
    const site = "fd7a:115c:a1e0:b1a:0:1:a00:0/104";
    const approvers = { autoApprovers: { routes: { [site]: ["tag:a"] } } };
    expect(ways({ grants: [], ...approvers }, ci, "fd7a:115c:a1e0:b1a:0:1:a00:1")).toEqual([""]);
    expect(ways({ grants: [opens(site, "tag:d")], ...approvers }, ci, "tag:d")).toEqual([""]);
    expect(ways({ grants: [opens("tag:a", site)] }, ci, "fd7a:115c:a1e0:b1a:0:1:a00:1")).toEqual([
      "",
    ]);
  });
  test("are among everybody", () => {
    const from: Start = { kind: "Addresses", name: "10.1.0.0/16" };
    expect(
      ways({ grants: [opens("*", "tag:d"), opens("10.1.0.0/16", "tag:c")] }, from, "tag:d"),
    ).toHaveLength(1);
  });
});
