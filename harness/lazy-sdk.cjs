/**
 * Loads the largest parts of what a run of the engine loads when they are first used, instead of at
 * once. Of the Pulumi SDK: npm's resolver and the TypeScript compiler, which look into closures; the
 * Automation API; and what reads versions, YAML, manifests and traces. No provider of ours uses
 * these, and no program in JavaScript uses the compiler. Loading them is more than half of loading
 * the SDK. Of zod: its messages in fifty languages.
 *
 * Tests give it to Node with `--require`. What is loaded is the same, only later.
 */

const Module = require("node:module");

/** What is late, by the module that asks for it. */
const late = [
  {
    by: /[/\\]@pulumi[/\\]pulumi[/\\]/,
    request:
      /^(@npmcli\/arborist|@opentelemetry\/api|js-yaml|normalize-package-data|semver|typescript)$/,
  },
  { by: /[/\\]@pulumi[/\\]pulumi[/\\]index\.js$/, request: /^\.\/automation$/ },
  { by: /[/\\]zod[/\\]/, request: /^\.\.\/locales\/index\.cjs$/ },
];

// The compiler registered for programs in TypeScript is loaded for those in JavaScript, too, unless
// `Pulumi.yaml` says `typescript: false`. The language host that the set-up builds never reads that.
if (process.env.TAILSCOPE_PROGRAM_IS_JAVASCRIPT) delete process.env.PULUMI_NODEJS_TYPESCRIPT;

const load = Module._load;

Module._load = function (request, parent, ...more) {
  const asking = parent?.filename ?? "";
  if (!late.some((one) => one.request.test(request) && one.by.test(asking)))
    return load.call(this, request, parent, ...more);
  let loaded;
  const get = () => {
    loaded ??= load.call(this, request, parent, ...more);
    return loaded;
  };
  return new Proxy(function later() {}, {
    get: (_, name) => {
      // Whoever imports it asks this first, and copies what says no.
      if (name === "__esModule") return true;
      // What was not compiled from an ES module is its own default.
      if (name === "default" && !get().__esModule) return get();
      return get()[name];
    },
    has: (_, name) => name in get(),
    apply: (_, self, args) => Reflect.apply(get(), self, args),
    construct: (_, args) => Reflect.construct(get(), args),
  });
};
