/** The resources of stacks that commands work on. */

import { parseResources, type StoredResource } from "../state/exported-state";
import { CommandFailure } from "./failure";
import type { Exported } from "./pulumi";

/**
 * The resources in exports of stacks.
 * @throws CommandFailure if one is not an export
 */
export function requireResources(exports: readonly Exported[]): readonly StoredResource[] {
  return exports.flatMap(({ name, content }) => {
    const read = parseResources(content);
    if ("problem" in read)
      throw new CommandFailure(
        `${name} cannot be used: ${read.problem}.\n  Give the output of \`pulumi stack export\`.`,
      );
    return read.resources;
  });
}
