import assert from "node:assert/strict";
import { test } from "node:test";
import { forgetTestReports, testCases } from "../test-reports.mjs";
import { fixture } from "./fixture.mjs";

test("tests that were skipped and files that could not be loaded have not passed", (context) => {
  const folder = fixture(context, {
    "packages/a/package.json": {},
    "packages/a/temp/tests.json": {
      testResults: [
        { name: "x.test.ts", assertionResults: [{ fullName: "[A1] one", status: "passed" }] },
        { name: "y.test.ts", assertionResults: [{ fullName: "two", status: "skipped" }] },
        { name: "broken.test.ts", assertionResults: [] },
      ],
    },
    "apps/b/package.json": {},
    "apps/b/temp/tests.json": {
      testResults: [{ name: "z.test.ts", assertionResults: [{ fullName: "three", status: "failed" }] }],
    },
    "apps/untested/package.json": {},
  });
  assert.deepEqual(testCases(folder), [
    { folder: "packages/a", name: "[A1] one", isPassed: true },
    { folder: "packages/a", name: "two", isPassed: false },
    { folder: "packages/a", name: "broken.test.ts", isPassed: false },
    { folder: "apps/b", name: "three", isPassed: false },
  ]);
  forgetTestReports(folder);
  assert.deepEqual(testCases(folder), []);
});
