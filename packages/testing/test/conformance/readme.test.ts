import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const packageFolder = fileURLToPath(new URL("../..", import.meta.url));

/** Returns the lines that README.md tells a third-party author to write. */
function tenLines(): string {
  const readme = readFileSync(join(packageFolder, "README.md"), "utf8");
  return /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
}

/** Runs the lines in a folder as an engine's author has it: a package with an engine, and a test beside it. */
function runAsThirdParty(runner: "vitest" | "node:test", engineText: string): { output: string; passed: boolean } {
  const folder = mkdtempSync(join(tmpdir(), "millrace-third-party-"));
  try {
    mkdirSync(join(folder, "src"));
    mkdirSync(join(folder, "test"));
    symlinkSync(join(packageFolder, "node_modules"), join(folder, "node_modules"), "dir");
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "src/index.js"), engineText);
    const kit = join(packageFolder, "dist/index.js");
    const lines = tenLines()
      .replace('"@millrace/testing"', JSON.stringify(kit))
      .replace('"vitest"; // or: from "node:test"', JSON.stringify(runner === "vitest" ? "vitest" : "node:test"))
      .replace("engine: myEngine() }", 'engine: myEngine(), filter: "distinct/" }');
    const file = join(folder, "test/engine.test.js");
    writeFileSync(file, lines);
    const vitest = join(packageFolder, "../../node_modules/vitest/vitest.mjs");
    const args = runner === "vitest" ? [vitest, "run", "--root", folder, "--no-cache"] : ["--test", file];
    const output = execFileSync(process.execPath, args, {
      cwd: folder,
      encoding: "utf8",
      stdio: "pipe",
      env: { ...process.env, NO_COLOR: "1", NODE_TEST_CONTEXT: undefined },
    });
    return { output, passed: true };
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    return { output: stdout + stderr, passed: false };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const rightEngine = `
import { collectionEngine } from "@millrace/environment-collection";
import { nodeHost } from "@millrace/host-node";
export const myEngine = () => collectionEngine(nodeHost());
`;

/** An engine that runs every plan twice and hands out the records of both. */
const wrongEngine = `
import { collectionEngine } from "@millrace/environment-collection";
import { nodeHost } from "@millrace/host-node";
export function myEngine() {
  const inner = collectionEngine(nodeHost());
  return {
    name: "twice",
    host: inner.host,
    defaultParallelism: (options) => inner.defaultParallelism(options),
    explain: (plan, options) => inner.explain(plan, options),
    close: () => inner.close(),
    start(plan, options) {
      const job = inner.start(plan, options);
      return {
        id: job.id,
        result: () => job.result(),
        cancel: () => job.cancel(),
        async *records(index) {
          for await (const batch of job.records(index)) yield [...batch, ...batch];
        },
      };
    },
  };
}
`;

describe("the ten lines of README.md", () => {
  test("[C24] they are ten", () => {
    expect(tenLines().trim().split("\n").length).toBeLessThanOrEqual(10);
  });

  test.each(["vitest", "node:test"] as const)("[C24] a right engine passes with %s", (runner) => {
    const { output, passed } = runAsThirdParty(runner, rightEngine);
    expect(passed, output).toBe(true);
    expect(output).toMatch(runner === "vitest" ? /Tests .* \d+ passed/ : /# pass \d+|pass \d+/);
  });

  test.each(["vitest", "node:test"] as const)(
    "[C24] a wrong engine fails with %s, and the difference is shown",
    (runner) => {
      const { output, passed } = runAsThirdParty(runner, wrongEngine);
      expect(passed).toBe(false);
      expect(output).toContain("are wrong");
    },
  );
});
