/**
 * A provider that is loaded when the engine first asks it something: programs, which only declare
 * resources, never do.
 */

import type * as pulumi from "@pulumi/pulumi";
import type { Provider } from "./dynamic-provider";
import type { Resource } from "./resource";
import { takeStackConfig } from "./stack-config";

export function loadOnDemand<Inputs extends object>(
  load: () => Promise<Resource<Inputs>>,
): pulumi.dynamic.ResourceProvider & Provider {
  let loading: Promise<Provider> | undefined;
  const getProvider = () => {
    loading ??= loadProvider(load);
    return loading;
  };
  return {
    async configure(request) {
      // No await before this line: the first calls can arrive before the engine's own await of
      // `configure` is over.
      takeStackConfig((key) => request.config.get(key));
    },
    check: async (...args) => (await getProvider()).check(...args),
    diff: async (...args) => (await getProvider()).diff(...args),
    create: async (...args) => (await getProvider()).create(...args),
    read: async (...args) => (await getProvider()).read(...args),
    update: async (...args) => (await getProvider()).update(...args),
    delete: async (...args) => (await getProvider()).delete(...args),
  };
}

async function loadProvider<Inputs extends object>(
  load: () => Promise<Resource<Inputs>>,
): Promise<Provider> {
  const { keepCompiledCode, saveCompiledCodeSoon } = await import("../compile-cache.js");
  keepCompiledCode();
  const [definition, { createDynamicProvider }] = await Promise.all([
    load(),
    import("./dynamic-provider.js"),
  ]);
  saveCompiledCodeSoon();
  return createDynamicProvider(definition);
}
