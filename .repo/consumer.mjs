import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkEnvironment, npmCommand, root } from "./toolchain.mjs";
import { layers } from "./workspace.mjs";

/**
 * Packs the packages as they would be published, and installs the tarballs with plain npm into an empty folder outside of
 * the repository, which is what a user has: `npm init -y`, then `npm install`.
 */

const tarballFolder = join(root, "temp", "tarballs");

/** Packs every package and returns the path of each tarball by package name. */
export function packPackages() {
  rmSync(tarballFolder, { recursive: true, force: true });
  succeed("pnpm", ["--recursive", "--filter", "./packages/**", "pack", "--pack-destination", tarballFolder], root);
  return tarballs();
}

/** Returns the path of each tarball of the last packing, by package name. */
export function tarballs() {
  const names = existsSync(tarballFolder) ? readdirSync(tarballFolder) : [];
  return new Map(
    layers().map(({ name }) => {
      const stem = name.replace(/^@/, "").replace("/", "-");
      const file = names.find((candidate) => candidate.startsWith(stem) && /^-\d/.test(candidate.slice(stem.length)));
      if (file === undefined) throw new Error(`${name} was not packed`);
      return [name, join(tarballFolder, file)];
    }),
  );
}

/** Makes the folder of a user who installed every package, TypeScript and the types of Node.js. */
export function createConsumer() {
  const folder = mkdtempSync(join(tmpdir(), "millrace-user-"));
  const [npm, ...npmArguments] = npmCommand();
  succeed(npm, [...npmArguments, "init", "-y"], folder);
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const others = ["typescript", "@types/node"].map((name) => `${name}@${devDependencies[name]}`);
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  succeed(npm, [...npmArguments, "install", ...quiet, ...packPackages().values(), ...others], folder);
  return folder;
}

/**
 * Returns the folder that a check works in: the one that `npm test` made for all of them and names as the first argument,
 * else one of its own that is removed when the process ends.
 */
export function consumerOfCheck() {
  if (process.argv[2] !== undefined) return process.argv[2];
  const folder = createConsumer();
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Lists the Node.js executables that the built packages must run under: the toolchain's and the machine's own. */
export function consumerNodes() {
  const own = process.env.MILLRACE_OWN_NODE ?? process.execPath;
  return [...new Set([process.execPath, own])];
}

/** Runs a command and gives `{ status, said, printed }`: all output, and standard output alone. */
export function attempt(command, commandArguments, cwd) {
  const result = spawnSync(command, commandArguments, { cwd, env: checkEnvironment(), encoding: "utf8" });
  if (result.error !== undefined) throw result.error;
  return { status: result.status, said: `${result.stdout}${result.stderr}`, printed: result.stdout };
}

function succeed(command, commandArguments, cwd) {
  const { status, said } = attempt(command, commandArguments, cwd);
  if (status !== 0) throw new Error(`${[command, ...commandArguments].join(" ")} failed:\n${said}`);
}

if (import.meta.main) console.log(createConsumer());
