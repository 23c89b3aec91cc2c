/**
 * A CI job as its platform runs it: a runner that issues identity tokens, and an environment
 * without a secret.
 */

import { execFile } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { startEmulator } from "tailscope-emulator";
import { createBackendEnvironment, linkPackages, ourPackages, root } from "../../harness/pulumi";
import { compileCache, quickStart } from "../../harness/quick-start";
import { keepEvidence } from "../evidence";

/**
 * Runs a shell line as CI does, and gives how it ended. A job's `npm ci` finds its packages in
 * place.
 */
export function shell(
  line: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; text: string; stdout: string }> {
  return new Promise((resolve) => {
    execFile(
      "bash",
      ["--noprofile", "--norc", "-eo", "pipefail", "-c", line],
      { cwd, env },
      (error, stdout, stderr) => {
        keepEvidence("jobs", stdout + stderr);
        resolve({
          code: error === null ? 0 : Number(error.code ?? 1),
          text: `${stdout}${stderr}`,
          stdout,
        });
      },
    );
  });
}

/** A folder for PATH with an `npm` that has nothing to install. */
export function installedAlready(folder: string): string {
  const path = join(folder, "bin");
  mkdirSync(path);
  writeFileSync(join(path, "npm"), "#!/bin/sh\nexit 0\n");
  chmodSync(join(path, "npm"), 0o755);
  return path;
}

/** What earlier jobs cached there: the code that Node compiled. */
export function restoreCache(path: string): void {
  mkdirSync(compileCache, { recursive: true });
  symlinkSync(compileCache, path);
}

/** A checkout of the quickstart in a job. */
export async function pipeline(emulator: Awaited<ReturnType<typeof startEmulator>>) {
  const folder = mkdtempSync(join(tmpdir(), "tailscope-ci-"));
  const work = join(folder, "work");
  cpSync(join(root, "examples", "quickstart"), work, {
    recursive: true,
    filter: (path) => !/node_modules|Pulumi\..+\.yaml/.test(path),
  });
  linkPackages(work);
  // The workflows run `npx tsc`.
  const bin = join(work, "node_modules", ".bin");
  symlinkSync(join(ourPackages, ".bin"), bin);
  mkdirSync(join(folder, "state"));
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const published = { keys: [{ ...(await exportJWK(publicKey)), kid: "one", alg: "RS256" }] };
  const github = "https://token.actions.githubusercontent.com";
  for (const issuer of [github, "https://gitlab.com"])
    emulator.control.publishIssuerKeys(issuer, published);
  const token = (issuer: string, subject: string, audience: string) =>
    new SignJWT()
      .setProtectedHeader({ alg: "RS256", kid: "one" })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience(audience)
      .setExpirationTime("5m")
      .sign(privateKey);

  const state = { subject: "" };
  const server = createServer(async (request, response) => {
    const audience = new URL(request.url ?? "", "http://runner").searchParams.get("audience") ?? "";
    response.end(JSON.stringify({ value: await token(github, state.subject, audience) }));
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  const environment = {
    PATH: [installedAlready(folder), join(root, "node_modules", ".bin"), process.env["PATH"]].join(
      delimiter,
    ),
    HOME: folder,
    // The state's own protection, which Pulumi Cloud does in the workflow, is empty.
    ...createBackendEnvironment(join(folder, "state"), ""),
    ...quickStart,
    TAILSCALE_BASE_URL: emulator.url,
  };
  const run = (line: string, env: Record<string, string>) =>
    shell(line, work, { ...environment, ...env });
  await run("pulumi stack init dev", {});
  return Object.assign(state, {
    folder,
    /** The checkout. */
    work,
    token,
    run,
    /** Gives the jobs to come a compiler that finds no fault: the real one takes seconds each time. */
    skipTypeChecks() {
      rmSync(bin);
      mkdirSync(bin);
      symlinkSync(join(ourPackages, ".bin", "tailscope"), join(bin, "tailscope"));
      writeFileSync(join(bin, "tsc"), "#!/bin/sh\n", { mode: 0o755 });
    },
    /** What a runner of this machine has in its environment. */
    environment,
    /** What GitHub gives each job with `id-token: write`. */
    runner: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/?v=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "of this job",
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true, force: true });
    },
  });
}
