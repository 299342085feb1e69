import {
  IntCounter,
  LongSumAggregator,
  RichGroupReduceFunction,
  RichMapFunction,
  type RuntimeContext,
} from "@millrace/core";
import { bag } from "../../expectation.js";
import type { ConformanceProgram } from "../../program.js";
import { integers } from "../integers.js";
import { iterationCase, iterationData } from "./iteration-case.js";

interface Lines {
  readonly input: readonly string[];
  readonly expected: readonly string[];
}
interface Pairs {
  readonly input: readonly [number, number][];
  readonly expected_COMPUTED_BY_US: readonly [number, number][];
}

/** Emits the first value above the one that it found in the broadcast set. */
class ClimbFromBroadcast extends RichGroupReduceFunction<number, number> {
  override *reduceGroup(
    values: Iterable<number>,
    _out: unknown,
    context: RuntimeContext,
  ): Generator<number, void, undefined> {
    const [found = 0] = context.getBroadcastVariable<number>("bc");
    for (const value of values) {
      if (value > found) {
        yield value;
        return;
      }
    }
    yield found;
  }
}

/** Does the same with an initializer that keeps the first record. */
class ClimbFromInitialized extends RichGroupReduceFunction<number, number> {
  private found = 0;

  override open(context: RuntimeContext): void {
    this.found = context.getBroadcastVariableWithInitializer<number, number>("bc", (records) => {
      for (const record of records) return record;
      return 0;
    });
  }

  override *reduceGroup(values: Iterable<number>): Generator<number, void, undefined> {
    for (const value of values) {
      if (value > this.found) {
        yield value;
        return;
      }
    }
    yield this.found;
  }
}

function* sumOfIncremented(values: Iterable<number>): Generator<number> {
  let sum = 0;
  for (const value of values) sum += value + 1;
  yield sum;
}

/** Subtracts one, and counts the results below a threshold in the aggregator `negative`. */
class SubtractOne extends RichMapFunction<number, number> {
  readonly threshold: number;

  constructor(threshold: number) {
    super();
    this.threshold = threshold;
  }

  override map(value: number, context: RuntimeContext): number {
    const result = value - 1;
    if (result < this.threshold) context.getIterationAggregator<bigint | number>("negative").aggregate(1);
    return result;
  }
}

class SumAndCount extends RichGroupReduceFunction<number, number> {
  override open(context: RuntimeContext): void {
    context.getAccumulator("test", IntCounter);
  }

  override *reduceGroup(values: Iterable<number>, _out: unknown, context: RuntimeContext): Generator<number> {
    const counter = context.getAccumulator("test", IntCounter);
    let sum = 0;
    for (const value of values) {
      counter.add(value);
      sum += value;
    }
    yield sum;
  }
}

