import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../toolchain.mjs";
import { fixture } from "./fixture.mjs";

const forbidden = [
  "Date.now()",
  "new Date()",
  "Date()",
  "Math.random()",
  "performance.now()",
  "setTimeout(() => {}, 1)",
  "setInterval(() => {}, 1)",
  "setImmediate(() => {})",
  "globalThis.setTimeout(() => {}, 1)",
  "globalThis.performance.now()",
  "process.env",
  ...["fs", "net", "worker_threads", "inspector", "module"].map((name) => `await import("node:${name}")`),
];
const allowed = ["new Date(0)", "Date.UTC(2000)", "Math.max(1, 2)", "queueMicrotask(() => {})", "own.performance"];

/** Runs the linter with the repository's settings over one file that uses each expression on a line of its own. */
function lint(context, path, expressions) {
  const folder = fixture(context, {
    ".biome.json": readFileSync(join(root, ".biome.json"), "utf8"),
    ".gitignore": "node_modules/\n",
    ".repo/ambient.grit": readFileSync(join(root, ".repo", "ambient.grit"), "utf8"),
    [path]: `const own = { performance: 1 };\nexport const values = [own,\n${expressions.map((text) => `  ${text},\n`).join("")}];\n`,
  });
  const biome = join(root, "node_modules", "@biomejs", "biome", "bin", "biome");
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [biome, "lint", "--colors=off", "--max-diagnostics=200", "."],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  assert.match(`${stdout}${stderr}`, /Checked \d+ file/);
  const lines = [...`${stdout}${stderr}`.matchAll(/x\.ts:(\d+):\d+ (?:plugin|lint\/\S*(?:Globals|Nodejs)\S*)/g)];
  return new Set(lines.map((match) => expressions[Number(match[1]) - 3]));
}

test("the ambient world is an error in the sources of a package", (context) => {
  assert.deepEqual(lint(context, "packages/core/src/x.ts", [...forbidden, ...allowed]), new Set(forbidden));
});

test("the ambient world is an error in the sources of a nested package", (context) => {
  assert.deepEqual(lint(context, "packages/formats/csv/src/deep/x.ts", forbidden), new Set(forbidden));
});

for (const path of [
  "packages/host-node/src/x.ts",
  "packages/testing/test/x.ts",
  "apps/examples/src/x.ts",
  ".repo/x.ts",
]) {
  test(`the ambient world is allowed in ${path}`, (context) => {
    assert.deepEqual(lint(context, path, forbidden), new Set());
  });
}
