import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { declarationProblems, importProblems, tarballProblems, typeProblems } from "../check-packages.mjs";
import { root } from "../toolchain.mjs";
import { fixture } from "./fixture.mjs";

const manifest = {
  name: "thing",
  version: "1.0.0",
  type: "module",
  license: "Apache-2.0",
  exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
};
const sound = {
  "package.json": manifest,
  "README.md": "# thing",
  LICENSE: "Apache-2.0",
  "dist/index.js": "export const a = 1;",
  "dist/index.d.ts": "export declare const a: number;",
};

function packed(context, files) {
  const folder = fixture(context, files);
  const { status, stderr } = spawnSync("pnpm", ["pack"], { cwd: folder, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return tarballProblems("thing", readFileSync(join(folder, "thing-1.0.0.tgz")));
}

test("a sound package has no problems", async (context) => {
  assert.deepEqual(await packed(context, sound), []);
});

test("publint's findings are problems", async (context) => {
  const exports = { ".": { default: "./dist/missing.js" } };
  const said = await packed(context, { ...sound, "package.json": { ...manifest, exports } });
  assert.match(said.join("\n"), /publint: .*dist\/missing\.js/);
});

test("what are-the-types-wrong finds for ES modules is a problem", async (context) => {
  const said = await packed(context, { ...sound, "dist/index.d.ts": 'export { a } from "./a";' });
  assert.match(said.join("\n"), /are-the-types-wrong: .*InternalResolutionError/);
});

test("a package without types, README or licence is a problem", async (context) => {
  const bare = { "package.json": { ...manifest, exports: "./dist/index.js" }, "dist/index.js": sound["dist/index.js"] };
  assert.deepEqual(await packed(context, bare), [
    "thing: are-the-types-wrong: there are no types",
    "thing: packed without README.md",
    "thing: packed without LICENSE",
  ]);
});

test("code in more than one file is a problem", async (context) => {
  const said = await packed(context, { ...sound, "dist/parts/more.js": "export const b = 1;" });
  assert.deepEqual(said, ["thing: its code is 2 files in dist, not one"]);
});

/** A user's folder with the package `thing` installed. It lies in the repository, so that the types of Node.js are found. */
function installed(context, changes) {
  const files = Object.entries({ ...sound, ...changes }).map(([path, content]) => [
    `node_modules/thing/${path}`,
    content,
  ]);
  return fixture(context, Object.fromEntries(files), join(root, "temp"));
}

test("declarations that a compiler refuses are a problem", (context) => {
  const compiler = join(root, "node_modules", "typescript");
  assert.deepEqual(typeProblems(compiler, installed(context, {}), ["thing"]), []);
  const broken = installed(context, { "dist/index.d.ts": "export declare const a: Missing;" });
  assert.match(typeProblems(compiler, broken, ["thing"]).join(), /TypeScript 7.*Cannot find name 'Missing'/s);
});

test("a user's library that mentions what it cannot name is a problem", (context) => {
  const compiler = join(root, "node_modules", "typescript");
  const library = 'import { make } from "thing";\nexport const made = make();\n';
  const check = (changes) => declarationProblems(compiler, installed(context, changes), library, "thing");
  const entry = (text) => ({ "dist/index.d.ts": `${text}\nexport declare const make: () => Made;` });
  const made = { "dist/made.d.ts": "export declare class Made { private a }" };
  assert.deepEqual(check({ ...made, ...entry('import { Made } from "./made.js";\nexport { Made };') }), []);
  assert.match(
    check({ ...made, ...entry('import { Made } from "./made.js";') }).join(),
    /cannot be written:.*cannot be named/s,
  );

  const other = { "../other/package.json": { name: "other", types: "x.d.ts", version: "1.0.0" } };
  const inOther = { ...other, "../other/x.d.ts": made["dist/made.d.ts"] };
  assert.match(check({ ...inOther, ...entry('import { Made } from "other";') }).join(), /depend on other/);
});

test("a package that cannot be loaded by require is a problem", (context) => {
  assert.deepEqual(importProblems(process.execPath, installed(context, {}), ["thing"]), []);
  const late = installed(context, { "dist/index.js": "export const a = await 1;" });
  assert.match(importProblems(process.execPath, late, ["thing"]).join(), /does not load.*ERR_REQUIRE_ASYNC_MODULE/s);
  const exports = { ".": { types: "./dist/index.d.ts", require: "./dist/two.cjs", default: "./dist/index.js" } };
  const two = installed(context, { "package.json": { ...manifest, exports }, "dist/two.cjs": "exports.b = 1;" });
  assert.match(importProblems(process.execPath, two, ["thing"]).join(), /import and require give different things/);
});
