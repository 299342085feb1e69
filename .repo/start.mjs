import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Phases } from "./phases.mjs";
import { buildPackages, installDependencies } from "./prepare.mjs";
import { installToolchain, root, toolchainEnvironment, toolchainNode } from "./toolchain.mjs";

/** `npm start`: installs, builds, and runs the flights job of the examples on the data of the package vega-datasets. */

const job = join(root, "apps", "examples", "src", "flights.ts");
const phases = new Phases();
const isReady =
  (await phases.run("toolchain", installToolchain)) &&
  (await phases.run("install", installDependencies)) &&
  (await phases.run("build", buildPackages));

if (!isReady) {
  process.exitCode = 1;
} else if (!existsSync(job)) {
  console.error("apps/examples/src/flights.ts is missing; npm start runs that job. Restore it with git checkout.");
  process.exitCode = 1;
} else {
  console.log("");
  const { status } = spawnSync(toolchainNode(), [job], { cwd: root, env: toolchainEnvironment(), stdio: "inherit" });
  process.exitCode = status ?? 1;
}
