import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile, compilers, here } from "./types/compilers.js";

/**
 * How many type instantiations all type tests together may cost. It was 257,000 with TypeScript 6.0 and 296,000 with 7.0 when
 * it was set; a change that needs much more makes editors slow.
 */
const MAX_INSTANTIATIONS = 400_000;

describe("the types of the batch API", () => {
  for (const version of Object.keys(compilers) as (keyof typeof compilers)[]) {
    test(`[D1] [D2] hold under TypeScript ${version}, within their budget of instantiations`, {
      timeout: 120_000,
    }, () => {
      const output = compile(version, join(here, "tsconfig.json"), "--extendedDiagnostics");
      expect(output.split("\n").filter((line) => line.includes("error"))).toEqual([]);
      const instantiations = Number(/Instantiations:\s+(\d+)/.exec(output)?.[1]);
      expect(instantiations).toBeGreaterThan(0);
      expect(instantiations).toBeLessThan(MAX_INSTANTIATIONS);
    });
  }
});
