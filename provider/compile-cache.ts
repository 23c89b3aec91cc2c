/**
 * Node's compile cache: the next process need not compile the same modules again. What it keeps is
 * compiled code of files that lie on this machine, and nothing of a run: no argument, no answer.
 * Source: https://nodejs.org/api/module.html#module-compile-cache
 */

import { mkdirSync, realpathSync, statSync } from "node:fs";
import { enableCompileCache, flushCompileCache, getCompileCacheDir } from "node:module";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

/**
 * Switches the cache on for what this process loads from now on. Node reads its own variables
 * first: `NODE_COMPILE_CACHE` names another folder, `NODE_DISABLE_COMPILE_CACHE` forbids the cache.
 * Where no folder is safe or writable there is none, and nothing is said: the run is only slower.
 */
export function keepCompiledCode(): void {
  if (getCompileCacheDir() !== undefined || isUnwanted(process.env)) return;
  try {
    const folder = findCacheFolder(process.env);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isSafe(folder)) enableCompileCache(folder);
  } catch {
    // No home, a disk that is read only, or a process that may not write.
  }
}

/**
 * Writes what was compiled since, once this process waits for something. A process that ends by
 * itself does so at its end; the engine kills its provider process, which then never would.
 */
export function saveCompiledCodeSoon(): void {
  setImmediate(flushCompileCache).unref();
}

/** Coverage counts less exactly in what comes from the cache: Node says so itself. */
function isUnwanted(environment: NodeJS.ProcessEnv): boolean {
  return ["NODE_DISABLE_COMPILE_CACHE", "NODE_V8_COVERAGE"].some(
    (name) => environment[name] !== undefined,
  );
}

/**
 * A folder of the user's own. Node's default is one in the folder for temporary files, where
 * anybody on the machine may lay code for us to run.
 * Source: https://specifications.freedesktop.org/basedir-spec (a path that is not absolute counts
 * as none)
 */
function findCacheFolder({ XDG_CACHE_HOME: named = "" }: NodeJS.ProcessEnv): string {
  const caches = isAbsolute(named) ? named : join(homedir(), ".cache");
  return join(caches, "tailscope", "compiled");
}

/**
 * Whether nobody but this user and root can put code there: it is ours and nobody else's to write,
 * and so it is on the way to it, where a folder for everybody has to be one like /tmp, whose
 * entries only their owners rename.
 */
function isSafe(folder: string): boolean {
  const us = process.geteuid?.();
  // Windows gives a profile's folders to its user alone.
  if (us === undefined) return true;
  const { uid, mode } = statSync(folder);
  if (uid !== us || (mode & 0o022) !== 0) return false;
  for (let above = dirname(realpathSync(folder)); ; above = dirname(above)) {
    const { uid: owner, mode: bits } = statSync(above);
    const isForAll = (bits & 0o002) !== 0 && (bits & 0o1000) === 0;
    if ((owner !== us && owner !== 0) || isForAll) return false;
    if (above === dirname(above)) return true;
  }
}
