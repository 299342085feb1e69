import assert from "node:assert/strict";
import { test } from "node:test";
import { numRules, specProblems } from "../check-spec.mjs";
import { fixture } from "./fixture.mjs";

const files = {
  "packages/one/package.json": {},
  "packages/one/SPEC.md": "# One\n\n- **[A1]** First, see [B1].\n- [A2] Second.\n",
  "packages/two/package.json": {},
  "packages/two/SPEC.md": "| [B1] | A row |\n\n[A1] A paragraph.\n\n### [B2] A heading\n",
};
const tests = [
  { folder: "packages/one", name: "memory [A1] is returned" },
  { folder: "packages/two", name: "[A1, B1] both" },
  { folder: "apps/examples", name: "[A2] is cited from above" },
  { folder: "packages/two", name: "[B2] a heading" },
];

test("rules that are all cited are no problem", (context) => {
  const folder = fixture(context, files);
  assert.deepEqual(specProblems(folder, tests), []);
  assert.equal(numRules(folder), 5);
});

test("a rule without a test is a problem", (context) => {
  assert.deepEqual(specProblems(fixture(context, files), tests.slice(1)), [
    "packages/one/SPEC.md:3: [A1]: no test cites this rule",
  ]);
});

test("a number declared twice in a package is a problem", (context) => {
  const changed = { ...files, "packages/one/SPEC.md": "- [A1] First.\n- [A2] Second.\n- [A2] Third.\n" };
  assert.deepEqual(specProblems(fixture(context, changed), tests), [
    "packages/one/SPEC.md:3: [A2]: declared before, packages/one/SPEC.md:2: [A2]",
  ]);
});

test("a test that cites an unknown rule is a problem, a row of the inventory is none", (context) => {
  const more = [
    ...tests,
    { folder: "packages/one", name: "[A9] gone" },
    { folder: "packages/one", name: "[B028] row" },
  ];
  assert.deepEqual(specProblems(fixture(context, files), more), [
    'packages/one: no SPEC.md declares [A9], which a test cites: "[A9] gone"',
  ]);
});

test("a citation from outside of a number that two packages declare is a problem", (context) => {
  const more = [...tests, { folder: "apps/examples", name: "[A1] which?" }];
  assert.match(specProblems(fixture(context, files), more).join(), /packages\/one and packages\/two both declare/);
});
