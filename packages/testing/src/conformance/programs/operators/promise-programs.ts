import {
  type Collector,
  IntCounter,
  ListAccumulator,
  RichFlatMapFunction,
  RichMapFunction,
  type RuntimeContext,
} from "@millrace/core";
import { bag, failure, law, ordered } from "../../expectation.js";
import { type ConformanceProgram, program } from "../../program.js";
import { integers } from "../integers.js";

/** Keeps its first collector and writes to it when the next record comes. */
class WritesTooLate extends RichFlatMapFunction<number, number> {
  private first: Collector<number> | undefined;

  override flatMap(value: number, out: Collector<number>): void {
    if (this.first === undefined) this.first = out;
    else this.first.collect(value);
  }
}

/** Holds a function in a field, which cannot be copied for every subtask. */
class HoldsFunction extends RichMapFunction<number, number> {
  readonly increment = (value: number): number => value + 1;

  override map(value: number): number {
    return this.increment(value);
  }
}

/** Makes its own copies. */
class Clones extends RichMapFunction<number, number> {
  #offset: number;

  constructor(offset: number) {
    super();
    this.#offset = offset;
  }

  clone(): this {
    return new Clones(this.#offset) as this;
  }

  override map(value: number): number {
    return value + this.#offset++ * 0 + 10;
  }
}

/** Fails while it is opened. */
class FailsToOpen extends RichMapFunction<number, number> {
  override open(_context: RuntimeContext): void {
    throw new Error("it does not open");
  }

