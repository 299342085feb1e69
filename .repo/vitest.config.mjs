import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** One configuration for every package: tests live in `test/`, run in worker threads, and print only failures. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // The second report is what `npm test` counts and what the check of the SPEC rules reads.
    reporters: ["default", ["json", { outputFile: "temp/tests.json" }]],
    silent: "passed-only",
    setupFiles: [fileURLToPath(new URL("./kernel-twins.mjs", import.meta.url))],
    testTimeout: 30_000,
  },
});
