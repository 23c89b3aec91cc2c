/**
 * Loads the two largest parts of the Pulumi SDK when they are first used, instead of at once: npm's
 * resolver and the TypeScript compiler, which look into closures. No provider of ours and no program
 * in JavaScript uses either, and loading them is more than half of loading the SDK.
 *
 * Tests give it to Node with `--require`. What is loaded is the same, only later.
 */

const Module = require("node:module");

const late = /^(@npmcli\/arborist|typescript)$/;

const load = Module._load;

Module._load = function (request, parent, ...more) {
  const isSdk = /[/\\]@pulumi[/\\]pulumi[/\\]/.test(parent?.filename ?? "");
  if (!isSdk || !late.test(request)) return load.call(this, request, parent, ...more);
  let loaded;
  const get = () => {
    loaded ??= load.call(this, request, parent, ...more);
    return loaded;
  };
  return new Proxy(function later() {}, {
    // Whoever imports it asks this first, and copies what says no.
    get: (_, name) => name === "__esModule" || get()[name],
    has: (_, name) => name in get(),
    apply: (_, self, args) => Reflect.apply(get(), self, args),
    construct: (_, args) => Reflect.construct(get(), args),
  });
};
