import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { typeTestProblems, typeTests } from "../check-type-tests.mjs";
import { root } from "../toolchain.mjs";
import { fixture } from "./fixture.mjs";

/** A package whose declarations are built. It lies in the repository, so that the type packages are found. */
function workspace(context, typeTest) {
  const files = {
    "packages/a/package.json": { name: "a", type: "module", exports: { types: "./dist/index.d.ts" } },
    "packages/a/src/index.ts": "export const a = 1 as number;",
    "packages/a/dist/index.d.ts": "export declare const a: number;",
    "packages/a/test/a.test-d.ts": typeTest,
  };
  return fixture(context, files, join(root, "temp"));
}

test("type tests that hold for the built declarations are no problem", (context) => {
  const folder = workspace(context, 'import { a } from "a";\nexport const b: number = a;\n');
  assert.deepEqual(typeTests(folder), ["packages/a/test/a.test-d.ts"]);
  assert.deepEqual(typeTestProblems(folder), []);
});

test("a type test that does not hold, or expects an error in vain, is a problem", (context) => {
  const wrong = workspace(context, 'import { a } from "a";\nexport const b: string = a;\n');
  assert.match(typeTestProblems(wrong).join(), /a\.test-d\.ts\(2,14\): error TS2322/);
  const vain = workspace(context, 'import { a } from "a";\n// @ts-expect-error\nexport const b: number = a;\n');
  assert.match(typeTestProblems(vain).join(), /a\.test-d\.ts\(2,1\): error TS2578/);
});

test("a type test of the sources is a problem", (context) => {
  const folder = workspace(context, 'import { a } from "../src/index.js";\nexport const b: number = a;\n');
  assert.deepEqual(typeTestProblems(folder), [
    "packages/a/test/a.test-d.ts:1: imports the sources; import the package by its name",
  ]);
});

test("a check that looked at nothing has failed", () => {
  const check = pathToFileURL(join(root, ".repo", "check.mjs"));
  const run = (call) => {
    const script = `import { reportProblems } from "${check}";\n${call}`;
    const { status, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    return [status, stdout];
  };
  assert.deepEqual(run("reportProblems([], 3)"), [0, "3 passed, 0 failed\n"]);
  assert.deepEqual(run('reportProblems(["x"], 3)'), [1, "x\n2 passed, 1 failed\n"]);
  assert.deepEqual(run("reportProblems([], 0)"), [1, "There was nothing to check.\n0 passed, 1 failed\n"]);
});
