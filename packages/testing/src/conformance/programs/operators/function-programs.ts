import {
  AverageAccumulator,
  Configuration,
  DoubleCounter,
  Histogram,
  IntCounter,
  ListAccumulator,
  LongCounter,
  MaximumAccumulator,
  MinimumAccumulator,
  RichMapFunction,
  RichMapPartitionFunction,
  type RuntimeContext,
} from "@millrace/core";
import { bag, failure, law } from "../../expectation.js";
import { type ConformanceProgram, program } from "../../program.js";
import { integers } from "../integers.js";

/** Notes its life in accumulators: opened, called, closed, in this order. */
class Life extends RichMapFunction<number, number> {
  private context: RuntimeContext | undefined;
  private isOpen = false;

  override open(context: RuntimeContext): void {
    if (this.isOpen) throw new Error("opened twice");
    this.isOpen = true;
    this.context = context;
    context.getAccumulator("opened", IntCounter).add(1);
  }

  override map(value: number): number {
    if (!this.isOpen) throw new Error("called before it was opened");
    return value;
  }

  override close(): void {
    if (!this.isOpen) throw new Error("closed before it was opened");
    this.isOpen = false;
    this.context?.getAccumulator("closed", IntCounter).add(1);
  }
}

/** Multiplies by a factor that its parameters hold. */
class Multiply extends RichMapFunction<number, number> {
  private factor = 1;

  override open(context: RuntimeContext): void {
    this.factor = context.getParameters().getNumber("factor", 1) + context.getJobParameters().getNumber("plus", 0);
  }

  override map(value: number): number {
    return value * this.factor;
  }
}

/** Tells what it knows of its broadcast set, made into a map once. */
class LookUp extends RichMapFunction<number, string> {
  private names: ReadonlyMap<number, string> = new Map();

  override open(context: RuntimeContext): void {
    this.names = context.getBroadcastVariableWithInitializer<[number, string], Map<number, string>>(
      "names",
      (records) => new Map(records),
    );
  }

  override map(value: number): string {
    return this.names.get(value) ?? "?";
  }
}

class WhereAmI extends RichMapPartitionFunction<number, { name: string; index: number; of: number; attempt: number }> {
  override mapPartition(
    _values: Iterable<number>,
    _out: unknown,
    context: RuntimeContext,
  ): { name: string; index: number; of: number; attempt: number }[] {
    return [
      {
        name: context.taskName,
        index: context.subtaskIndex,
        of: context.numParallelSubtasks,
        attempt: context.attemptNumber,
      },
    ];
  }
}

