import { describe, expect, test } from "vitest";
import {
  type Accumulator,
  type AccumulatorClass,
  AverageAccumulator,
  DoubleCounter,
  Histogram,
  IntCounter,
  ListAccumulator,
  LongCounter,
  MaximumAccumulator,
  MinimumAccumulator,
} from "../src/index.js";

type AnyAccumulator = Accumulator<number, unknown>;

const classes: readonly [string, AccumulatorClass<AnyAccumulator>][] = [
  ["IntCounter", IntCounter],
  ["LongCounter", LongCounter],
  ["DoubleCounter", DoubleCounter],
  ["Histogram", Histogram],
  ["AverageAccumulator", AverageAccumulator],
  ["MinimumAccumulator", MinimumAccumulator],
  ["MaximumAccumulator", MaximumAccumulator],
  ["ListAccumulator", ListAccumulator<number>],
];

/** Powers of two add up exactly, whatever the order. */
const values = [4, 0.5, -8, 4, 2, 0, -0.25, 16].map((v) => v * 4);

function filled(type: AccumulatorClass<AnyAccumulator>, some: readonly number[]): AnyAccumulator {
  const accumulator = new type();
  for (const value of some) accumulator.add(value);
  return accumulator;
}

/** Lists compare as bags: their order is not promised. */
function result(accumulator: AnyAccumulator): unknown {
  const value = accumulator.getLocalValue();
  return Array.isArray(value) ? [...value].sort((a, b) => a - b) : value;
}

describe.each(classes)("%s", (_name, type) => {
  test("[A1] merges in any order and grouping to what one instance counts", () => {
    const parts = [values.slice(0, 3), [], values.slice(3, 4), values.slice(4)].map((part) => filled(type, part));
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [2, 0, 3, 1],
    ]) {
      const merged = new type();
      for (const index of order) merged.mergeState((parts[index] as AnyAccumulator).toState());
      expect(result(merged)).toEqual(result(filled(type, values)));
    }
  });

  test("[A2] is as new after a reset", () => {
    const accumulator = filled(type, values);
    accumulator.resetLocal();
    expect(result(accumulator)).toEqual(result(new type()));
    accumulator.add(8);
    expect(result(accumulator)).toEqual(result(filled(type, [8])));
  });

  test("[A5] has a state that survives a structured clone", () => {
    const copy = new type();
    copy.mergeState(structuredClone(filled(type, values).toState()));
    expect(result(copy)).toEqual(result(filled(type, values)));
  });
});

test("[A3] results are values of their own", () => {
  const histogram = new Histogram();
  histogram.add(1);
  histogram.getLocalValue().set(1, 99);
  expect(histogram.getLocalValue()).toEqual(new Map([[1, 1]]));
  const list = new ListAccumulator<string>();
  list.add("a");
  list.getLocalValue().push("b");
  expect(list.getLocalValue()).toEqual(["a"]);
});

test("[A4] a histogram is sorted by number and a long counter is a bigint", () => {
  const histogram = new Histogram();
  for (const value of [10, 9, -1, 10]) histogram.add(value);
  expect([...histogram.getLocalValue()]).toEqual([
    [-1, 1],
    [9, 1],
    [10, 2],
  ]);
  const counter = new LongCounter();
  counter.add(2n ** 63n);
  counter.add(1);
  expect(counter.getLocalValue()).toBe(2n ** 63n + 1n);
});
