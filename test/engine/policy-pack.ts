/**
 * Runs a policy pack through the real engine. The language host that is built here cannot start one
 * ('not supported'), so the pack's copy names a runtime that no host knows, and the engine starts
 * `pulumi-analyzer-policy-RUNTIME` from PATH, which is what a newer host does by itself.
 */

import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { linkPackages, ourPackages, root } from "../../harness/pulumi";

export interface PreparedPack {
  readonly folder: string;
  readonly environment: { readonly PATH: string };
}

/**
 * Puts the pack of an example, or one whose index.js is `body`, below `folder`.
 * @param plugins packages whose providers a program needs: here they take whatever they are given,
 *   and make nothing
 * @param packages the folder that the pack has as its `node_modules`
 */
export function preparePack(
  folder: string,
  pack: { example: string } | { body: string },
  plugins: readonly string[] = [],
  packages: string = ourPackages,
): PreparedPack {
  const work = join(folder, "pack");
  if ("example" in pack) {
    cpSync(join(root, "examples", pack.example), work, {
      recursive: true,
      filter: (path) => !path.includes("node_modules"),
    });
  } else {
    mkdirSync(work);
    writeFileSync(join(work, "PulumiPolicy.yaml"), "runtime: nodejs\n");
    writeFileSync(join(work, "package.json"), '{ "version": "1.0.0", "main": "index.js" }\n');
    writeFileSync(join(work, "index.js"), pack.body);
  }
  const yaml = join(work, "PulumiPolicy.yaml");
  writeFileSync(yaml, readFileSync(yaml, "utf8").replace("runtime: nodejs", "runtime: node"));
  linkPackages(work, packages);
  const bin = join(folder, "analyzer");
  mkdirSync(bin);
  const runner = join(packages, "@pulumi", "pulumi", "cmd", "run-policy-pack");
  writeFileSync(
    join(bin, "pulumi-analyzer-policy-node"),
    `#!/bin/sh\nexec "${process.execPath}" "${runner}" "$@"\n`,
  );
  chmodSync(join(bin, "pulumi-analyzer-policy-node"), 0o755);
  for (const name of plugins) {
    const plugin = join(bin, `pulumi-resource-${name}`);
    const server = join(ourPackages, "@pulumi", "pulumi", "provider");
    writeFileSync(
      plugin,
      `#!/bin/sh
":" //; exec "${process.execPath}" "$0" "$@"
const { main } = require(${JSON.stringify(server)});
main({ version: "1.0.0", check: async (urn, olds, inputs) => ({ inputs }) }, process.argv.slice(2));
`,
    );
    chmodSync(plugin, 0o755);
  }
  return { folder: work, environment: { PATH: [bin, process.env["PATH"]].join(delimiter) } };
}

/** The rules that a preview says were broken, with the resource after each. */
export function violations(text: string): string[] {
  return [...text.matchAll(/- \[(\w+)\] +([a-z-]+) +\(\S+: (\S+)\)/g)]
    .map(([, level, rule, name]) => `${level} ${rule} ${name}`)
    .sort();
}
