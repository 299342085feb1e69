import assert from "node:assert/strict";
import { test } from "node:test";
import { changesetProblems } from "../check-changesets.mjs";
import { fixture } from "./fixture.mjs";

function problemsOf(context, changeset) {
  const table = { packages: { "@millrace/core": { floor: 0, path: "packages/core", summary: "Core." } } };
  return changesetProblems(
    fixture(context, { ".repo/layers.json": table, ".changeset/README.md": "Rules.", ".changeset/x.md": changeset }),
  );
}

test("a sound changeset is no problem", (context) => {
  assert.deepEqual(problemsOf(context, '---\n"@millrace/core": minor\n---\n\nReads faster.\n'), []);
  assert.deepEqual(problemsOf(context, "---\n'@millrace/core': major\n---\n\nLess memory.\n\nMigration: none.\n"), []);
});

for (const [situation, changeset, expected] of [
  ["without packages", "Reads faster.\n", "does not begin with the packages between two lines of ---"],
  ["of an unknown package", "---\nother: minor\n---\nText.\n", "no package is called other"],
  [
    "with an unknown release",
    '---\n"@millrace/core": big\n---\nText.\n',
    '@millrace/core: "big" is no kind of release',
  ],
  ["that says nothing", '---\n"@millrace/core": patch\n---\n\n', "says nothing"],
  ["that breaks in silence", '---\n"@millrace/core": major\n---\nText.\n', "a major release says how to migrate"],
]) {
  test(`a changeset ${situation} is a problem`, (context) => {
    assert.deepEqual(problemsOf(context, changeset), [`.changeset/x.md: ${expected}`]);
  });
}
