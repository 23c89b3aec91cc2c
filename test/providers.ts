/**
 * The providers as the engine's process gets them, without the Pulumi SDK, which takes a second to
 * load.
 */

// What runs while these load is no test's: otherwise mutants there would count as reached by the
// one test that came first.
import { type Kind, kinds } from "../provider/access/kinds";
import "../provider/api/tailnet";
import { getDefinition } from "../provider/definitions/all";
import "../provider/engine/dynamic-provider";
import { loadOnDemand } from "../provider/engine/on-demand";

export type Provider = ReturnType<typeof loadOnDemand>;

/** Those of credentials. */
export const providers = Object.fromEntries(
  kinds.map((kind) => [kind, loadOnDemand(async () => getDefinition(kind))]),
) as Readonly<Record<Kind, Provider>>; // One for each.
