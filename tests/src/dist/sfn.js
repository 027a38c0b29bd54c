#!/usr/bin/env node
// Runs the program of the package for this platform, which npm installs as an optional dependency.
"use strict";

const { spawnSync } = require("node:child_process");

const platform = `${process.platform}-${process.arch}`;
let program;
try {
  program = require.resolve(`sfn-asl-${platform}/${process.platform === "win32" ? "sfn.exe" : "sfn"}`);
} catch {
  console.error(`error: the package sfn-asl-${platform} is not installed: reinstall sfn-asl without --omit=optional, or use a supported platform`);
  process.exit(2);
}
const result = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (result.error) {
  console.error(`error: could not run ${program}: ${result.error.message}`);
  process.exit(2);
}
if (result.signal) {
  process.kill(process.pid, result.signal);
}
process.exit(result.status ?? 2);
