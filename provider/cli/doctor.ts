/**
 * `tailscope doctor`: finds what is missing for a deployment, and gives a remedy for each problem.
 */

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { styleText } from "node:util";
import { type PurposeName, purposes } from "../access/needs";
import { sanitize, sanitizeData } from "../access/sanitize";
import { version } from "../api/version";
import { isVersionAtLeast } from "../versions";
import type { Check } from "./check";
import { exitCodes } from "./failure";
import { announceWait, measureWidth, printJson, printVerbatim } from "./output";
import type { SettingsOptions } from "./pulumi";
import { wrap } from "./wrapping";

export interface DoctorOptions extends SettingsOptions {
  readonly json?: boolean;
  readonly for?: PurposeName;
}

/** The first version whose import can adopt resources of dynamic providers. */
const oldestPulumi = "3.254.0";

/** Prints the result of each check. */
export async function examineDeployment({
  json,
  for: purpose,
  ...settings
}: DoctorOptions): Promise<void> {
  const usesPulumi = purpose === undefined || purposes[purpose].usesPulumi;
  const checks = [
    checkNode(),
    checkCli(usesPulumi),
    ...(usesPulumi ? [checkSdk(settings.cwd)] : []),
  ];
  const { checkDeployer } = await import("./deployer-checks.js");
  checks.push(...(await announceWait("Asking the tailnet", checkDeployer(settings, purpose))));
  if (json) printJson({ ...(purpose && { for: purpose }), checks });
  else for (const check of checks) printVerbatim(formatCheck(check));
  if (checks.some(({ status }) => status === "failed")) process.exitCode = exitCodes.failure;
}

function formatCheck({ name, status, detail, remedy }: Check): string {
  const mark = {
    ok: styleText("green", "ok     "),
    warning: styleText("yellow", "warning"),
    failed: styleText("red", "failed "),
  }[status];
  const room = measureWidth(process.stdout);
  // The mark contains colour codes, which take no room.
  const markWidth = "warning  ".length;
  const said = wrap(`${sanitize(name)}: ${fitToTerminal(detail)}`, room - markWidth).replaceAll(
    "\n",
    `\n${" ".repeat(markWidth + 2)}`,
  );
  const advice = (remedy ?? "")
    .split("\n")
    .map(fitToTerminal)
    .filter((text) => text !== "")
    .map((text) => `\n${wrap(`           ${text}`, room)}`);
  return `${mark}  ${said}${advice.join("")}`;
}

/**
 * Makes text that may come from the tailnet safe to show, without shortening it: a deployer may
 * hold many scopes.
 */
function fitToTerminal(text: string): string {
  return String(sanitizeData(text)).replace(/ {2,}/g, " ").trim();
}

/** Never fails: `bin/tailscope.js` refuses an older Node. */
function checkNode(): Check {
  return {
    name: "Node",
    status: "ok",
    detail: `${process.versions.node}, tailscope ${version}`,
  };
}

function checkCli(isNeeded: boolean): Check {
  const name = "Pulumi CLI";
  const remedy = `Install ${oldestPulumi} or later: https://www.pulumi.com/docs/iac/download-install/`;
  const wrong = isNeeded ? "failed" : "warning";
  try {
    const found = execFileSync("pulumi", ["version"], {
      encoding: "utf8",
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
    return isVersionAtLeast(found, oldestPulumi)
      ? { name, status: "ok", detail: found }
      : { name, status: wrong, detail: found, remedy };
  } catch {
    return { name, status: wrong, detail: "not found on PATH", remedy };
  }
}

function checkSdk(cwd = "."): Check {
  const name = "@pulumi/pulumi";
  try {
    const fromThere = createRequire(join(resolve(cwd), "index.js"));
    return { name, status: "ok", detail: String(fromThere("@pulumi/pulumi/package.json").version) };
  } catch {
    return {
      name,
      status: "warning",
      detail: "not found from this folder",
      remedy: "Run this in the program's folder, after npm install.",
    };
  }
}
