/**
 * In a run that is searched for secrets (`npm test` sets TAILSCOPE_EVIDENCE), what tests would
 * delete is kept until it was looked at: their temporary folders, with the state, reports and
 * recordings in them.
 */

import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const evidence = process.env["TAILSCOPE_EVIDENCE"];

/** A worker that runs several files loads this for each of them. */
const isInPlace = Symbol.for("tailscope.evidence");

if (evidence !== undefined && !(isInPlace in fs.rmSync)) {
  const remove = fs.rmSync;
  let kept = 0;
  fs.rmSync = (path, options) => {
    const name = String(path);
    if (!name.startsWith(join(tmpdir(), "tailscope-")) || !fs.existsSync(name))
      return remove(path, options);
    // A test may delete folders of one name again and again.
    fs.renameSync(name, join(evidence, `${process.pid}-${kept++}-${basename(name)}`));
  };
  Object.assign(fs.rmSync, { [isInPlace]: true });
  syncBuiltinESMExports();
}

/** Keeps a text that a test has and no file holds: what was printed, or what was sent elsewhere. */
export function keepEvidence(name: string, text: string): void {
  if (evidence !== undefined)
    fs.appendFileSync(join(evidence, `${process.pid}-${name}.txt`), `${text}\n`);
}
