/**
 * Adds up the processor time of our own code in a process of somebody else's: of each verb in the
 * engine's provider process, and of each constructor in a program, whatever runs between their
 * awaits left out.
 *
 * Given to Node with `--require` by a measurement; nothing of the product knows it. BENCH_METER
 * names the folder in which each process leaves what it found, as `PID.json`.
 */

const { createHook, executionAsyncResource } = require("node:async_hooks");
const { writeFileSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");

const folder = process.env["BENCH_METER"];
const isProvider = /dynamic-provider/.test(process.argv[1] ?? "");
const verbs = ["check", "diff", "create", "read", "update", "delete"];
const classes = ["OAuthClient", "AuthKey", "FederatedIdentity"];

/** Which of ours a piece of work belongs to; everything else has none. */
const owner = Symbol("owner");

/** @type {Map<string, number>} microseconds */
const spent = new Map();
/** @type {Map<string, number>} */
const calls = new Map();
/** @type {string | undefined} */
let current;
let since = now();

/** Microseconds of this thread, so that the compiler's and the collector's threads add no noise. */
function now() {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

/** @param {string | undefined} next */
function switchTo(next) {
  const before = current;
  if (next === before) return before;
  const at = now();
  if (before !== undefined) spent.set(before, (spent.get(before) ?? 0) + at - since);
  since = at;
  current = next;
  return before;
}

/**
 * @template Result
 * @param {string | undefined} name
 * @param {() => Result} work
 * @returns {Result}
 */
function charge(name, work) {
  const before = switchTo(name);
  try {
    return work();
  } finally {
    switchTo(before);
  }
}

/** @type {(string | undefined)[]} */
const interrupted = [];

// Whatever a verb starts, a promise or a timer or a socket, is the verb's when it goes on.
createHook({
  init(_id, _type, _trigger, resource) {
    if (current !== undefined) /** @type {any} */ (resource)[owner] = current;
  },
  before() {
    interrupted.push(switchTo(/** @type {any} */ (executionAsyncResource())[owner]));
  },
  after() {
    switchTo(interrupted.pop());
  },
}).enable();

/** @param {string} name */
const count = (name) => void calls.set(name, (calls.get(name) ?? 0) + 1);

const metered = new WeakSet();
let inFlight = 0;

/** @param {any} provider */
function meterVerbs(provider) {
  if (metered.has(provider)) return;
  metered.add(provider);
  for (const verb of verbs) {
    const real = provider[verb];
    provider[verb] = async (/** @type {unknown[]} */ ...args) => {
      count(verb);
      inFlight++;
      try {
        return await charge(verb, () => real.apply(provider, args));
      } finally {
        // The engine ends a provider by a signal, and does not ask.
        if (--inFlight === 0) setImmediate(leave);
      }
    };
  }
}

/** A class whose constructor is charged to us. @param {any} Class */
const meterConstructor = (Class) =>
  new Proxy(Class, {
    construct(target, args, newTarget) {
      count("constructor");
      return charge("constructor", () => Reflect.construct(target, args, newTarget));
    },
  });

/** The SDK as our package gets it: what its constructor does is not ours. @param {any} sdk */
const meterSdk = (sdk) =>
  Object.create(sdk, {
    CustomResource: {
      value: new Proxy(sdk.CustomResource, {
        construct: (target, args, newTarget) =>
          charge(undefined, () => Reflect.construct(target, args, newTarget)),
      }),
    },
  });

const loader = /** @type {any} */ (Module);
const load = loader._load;
/** @type {any} */
let sdk;
/** @type {any} */
let ours;

loader._load = function (
  /** @type {string} */ request,
  /** @type {any} */ parent,
  /** @type {unknown[]} */ ...more
) {
  const isOurs = /[/\\]provider[/\\]dist[/\\]/.test(parent?.filename ?? "");
  if (request === "@pulumi/pulumi" && isOurs) {
    sdk ??= meterSdk(charge(undefined, () => load.call(this, request, parent, ...more)));
    return sdk;
  }
  if (request !== "tailscope") return load.call(this, request, parent, ...more);
  ours ??= meterPackage(charge("loading", () => load.call(this, request, parent, ...more)));
  return ours;
};

/** @param {any} loaded */
function meterPackage(loaded) {
  if (!isProvider) {
    const constructors = classes.map((name) => [name, { value: meterConstructor(loaded[name]) }]);
    return Object.create(loaded, Object.fromEntries(constructors));
  }
  for (const name of classes) meterVerbs(loaded[name].provider);
  return loaded;
}

function leave() {
  if (folder === undefined || spent.size === 0) return;
  writeFileSync(
    join(folder, `${process.pid}.json`),
    JSON.stringify({
      role: isProvider ? "provider" : "program",
      microseconds: Object.fromEntries(spent),
      calls: Object.fromEntries(calls),
    }),
  );
}

process.on("exit", leave);
