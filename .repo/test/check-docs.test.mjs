import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkPage, pagesWithExamples } from "../check-docs.mjs";
import { root } from "../toolchain.mjs";
import { fixture } from "./fixture.mjs";

const fence = "```";

/** Checks a page that stands at `path`, in a user's folder that has nothing but TypeScript and the types of Node.js. */
function check(context, page, path = "README.md") {
  const pages = fixture(context, { [path]: page });
  const folder = fixture(context, { "package.json": { type: "commonjs" }, "node_modules/@types/x.txt": "" });
  for (const name of ["typescript", "@types/node"]) {
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
  return checkPage(pages, path, folder);
}

const sound = `# Page
Read it, \`no example\`:
${fence}text file=names.txt
Ada
Grace
${fence}
${fence}ts run file=hello.mts
const names: string[] = ["Ada", "Grace"];
console.log(names.join("\\n"));
${fence}
It prints:
${fence}text output
Ada
Grace
${fence}
${fence}ts check
export const a: number = 1;
${fence}
${fence}js run file=old.cjs
console.log(require("node:fs").readFileSync("names.txt", "utf8").trim());
${fence}
${fence}text output
Ada
Grace
${fence}
${fence}ts
this is only shown
${fence}
`;

for (const path of ["README.md", "docs/concepts/page.md"]) {
  test(`sound examples of ${path} are no problem`, (context) => {
    assert.deepEqual(check(context, path === "README.md" ? sound : sound.replace(/^.*$/m, "# Other"), path), {
      problems: [],
      numChecks: 4,
    });
  });
}

for (const [situation, changed, expected] of [
  [
    "another output",
    sound.replace("```text output\nAda", "```text output\nBob"),
    /README\.md:8: .* prints something else/,
  ],
  ["a type error", sound.replace("a: number = 1", 'a: number = "1"'), /type errors:\nREADME\.md:17:14: error TS2322/],
  [
    "an example that throws",
    sound.replace("console.log(names", "throw 1; console.log(names"),
    /README\.md:8: .* failed/,
  ],
  ["an output of nothing", `${fence}text output\nx\n${fence}\n`, /README\.md: line 2: an output without an example/],
  ["a file name used twice", sound.replace("old.cjs", "hello.mts"), /line 20: there is a hello\.mts already/],
  ["an unknown language", `${fence}python run\nx\n${fence}\n`, /python can be neither run nor checked/],
]) {
  test(`${situation} is a problem`, (context) => {
    assert.match(check(context, changed).problems.join("\n"), expected);
  });
}

test("pages are the README, docs, and the README and SPEC of packages", (context) => {
  const names = ["README.md", "docs/a.md", "docs/b/c.md", "packages/x/README.md", "packages/f/y/SPEC.md"];
  const others = ["CONTRIBUTING.md", "packages/x/api/x.api.md", "packages/x/node_modules/y/README.md"];
  const files = Object.fromEntries([...names, ...others].map((name) => [name, ""]));
  assert.deepEqual(pagesWithExamples(fixture(context, files)), names.sort());
});
