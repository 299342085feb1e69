/**
 * The local engine on the oldest Node.js that Millrace runs on, where no WebAssembly compiles, and where no code is made from text: the kit in little memory, and random plans, in processes
 * of their own. (The other tests run on one Node.js, with the kernels in WebAssembly.)
 */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const require = createRequire(import.meta.url);
const program = fileURLToPath(new URL("./programs/run-kit.mjs", import.meta.url));
/** Makes WebAssembly unavailable when `MILLRACE_KERNELS` says so; it is what other tests are set up with. */
const twins = fileURLToPath(new URL("../../../.repo/kernel-twins.mjs", import.meta.url));
/** A package that is nothing but a Node.js of Linux. */
const oldest = join(dirname(require.resolve("node-20/package.json")), "bin", "node");
const isLinux = process.platform === "linux" && process.arch === "x64";

/** As a content security policy does it. */
const NO_CODE = "--disallow-code-generation-from-strings";

interface Outcome {
  readonly version: string;
  readonly hasWasm: boolean;
  readonly makesCode: boolean;
  readonly numPassed: number;
  readonly failures: readonly string[];
}

/** Runs one of `oneOf` programs of the kit in a process of its own. */
function run(
  node: string,
  kernels: "wasm" | "typescript",
  oneOf: number,
  flags: readonly string[] = [],
): Promise<Outcome> {
  // What the test runner sets for its workers is not for others.
  const { NODE_OPTIONS, NODE_V8_COVERAGE, ...variables } = process.env;
  const env = { ...variables, MILLRACE_KERNELS: kernels, NODE_NO_WARNINGS: "1" };
  return new Promise((resolve, reject) => {
    execFile(
      node,
      [...flags, "--import", twins, program, String(oneOf)],
      { env, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        if (error === null) resolve(JSON.parse(stdout) as Outcome);
        else reject(new Error(`${error.message}\n${stdout}\n${stderr}`));
      },
    );
  });
}

/** On a busy machine. */
const LIMIT_MS = 300_000 * Number(process.env.FUZZ_COUNT ?? 1);

describe("[C33] in a process of its own", () => {
  // Elsewhere than on Linux there is no such package; then it is the Node.js at hand that runs it.
  test("on Node.js 20", { timeout: LIMIT_MS }, async () => {
    const { version, hasWasm, makesCode, failures, numPassed } = await run(
      isLinux ? oldest : process.execPath,
      "wasm",
      1,
    );
    if (isLinux) expect(version).toMatch(/^v20\./);
    expect([hasWasm, makesCode]).toEqual([true, true]);
    expect(failures).toEqual([]);
    expect(numPassed).toBeGreaterThan(1000);
  });

  test("where no code may be made from text, so that its interpreting twins run", { timeout: LIMIT_MS }, async () => {
    const { makesCode, failures, numPassed } = await run(process.execPath, "wasm", 3, [NO_CODE]);
    expect(makesCode).toBe(false);
    expect(failures).toEqual([]);
    expect(numPassed).toBeGreaterThan(300);
  });

  test("with the kernels in TypeScript", { timeout: LIMIT_MS }, async () => {
    const { hasWasm, failures, numPassed } = await run(process.execPath, "typescript", 3);
    expect(hasWasm).toBe(false);
    expect(failures).toEqual([]);
    expect(numPassed).toBeGreaterThan(300);
  });
});
