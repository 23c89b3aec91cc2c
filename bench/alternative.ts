/**
 * OpenTofu with Tailscale's own Terraform provider, where `BENCH_TOFU` names the one and
 * `BENCH_TF_PROVIDER_DIR` the folder of the other's built program. Neither comes with this
 * repository.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureProcess } from "./processes.ts";
import { type Emulator, type Requests, takeRequests } from "./stack.ts";

const tofu = process.env["BENCH_TOFU"];
const providerFolder = process.env["BENCH_TF_PROVIDER_DIR"];

export const isAlternativeThere = tofu !== undefined && providerFolder !== undefined;

/** As Terraform users have it: parallelism 10, which is the default. */
export interface Alternative {
  /** Seconds of each `plan -refresh-only`. */
  readonly refreshOnly: readonly number[];
  /** Requests of one of them. */
  readonly requests: Requests;
}

/**
 * Makes as many OAuth clients, and looks for changes of them `rounds` times. Undefined where there
 * is no OpenTofu.
 */
export async function measureAlternative(
  emulator: Emulator,
  count: number,
  rounds: number,
): Promise<Alternative | undefined> {
  if (tofu === undefined || providerFolder === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "tailscope-bench-tofu-"));
  try {
    writeFileSync(
      join(folder, "tofu.rc"),
      `provider_installation {\n  dev_overrides { "tailscale/tailscale" = ${JSON.stringify(providerFolder)} }\n  direct {}\n}\n`,
    );
    writeFileSync(
      join(folder, "main.tf"),
      `terraform {
  required_providers { tailscale = { source = "tailscale/tailscale" } }
}
provider "tailscale" {
  base_url = ${JSON.stringify(emulator.url)}
  api_key  = ${JSON.stringify(emulator.apiKey)}
  tailnet  = "-"
}
resource "tailscale_oauth_client" "client" {
  count       = ${count}
  scopes      = ["dns:read"]
  description = "version 1"
}
`,
    );
    const env = { ...process.env, TF_CLI_CONFIG_FILE: join(folder, "tofu.rc") };
    const run = (...args: string[]) =>
      measureProcess(tofu, [...args, "-input=false", "-no-color"], folder, env);
    run("apply", "-auto-approve");
    const refreshOnly: number[] = [];
    let requests: Requests = { all: 0, writes: 0 };
    for (let round = 0; round < rounds; round++) {
      await takeRequests(emulator);
      refreshOnly.push(run("plan", "-refresh-only").wall);
      requests = await takeRequests(emulator);
    }
    return { refreshOnly, requests };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function readAlternativeVersion(): string {
  const said = execFileSync(tofu ?? "tofu", ["version"], { encoding: "utf8" });
  return /v(\S+)/.exec(said)?.[1] ?? "of an unknown version";
}
