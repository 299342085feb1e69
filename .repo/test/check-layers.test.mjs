import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { layerProblems } from "../check-layers.mjs";
import { packagesPage } from "../packages-page.mjs";
import { fixture } from "./fixture.mjs";

/** A workspace of two floors that obeys every rule: `@millrace/above` uses `@millrace/below`. */
const sound = {
  "package.json": { devDependencies: { vitest: "1" } },
  ".repo/layers.json": {
    packages: {
      "@millrace/below": { floor: 0, path: "packages/below", summary: "Below." },
      "@millrace/above": { floor: 1, path: "packages/above", summary: "Above." },
    },
  },
  "packages/below/package.json": { name: "@millrace/below", description: "Below." },
  "packages/below/src/index.ts": 'export { a } from "./a.js";',
  "packages/below/src/a.ts": 'import type { B } from "./b.js";\nexport const a: B = 1;',
  "packages/below/src/b.ts": 'import { a } from "./a.js";\nexport type B = number;\nexport const b = a;',
  "packages/above/package.json": {
    name: "@millrace/above",
    description: "Above.",
    dependencies: { "@millrace/below": "workspace:^" },
  },
  "packages/above/src/index.ts": 'import { a } from "@millrace/below";\nexport const c = a;',
  "packages/above/test/c.test.ts":
    'import { test } from "vitest";\nimport { c } from "../src/index.js";\nimport { c as d } from "@millrace/above";',
};

function problemsOf(context, changes) {
  const folder = fixture(context, { ...sound, ...changes });
  writeFileSync(join(folder, "PACKAGES.md"), packagesPage(folder));
  return layerProblems(folder);
}

const below = "packages/below/package.json";
const above = "packages/above/package.json";

test("a sound workspace has no problems, circles of types included", (context) => {
  assert.deepEqual(problemsOf(context, {}), []);
});

for (const [situation, changes, expected] of [
  [
    "an import from a higher floor",
    {
      [below]: { name: "@millrace/below", description: "Below.", dependencies: { "@millrace/above": "workspace:^" } },
      "packages/below/src/a.ts": 'import type { c } from "@millrace/above";\nexport const a: typeof c = 1;',
    },
    /a\.ts:1: "@millrace\/above" is on floor 1, not below floor 0/,
  ],
  [
    "a test's import from a higher floor",
    {
      [below]: {
        name: "@millrace/below",
        description: "Below.",
        devDependencies: { "@millrace/above": "workspace:^" },
      },
      "packages/below/test/a.test.ts": 'await import("@millrace/above");',
    },
    /a\.test\.ts:1: "@millrace\/above" is on floor 1/,
  ],
  [
    "a deep import",
    { "packages/above/src/index.ts": 'export { a } from "@millrace/below/dist/a.js";' },
    /"@millrace\/below\/dist\/a\.js" reaches into a package/,
  ],
  [
    "an import of unpublished parts by a package",
    { "packages/above/src/index.ts": 'export { a } from "@millrace/below/parts";' },
    /"@millrace\/below\/parts" reaches into a package/,
  ],
  [
    "a relative import of another package",
    { "packages/above/src/index.ts": 'import "@millrace/below";\nexport { a } from "../../below/src/a.js";' },
    /index\.ts:2: .* leaves the package/,
  ],
  [
    "an import of a file that is not there",
    { "packages/below/src/index.ts": 'export { a } from "./missing.js";' },
    /"\.\/missing\.js" names no file/,
  ],
  [
    "a package that imports itself by name",
    { "packages/above/src/more.ts": 'import "@millrace/above";\nimport "@millrace/below";' },
    /more\.ts:1: "@millrace\/above" is this package/,
  ],
  [
    "an undeclared dependency",
    { [above]: { name: "@millrace/above", description: "Above.", devDependencies: { "@millrace/below": "1" } } },
    /imports "@millrace\/below", which is not in the dependencies/,
  ],
  [
    "an undeclared dependency of a type",
    { "packages/below/src/a.ts": 'export const a: import("undeclared").T = 1;' },
    /imports "undeclared", which is not in the dependencies/,
  ],
  [
    "a package that is looked up without being declared",
    { "packages/below/src/a.ts": 'export const a = import.meta.resolve("undeclared/data.csv");' },
    /imports "undeclared", which is not in the dependencies/,
  ],
  [
    "an unused dependency",
    { [below]: { name: "@millrace/below", description: "Below.", dependencies: { unused: "1" } } },
    /below\/package\.json: nothing in src imports dependency "unused"/,
  ],
  [
    "a dependency that only tests use",
    {
      [below]: { name: "@millrace/below", description: "Below.", dependencies: { library: "1" } },
      "packages/below/test/a.test.ts": 'import "library";',
    },
    /nothing in src imports dependency "library"/,
  ],
  [
    "an unused development dependency",
    { [below]: { name: "@millrace/below", description: "Below.", devDependencies: { unused: "1" } } },
    /nothing imports devDependency "unused"/,
  ],
  [
    "a test that uses what nobody declares",
    { "packages/below/test/a.test.ts": 'import "undeclared";' },
    /imports "undeclared", which is not in the devDependencies/,
  ],
  ["a star export", { "packages/below/src/index.ts": 'export * from "./a.js";' }, /index\.ts:1: star export/],
  [
    "a named star export",
    { "packages/below/src/index.ts": 'export * as x from "./a.js";' },
    /index\.ts:1: star export/,
  ],
  [
    "a circle of files at run time",
    { "packages/below/src/a.ts": 'import { b } from "./b.js";\nexport const a = b;' },
    /below: files import each other in a circle: src\/a\.ts -> src\/b\.ts -> src\/a\.ts/,
  ],
  [
    "a package that the table does not know",
    { "packages/new/package.json": { name: "@millrace/new" } },
    /packages\/new: not in \.repo\/layers\.json/,
  ],
  [
    "a package under another name",
    { [below]: { name: "@millrace/other", description: "Below." } },
    /below: is called @millrace\/other/,
  ],
  [
    "a description that differs from the summary",
    { [below]: { name: "@millrace/below", description: "Other." } },
    /description in package\.json differs/,
  ],
]) {
  test(`${situation} is a problem`, (context) => {
    const problems = problemsOf(context, changes);
    assert.ok(
      problems.some((problem) => expected.test(problem)),
      `expected ${expected} in:\n${problems.join("\n")}`,
    );
  });
}

test("an entry of the table without a package is a problem", (context) => {
  const table = structuredClone(sound[".repo/layers.json"]);
  table.packages["@millrace/gone"] = { floor: 2, path: "packages/gone", summary: "Gone." };
  assert.match(problemsOf(context, { ".repo/layers.json": table }).join("\n"), /gone: .* no such package/);
});

test("a PACKAGES.md that was not generated anew is a problem", (context) => {
  const folder = fixture(context, { ...sound, "PACKAGES.md": "# Packages\n" });
  assert.match(layerProblems(folder).join("\n"), /PACKAGES\.md is not what/);
});
