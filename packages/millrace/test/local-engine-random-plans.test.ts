/** The local engine gives what the collection engine gives, on random plans. */
import { localEngine } from "@millrace/environment-local";
import { nodeHost } from "@millrace/host-node";
import { type PlanVariant, runRandomPlans } from "@millrace/testing";
import { expect, test } from "vitest";

const seed = Number(process.env.FUZZ_SEED ?? 1);
const count = Number(process.env.FUZZ_COUNT ?? 200);

/** Parallelism, memory and hints may not change a result. Records are checked: what functions do to records that they gave before may not be seen. */
const variants: readonly PlanVariant[] = [
  { environment: { parallelism: 1, memory: "16MiB" }, useHints: true },
  { environment: { parallelism: 3, memory: "1GiB" }, useHints: false },
  { environment: { parallelism: 7, memory: "256MiB", checkRecords: true }, useHints: true },
];

test(
  `[RP8] agrees with the collection engine (FUZZ_SEED=${seed}, FUZZ_COUNT=${count})`,
  async () => {
    const engine = localEngine(nodeHost());
    try {
      const report = await runRandomPlans({ engine, seed, count, variants });
      expect(report.failures, String(report)).toEqual([]);
    } finally {
      await engine.close();
    }
  },
  Math.max(120_000, count * 2000),
);
