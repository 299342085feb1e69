import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { contentHash, recall, remember } from "../stamps.mjs";
import { root } from "../toolchain.mjs";
import { fixture } from "./fixture.mjs";

/** Runs a script that uses Phases, without terminal and standard input, and gives what it printed without the durations. */
function runScript(context, body) {
  const phases = pathToFileURL(join(root, ".repo", "phases.mjs"));
  const script = `import { Phases } from ${JSON.stringify(phases)};\nconst phases = new Phases();\n${body}\nphases.close();\n`;
  const folder = fixture(context, { "script.mjs": script });
  const { status, stdout } = spawnSync(process.execPath, [join(folder, "script.mjs")], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { status, printed: stdout.replace(/ +\d+\.\d s/g, " …") };
}

test("a phase that passes prints one line and counts as one check, or as many as it says", (context) => {
  const body = `
    await phases.run("quiet", (run) => run("sh", ["-c", "echo nothing to see"]));
    await phases.run("counts", (run) => run("sh", ["-c", "echo '7 passed, 0 failed'"]));
    await phases.run("tap", (run) => run("sh", ["-c", "printf '# pass 3\\\\n# fail 0\\\\n'"]));
    await phases.run("returns", async () => ({ passed: 4, failed: 0 }));`;
  assert.deepEqual(runScript(context, body), {
    status: 0,
    printed: "quiet …\ncounts …\ntap …\nreturns …\n\n15 passed, 0 failed\n",
  });
});

test("a phase that fails prints all that it said, and the next one runs", (context) => {
  const body = `
    await phases.run("breaks", (run) => run("sh", ["-c", "echo out; echo err >&2; echo '5 passed, 2 failed'; exit 3"]));
    await phases.run("fine", async () => {});
    await phases.run("missing", (run) => run("no-such-command", []));`;
  const { status, printed } = runScript(context, body);
  assert.equal(status, 1);
  assert.match(printed, /^breaks …\s+FAILED \(2\)\n {2}out\n/);
  assert.match(printed, /^ {2}err$/m);
  assert.match(printed, /ended with exit code 3\nfine …\nmissing …\s+FAILED \(1\)\n {2}.*no-such-command ENOENT/s);
  assert.match(printed, /\n\n6 passed, 3 failed\n$/);
});

test("a command that reads its standard input finds it empty", (context) => {
  const body = 'await phases.run("reads", (run) => run("cat", []));';
  assert.deepEqual(runScript(context, body), { status: 0, printed: "reads …\n\n1 passed, 0 failed\n" });
});

test("a stamp holds until the content changes, and a failure leaves none", (context) => {
  const folder = fixture(context, { "a/one.txt": "1", "a/two.txt": "2" }, join(root, "temp"));
  const name = `fixture of ${folder.slice(root.length)}`.replaceAll("/", "-");
  const path = folder.slice(root.length + 1);
  context.after(() => rmSync(join(root, ".toolchain", "stamps", `${name.replaceAll(" ", "-")}.json`), { force: true }));
  const before = contentHash([`${path}/a`]);
  remember(name, before, { passed: 3, failed: 0 });
  assert.deepEqual(recall(name, contentHash([`${path}/a`])), { passed: 3, failed: 0 });

  writeFileSync(join(folder, "a", "two.txt"), "3");
  assert.equal(recall(name, contentHash([`${path}/a`])), undefined);
  assert.notEqual(contentHash([`${path}/a`], ["Node.js 24"]), contentHash([`${path}/a`], ["Node.js 20"]));

  remember(name, before, { passed: 2, failed: 1 });
  assert.equal(recall(name, before), undefined);
});
