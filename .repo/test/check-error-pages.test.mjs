import assert from "node:assert/strict";
import { test } from "node:test";
import { errorPageProblems } from "../check-error-pages.mjs";
import { fixture } from "./fixture.mjs";

const page = (code) => `# ${code}\n\nWhat happened.\n`;

test("one page for each code is no problem", (context) => {
  const files = { "docs/errors/A.md": page("A"), "docs/errors/B.md": page("B"), "docs/errors/README.md": "Index." };
  assert.deepEqual(errorPageProblems(fixture(context, files), ["A", "B"]), []);
});

test("missing, superfluous, misnamed and empty pages are problems", (context) => {
  const files = { "docs/errors/B.md": page("C"), "docs/errors/D.md": page("D"), "docs/errors/E.md": "# E\n\n" };
  assert.deepEqual(errorPageProblems(fixture(context, files), ["A", "B", "E"]), [
    "docs/errors/A.md is missing",
    'docs/errors/B.md: the first line must be "# B"',
    "docs/errors/D.md: core has no code D",
    "docs/errors/E.md: says nothing",
  ]);
});

test("without any page every code is a problem", (context) => {
  assert.equal(errorPageProblems(fixture(context, { "x.md": "" }), ["A", "B"]).length, 2);
});
