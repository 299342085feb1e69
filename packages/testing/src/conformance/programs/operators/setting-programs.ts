import {
  IntCounter,
  RichGroupReduceFunction,
  RichMapFunction,
  type RuntimeContext,
  type Source,
  type SourceSplit,
  types,
} from "@millrace/core";
import type { DataSet } from "@millrace/dataset";
import { bag, failure, law, ordered } from "../../expectation.js";
import { type ConformanceProgram, program } from "../../program.js";
import { integers } from "../integers.js";

/** Sums by a combiner that is as good as the reducer, and counts its calls. */
class CountingSum extends RichGroupReduceFunction<{ key: number; n: number }, { key: number; n: number }> {
  override *reduceGroup(values: Iterable<{ key: number; n: number }>): Generator<{ key: number; n: number }> {
    yield* this.sum(values);
  }

  *combine(
    values: Iterable<{ key: number; n: number }>,
    _out: unknown,
    context: RuntimeContext,
  ): Generator<{ key: number; n: number }> {
    context.getAccumulator("combined", IntCounter).add(1);
    yield* this.sum(values);
  }

  private *sum(values: Iterable<{ key: number; n: number }>): Generator<{ key: number; n: number }> {
    let key = 0;
    let n = 0;
    for (const value of values) {
      key = value.key;
      n += value.n;
    }
    yield { key, n };
  }
}

/** Fails twice for every record, then says so. */
class SucceedsAtThird extends RichMapFunction<number, Promise<string>> {
  private readonly attempts = new Map<number, number>();

  override async map(n: number): Promise<string> {
    const attempt = (this.attempts.get(n) ?? 0) + 1;
    this.attempts.set(n, attempt);
    if (attempt < 3) throw new Error(`attempt ${attempt}`);
    return `${n} at attempt ${attempt}`;
  }
}

function keyed(to: number, numKeys: number): { key: number; n: number }[] {
  return integers(1, to).map((n) => ({ key: n % numKeys, n }));
}

function sums(to: number, numKeys: number): { key: number; n: number }[] {
  return integers(0, numKeys - 1).map((key) => ({
    key,
    n: integers(1, to)
      .filter((n) => n % numKeys === key)
      .reduce((a, b) => a + b, 0),
  }));
}

/** An operation composed of others: the square of every number above a limit. */
function squaresAbove(limit: number): (numbers: DataSet<number>) => DataSet<number> {
  return (numbers) => numbers.filter((n) => n > limit).map((n) => n * n);
}

/** Says that every subtask may read every split. */
function replicated(): Source<{ key: number; name: string }> {
  return {
    name: "names",
    isReplicated: true,
    createSplits: async () => [{ index: 0 }, { index: 1 }],
    async *read(split: SourceSplit) {
      yield [
        { key: split.index, name: `name ${split.index}` },
        { key: split.index + 2, name: `name ${split.index + 2}` },
      ];
    },
  };
}

