import { rmSync } from "node:fs";
import { findBrowser, installBrowser } from "./browser.mjs";
import { Phases } from "./phases.mjs";
import { buildPackages, installDependencies } from "./prepare.mjs";
import { forgetTestReports, testCases } from "./test-reports.mjs";
import { installToolchain, toolchainNode } from "./toolchain.mjs";

/** `npm test`: everything that must hold before a change lands, the quick checks first. `.ci/run` calls it. */

/** What the built packages are made of: a check of them holds until one of these changes. */
const packageInputs = ["packages", ".repo", "pnpm-lock.yaml", "LICENSE"];

const phases = new Phases();
const isReady =
  (await phases.run("toolchain", installToolchain)) &&
  (await phases.run("install", installDependencies)) &&
  (await phases.run("build", buildPackages));

if (isReady) {
  await phases.run("lint", (run) => run("biome", ["ci", "--colors=off", "--error-on-warnings", "."]));
  await phases.run("layers", script("check-layers.mjs"));
  await phases.run("checks", testTheChecks, [".repo", ".biome.json", "package.json", "pnpm-lock.yaml"]);
  await phases.run("types", turbo("typecheck"));
  await phases.run("type tests", script("check-type-tests.mjs"), packageInputs);
  await phases.run("browser", installBrowser);
  await phases.run("tests", runTests);
  await phases.run("spec rules", script("check-spec.mjs"));
  await phases.run("error pages", script("check-error-pages.mjs"));
  await phases.run("changesets", script("check-changesets.mjs"));
  await phases.run("links", script("check-links.mjs"));
  await phases.run("api", script("api-report.mjs", "--all"), packageInputs);
  await asUser();
}
phases.close();

/** Runs the tests of this folder: each check is shown to fail. */
async function testTheChecks(run) {
  await run(toolchainNode(), ["--test", "--test-reporter=tap", ".repo/test/*.test.mjs"]);
}

/** Runs the tests of every package and application. A test that did not pass is counted and named; so is a skipped one. */
async function runTests(run) {
  forgetTestReports();
  const browser = findBrowser();
  if (browser !== undefined) process.env.MILLRACE_BROWSER = browser;
  let failure;
  await turbo("test")(run).catch((error) => {
    failure = error;
  });
  const tests = testCases();
  const failed = tests.filter((test) => !test.isPassed);
  if (failure !== undefined && failed.length === 0) throw failure;
  const output = failed.map(({ folder, name }) => `${folder}: did not pass: ${name}\n`).join("");
  return { passed: tests.length - failed.length, failed: failed.length, output };
}

/** Runs the checks that need the packed packages in a user's folder, which is made when the first of them wants it. */
async function asUser() {
  let folder;
  const inFolder = (name) => async (run) => {
    folder ??= (await run(toolchainNode(), [".repo/consumer.mjs"])).trim().split("\n").at(-1);
    await run(toolchainNode(), [`.repo/${name}`, folder]);
  };
  await phases.run("packages", inFolder("check-packages.mjs"), packageInputs);
  await phases.run("docs", inFolder("check-docs.mjs"), [...packageInputs, "docs", "README.md"]);
  await phases.run("smoke", inFolder("check-smoke.mjs"), packageInputs);
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

/** Makes a phase that runs one task of every package; what did not change comes from turbo's cache. */
function turbo(task) {
  return (run) => run("turbo", ["run", task, "--continue", "--concurrency=2", "--output-logs=errors-only"]);
}

/** Makes a phase that runs one of the check scripts of this folder under the toolchain's Node.js. */
function script(name, ...scriptArguments) {
  return (run) => run(toolchainNode(), [`.repo/${name}`, ...scriptArguments]);
}
