/** The error for a package that the provider process could not load. */

import { RunError } from "@pulumi/pulumi";

/**
 * The package `tailscope` is missing from the program's folder, or is older there than the version
 * that the program has loaded. Pulumi's provider process would load the one in that folder.
 */
export class PackageError extends RunError {
  /** The program's folder, where the provider process looks. */
  readonly folder: string;
  /** The version that it would load, for example `"1.2.3"`; undefined if there is none. */
  readonly found: string | undefined;

  /** @internal */
  constructor(folder: string, found: string | undefined, message: string) {
    super(message);
    this.folder = folder;
    this.found = found;
  }

  override get name(): string {
    return "PackageError";
  }
}
