#!/usr/bin/env node
// Compiled code is not there yet when npm links commands from a checkout; this file is.
require("../dist/cli/main.js");
