import { spawnSync } from "node:child_process";
import { installToolchain, root, toolchainEnvironment } from "./toolchain.mjs";

/** Runs one command of the workspace with the toolchain in PATH: `npm run tool -- turbo run test --filter=millrace`. */

const [command, ...commandArguments] = process.argv.slice(2);
if (command === undefined) {
  console.error("usage: npm run tool -- <command> [<argument> ...]");
  process.exit(2);
}
await installToolchain(run);
run(command, commandArguments, { env: toolchainEnvironment() });

function run(name, nameArguments, options) {
  const { status, error } = spawnSync(name, nameArguments, { cwd: root, stdio: "inherit", ...options });
  if (error !== undefined) console.error(`${name} cannot be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
