import { defineConfig } from "vitest/config";

/** One configuration for every package: tests live in `test/`, run in worker threads, and print only failures. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    reporters: ["default"],
    silent: "passed-only",
    testTimeout: 30_000,
  },
});
