import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Brings the tools that build and test the repository to a machine that has Node.js and npm and nothing else:
 * the Node.js of `.node-version` and the pnpm that package.json names, into the git-ignored `.toolchain/`.
 *
 * Both are plain npm packages whose payload is a native binary: `node-<platform>-<arch>`, which has no install script,
 * and `pnpm`, whose script only links its binary over a placeholder. npm installs them with scripts off, so no version
 * of npm has anything to ask, and the binary's own folder goes into PATH.
 */

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, ".toolchain");
const modules = join(folder, "node_modules");

const nodeVersion = readFileSync(join(root, ".node-version"), "utf8").trim();
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const pnpmVersion = manifest.devEngines.packageManager.version;

const nodePackage = `node-${process.platform}-${process.arch}`;

/** Tells whether the Node.js that runs this script is of the release line that the tools want. */
const isRunningWantedNode = process.versions.node.split(".")[0] === nodeVersion.split(".")[0];

const wanted = { pnpm: pnpmVersion, ...(isRunningWantedNode ? {} : { [nodePackage]: nodeVersion }) };

/** Installs what is missing. `run` starts a command and fails when the command does. */
export async function installToolchain(run) {
  if (Object.entries(wanted).every(([name, version]) => installedVersion(name) === version)) return;
  mkdirSync(folder, { recursive: true });
  // A manifest of its own keeps npm from looking for one in the folders above.
  writeFileSync(join(folder, "package.json"), `${JSON.stringify({ private: true, dependencies: wanted }, null, 2)}\n`);
  const [npm, ...npmArguments] = npmCommand();
  await run(
    npm,
    [
      ...npmArguments,
      "install",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--no-package-lock",
      "--loglevel=error",
    ],
    { cwd: folder },
  );
}

/** Gives the path of the Node.js that builds and tests. */
export function toolchainNode() {
  return isRunningWantedNode ? process.execPath : join(modules, nodePackage, "bin", "node");
}

/** Gives the environment that the project's programs run in: the user's own, with the toolchain first in PATH. */
export function toolchainEnvironment() {
  const environment = { ...process.env };
  for (const name of Object.keys(environment)) {
    // What npm tells its scripts about this package would mislead an npm or pnpm that works in another folder.
    if (/^npm_(lifecycle|package|command|config_(local|global)?_?prefix)/.test(name)) delete environment[name];
  }
  const path = [pnpmFolder(), dirname(toolchainNode()), join(root, "node_modules", ".bin"), process.env.PATH];
  return { ...environment, PATH: path.join(delimiter) };
}

/** Gives the environment that installs, builds and checks run in: plain text, nobody called home, nothing asked. */
export function checkEnvironment() {
  return {
    ...toolchainEnvironment(),
    CI: process.env.CI ?? "true",
    DO_NOT_TRACK: "1",
    // The checks that try the built packages under it run under the toolchain's Node.js themselves.
    MILLRACE_OWN_NODE: process.env.MILLRACE_OWN_NODE ?? process.execPath,
    NO_COLOR: "1",
    NO_UPDATE_NOTIFIER: "1",
    TURBO_NO_UPDATE_NOTIFIER: "1",
    TURBO_TELEMETRY_DISABLED: "1",
    npm_config_loglevel: "error",
    npm_config_update_notifier: "false",
  };
}

/** Gives the command that starts npm: the one that runs this script, else the one in PATH. */
export function npmCommand() {
  const script = process.env.npm_execpath;
  if (script?.endsWith("npm-cli.js")) return [process.execPath, script];
  return ["npm"];
}

/** Finds the folder of pnpm's binary: npm installs the one package of them that fits platform and C library. */
function pnpmFolder() {
  const scope = join(modules, "@pnpm");
  const name = existsSync(scope) ? readdirSync(scope).find((entry) => entry.startsWith("exe.")) : undefined;
  return name === undefined ? join(modules, ".bin") : join(scope, name);
}

function installedVersion(name) {
  const path = join(modules, name, "package.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).version : undefined;
}
