/**
 * Pulumi's process for dynamic providers, for one run of the engine after the other. Loading the
 * SDK takes most of such a process's time, and this one loads it once. For each run it takes over
 * the environment and the folder, and loads Pulumi's provider and our package again, so that
 * nothing remembers an earlier run.
 */

const { subscribe } = require("node:diagnostics_channel");
const { closeSync, openSync, writeSync } = require("node:fs");
const { createRequire, registerHooks } = require("node:module");

const script = require.resolve("@pulumi/pulumi/cmd/dynamic-provider");
const grpc = createRequire(script)("@grpc/grpc-js");
const loadedAgain = /[/\\](provider[/\\]dist|cmd[/\\]dynamic-provider)[/\\]/;

let runs = 0;
let server;
let output;
let sockets = [];

const bind = grpc.Server.prototype.bindAsync;
grpc.Server.prototype.bindAsync = function (address, credentials, tell) {
  server = this;
  return bind.call(this, address, credentials, (error, port) => {
    tell(error, port);
    process.send({ port });
  });
};
subscribe("net.client.socket", ({ socket }) => sockets.push(socket));
// `import()` keeps a module by its address, and nothing makes it forget one.
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    if (!context.conditions.includes("import") || !loadedAgain.test(found.url)) return found;
    return { ...found, url: `${found.url}?run=${runs}` };
  },
});

function start({ environment, program, output: path }) {
  runs += 1;
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  process.chdir(program);
  // Open for reading as well, so that this process neither waits for a reader nor needs one.
  output = openSync(path, "r+");
  for (const file of Object.keys(require.cache))
    if (loadedAgain.test(file)) delete require.cache[file];
  for (const event of ["uncaughtException", "unhandledRejection"])
    process.removeAllListeners(event);
  require(script);
}

function end() {
  server.forceShutdown();
  for (const socket of sockets) socket.destroy();
  sockets = [];
  closeSync(output);
  process.send({});
}

// The provider's first line is its port, which the stand-in for Node prints.
process.stdout.write = () => true;
process.stderr.write = (text) => {
  writeSync(output, text);
  return true;
};
// The provider demands the engine's address, and does nothing with it.
process.argv[2] = "127.0.0.1:0";
process.on("message", (message) => (message.start ? start(message.start) : end()));
process.on("disconnect", () => process.exit());
