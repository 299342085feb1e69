import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compiledKernels } from "../../assembly/build.mjs";

test("the embedded module is what its sources compile to", async () => {
  const embedded = readFileSync(new URL("../../src/kernels/wasm-bytes.ts", import.meta.url), "utf8");
  expect(embedded === (await compiledKernels()), "run npm run build and commit wasm-bytes.ts").toBe(true);
});
