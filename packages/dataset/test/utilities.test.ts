import type { RuntimeContext } from "@millrace/core";
import { describe, expect, test } from "vitest";
import { addChecksums, ChecksumPartition } from "../src/utilities/checksum.js";
import { MergeSummaries, SummarizePartition } from "../src/utilities/column-summary.js";
import { FractionSampler, ReservoirSampler, SampleCoordinator } from "../src/utilities/sampling.js";
import { SeededRandom, seedOf } from "../src/utilities/seeded-random.js";
import { errorOf, recording } from "./recording-engine.js";

const numbers = Array.from({ length: 1000 }, (_, i) => i);
const noCollector = { collect: () => expect.unreachable("results are returned") };
const at = (subtaskIndex: number) => ({ subtaskIndex }) as RuntimeContext;

describe("random numbers", () => {
  test("[D90] are the same for a seed, spread evenly, and differ between subtasks", () => {
    const first = new SeededRandom(7);
    const second = new SeededRandom(7);
    const drawn = numbers.map(() => first.next());
    expect(numbers.map(() => second.next())).toEqual(drawn);
    const mean = drawn.reduce((a, b) => a + b) / drawn.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(1);
    expect(new Set(numbers.map((index) => seedOf(7, index))).size).toBe(1000);
    const poisson = new SeededRandom(3);
    const total = numbers.reduce((sum) => sum + poisson.nextPoisson(2), 0);
    expect(Math.abs(total / 1000 - 2)).toBeLessThan(0.2);
  });
});

describe("samples", () => {
  test("[D91] by fraction keep about that part, in order, once unless records may repeat", () => {
    const sample = [...new FractionSampler(0.3, false, 1).mapPartition(numbers, noCollector, at(0))] as number[];
    expect(Math.abs(sample.length - 300)).toBeLessThan(60);
    expect(new Set(sample).size).toBe(sample.length);
    expect([...sample].sort((a, b) => a - b)).toEqual(sample);
    expect([...new FractionSampler(0, false, 1).mapPartition(numbers, noCollector, at(0))]).toEqual([]);
    expect([...new FractionSampler(1, false, 1).mapPartition(numbers, noCollector, at(0))]).toEqual(numbers);
    const repeated = [...new FractionSampler(2, true, 1).mapPartition(numbers, noCollector, at(0))];
    expect(Math.abs(repeated.length - 2000)).toBeLessThan(200);
  });

  test("[D91] by size have exactly that size, over all partitions, with equal chances", () => {
    const hits = new Map<number, number>();
    for (let seed = 0; seed < 400; seed++) {
      const halves = [numbers.slice(0, 5), numbers.slice(5, 20)];
      const sampler = new ReservoirSampler(4, false, seed);
      const candidates = halves.flatMap((half, index) => sampler.mapPartition(half, noCollector, at(index)));
      const sample = new SampleCoordinator(4, false).reduceGroup(candidates) as number[];
      expect(new Set(sample).size).toBe(4);
      for (const n of sample) hits.set(n, (hits.get(n) ?? 0) + 1);
    }
    // Each of 20 records is expected 80 times in 400 samples of 4.
    for (const count of hits.values()) expect(Math.abs(count - 80)).toBeLessThan(40);
    const few = new ReservoirSampler(4, false, 1).mapPartition([1, 2], noCollector, at(0));
    expect(new SampleCoordinator(4, false).reduceGroup(few)).toHaveLength(2);
    const repeated = new ReservoirSampler(4, true, 1).mapPartition([1], noCollector, at(0));
    expect(new SampleCoordinator(4, true).reduceGroup(repeated)).toEqual([1, 1, 1, 1]);
  });

  test("[D91] wrong fractions and sizes are refused", async () => {
    const data = recording().env.fromElements(1);
    for (const fraction of [-0.1, 1.1, Number.NaN]) {
      expect((await errorOf(() => data.sample(fraction))).code).toBe("INVALID_ARGUMENT");
    }
    data.sample(1.5, { withReplacement: true });
    expect((await errorOf(() => data.sampleWithSize(0))).code).toBe("INVALID_ARGUMENT");
    expect((await errorOf(() => data.sample(0.5, { seed: 0.5 }))).code).toBe("INVALID_ARGUMENT");
  });
});

describe("summaries", () => {
  test("[D92] describe each column, however the records lie in partitions", () => {
    const records = [
      { n: 1, s: "a", b: 5n },
      { n: Number.NaN, s: "ccc", b: null },
      { n: 3, s: null },
      { n: 1e9, s: "", b: 7n },
    ];
    const summary = (parts: readonly (readonly unknown[])[]) =>
      new MergeSummaries().reduceGroup(
        parts.flatMap((part) => new SummarizePartition().mapPartition(part, noCollector)),
      );
    const whole = summary([records]);
    expect(whole[0]).toMatchObject({ column: "n", numRecords: 4, numNulls: 0, numNaN: 1, min: 1, max: 1e9 });
    expect(whole[1]).toMatchObject({
      column: "s",
      numNulls: 1,
      min: "",
      max: "ccc",
      minLength: 0,
      maxLength: 3,
      mean: null,
    });
    expect(whole[1]?.meanLength).toBeCloseTo(4 / 3);
    expect(whole[2]).toMatchObject({ column: "b", numNulls: 2, min: 5n, max: 7n, mean: 6, variance: 2 });
    const split = summary([records.slice(0, 1), [], records.slice(1)]);
    expect(split.map((column) => column.column)).toEqual(["n", "s", "b"]);
    expect(split[0]?.mean).toBeCloseTo(whole[0]?.mean as number, 3);
    expect((split[0]?.variance as number) / (whole[0]?.variance as number)).toBeCloseTo(1, 9);
    expect(summary([[5, 7]])[0]).toMatchObject({ column: "value", mean: 6, standardDeviation: Math.SQRT2 });
    expect(summary([[[1, "x"]]]).map((column) => column.column)).toEqual(["0", "1"]);
  });

  test("[D93] checksums do not depend on order or partitions, and differ for other records", () => {
    const of = (...parts: readonly (readonly unknown[])[]) =>
      parts.flatMap((part) => new ChecksumPartition().mapPartition(part, noCollector)).reduce(addChecksums);
    expect(of([{ a: 1 }, { a: 2 }])).toEqual(of([{ a: 2 }], [{ a: 1 }]));
    expect(of([{ a: 1 }]).checksum).not.toBe(of([{ a: 2 }]).checksum);
    expect(of([])).toEqual({ count: 0, checksum: 0n });
  });
});
