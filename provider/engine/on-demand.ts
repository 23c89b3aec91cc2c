/**
 * A provider whose code is loaded when the engine first calls it. A program only declares
 * resources, so it never loads schemas and verbs.
 */

import type * as pulumi from "@pulumi/pulumi";
import type { Provider } from "./dynamic-provider";
import type { Resource } from "./resource";
import { setStackConfig } from "./stack-config";

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
      // No await before this line: the engine may call a verb before its call of `configure` ends.
      setStackConfig((key) => request.config.get(key));
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
  const [definition, { createDynamicProvider }, { currentRun }] = await Promise.all([
    load(),
    import("./dynamic-provider.js"),
    import("./run.js"),
  ]);
  saveCompiledCodeSoon();
  return createDynamicProvider(definition, currentRun);
}
