/**
 * A provider that is loaded when the engine first asks it something: programs, which only declare
 * resources, never do.
 */

import type * as pulumi from "@pulumi/pulumi";
import type { Provider } from "./dynamic-provider";
import type { Resource } from "./resource";
import { takeStackConfig } from "./stack-config";

export function onDemand<Inputs extends object>(
  load: () => Promise<Resource<Inputs>>,
): pulumi.dynamic.ResourceProvider & Provider {
  let loading: Promise<Provider> | undefined;
  const provider = () => {
    loading ??= loadProvider(load);
    return loading;
  };
  return {
    async configure(request) {
      // No await before this line: the first calls can arrive before the engine's own await of
      // `configure` is over.
      takeStackConfig((key) => request.config.get(key));
    },
    check: async (...args) => (await provider()).check(...args),
    diff: async (...args) => (await provider()).diff(...args),
    create: async (...args) => (await provider()).create(...args),
    read: async (...args) => (await provider()).read(...args),
    update: async (...args) => (await provider()).update(...args),
    delete: async (...args) => (await provider()).delete(...args),
  };
}

async function loadProvider<Inputs extends object>(
  load: () => Promise<Resource<Inputs>>,
): Promise<Provider> {
  const { keepCompiledCode, saveCompiledCodeSoon } = await import("../compile-cache.js");
  keepCompiledCode();
  const [definition, { dynamicProvider }] = await Promise.all([
    load(),
    import("./dynamic-provider.js"),
  ]);
  saveCompiledCodeSoon();
  return dynamicProvider(definition);
}
