import { describe, expect, test } from "vitest";
import {
  Configuration,
  convergesAtZero,
  DoubleSumAggregator,
  type EngineFactory,
  LongSumAggregator,
  registerEngine,
  registeredEngines,
} from "../src/index.js";

describe("configuration", () => {
  test("[P1] is a snapshot of what it was made of", () => {
    const entries = { a: 1 };
    const configuration = new Configuration(entries);
    entries.a = 2;
    expect(configuration.get("a")).toBe(1);
    expect(configuration.names()).toEqual(["a"]);
    expect(configuration.toJSON()).toEqual({ a: 1 });
  });

  test("[P2] converts strings and falls back only for absent names", () => {
    const configuration = new Configuration({ number: "12", word: "x", yes: "true", no: "yes", zero: 0, off: false });
    expect(configuration.getNumber("number", 7)).toBe(12);
    expect(configuration.getNumber("word", 7)).toBeNaN();
    expect(configuration.getNumber("zero", 7)).toBe(0);
    expect(configuration.getNumber("absent", 7)).toBe(7);
    expect(configuration.getBoolean("yes", false)).toBe(true);
    expect(configuration.getBoolean("no", true)).toBe(false);
    expect(configuration.getBoolean("off", true)).toBe(false);
    expect(configuration.getString("zero", "x")).toBe("0");
    expect(configuration.getString("absent", "x")).toBe("x");
  });
});

describe("aggregators", () => {
  test("[G1] sum exactly and start again after a reset", () => {
    const long = new LongSumAggregator();
    long.aggregate(2n ** 60n);
    long.aggregate(1);
    expect(long.getAggregate()).toBe(2n ** 60n + 1n);
    long.reset();
    expect(long.getAggregate()).toBe(0n);
    const double = new DoubleSumAggregator();
    double.aggregate(0.5);
    double.aggregate(-2);
    expect(double.getAggregate()).toBe(-1.5);
    double.reset();
    expect(double.getAggregate()).toBe(0);
  });

  test("[G2] converge at zero and at nothing else", () => {
    expect([0, -0, 0n].every((value) => convergesAtZero(1, value))).toBe(true);
    expect([1, -1, 1n, Number.NaN, Number.EPSILON].some((value) => convergesAtZero(1, value))).toBe(false);
  });
});

test("[N1] engines are found by rank, across copies of the package, and replaced by name", async () => {
  const factory = (name: string, rank: number): EngineFactory<unknown> => ({
    name,
    rank,
    create: () => {
      throw new Error("not started in this test");
    },
  });
  registerEngine(factory("low", -5));
  registerEngine(factory("high", 5));
  registerEngine(factory("low", -6));
  // A query makes the module loader load the files again: a second copy, as in a tree with two versions.
  const copy = (await import("../src/engine/registry.js?copy" as string)) as {
    registeredEngines: typeof registeredEngines;
  };
  for (const list of [registeredEngines(), copy.registeredEngines()]) {
    const ours = list.filter((f) => f.name === "low" || f.name === "high");
    expect(ours.map((f) => [f.name, f.rank])).toEqual([
      ["high", 5],
      ["low", -6],
    ]);
  }
});
