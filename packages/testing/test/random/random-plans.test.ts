import { describe, expect, test } from "vitest";
import { runRandomPlans } from "../../src/random/index.js";
import { collectionEnvironment, FUZZ_SEED, fuzzCount } from "./environments.js";

describe("random plans", () => {
  test(`agree with themselves at any parallelism, with and without hints and checks (FUZZ_SEED=${FUZZ_SEED})`, async () => {
    const report = await runRandomPlans({
      createEnvironment: collectionEnvironment,
      createReference: collectionEnvironment,
      seed: FUZZ_SEED,
      count: fuzzCount(300),
    });
    expect(report.failures, String(report)).toEqual([]);
  }, 120_000);
});
