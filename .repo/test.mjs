import { Phases } from "./phases.mjs";
import { buildPackages, installDependencies } from "./prepare.mjs";
import { forgetTestReports, testCounts } from "./test-reports.mjs";
import { installToolchain, toolchainNode } from "./toolchain.mjs";

/** `npm test`: everything that must hold before a change lands, the quick checks first. `.ci/run` calls it. */

const phases = new Phases();
const isReady =
  (await phases.run("toolchain", installToolchain)) &&
  (await phases.run("install", installDependencies)) &&
  (await phases.run("build", buildPackages));

if (isReady) {
  await phases.run("lint", (run) =>
    run("biome", ["ci", "--colors=off", "--error-on-warnings", "--max-diagnostics=50", "."]),
  );
  await phases.run("layers", script("check-layers.mjs"));
  await phases.run("checks", (run) => run(toolchainNode(), ["--test", "--test-reporter=tap", ".repo/test/*.test.mjs"]));
  await phases.run("types", turbo("typecheck"));
  await phases.run("tests", async (run) => {
    forgetTestReports();
    await turbo("test")(run).catch((error) => {
      if (testCounts().failed === 0) throw error;
    });
    return testCounts();
  });
  await phases.run("spec rules", script("check-spec.mjs"));
  await phases.run("error pages", script("check-error-pages.mjs"));
  await phases.run("api", turbo("api"));
}
phases.close();

/** Makes a phase that runs one task of every package; what did not change comes from turbo's cache. */
function turbo(task) {
  return (run) => run("turbo", ["run", task, "--continue", "--concurrency=2", "--output-logs=errors-only"]);
}

/** Makes a phase that runs one of the check scripts of this folder under the toolchain's Node.js. */
function script(name, ...scriptArguments) {
  return (run) => run(toolchainNode(), [`.repo/${name}`, ...scriptArguments]);
}
