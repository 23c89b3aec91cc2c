/**
 * The Pulumi CLI: the one on PATH, else the official download, else a build from two pinned Go
 * modules.
 */

import { createWriteStream, existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { findOnPath } from "./on-path.mjs";
import { getReason, run, runStep, SetUpError } from "./progress.mjs";

/**
 * The version that the tests run with, and that is fetched or built; `tools/pulumi/go.mod` pins the
 * same.
 */
export const pinnedVersion = "3.259.0";

/**
 * The oldest CLI on PATH that is used as it is: the first whose `pulumi import --file` takes inputs
 * and outputs, the only way for a dynamic resource to adopt what exists.
 */
export const oldestVersion = "3.254.0";

/** Where releases come from; a mirror for machines that reach no other takes the same names. */
const downloads = process.env.TAILSCOPE_PULUMI_MIRROR || "https://get.pulumi.com/releases/sdk";

/**
 * The folder that holds `pulumi` with its language host.
 * @param {string} root
 * @returns {Promise<string>}
 */
export async function findPulumiFolder(root) {
  const found = await findRecentOnPath();
  if (found !== undefined) return found;
  const cached = join(
    findCacheFolder(),
    `pulumi-${pinnedVersion}-${process.platform}-${process.arch}`,
  );
  if (existsSync(join(cached, nameExecutable("pulumi")))) return cached;

  const title = `getting the Pulumi CLI ${pinnedVersion}`;
  await mkdir(dirname(cached), { recursive: true });
  const fresh = await mkdtemp(`${cached}.`);
  /** @type {string[]} */
  const reasons = [];
  try {
    for (const way of [download, build]) {
      try {
        await way(fresh, root);
        await run(join(fresh, nameExecutable("pulumi")), ["version"]);
        await putInPlace(fresh, cached);
        return cached;
      } catch (error) {
        reasons.push(getReason(error));
      }
    }
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  throw new SetUpError(
    title,
    reasons.join("\n  and: "),
    `install Pulumi ${oldestVersion} or later (https://www.pulumi.com/docs/iac/download-install/) or Go 1.26 or later (https://go.dev/dl/), then run the same command again.`,
  );
}

/** The folder of the CLI on PATH where that is recent enough. */
async function findRecentOnPath() {
  const program = findOnPath([nameExecutable("pulumi")]);
  if (program === undefined) return undefined;
  try {
    const version = (
      await run(program, ["version"], {
        env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      })
    ).trim();
    if (isAtLeast(version, oldestVersion)) return dirname(program);
    process.stderr.write(
      `  the Pulumi CLI on PATH is ${version}, and ${oldestVersion} is needed: getting ${pinnedVersion} beside it\n`,
    );
  } catch {
    // A CLI that does not run does not count.
  }
  return undefined;
}

/**
 * Whether `version` is at least `oldest`. A suffix after a hyphen is ignored.
 * @param {string} version for example `"v3.259.0"`
 * @param {string} oldest for example `"3.254.0"`
 */
export function isAtLeast(version, oldest) {
  const parseNumbers = (/** @type {string} */ text) =>
    /^v?(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number);
  const [given, needed] = [parseNumbers(version), parseNumbers(oldest)];
  if (given === undefined || needed === undefined) return false;
  const different = given.findIndex((number, index) => number !== needed[index]);
  return (
    different < 0 ||
    /** @type {number} */ (given[different]) > /** @type {number} */ (needed[different])
  );
}

function findCacheFolder() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "tailscope");
}

/** @param {string} name */
function nameExecutable(name) {
  return process.platform === "win32" ? `${name}.exe` : name;
}

/**
 * Another set-up may have finished first, and its result is just as good.
 * @param {string} fresh
 * @param {string} cached
 */
async function putInPlace(fresh, cached) {
  try {
    await rename(fresh, cached);
  } catch (error) {
    if (!existsSync(join(cached, nameExecutable("pulumi")))) throw error;
  }
}

/**
 * Fetches the official release and unpacks it into `folder`.
 * @param {string} folder
 * @param {string} _root
 * @param {string} [from]
 */
export async function download(folder, _root, from = downloads) {
  const architecture =
    process.arch === "x64" ? "x64" : process.arch === "arm64" ? "arm64" : undefined;
  if (architecture === undefined || !["linux", "darwin"].includes(process.platform)) {
    throw new Error(
      `Pulumi has no official download for ${process.platform} on ${process.arch} that this set-up knows`,
    );
  }
  const url = `${from}/pulumi-v${pinnedVersion}-${process.platform}-${architecture}.tar.gz`;
  try {
    await runStep(`downloading the Pulumi CLI ${pinnedVersion}`, async (report) => {
      const response = await fetch(url);
      if (!response.ok || response.body === null) throw new Error(`it answered ${response.status}`);
      const archive = join(folder, "pulumi.tar.gz");
      let received = 0;
      const counted = Readable.fromWeb(
        /** @type {import("node:stream/web").ReadableStream} */ (response.body),
      ).on("data", (chunk) => {
        received += chunk.length;
        report(`${Math.round(received / 1e6)} MB`);
      });
      await pipeline(counted, createWriteStream(archive));
      await run("tar", ["-xzf", archive, "-C", folder, "--strip-components=1"]);
      await rm(archive);
    });
  } catch (error) {
    throw new Error(`the download ${url} failed: ${getReason(error)}`);
  }
}

/**
 * Builds the CLI and its Node language host with Go, and puts the dynamic-provider plugin of the
 * node packages beside them.
 * @param {string} folder
 * @param {string} root
 */
async function build(folder, root) {
  const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "" };
  try {
    await run("go", ["version"]);
  } catch {
    throw new Error("there is no Go on PATH to build it with");
  }
  const goBuild = (
    /** @type {string} */ name,
    /** @type {string} */ module,
    /** @type {string} */ flags,
  ) =>
    runStep(`building ${name} with Go (a few minutes, once)`, (report) =>
      run(
        "go",
        [
          "build",
          "-v",
          "-trimpath",
          "-ldflags",
          `-s -w ${flags}`,
          "-o",
          join(folder, nameExecutable(name)),
          module,
        ],
        {
          cwd: join(root, "tools", name),
          env,
          onLine: (line) => report(line.slice(0, 60)),
        },
      ),
    );
  await goBuild(
    "pulumi",
    "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pinnedVersion}`,
  );
  await goBuild(
    "pulumi-language-nodejs",
    "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    "",
  );
  const plugin = "pulumi-resource-pulumi-nodejs";
  await copyFile(join(root, "node_modules", "@pulumi", "pulumi", plugin), join(folder, plugin));
}