/** Settings and hints change how a program is run, never its result. */
export const settingPrograms: readonly ConformanceProgram[] = [
  ...(["optimizer-chooses", "sort", "hash", "none"] as const).map((hint) =>
    program(`hints/reduce with combine hint ${hint}`, {
      covers: ["B078", "T019"],
      operators: ["groupBy", "reduce"],
      keyKinds: ["field"],
      build: (env) =>
        env
          .fromCollection(keyed(500, 7))
          .rebalance()
          .groupBy("key")
          .reduce((a, b) => ({ key: a.key, n: a.n + b.n }), hint),
      expected: bag(sums(500, 7)),
    }),
  ),
  program("hints/a combiner runs any number of times", {
    covers: ["B072", "T019"],
    operators: ["groupBy", "reduceGroup"],
    keyKinds: ["field"],
    build: (env) => env.fromCollection(keyed(500, 7)).rebalance().groupBy("key").reduceGroup(new CountingSum()),
    expected: bag(sums(500, 7)),
  }),
  ...(["pipelined", "pipelined-forced", "batch", "batch-forced"] as const).map((executionMode) =>
    program(`settings/execution mode ${executionMode}`, {
      covers: ["B193"],
      operators: ["join", "groupBy", "reduce"],
      keyKinds: ["field"],
      environment: { executionMode },
      build: (env) => {
        const numbers = env.fromCollection(keyed(60, 6)).rebalance();
        return numbers
          .join(numbers.groupBy("key").reduce((a, b) => ({ key: a.key, n: Math.max(a.n, b.n) })))
          .where("key")
          .equalTo("key")
          .with((l, r) => ({ key: l.key, n: r.n - l.n }))
          .filter(({ n }) => n === 0);
      },
      expected: bag(integers(0, 5).map((key) => ({ key, n: 0 }))),
    }),
  ),
  program("settings/the parallelism of an iteration is that of its loop", {
    covers: ["B096"],
    operators: ["iterate", "setParallelism", "closeWith", "map"],
    build: (env) => {
      const loop = env.fromCollection(integers(1, 12)).iterate(3).name("loop").setParallelism(3);
      return loop.closeWith(loop.map((n) => n + 1)).map((n) => n * 2);
    },
    expected: bag(integers(4, 15).map((n) => n * 2)),
  }),
  program("settings/a composed operation is its parts", {
    covers: ["B058"],
    operators: ["runOperation", "filter", "map"],
    build: (env) => env.fromCollection(integers(1, 6)).runOperation(squaresAbove(3)),
    expected: bag([16, 25, 36]),
  }),
  program("settings/a declared type is checked", {
    covers: ["B061", "T024"],
    operators: ["map", "returns"],
    build: (env) =>
      env
        .fromElements(1, 2)
        .map((n) => ({ n: n === 2 ? n + 0.5 : n }))
        .returns(types.row({ n: types.int32 })),
    expected: failure("RECORD_TYPE_MISMATCH", "int32"),
  }),
  program("settings/a declared type changes no record", {
    covers: ["B061", "B120", "T024"],
    operators: ["map", "returns", "groupBy", "sum"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(integers(1, 10))
        .map((n) => ({ key: n % 2 === 0, n }))
        .returns(types.row({ key: types.boolean, n: types.int32 }))
        .groupBy("key")
        .sum("n"),
    expected: bag([
      { key: true, n: 30 },
      { key: false, n: 25 },
    ]),
  }),
  program("coGroupPartitions/both whole partitions, also when empty", {
    covers: ["B047"],
    operators: ["coGroupPartitions"],
    build: (env) =>
      env
        .fromCollection(integers(1, 40))
        .rebalance()
        .coGroupPartitions(env.fromCollection(integers(1, 20)).rebalance())
        .with((left, right) => [{ left: [...left].length, right: [...right].length }]),
    expected: law(
      "every subtask is called once, and together they see everything",
      (calls: readonly { left: number; right: number }[], parallelism) => {
        const left = calls.reduce((sum, call) => sum + call.left, 0);
        const right = calls.reduce((sum, call) => sum + call.right, 0);
        return calls.length === parallelism && left === 40 && right === 20
          ? undefined
          : `${calls.length} calls saw ${left} and ${right}`;
      },
    ),
  }),
  program("coGroupPartitions/after both sides are partitioned by a key", {
    covers: ["B047"],
    operators: ["coGroupPartitionsBy"],
    keyKinds: ["field"],
    build: (env) => {
      const left = env.fromCollection(keyed(40, 8)).rebalance();
      const right = env.fromCollection(integers(0, 7).map((key) => ({ id: key }))).rebalance();
      return left
        .coGroupPartitionsBy(right)
        .where("key")
        .equalTo("id")
        .with(function* (rows, ids) {
          const found = new Set([...ids].map(({ id }) => id));
          for (const { key, n } of rows) if (found.has(key)) yield n;
        });
    },
    expected: bag(integers(1, 40)),
  }),
  program("keys/a position named twice is one key", {
    covers: ["B081", "T032"],
    operators: ["groupBy", "reduceGroup"],
    keyKinds: ["position", "several fields"],
    build: (env) =>
      env
        .fromElements<[number, string]>([1, "a"], [1, "b"], [2, "a"])
        .groupBy(0, 0)
        .reduceGroup((values) => [[...values].length]),
    expected: bag([2, 1]),
  }),
  program("keys/a nested tuple is a key as a whole", {
    covers: ["B080", "T032"],
    operators: ["groupBy", "reduceGroup"],
    keyKinds: ["position", "array"],
    build: (env) =>
      env
        .fromElements<[[number, string], number]>([[1, "a"], 1], [[1, "b"], 2], [[1, "a"], 3])
        .groupBy(0)
        .reduceGroup((values) => [[...values].reduce((sum, [, n]) => sum + n, 0)]),
    expected: bag([4, 2]),
  }),
  program("sources/a program sees each record of a replicated one once", {
    covers: ["B147"],
    operators: ["createInput", "join"],
    keyKinds: ["field"],
    build: (env) => {
      const names = env.createInput(replicated());
      return env
        .fromCollection(integers(0, 5).map((n) => ({ key: n % 4, n })))
        .rebalance()
        .join(names)
        .where("key")
        .equalTo("key")
        .with(({ n }, { name }) => `${n} ${name}`)
        .union(names.map(({ name }) => name));
    },
    expected: bag([...integers(0, 5).map((n) => `${n} name ${n % 4}`), ...integers(0, 3).map((n) => `name ${n}`)]),
  }),
  program("sources/what is said of the splits changes no result", {
    covers: ["B121"],
    operators: ["createInput", "groupBy", "reduceGroup"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .createInput({
          name: "grouped",
          splitProperties: { partitionedBy: ["key"], groupedBy: ["key"] },
          createSplits: async () => [0, 1, 2].map((index) => ({ index })),
          async *read(split: SourceSplit): AsyncGenerator<{ key: number; n: number }[]> {
            yield integers(1, 4).map((n) => ({ key: split.index, n }));
          },
        })
        .groupBy("key")
        .reduceGroup(function* (values) {
          const members = [...values];
          yield [members[0]!.key, members.length];
        }),
    expected: bag([
      [0, 4],
      [1, 4],
      [2, 4],
    ]),
  }),
  program("jobs/a job that is started and waited for later", {
    covers: ["B010", "B011"],
    operators: ["executeAsync", "output"],
    build: async (env) => {
      env
        .fromCollection(integers(1, 10))
        .map((n, context) => {
          context.getAccumulator("seen", IntCounter).add(1);
          return n;
        })
        .output({ write: () => undefined });
      const job = await env.executeAsync("later");
      const result = await job.result();
      return [result.jobName, result.getAccumulatorResult("seen", IntCounter), result.netRuntime >= 0];
    },
    expected: ordered(["later", 10, true]),
  }),
  program("jobs/a signal that is aborted already cancels the job", {
    covers: ["B010", "T054"],
    operators: ["collect"],
    build: (env) => env.generateSequence(1, 1_000_000).collect({ signal: AbortSignal.abort() }),
    expected: failure("JOB_CANCELLED"),
  }),
  program("jobs/leaving the loop over a data set early ends it", {
    covers: ["B009", "T054"],
    operators: ["collect"],
    build: async (env) => {
      const first: number[] = [];
      for await (const n of env.generateSequence(1, 10_000).map((value) => value)) {
        first.push(n);
        if (first.length === 3) break;
      }
      // The environment is of use afterwards.
      return [first.length, await env.fromElements(1, 2).count()];
    },
    expected: ordered([3, 2]),
  }),
  program("jobs/a failing job is run again as often as asked", {
    covers: ["B012"],
    operators: ["map"],
    environment: { executionRetries: 2 },
    build: (env) =>
      env.fromElements(1).map((_n, context) => {
        if (context.attemptNumber < 2) throw new Error(`attempt ${context.attemptNumber} fails`);
        return context.attemptNumber;
      }),
    expected: bag([2]),
  }),
  program("mapAsync/results take the places of their records", {
    covers: ["B020"],
    operators: ["mapAsync"],
    build: (env) => env.fromCollection(integers(1, 30)).mapAsync(async (n) => ({ n, square: n * n })),
    expected: bag(integers(1, 30).map((n) => ({ n, square: n * n }))),
  }),
  program("mapAsync/keeps the order within a partition", {
    covers: ["B020"],
    operators: ["mapAsync", "setParallelism"],
    build: (env) =>
      env
        .fromCollection(integers(1, 30))
        .mapAsync(
          async (n) => {
            // The later a record, the fewer turns it waits for.
            for (let turn = 30 - n; turn > 0; turn--) await undefined;
            return n;
          },
          { concurrency: 8 },
        )
        .setParallelism(1),
    expected: ordered(integers(1, 30)),
  }),
  program("mapAsync/a rejected promise fails the job", {
    covers: ["B020"],
    operators: ["mapAsync"],
    build: (env) =>
      env.fromCollection(integers(1, 5)).mapAsync(async (n) => {
        if (n === 4) throw new Error("four is refused");
        return n;
      }),
    expected: failure("FUNCTION_FAILED", "four is refused"),
  }),
  program("mapAsync/a failed call is made again", {
    covers: ["B020"],
    operators: ["mapAsync"],
    build: (env) =>
      env.fromCollection(integers(1, 5)).mapAsync(new SucceedsAtThird(), { numRetries: 2, retryDelayMs: 0 }),
    expected: bag(integers(1, 5).map((n) => `${n} at attempt 3`)),
  }),
];
