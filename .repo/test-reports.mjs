import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./toolchain.mjs";
import { workspaceFolders } from "./workspace.mjs";

/**
 * Reads what the test runner wrote about each package: `temp/tests.json`, which turbo keeps with the result, so that it
 * is there when a run comes from the cache.
 */

/** Removes the reports of earlier runs; turbo brings back those that still hold. */
export function forgetTestReports() {
  for (const folder of workspaceFolders()) rmSync(reportPath(folder), { force: true });
}

/** Lists the full name and the file of every test that ran. */
export function testCases() {
  return workspaceFolders().flatMap((folder) =>
    report(folder).testResults.flatMap((file) =>
      file.assertionResults.map((test) => ({ folder, name: test.fullName, status: test.status })),
    ),
  );
}

/** Counts the tests. A file that could not be loaded counts as one failed test; a skipped test does too. */
export function testCounts() {
  let passed = 0;
  let failed = 0;
  for (const folder of workspaceFolders()) {
    const { testResults } = report(folder);
    for (const file of testResults) {
      const tests = file.assertionResults;
      const numPassed = tests.filter((test) => test.status === "passed").length;
      passed += numPassed;
      failed += tests.length === 0 ? 1 : tests.length - numPassed;
    }
  }
  return { passed, failed };
}

function report(folder) {
  const path = reportPath(folder);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : { testResults: [] };
}

function reportPath(folder) {
  return join(root, folder, "temp", "tests.json");
}