  override map(value: number): number {
    return value;
  }
}

/** What the rules promise of order, of how often something is done, and of function objects. */
export const promisePrograms: readonly ConformanceProgram[] = [
  program("promises/sorts are stable", {
    covers: ["B055", "O6", "O74"],
    operators: ["sortPartition"],
    keyKinds: ["field"],
    parallelism: [1],
    build: (env) =>
      env.fromCollection(integers(0, 99).map((n) => ({ key: n % 3, n }))).sortPartition("key", "descending"),
    expected: ordered([2, 1, 0].flatMap((key) => integers(0, 99).flatMap((n) => (n % 3 === key ? [{ key, n }] : [])))),
  }),
  program("promises/equal nulls and NaN stay as they came in a descending sort", {
    covers: ["B055", "O5", "O6"],
    operators: ["sortPartition"],
    keyKinds: ["field", "null", "float"],
    parallelism: [1],
    build: (env) =>
      env
        .fromCollection([3, null, Number.NaN, 1, null, Number.NaN, -0, 0].map((key, n) => ({ key, n })))
        .sortPartition("key", "descending")
        .map(({ n }) => n),
    expected: ordered([2, 5, 0, 3, 6, 7, 1, 4]),
  }),
  program("promises/operators over one record keep the order within a partition", {
    covers: ["B020", "B022", "B023", "O26"],
    operators: ["sortPartition", "map", "filter", "flatMap", "project", "mapPartition"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(1, 300).map((n) => ({ n: (n * 71) % 307 })))
        .rebalance()
        .sortPartition("n", "ascending")
        .map(({ n }) => ({ n, even: n % 2 === 0 }))
        .filter(({ even }) => even)
        .flatMap(({ n }) => [{ n }, { n: n + 0.5 }])
        .project("n")
        .mapPartition(function* (values, _out: unknown, context) {
          for (const [n] of values) yield { n, partition: context.subtaskIndex };
        }),
    expected: law("every partition is still sorted", (records: readonly { n: number; partition: number }[]) => {
      const last = new Map<number, number>();
      for (const { n, partition } of records) {
        if (n < (last.get(partition) ?? 0)) return `${n} follows ${last.get(partition)} in partition ${partition}`;
        last.set(partition, n);
      }
      return records.length > 200 ? undefined : `there are ${records.length} records`;
    }),
  }),
  program("promises/what is returned and what is written come in the order in which it happens", {
    covers: ["B022", "O21"],
    operators: ["flatMap"],
    parallelism: [1],
    build: (env) =>
      env.fromElements(1, 2).flatMap(function* (n, out: Collector<string>) {
        out.collect(`${n} written first`);
        yield `${n} yielded`;
        out.collect(`${n} written last`);
      }),
    expected: ordered([1, 2].flatMap((n) => [`${n} written first`, `${n} yielded`, `${n} written last`])),
  }),
  program("promises/first of a sorted group is the first in its order", {
    covers: ["B033", "O42"],
    operators: ["groupBy", "sortGroup", "first"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(1, 90).map((n) => ({ key: n % 9, n: (n * 53) % 97 })))
        .rebalance()
        .groupBy("key")
        .sortGroup("n", "ascending")
        .first(2),
    expected: bag(
      integers(0, 8).flatMap((key) =>
        integers(1, 90)
          .filter((n) => n % 9 === key)
          .map((n) => ({ key, n: (n * 53) % 97 }))
          .sort((a, b) => a.n - b.n)
          .slice(0, 2),
      ),
    ),
  }),
  program("promises/what does not depend on a loop is computed once", {
    covers: ["B090", "O66"],
    operators: ["iterate", "closeWith", "join", "getAccumulator"],
    keyKinds: ["selector"],
    build: async (env) => {
      const constant = env.fromCollection(integers(1, 10)).map((n, context) => {
        context.getAccumulator("constant", IntCounter).add(1);
        return n;
      });
      const loop = env.fromCollection(integers(1, 10)).iterate(6);
      const next = loop
        .join(constant)
        .where((n) => n)
        .equalTo((n) => n)
        .with((n, _constant, context) => {
          context.getAccumulator("dynamic", IntCounter).add(1);
          return n;
        });
      const count = await loop.closeWith(next).count();
      const result = env.getLastJobExecutionResult()!;
      return [
        count,
        result.getAccumulatorResult("constant", IntCounter),
        result.getAccumulatorResult("dynamic", IntCounter),
      ];
    },
    expected: ordered([10, 10, 60]),
  }),
  program("promises/all aggregates of a pass read the records as they came", {
    covers: ["B029", "O36"],
    operators: ["min", "andSum"],
    build: (env) => env.fromElements<[number, number]>([4, 1], [2, 5], [9, 3]).sum(0).andMin(0).andMax(1),
    expected: bag([[2, 5]]),
  }),
  program("promises/sums of nothing but nulls are null", {
    covers: ["B028", "O35"],
    operators: ["groupBy", "sum", "min"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection<{ key: string; n: number | null; m: number | null }>([
          { key: "a", n: null, m: null },
          { key: "a", n: null, m: 4 },
        ])
        .groupBy("key")
        .sum("n")
        .andMin("m"),
    expected: bag([{ key: "a", n: null, m: 4 }]),
  }),
  program("promises/a null loses in minBy and maxBy", {
    covers: ["B032", "O40"],
    operators: ["minBy", "maxBy", "union"],
    keyKinds: ["null"],
    build: (env) => {
      const data = env.fromCollection<{ n: number | null; id: number }>([
        { n: null, id: 0 },
        { n: 5, id: 1 },
        { n: 7, id: 2 },
        { n: null, id: 3 },
      ]);
      return data.minBy("n").union(data.maxBy("n"));
    },
    expected: bag([
      { n: 5, id: 1 },
      { n: 7, id: 2 },
    ]),
  }),
  program("promises/an outer join's projection has nulls for the missing side", {
    covers: ["B038", "B043", "O52"],
    operators: ["leftOuterJoin", "projectFirst", "projectSecond"],
    keyKinds: ["position"],
    build: (env) =>
      env
        .fromElements<[number, string]>([1, "a"], [2, "b"])
        .leftOuterJoin(env.fromElements<[number, string]>([1, "x"]))
        .where(0)
        .equalTo(0)
        .projectFirst(1)
        .projectSecond(1),
    expected: bag([
      ["a", "x"],
      ["b", null],
    ]),
  }),
  program("functions/a collector is of no use after its call", {
    covers: ["B022", "O96"],
    operators: ["flatMap"],
    build: (env) => env.fromCollection(integers(1, 3)).flatMap(new WritesTooLate()).setParallelism(1),
    expected: failure("INVALID_RESULT", "collector"),
  }),
  program("functions/a field that holds a function is refused", {
    covers: ["B110", "O91"],
    operators: ["map"],
    build: (env) => env.fromElements(1).map(new HoldsFunction()),
    expected: failure("INVALID_FUNCTION", "increment"),
  }),
  program("functions/an object that makes its own copies", {
    // Nobody can look into `#private` fields.
    environment: { checkCaptures: false },
    covers: ["B110", "O90"],
    operators: ["rebalance", "map"],
    build: (env) => env.fromCollection(integers(1, 20)).rebalance().map(new Clones(0)),
    expected: bag(integers(11, 30)),
  }),
  program("functions/one that fails to open", {
    covers: ["B110", "O92"],
    operators: ["map"],
    build: (env) => env.fromElements(1).map(new FailsToOpen()),
    expected: failure("FUNCTION_FAILED", "it does not open"),
  }),
  program("functions/a call of mapAsync that takes too long", {
    covers: ["B020", "O29"],
    operators: ["mapAsync"],
    build: (env) => env.fromElements(1).mapAsync(() => new Promise<number>(() => {}), { timeoutMs: 1 }),
    expected: failure("TIMEOUT"),
  }),
  program("functions/no more calls of mapAsync are pending than asked", {
    covers: ["B020", "O28"],
    operators: ["mapAsync", "setParallelism"],
    build: async (env) => {
      await env
        .fromCollection(integers(1, 40))
        .mapAsync(new CountsPending(), { concurrency: 4 })
        .setParallelism(1)
        .count();
      const seen = env.getLastJobExecutionResult()!.getAccumulatorResult("pending", ListAccumulator<number>);
      return [Math.max(...seen)];
    },
    expected: bag([4]),
  }),
];

/** Notes how many of its calls are pending at once. */
class CountsPending extends RichMapFunction<number, Promise<number>> {
  private numPending = 0;

  override async map(value: number, context: RuntimeContext): Promise<number> {
    this.numPending++;
    context.getAccumulator("pending", ListAccumulator<number>).add(this.numPending);
    for (let turn = 0; turn < 20; turn++) await undefined;
    this.numPending--;
    return value;
  }
}