export const functionPrograms: readonly ConformanceProgram[] = [
  program("rich functions/opened before the first record, closed after the last, once per subtask", {
    covers: ["B110"],
    operators: ["rebalance", "map"],
    build: async (env, { parallelism }) => {
      const count = await env.fromCollection(integers(1, 50)).rebalance().map(new Life()).count();
      const result = env.getLastJobExecutionResult()!;
      const opened = result.getAccumulatorResult("opened", IntCounter);
      const closed = result.getAccumulatorResult("closed", IntCounter);
      return [count, opened - parallelism, closed - parallelism];
    },
    expected: bag([50, 0, 0]),
  }),
  program("rich functions/a function object with plain methods", {
    covers: ["B110"],
    operators: ["map"],
    build: (env) =>
      env.fromCollection(integers(1, 3)).map({
        open(context: RuntimeContext) {
          context.getAccumulator("opened", IntCounter).add(1);
        },
        map(value: number) {
          return -value;
        },
      }),
    expected: bag([-1, -2, -3]),
  }),
  program("rich functions/parameters of the operator and of the job", {
    covers: ["B112", "T014"],
    operators: ["map", "withParameters"],
    build: (env) =>
      env
        .fromCollection(integers(1, 3))
        .map(new Multiply())
        .withParameters(new Configuration({ factor: 10 })),
    expected: bag([10, 20, 30]),
  }),
  program("context/name, index, parallelism and attempt", {
    covers: ["B060", "B111"],
    operators: ["rebalance", "mapPartition", "name", "setParallelism"],
    build: (env) =>
      env.fromCollection(integers(1, 9)).rebalance().mapPartition(new WhereAmI()).name("where am I").setParallelism(3),
    expected: bag(integers(0, 2).map((index) => ({ name: "where am I", index, of: 3, attempt: 0 }))),
  }),
  program("context/an operator's parallelism is its own", {
    covers: ["B060", "B194"],
    operators: ["setParallelism", "mapPartition"],
    build: (env) =>
      env
        .fromCollection(integers(1, 20))
        .rebalance()
        .mapPartition((_values, _out: unknown, context) => [`a${context.numParallelSubtasks}`])
        .setParallelism(4)
        .mapPartition((values, _out: unknown, context) =>
          [...values].map((value) => `${value} b${context.numParallelSubtasks}`),
        )
        .setParallelism(2),
    expected: bag(["a4 b2", "a4 b2", "a4 b2", "a4 b2"]),
  }),
  program("context/no superstep outside of an iteration", {
    covers: ["B099"],
    operators: ["map"],
    build: (env) => env.fromElements(1).map((_value, context) => context.getSuperstepNumber()),
    expected: failure("NOT_IN_ITERATION"),
  }),
  program("broadcast sets/every subtask sees all of it", {
    covers: ["B113"],
    operators: ["rebalance", "mapPartition", "withBroadcastSet"],
    build: (env) => {
      const small = env.fromCollection(integers(1, 40)).rebalance();
      return env
        .fromCollection(integers(1, 10))
        .rebalance()
        .mapPartition((_values, _out: unknown, context) => {
          const records = context.getBroadcastVariable<number>("small");
          return [{ numRecords: records.length, sum: records.reduce((a, b) => a + b, 0) }];
        })
        .withBroadcastSet(small, "small")
        .distinct();
    },
    expected: bag([{ numRecords: 40, sum: 820 }]),
  }),
  program("broadcast sets/an empty one is empty, not missing", {
    covers: ["B113"],
    operators: ["map", "withBroadcastSet"],
    build: (env) =>
      env
        .fromElements("x")
        .map(
          (_value, context) =>
            `${context.hasBroadcastVariable("none")} ${context.hasBroadcastVariable("other")} ${context.getBroadcastVariable("none").length}`,
        )
        .withBroadcastSet(env.fromCollection<number>([]), "none"),
    expected: bag(["true false 0"]),
  }),
  program("broadcast sets/two of them", {
    covers: ["B113"],
    operators: ["map", "withBroadcastSet"],
    build: (env) =>
      env
        .fromCollection(integers(1, 3))
        .map(
          (value, context) =>
            value * 100 +
            context.getBroadcastVariable<number>("tens")[0]! * 10 +
            context.getBroadcastVariable<number>("ones").length,
        )
        .withBroadcastSet(env.fromElements(7), "tens")
        .withBroadcastSet(env.fromElements(0, 0, 0), "ones"),
    expected: bag([173, 273, 373]),
  }),
  program("broadcast sets/the data set itself is the handle", {
    covers: ["B113"],
    operators: ["map", "withBroadcastSet"],
    build: (env) => {
      const rates = env.fromElements({ rate: 3 });
      return env
        .fromCollection(integers(1, 3))
        .map((value, context) => value * context.getBroadcastVariable(rates)[0]!.rate)
        .withBroadcastSet(rates);
    },
    expected: bag([3, 6, 9]),
  }),
  program("broadcast sets/made into something else once", {
    covers: ["B114"],
    operators: ["rebalance", "map", "withBroadcastSet"],
    build: (env) =>
      env
        .fromCollection(integers(1, 4))
        .rebalance()
        .map(new LookUp())
        .withBroadcastSet(env.fromElements<[number, string]>([1, "one"], [2, "two"], [4, "four"]), "names"),
    expected: bag(["one", "two", "?", "four"]),
  }),
  program("broadcast sets/one that was not given", {
    covers: ["B113"],
    operators: ["map", "withBroadcastSet"],
    build: (env) =>
      env
        .fromElements(1)
        .map((_value, context) => context.getBroadcastVariable("missing").length)
        .withBroadcastSet(env.fromElements(1), "given"),
    expected: failure("MISSING_BROADCAST_SET", "missing", "given"),
  }),
  program("accumulators/of every kind add up over all subtasks", {
    covers: ["B115", "B116", "B117"],
    operators: ["rebalance", "map", "getAccumulator"],
    build: async (env) => {
      await env
        .fromCollection(integers(1, 100))
        .rebalance()
        .map((n, context) => {
          context.getAccumulator("int", IntCounter).add(1);
          context.getAccumulator("long", LongCounter).add(2n ** 40n);
          context.getAccumulator("double", DoubleCounter).add(0.5);
          context.getAccumulator("histogram", Histogram).add(n % 3);
          context.getAccumulator("average", AverageAccumulator).add(n);
          context.getAccumulator("least", MinimumAccumulator).add(n);
          context.getAccumulator("greatest", MaximumAccumulator).add(n);
          if (n % 25 === 0) context.getAccumulator("list", ListAccumulator<number>).add(n);
          return n;
        })
        .count();
      const result = env.getLastJobExecutionResult()!;
      return [
        result.getAccumulatorResult("int", IntCounter),
        result.getAccumulatorResult("long", LongCounter),
        result.getAccumulatorResult("double", DoubleCounter),
        [...result.getAccumulatorResult("histogram", Histogram)],
        result.getAccumulatorResult("average", AverageAccumulator),
        result.getAccumulatorResult("least", MinimumAccumulator),
        result.getAccumulatorResult("greatest", MaximumAccumulator),
        result.getAccumulatorResult("list", ListAccumulator<number>).sort((a, b) => a - b),
      ];
    },
    expected: bag([
      100,
      100n * 2n ** 40n,
      50,
      [
        [0, 33],
        [1, 34],
        [2, 33],
      ],
      50.5,
      1,
      100,
      [25, 50, 75, 100],
    ]),
  }),
  program("accumulators/one name in two operators is one count", {
    covers: ["B115"],
    operators: ["map", "filter", "getAccumulator"],
    build: async (env) => {
      await env
        .fromCollection(integers(1, 10))
        .map((n, context) => {
          context.getAccumulator("calls", IntCounter).add(1);
          return n;
        })
        .filter((n, context) => {
          context.getAccumulator("calls", IntCounter).add(1);
          return n > 5;
        })
        .count();
      return [env.getLastJobExecutionResult()!.getAccumulatorResult("calls", IntCounter)];
    },
    expected: bag([20]),
  }),
  program("accumulators/a job starts with none", {
    covers: ["B115"],
    operators: ["map", "getAccumulator"],
    build: async (env) => {
      const counted = env.fromCollection(integers(1, 10)).map((n, context) => {
        context.getAccumulator("calls", IntCounter).add(1);
        return n;
      });
      const counts: number[] = [];
      for (let job = 0; job < 2; job++) {
        await counted.count();
        counts.push(env.getLastJobExecutionResult()!.getAccumulatorResult("calls", IntCounter));
      }
      return counts;
    },
    expected: bag([10, 10]),
  }),
  program("accumulators/one name with two classes", {
    covers: ["B115"],
    operators: ["map", "getAccumulator"],
    build: (env) =>
      env.fromElements(1).map((n, context) => {
        context.getAccumulator("same", IntCounter).add(1);
        context.getAccumulator("same", LongCounter).add(1);
        return n;
      }),
    expected: failure("ACCUMULATOR_CONFLICT", "same"),
  }),
  program("accumulators/registered twice in one subtask", {
    covers: ["B115"],
    operators: ["map", "addAccumulator"],
    build: (env) =>
      env.fromElements(1).map((n, context) => {
        context.addAccumulator("same", new IntCounter());
        context.addAccumulator("same", new IntCounter());
        return n;
      }),
    expected: failure("DUPLICATE_NAME", "same"),
  }),
  program("failure/what the function threw is the cause, and the operator is named", {
    covers: ["B006"],
    operators: ["map"],
    build: (env) =>
      env
        .fromCollection(integers(1, 10))
        .map((n) => {
          if (n === 7) throw new RangeError("seven is refused");
          return n;
        })
        .name("refuses seven"),
    expected: failure("FUNCTION_FAILED", "refuses seven", "seven is refused"),
  }),
  ...["message", "name"].map((property) =>
    program(`failure/an error whose ${property} cannot be read is the function's all the same`, {
      covers: ["B006", "O94"],
      operators: ["flatMap", "map"],
      build: (env) =>
        env
          .fromCollection(integers(1, 10))
          .flatMap((n) => [n])
          .map((n) => {
            if (n === 7) {
              throw Object.defineProperty(new Error(), property, {
                get: () => {
                  throw new Error("not to be read");
                },
              });
            }
            return n;
          })
          .name("refuses seven"),
      expected: failure("FUNCTION_FAILED", "refuses seven", "The function map threw an error whose message cannot"),
    }),
  ),
  program("failure/a function is closed when it failed", {
    covers: ["B110"],
    operators: ["map"],
    build: async (env) => {
      const failed = await env
        .fromElements(1)
        .map({
          map(): number {
            throw new Error("the first error");
          },
          close() {
            throw new Error("the second error");
          },
        })
        // Every subtask closes its function; which of several fails first is not promised.
        .setParallelism(1)
        .collect()
        .then(
          () => "it did not fail",
          (error: Error) => error.message,
        );
      return [failed.includes("the first error"), failed.includes("the second error")];
    },
    expected: law("the first error is reported", ([first, second]: readonly boolean[]) =>
      first === true && second === false ? undefined : `first: ${first}, second: ${second}`,
    ),
  }),
  program("failure/after it the environment runs the next job", {
    covers: ["T053"],
    operators: ["map"],
    build: async (env) => {
      const numbers = env.fromCollection(integers(1, 3));
      const failing = numbers.map((): number => {
        throw new Error("no");
      });
      await failing.collect().catch(() => undefined);
      return numbers.map((n) => n + 1);
    },
    expected: bag([2, 3, 4]),
  }),
  program("failure/an async function", {
    covers: ["B020"],
    operators: ["map"],
    build: (env) => env.fromElements(1).map((async (n: number) => n) as never),
    expected: failure("INVALID_FUNCTION", "mapAsync"),
  }),
  program("failure/a function that returns a promise", {
    covers: ["B020"],
    operators: ["map"],
    build: (env) => env.fromElements(1).map(((n: number) => Promise.resolve(n)) as never),
    expected: failure("INVALID_RESULT", "mapAsync"),
  }),
  program("failure/a function that returns a promise that rejects", {
    covers: ["B020"],
    operators: ["map"],
    build: (env) => env.fromElements(1).map(((n: number) => Promise.reject(new Error(`no ${n}`))) as never),
    expected: failure("INVALID_RESULT", "mapAsync"),
  }),
  program("failure/a function that returns a record with a promise that rejects", {
    covers: ["B020"],
    operators: ["map"],
    build: (env) => env.fromElements(1).map(((n: number) => ({ n: Promise.reject(new Error(`no ${n}`)) })) as never),
    expected: failure("RECORD_NOT_DATA", "mapAsync"),
  }),
  program("failure/a function that returns nothing", {
    covers: ["B020"],
    operators: ["map"],
    build: (env) => env.fromElements(1).map((() => undefined) as never),
    expected: failure("INVALID_RESULT", "return"),
  }),
  program("failure/a function that assigns a variable of the program", {
    covers: ["B123"],
    operators: ["map"],
    build: (env) => {
      let total = 0;
      const sums = env.fromElements(1).map((n) => {
        total += n;
        return total;
      });
      return sums;
    },
    expected: failure("CAPTURED_VARIABLE_ASSIGNED", "total"),
  }),
  program("failure/a flatMap that returns a string", {
    covers: ["B022"],
    operators: ["flatMap"],
    build: (env) => env.fromElements("text").flatMap(((text: string) => text) as never),
    expected: failure("INVALID_RESULT"),
  }),
  program("failure/a filter that returns no boolean", {
    covers: ["B023"],
    operators: ["filter"],
    build: (env) => env.fromElements(1).filter(((n: number) => n) as never),
    expected: failure("INVALID_RESULT"),
  }),
  program("failure/a function is no record", {
    covers: ["B170"],
    operators: ["map"],
    build: (env) => env.fromElements(1).map((() => () => 1) as never),
    expected: failure("RECORD_NOT_DATA"),
  }),
];
