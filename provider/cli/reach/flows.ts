/** Prints what machines reach, flow by flow. */

import { sanitize } from "../../access/sanitize";
import type { Evaluation } from "../../policy-file/evaluate";
import type { Flow } from "../../policy-file/flow";
import { exitCodes } from "../failure";
import { print, printAside, printTable } from "../output";
import { printDocument } from "./document";

export function printFlows(
  { flows, notUnderstood }: Evaluation,
  { json }: { readonly json?: boolean },
): void {
  if (json) printDocument({ flows });
  else if (flows.length === 0) print("No machine reaches another one.");
  else
    printTable(
      [{ title: "FROM", importance: 1 }, { title: "TO", importance: 1 }, "OPEN", "LOGINS"],
      flows.map((flow) => [flow.src, flow.dst, formatOpenings(flow), formatLogins(flow)]),
    );
  for (const { place, reason } of notUnderstood)
    printAside(
      sanitize(`not understood: ${place.path || "the file"} ${reason} (line ${place.line})`),
    );
  if (notUnderstood.length > 0) process.exitCode = exitCodes.failure;
}

function formatOpenings({ tcp, udp, sctp, icmp, other, caps }: Flow): string {
  return [
    ...formatProtocolPorts("tcp", tcp),
    ...formatProtocolPorts("udp", udp),
    ...formatProtocolPorts("sctp", sctp),
    ...(icmp ? ["icmp"] : []),
    ...(other ?? []).map((number) => `protocol ${number}`),
    ...(caps ?? []),
  ].join(" ");
}

function formatProtocolPorts(protocol: string, ports: readonly string[] | undefined): string[] {
  return ports === undefined ? [] : [`${protocol}:${ports.join(",")}`];
}

function formatLogins({ ssh, sshWithoutPort }: Flow): string {
  if (sshWithoutPort) return "none: port 22 is closed";
  return Object.entries(ssh ?? {})
    .map(([login, action]) => (action === "check" ? `${login} (check)` : login))
    .join(" ");
}
