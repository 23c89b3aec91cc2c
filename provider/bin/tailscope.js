#!/usr/bin/env node
// Compiled code is not there yet when npm links commands from a checkout; this file is.
const problem = require("../dist/versions.js").describeOldNode(process.versions.node);
if (problem === undefined) {
  require("../dist/compile-cache.js").keepCompiledCode();
  require("../dist/cli/main.js");
} else {
  console.error(problem);
  process.exitCode = 1;
}
