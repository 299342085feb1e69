import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root as repository } from "./toolchain.mjs";
import { workspaceFolders } from "./workspace.mjs";

/**
 * Reads what the test runner wrote about each package: `temp/tests.json`, which turbo keeps with the result, so that it
 * is there when a run comes from the cache.
 */

/** Removes the reports of earlier runs; turbo brings back those that still hold. */
export function forgetTestReports(root = repository) {
  for (const folder of workspaceFolders(root)) rmSync(reportPath(root, folder), { force: true });
}

/**
 * Lists every test as `{ folder, name, isPassed }`. A file that could not be loaded stands for one test that failed, and
 * a test that was skipped has not passed.
 */
export function testCases(root = repository) {
  return workspaceFolders(root).flatMap((folder) =>
    report(root, folder).testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.length === 0
        ? [{ folder, name, isPassed: false }]
        : assertionResults.map(({ fullName, status }) => ({ folder, name: fullName, isPassed: status === "passed" })),
    ),
  );
}

function report(root, folder) {
  const path = reportPath(root, folder);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : { testResults: [] };
}

function reportPath(root, folder) {
  return join(root, folder, "temp", "tests.json");
}