export const bulkIterationCases: readonly ConformanceProgram[] = [
  iterationCase("IdentityIteration", {
    covers: ["B090", "T040"],
    operators: ["iterate", "closeWith"],
    build: (env) => {
      const loop = env.fromCollection(integers(1, 10)).iterate(100);
      return loop.closeWith(loop);
    },
    expected: bag(integers(1, 10)),
  }),
  iterationCase("BulkIterationWithAllReducer", {
    covers: ["B090", "B101", "T041"],
    operators: ["iterate", "closeWith", "reduceGroup", "withBroadcastSet"],
    build: (env) => {
      const input = env.fromCollection(integers(1, 8));
      const loop = input.iterate(10);
      return loop.closeWith(input.reduceGroup(new ClimbFromBroadcast()).withBroadcastSet(loop, "bc"));
    },
    expected: bag([8]),
  }),
  iterationCase("BroadcastVarInitialization", {
    covers: ["B101", "B114", "T041"],
    operators: ["iterate", "closeWith", "reduceGroup", "withBroadcastSet"],
    build: (env) => {
      const input = env.fromCollection(integers(1, 8));
      const loop = input.iterate(10);
      return loop.closeWith(input.reduceGroup(new ClimbFromInitialized()).withBroadcastSet(loop, "bc"));
    },
    expected: bag([8]),
  }),
  iterationCase("IterationTerminationWithTerminationTail", {
    covers: ["B091", "T042"],
    operators: ["iterate", "closeWith", "reduceGroup", "filter"],
    build: (env) => {
      const input = iterationData<Lines>("IterationTerminationWithTerminationTail").input;
      const loop = env.fromCollection(input).map(Number).iterate(5);
      const next = loop.reduceGroup(sumOfIncremented);
      return loop.closeWith(
        next,
        next.filter((sum) => sum < 22),
      );
    },
    expected: bag([22]),
  }),
  iterationCase("IterationTerminationWithTwoTails", {
    covers: ["B091", "T042"],
    operators: ["iterate", "closeWith", "reduceGroup", "filter"],
    build: (env) => {
      const input = iterationData<Lines>("IterationTerminationWithTwoTails").input;
      const loop = env.fromCollection(input).map(Number).iterate(5);
      return loop.closeWith(
        loop.reduceGroup(sumOfIncremented),
        loop.filter((value) => value < 21),
      );
    },
    expected: bag([22]),
  }),
  iterationCase("IterationWithAllReducer", {
    covers: ["B025", "B090", "T043"],
    operators: ["iterate", "closeWith", "reduce"],
    build: (env) => {
      const loop = env.fromCollection(iterationData<Lines>("IterationWithAllReducer").input).iterate(5);
      return loop.closeWith(loop.reduce((first) => first));
    },
    expected: bag(["1"]),
  }),
  iterationCase("IterationWithChaining", {
    covers: ["B090", "T043"],
    operators: ["iterate", "closeWith", "groupBy", "reduceGroup", "map"],
    keyKinds: ["selector", "string"],
    build: (env) => {
      const loop = env.fromCollection(iterationData<Lines>("IterationWithChaining").input).iterate(2);
      const next = loop
        .groupBy((line) => line.slice(0, line.indexOf("|")))
        .reduceGroup((lines) => [...lines])
        .map((line) => line);
      return loop.closeWith(next);
    },
    expected: bag(iterationData<Lines>("IterationWithChaining").expected),
  }),
  iterationCase("IterationWithUnion", {
    covers: ["B050", "B090", "T043"],
    operators: ["iterate", "closeWith", "union", "map"],
    build: (env) => {
      const loop = env.fromCollection(iterationData<Lines>("IterationWithUnion").input).iterate(2);
      return loop.closeWith(loop.union(loop).map((line) => line));
    },
    expected: bag(iterationData<Lines>("IterationWithUnion").input.flatMap((line) => [line, line, line, line])),
  }),
  iterationCase("UnionStaticDynamic", {
    covers: ["B050", "B090", "T043"],
    operators: ["iterate", "closeWith", "union"],
    build: (env) => {
      const constant = env.fromCollection(integers(1, 4));
      const loop = env.fromCollection(integers(1, 4)).iterate(3);
      return loop.closeWith(constant.union(constant).union(loop.union(loop)));
    },
    // Each superstep doubles what there is and adds every constant twice: 1, 4, 10, 22 of each.
    expected: bag(integers(1, 4).flatMap((value) => Array.from({ length: 22 }, () => value))),
  }),
  iterationCase("StaticallyNestedIterations", {
    covers: ["B090", "B100", "T046"],
    operators: ["iterate", "closeWith", "join"],
    keyKinds: ["selector"],
    build: (env) => {
      const first = env.fromCollection(integers(1, 100)).iterate(100);
      const result = first.closeWith(first.map((n) => n));
      const second = env.fromCollection(integers(1, 100)).iterate(100);
      return second.closeWith(
        second
          .join(result)
          .where((n) => n)
          .equalTo((n) => n)
          .with((left) => left),
      );
    },
    expected: bag(integers(1, 100)),
  }),
  ...[
    { variant: "", threshold: 0, limit: 3n },
    { variant: " with other parameters", threshold: 1, limit: 6n },
  ].map(({ variant, threshold, limit }) =>
    iterationCase(
      "AggregatorConvergence1",
      {
        covers: ["B097", "B098", "T044"],
        operators: ["iterate", "closeWith", "registerConvergenceCriterion"],
        build: (env) => {
          const { input } = iterationData<{ input: number[] }>("AggregatorConvergence1");
          const loop = env.fromCollection(input).iterate(20);
          loop.registerConvergenceCriterion(
            "negative",
            () => new LongSumAggregator(),
            (_superstep, value) => value > limit,
          );
          return loop.closeWith(loop.map(new SubtractOne(threshold)));
        },
        // With threshold 0 more than 3 are below it after 4 supersteps; with threshold 1 more than 6 are, after 4 as well.
        expected: bag(iterationData<{ expected: number[] }>("AggregatorConvergence1").expected),
      },
      variant,
    ),
  ),
  iterationCase("AccumulatorInIteration", {
    covers: ["B099", "B115", "T050"],
    operators: ["iterate", "closeWith", "reduceGroup", "getAccumulator"],
    build: async (env) => {
      const input = iterationData<{ input: string[] }>("AccumulatorInIteration").input;
      const loop = env.fromCollection(input).map(Number).iterate(3);
      const result = await loop.closeWith(loop.reduceGroup(new SumAndCount())).collect();
      const total = env.getLastJobExecutionResult()?.getAccumulatorResult("test", IntCounter);
      return [...result, { total }];
    },
    expected: bag([6, { total: 18 }]),
  }),
  iterationCase("IncrementDocs", {
    covers: ["B090"],
    operators: ["iterate", "closeWith", "map"],
    build: (env) => {
      const loop = env.fromCollection(integers(1, 5)).iterate(10);
      return loop.closeWith(loop.map((value) => value + 1));
    },
    expected: bag(integers(11, 15)),
  }),
  ...["IncompleteDynamicPathConsumption", "IncompleteStaticPathConsumption"].map((id) =>
    iterationCase(id, {
      covers: ["B040", "B090", "T049"],
      operators: ["iterate", "closeWith", "join", "union", "distinct"],
      keyKinds: ["position", "whole record"],
      build: (env) => {
        const edges = env.fromCollection(iterationData<Pairs>(id).input);
        const loop = edges.iterate(10);
        const longer = loop
          .join(edges, "repartition-sort-merge")
          .where(1)
          .equalTo(0)
          .with((path, edge) => [path[0], edge[1]]);
        return loop.closeWith(longer.union(loop).distinct());
      },
      expected: bag(iterationData<Pairs>(id).expected_COMPUTED_BY_US),
    }),
  ),
];
