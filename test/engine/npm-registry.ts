/**
 * npm's registry on loopback, with packages that are installed here: no test leaves this machine.
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Registry extends AsyncDisposable {
  readonly url: string;
  /** The contents of each package, as a lock file has them. */
  readonly integrity: Record<string, string>;
  /** Each package that was asked for. */
  readonly asked: string[];
  /** Puts another content in a package's place, as somebody would who got hold of the registry. */
  replace(name: string, tarball: Buffer): void;
}

/** The tarball of each folder. */
const packed = new Map<string, Buffer>();

/** Packs it without npm, which takes seconds for the compiler, and installs what is not compressed. */
function pack(path: string): Buffer {
  const known = packed.get(path);
  if (known !== undefined) return known;
  const folder = mkdtempSync(join(tmpdir(), "tailscope-registry-"));
  symlinkSync(path, join(folder, "package"));
  const args = ["-c", "-h", "--exclude", "node_modules", "-C", folder, "package"];
  const tarball = execFileSync("tar", args, { maxBuffer: 256 << 20 });
  rmSync(folder, { recursive: true, force: true });
  packed.set(path, tarball);
  return tarball;
}

/** Serves the packages in these folders, by their names. */
export async function startRegistry(folders: Record<string, string>): Promise<Registry> {
  const tarballs: Record<string, Buffer> = {};
  const versions: Record<string, string> = {};
  for (const [name, path] of Object.entries(folders)) {
    tarballs[name] = pack(path);
    versions[name] = JSON.parse(readFileSync(join(path, "package.json"), "utf8")).version;
  }
  const integrityOf = (tarball: Buffer) =>
    `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  const asked: string[] = [];

  const server = createServer((request, response) => {
    const [, name = "", file] = (request.url ?? "").split("/");
    asked.push(name);
    const [tarball, version] = [tarballs[name], versions[name]];
    if (tarball === undefined || version === undefined) return response.writeHead(404).end();
    if (file !== undefined) return response.end(tarball);
    const dist = { tarball: `${url}/${name}/package.tgz`, integrity: integrityOf(tarball) };
    response.writeHead(200, { "content-type": "application/json" }).end(
      JSON.stringify({
        name,
        "dist-tags": { latest: version },
        versions: { [version]: { name, version, dist } },
      }),
    );
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    integrity: Object.fromEntries(
      Object.entries(tarballs).map(([name, tarball]) => [name, integrityOf(tarball)]),
    ),
    asked,
    replace(name, tarball) {
      tarballs[name] = tarball;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
