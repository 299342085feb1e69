/** The two phases that `npm start` and `npm test` share. */

/** Installs the workspace exactly as the lockfile says. */
export async function installDependencies(run) {
  await run("pnpm", ["install", "--frozen-lockfile", "--reporter=append-only", "--config.confirm-modules-purge=false"]);
}

/** Compiles every package, lower floors first; what did not change comes from turbo's cache. */
export async function buildPackages(run) {
  await run("turbo", ["run", "build", "--output-logs=errors-only"]);
}
