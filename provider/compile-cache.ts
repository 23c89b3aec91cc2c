/**
 * Uses Node's compile cache, so that the next process need not compile the same modules again. The
 * cache has only compiled code of files on this machine, and no data of a run. Source:
 * https://nodejs.org/api/module.html#module-compile-cache
 */

import { mkdirSync, realpathSync, statSync } from "node:fs";
import { enableCompileCache, flushCompileCache, getCompileCacheDir } from "node:module";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

/**
 * Turns on the cache for the modules that this process loads from now on. Node reads its own
 * variables first: `NODE_COMPILE_CACHE` names another folder, `NODE_DISABLE_COMPILE_CACHE` forbids
 * the cache. If no folder is safe and writable, there is no cache and no message, because the run
 * is only slower.
 */
export function keepCompiledCode(): void {
  if (getCompileCacheDir() !== undefined || isUnwanted(process.env)) return;
  try {
    const folder = findCacheFolder(process.env);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isSafe(folder)) enableCompileCache(folder);
  } catch {
    // There is no home folder, the disk is read-only, or the process may not write.
  }
}

/**
 * Writes the code that was compiled since, as soon as this process waits for something. Node writes
 * it only when a process exits by itself, but the engine kills its provider process.
 */
export function saveCompiledCodeSoon(): void {
  setImmediate(flushCompileCache).unref();
}

/** Whether the cache must stay off: coverage is less exact for cached code, as Node documents. */
function isUnwanted(environment: NodeJS.ProcessEnv): boolean {
  return ["NODE_DISABLE_COMPILE_CACHE", "NODE_V8_COVERAGE"].some(
    (name) => environment[name] !== undefined,
  );
}

/**
 * A folder that belongs to the user. Node's default is in the folder for temporary files, where
 * anybody on the machine could put code for us to run. Source:
 * https://specifications.freedesktop.org/basedir-spec (a relative path must be ignored)
 */
function findCacheFolder({ XDG_CACHE_HOME: named = "" }: NodeJS.ProcessEnv): string {
  const caches = isAbsolute(named) ? named : join(homedir(), ".cache");
  return join(caches, "tailscope", "compiled");
}

/**
 * Whether only this user and root can put code there. Only they may write to the folder and to each
 * folder above it. A folder above it that everybody may write to must be like /tmp, where only the
 * owner of an entry can rename it.
 */
function isSafe(folder: string): boolean {
  const us = process.geteuid?.();
  // On Windows only the user has access to the folders of the profile.
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
