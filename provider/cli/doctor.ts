/** `tailscope doctor`: what is missing for a deployment, each thing with its remedy. */

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { styleText } from "node:util";
import type { Command } from "commander";
import { covers } from "../access/scopes";
import { shown } from "../access/shown";
import { clockSkew } from "../api/clock-skew";
import { type Connection, connectionFrom } from "../api/connection";
import { version } from "../api/version";
import { exitCodes } from "./failure";
import { withJson } from "./options";
import { print, printJson, waitingFor } from "./output";
import { withTailnet } from "./session";

interface Check {
  readonly name: string;
  readonly status: "ok" | "warning" | "failed";
  readonly detail: string;
  readonly remedy?: string;
}

/** The oldest that do: undici 8 needs this Node; this CLI is the first whose import can adopt dynamic resources. */
const oldest = { node: "22.19.0", pulumi: "3.254.0" };

/** More than this between two clocks, and tokens and rotation come out wrong. */
const tolerableSkewSeconds = 60;

const abilities = [
  { scope: "oauth_keys", what: "OAuthClient" },
  { scope: "auth_keys", what: "AuthKey without mintedBy" },
  { scope: "federated_keys", what: "FederatedIdentity" },
  { scope: "policy_file:read", what: "checking tags at preview" },
  { scope: "logs:configuration:read", what: "saying who caused a drift" },
] as const;

export function doctorCommand(program: Command): void {
  withJson(program.command("doctor"))
    .summary("what is missing for a deployment, with the remedy")
    .description(
      "Looks at versions, the deployer's credentials and what they allow, the clock, and whether the tailnet answers.",
    )
    .addHelpText(
      "after",
      `
Exit code: 0 when nothing failed, or 1.

  $ tailscope doctor`,
    )
    .action(async ({ json }: { json?: boolean }) => {
      const checks = [
        nodeCheck(),
        cliCheck(),
        sdkCheck(),
        ...(await waitingFor("Asking the tailnet", tailnetChecks())),
      ];
      if (json) printJson({ checks });
      else for (const check of checks) print(line(check));
      if (checks.some(({ status }) => status === "failed")) process.exitCode = exitCodes.failure;
    });
}

function line({ name, status, detail, remedy }: Check): string {
  const mark = {
    ok: styleText("green", "ok     "),
    warning: styleText("yellow", "warning"),
    failed: styleText("red", "failed "),
  }[status];
  return `${mark}  ${name}: ${detail}${remedy === undefined ? "" : `\n           ${remedy}`}`;
}

function nodeCheck(): Check {
  const detail = `${process.versions.node}, tailscope ${version}`;
  return isAtLeast(process.versions.node, oldest.node)
    ? { name: "Node", status: "ok", detail }
    : {
        name: "Node",
        status: "failed",
        detail,
        remedy: `Install ${oldest.node} or later: https://nodejs.org`,
      };
}

function cliCheck(): Check {
  const name = "Pulumi CLI";
  const remedy = `Install ${oldest.pulumi} or later: https://www.pulumi.com/docs/iac/download-install/`;
  try {
    const found = execFileSync("pulumi", ["version"], {
      encoding: "utf8",
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    }).trim();
    return isAtLeast(found, oldest.pulumi)
      ? { name, status: "ok", detail: found }
      : { name, status: "failed", detail: found, remedy };
  } catch {
    return { name, status: "failed", detail: "there is none on PATH", remedy };
  }
}

function sdkCheck(): Check {
  const name = "@pulumi/pulumi";
  try {
    const fromHere = createRequire(join(process.cwd(), "index.js"));
    return { name, status: "ok", detail: String(fromHere("@pulumi/pulumi/package.json").version) };
  } catch {
    return {
      name,
      status: "warning",
      detail: "not found from this folder",
      remedy: "Run this in the program's folder, after npm install.",
    };
  }
}

async function tailnetChecks(): Promise<Check[]> {
  let connection: Connection;
  try {
    connection = connectionFrom(process.env, () => undefined);
  } catch (error) {
    const [detail = "", ...rest] = messageOf(error).split("\n");
    return [
      { name: "Credentials", status: "failed", detail, remedy: rest.join("\n         ").trim() },
    ];
  }
  const found: Check = {
    name: "Credentials",
    status: "ok",
    detail: `${kindOf(connection)}, for ${connection.baseUrl}`,
  };
  return [found, await skewCheck(connection.baseUrl), ...(await holdingChecks())];
}

function kindOf({ deployer, tailnet }: Connection): string {
  const where = tailnet === "-" ? "its own tailnet" : `the tailnet ${tailnet}`;
  switch (deployer.kind) {
    case "accessToken":
      return `an API access token (TAILSCALE_API_KEY) of ${where}`;
    case "oauthClient":
      return `the OAuth client ${deployer.clientId} (TAILSCALE_OAUTH_CLIENT_ID, TAILSCALE_OAUTH_CLIENT_SECRET) of ${where}`;
    case "identityToken":
      return `the federated identity ${deployer.clientId} (TAILSCALE_OAUTH_CLIENT_ID, ${deployer.identityToken.kind === "github" ? "the GitHub Actions runner" : deployer.identityToken.name}) of ${where}`;
  }
}

async function skewCheck(baseUrl: string): Promise<Check> {
  const name = "Clock";
  try {
    const skew = await clockSkew(baseUrl);
    if (skew === undefined)
      return {
        name,
        status: "warning",
        detail: "the answer has no date",
        remedy: "Check that TAILSCALE_BASE_URL is right.",
      };
    const detail = `Tailscale's is ${Math.abs(skew)} s ${skew < 0 ? "behind" : "ahead"}`;
    return Math.abs(skew) <= tolerableSkewSeconds
      ? { name, status: "ok", detail }
      : { name, status: "failed", detail, remedy: "Let this machine keep time by NTP." };
  } catch (error) {
    return {
      name,
      status: "failed",
      detail: `no answer from ${baseUrl}: ${shown(messageOf(error))}`,
      remedy: "Check the address and the way there: proxy, firewall, DNS.",
    };
  }
}

async function holdingChecks(): Promise<Check[]> {
  try {
    return await withTailnet(async (tailnet) => {
      const holder = await tailnet.deployer();
      if (holder?.scopes === undefined) {
        return [
          {
            name: "Tailnet",
            status: "warning",
            detail: "it answers, and does not say what the deployer may do",
            remedy: "Nothing to do: the API decides at each request.",
          },
        ];
      }
      const { scopes, tags, name } = holder;
      const answers: Check = {
        name: "Tailnet",
        status: "ok",
        detail: `it answers; ${name} holds ${scopes.join(" ")}${tags.length > 0 ? ` with ${tags.join(" ")}` : ""}`,
      };
      return [
        answers,
        ...abilities.map(({ scope, what }): Check => {
          if (covers(scopes, scope)) return { name: scope, status: "ok", detail: `${what} works` };
          return {
            name: scope,
            status: "warning",
            detail: `not held: no ${what}`,
            remedy: `Give the deployer ${scope} if the program needs it.`,
          };
        }),
      ];
    });
  } catch (error) {
    const [detail = "", ...rest] = messageOf(error).split("\n");
    return [{ name: "Tailnet", status: "failed", detail, remedy: rest.join(" ").trim() }];
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether one version is another or later. */
function isAtLeast(given: string, needed: string): boolean {
  const [a, b] = [given, needed].map(
    (text) => /(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number) ?? [0, 0, 0],
  );
  const different = [0, 1, 2].find((index) => a?.[index] !== b?.[index]);
  return different === undefined || (a?.[different] ?? 0) > (b?.[different] ?? 0);
}
