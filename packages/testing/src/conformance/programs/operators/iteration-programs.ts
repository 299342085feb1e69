import {
  convergesAtZero,
  DoubleSumAggregator,
  IntCounter,
  ListAccumulator,
  LongSumAggregator,
  RichMapFunction,
  type RuntimeContext,
} from "@millrace/core";
import { bag, failure } from "../../expectation.js";
import { type ConformanceProgram, program } from "../../program.js";
import { integers } from "../integers.js";

interface Node {
  readonly id: number;
  readonly value: number;
}

/** Notes in which supersteps it was opened and closed, on its first subtask. */
class NoteSupersteps extends RichMapFunction<number, number> {
  private context: RuntimeContext | undefined;

  override open(context: RuntimeContext): void {
    this.context = context;
    if (context.subtaskIndex === 0) this.note(`opened ${context.getSuperstepNumber()} ${context.isInIteration()}`);
  }

  override map(value: number): number {
    return value + 1;
  }

  override close(): void {
    if (this.context?.subtaskIndex === 0) this.note(`closed ${this.context.getSuperstepNumber()}`);
  }

  private note(text: string): void {
    this.context?.getAccumulator("life", ListAccumulator<string>).add(text);
  }
}

const ring: readonly { readonly from: number; readonly to: number }[] = integers(0, 19).map((n) => ({
  from: n,
  to: (n + 1) % 20,
}));

export const iterationPrograms: readonly ConformanceProgram[] = [
  program("iterate/exactly as many supersteps as asked for", {
    covers: ["B056", "B090"],
    operators: ["iterate", "closeWith", "map"],
    build: (env) => {
      const loop = env.fromCollection([0, 100]).iterate(7);
      return loop.closeWith(loop.map((n) => n + 1));
    },
    expected: bag([7, 107]),
  }),
  program("iterate/superstep numbers start at 1", {
    covers: ["B099"],
    operators: ["iterate", "closeWith", "map"],
    build: (env) => {
      const loop = env.fromElements("").iterate(4);
      return loop.closeWith(loop.map((text, context) => `${text}${context.getSuperstepNumber()}`));
    },
    expected: bag(["1234"]),
  }),
  program("iterate/functions are opened and closed once per superstep", {
    covers: ["B099", "B110"],
    operators: ["iterate", "closeWith", "map"],
    build: async (env) => {
      const loop = env.fromElements(0).iterate(3);
      await loop.closeWith(loop.map(new NoteSupersteps())).collect();
      return env.getLastJobExecutionResult()!.getAccumulatorResult("life", ListAccumulator<string>);
    },
    expected: bag([1, 2, 3].flatMap((n) => [`opened ${n} true`, `closed ${n}`])),
  }),
  program("iterate/an empty input stays empty for all supersteps", {
    covers: ["B090"],
    operators: ["iterate", "closeWith", "map"],
    build: (env) => {
      const loop = env.fromCollection<number>([]).iterate(5);
      return loop.closeWith(loop.map((n) => n + 1));
    },
    expected: bag([]),
  }),
  program("iterate/a step that drops everything", {
    covers: ["B090"],
    operators: ["iterate", "closeWith", "filter"],
    build: (env) => {
      const loop = env.fromCollection(integers(1, 5)).iterate(3);
      return loop.closeWith(loop.filter(() => false));
    },
    expected: bag([]),
  }),
  program("iterate/the step sees only the superstep before", {
    covers: ["B090"],
    operators: ["iterate", "closeWith", "union", "reduce"],
    build: (env) => {
      const loop = env.fromElements({ a: 0, b: 1 }).iterate(10);
      return loop.closeWith(loop.map(({ a, b }) => ({ a: b, b: a + b })));
    },
    expected: bag([{ a: 55, b: 89 }]),
  }),
  program("iterate/constant inputs are the same in every superstep", {
    covers: ["B090"],
    operators: ["iterate", "closeWith", "join", "groupBy", "reduceGroup"],
    keyKinds: ["field"],
    build: (env) => {
      const edges = env.fromCollection(ring).rebalance();
      const loop = env.fromElements({ at: 0, steps: 0 }).iterate(45);
      return loop.closeWith(
        loop
          .join(edges)
          .where("at")
          .equalTo("from")
          .with(({ steps }, { to }) => ({ at: to, steps: steps + 1 })),
      );
    },
    expected: bag([{ at: 5, steps: 45 }]),
  }),
  program("iterate/ends after the superstep whose criterion is empty", {
    covers: ["B091"],
    operators: ["iterate", "closeWith", "filter"],
    build: (env) => {
      const loop = env.fromElements(0).iterate(100);
      const next = loop.map((n) => n + 1);
      return loop.closeWith(
        next,
        next.filter((n) => n < 5),
      );
    },
    expected: bag([5]),
  }),
  program("iterate/a criterion that is empty at once ends it after one superstep", {
    covers: ["B091"],
    operators: ["iterate", "closeWith", "filter"],
    build: (env) => {
      const loop = env.fromElements(0).iterate(100);
      return loop.closeWith(
        loop.map((n) => n + 1),
        loop.filter(() => false),
      );
    },
    expected: bag([1]),
  }),
  program("iterate/the maximum wins over the criterion", {
    covers: ["B091"],
    operators: ["iterate", "closeWith"],
    build: (env) => {
      const loop = env.fromElements(0).iterate(3);
      const next = loop.map((n) => n + 1);
      return loop.closeWith(next, next);
    },
    expected: bag([3]),
  }),
  program("iterate/a result is used by later operators and by two of them", {
    covers: ["B090"],
    operators: ["iterate", "closeWith", "map", "union"],
    build: (env) => {
      const loop = env.fromCollection([1, 2]).iterate(3);
      const result = loop.closeWith(loop.map((n) => n * 2));
      return result.map((n) => -n).union(result.filter((n) => n > 8));
    },
    expected: bag([-8, -16, 16]),
  }),
  program("iterate/one after the other", {
    covers: ["B090", "B100"],
    operators: ["iterate", "closeWith"],
    build: (env) => {
      const first = env.fromElements(1).iterate(4);
      const doubled = first.closeWith(first.map((n) => n * 2));
      const second = doubled.iterate(4);
      return second.closeWith(second.map((n) => n + 1));
    },
    expected: bag([20]),
  }),
  program("iterate/a broadcast set of the loop is read anew in every superstep", {
    covers: ["B101"],
    operators: ["iterate", "closeWith", "withBroadcastSet"],
    build: (env) => {
      const constants = env.fromCollection(integers(1, 4));
      const loop = env.fromElements(0).iterate(5);
      const next = constants
        .map((n, context) => n + context.getBroadcastVariable<number>("sum")[0]!)
        .withBroadcastSet(loop, "sum")
        .reduce((a, b) => Math.max(a, b));
      return loop.closeWith(next);
    },
    expected: bag([20]),
  }),
  program("iterate/grouping, joining and sorting inside", {
    covers: ["B090"],
    operators: ["iterate", "closeWith", "groupBy", "sortGroup", "reduceGroup", "coGroup"],
    keyKinds: ["field"],
    build: (env) => {
      const weights = env.fromCollection(integers(0, 3).map((key) => ({ key, weight: key + 1 })));
      const loop = env.fromCollection(integers(0, 11).map((n) => ({ key: n % 4, n }))).iterate(3);
      const next = loop
        .coGroup(weights)
        .where("key")
        .equalTo("key")
        .sortFirstGroup("n", "ascending")
        .with(function* (rows, [weight]: Iterable<{ weight: number }>) {
          let position = 0;
          for (const { key, n } of rows) yield { key, n: n + weight!.weight * position++ };
        });
      return loop.closeWith(next);
    },
    expected: bag(integers(0, 11).map((n) => ({ key: n % 4, n: n + 3 * ((n % 4) + 1) * Math.floor(n / 4) }))),
  }),
  program("aggregators/the merged value is there in the next superstep, null in the first", {
    covers: ["B097"],
    operators: ["iterate", "closeWith", "registerAggregator"],
    build: async (env) => {
      const loop = env.fromCollection(integers(1, 10)).rebalance().iterate(3);
      loop.registerAggregator("sum", () => new DoubleSumAggregator());
      const next = loop.map((n, context) => {
        context.getIterationAggregator<number>("sum").aggregate(n);
        const before = context.getPreviousIterationAggregate<number>("sum");
        context.getAccumulator("seen", ListAccumulator<string>).add(`${context.getSuperstepNumber()}: ${before}`);
        return n + 1;
      });
      await loop.closeWith(next).count();
      const seen = env.getLastJobExecutionResult()!.getAccumulatorResult("seen", ListAccumulator<string>);
      return [...new Set(seen)];
    },
    expected: bag(["1: null", "2: 55", "3: 65"]),
  }),
  program("aggregators/convergence is asked after each superstep, from 1", {
    covers: ["B098"],
    operators: ["iterate", "closeWith", "registerConvergenceCriterion"],
    build: (env) => {
      const loop = env.fromCollection(integers(1, 5)).iterate(50);
      loop.registerConvergenceCriterion(
        "left",
        () => new LongSumAggregator(),
        (superstep, left) => superstep >= 2 && left === 0n,
      );
      const next = loop.map((n, context) => {
        const smaller = Math.max(0, n - 1);
        context.getIterationAggregator<bigint | number>("left").aggregate(smaller);
        return smaller;
      });
      return loop.closeWith(next.map((n, context) => n + 0 * context.getSuperstepNumber()));
    },
    expected: bag([0, 0, 0, 0, 0]),
  }),
  program("aggregators/convergence at zero", {
    covers: ["B098"],
    operators: ["iterate", "closeWith", "registerConvergenceCriterion"],
    build: (env) => {
      const loop = env.fromElements(8).iterate(50);
      loop.registerConvergenceCriterion("odd", () => new LongSumAggregator(), convergesAtZero);
      // 8 becomes 9: odd; then 10: even, so nothing is counted and the loop ends.
      const next = loop.map((n, context) => {
        context.getIterationAggregator<bigint | number>("odd").aggregate((n + 1) % 2);
        return n + 1;
      });
      return loop.closeWith(next);
    },
    expected: bag([10]),
  }),
  program("aggregators/an unknown name", {
    covers: ["B097"],
    operators: ["iterate", "closeWith"],
    build: (env) => {
      const loop = env.fromElements(1).iterate(2);
      return loop.closeWith(
        loop.map((n, context) => n + Number(context.getIterationAggregator("unknown").getAggregate())),
      );
    },
    expected: failure("INVALID_ARGUMENT", "unknown"),
  }),
  program("iterateDelta/a record of the delta replaces the one with its key", {
    covers: ["B057", "B092"],
    operators: ["iterateDelta", "closeWith", "join"],
    keyKinds: ["field"],
    build: (env) => {
      const nodes = env.fromCollection(integers(1, 10).map((id): Node => ({ id, value: 0 })));
      const loop = nodes.iterateDelta(
        nodes.filter(({ id }) => id > 6),
        5,
        "id",
      );
      const delta = loop.workset
        .join(loop.solutionSet)
        .where("id")
        .equalTo("id")
        .with(({ id }, { value }) => ({ id, value: value + 1 }));
      return loop.closeWith(
        delta,
        delta.filter(({ id, value }) => value < id - 6),
      );
    },
    expected: bag(integers(1, 10).map((id) => ({ id, value: Math.max(0, id - 6) }))),
  }),
  program("iterateDelta/the delta shows in the next superstep, not in its own", {
    covers: ["B092"],
    operators: ["iterateDelta", "closeWith", "coGroup"],
    keyKinds: ["field"],
    build: (env) => {
      const start = env.fromElements<Node>({ id: 1, value: 1 });
      const loop = start.iterateDelta(start, 4, "id");
      const next = loop.workset
        .join(loop.solutionSet)
        .where("id")
        .equalTo("id")
        .with((work, solution) => ({ id: 1, value: work.value + solution.value }));
      return loop.closeWith(
        next,
        next.map(({ id, value }) => ({ id, value: value + 1 })),
      );
    },
    // (workset, solution): (1,1) -> 2; (3,2) -> 5; (6,5) -> 11; (12,11) -> 23.
    expected: bag([{ id: 1, value: 23 }]),
  }),
  program("iterateDelta/new keys are added to the solution set", {
    covers: ["B094", "B092", "B103"],
    operators: ["iterateDelta", "closeWith", "map"],
    keyKinds: ["field"],
    build: (env) => {
      const start = env.fromElements<Node>({ id: 0, value: 0 });
      const loop = start.iterateDelta(start, 6, "id");
      const next = loop.workset.map(({ id, value }) => ({ id: id + 1, value: value + 10 }));
      return loop.closeWith(next, next);
    },
    expected: bag(integers(0, 6).map((id) => ({ id, value: id * 10 }))),
  }),
  program("iterateDelta/ends when the workset is empty", {
    covers: ["B092"],
    operators: ["iterateDelta", "closeWith", "getAccumulator"],
    keyKinds: ["field"],
    build: async (env) => {
      const start = env.fromElements<Node>({ id: 0, value: 0 });
      const loop = start.iterateDelta(start, 100, "id");
      const next = loop.workset.flatMap((node, _out: unknown, context) => {
        context.getAccumulator("calls", IntCounter).add(1);
        return node.id < 4 ? [{ id: node.id + 1, value: 0 }] : [];
      });
      const count = await loop.closeWith(next, next).count();
      return [count, env.getLastJobExecutionResult()!.getAccumulatorResult("calls", IntCounter)];
    },
    expected: bag([5, 5]),
  }),
  program("iterateDelta/of several records with one key the last begins as the solution", {
    covers: ["B092"],
    operators: ["iterateDelta", "closeWith", "coGroup"],
    keyKinds: ["field"],
    build: (env) => {
      const nodes = env.fromElements<Node>({ id: 1, value: 10 }, { id: 2, value: 20 }, { id: 1, value: 11 });
      const loop = nodes.iterateDelta(nodes.filter(({ id }) => id === 2).distinct("id"), 1, "id");
      const delta = loop.workset
        .coGroup(loop.solutionSet)
        .where("id")
        .equalTo("id")
        .with(function* (work, found) {
          const numWorks = [...work].length;
          for (const { id, value } of found) if (numWorks > 0) yield { id, value: value + 1 };
        });
      return loop.closeWith(delta, delta);
    },
    expected: bag([
      { id: 1, value: 11 },
      { id: 2, value: 21 },
    ]),
  }),
  program("iterateDelta/an empty workset from the start", {
    covers: ["B092"],
    operators: ["iterateDelta", "closeWith"],
    keyKinds: ["field"],
    build: (env) => {
      const nodes = env.fromCollection(integers(1, 5).map((id): Node => ({ id, value: id })));
      const loop = nodes.iterateDelta(
        nodes.filter(() => false),
        10,
        "id",
      );
      const next = loop.workset.map(({ id, value }) => ({ id, value: value + 1 }));
      return loop.closeWith(next, next);
    },
    expected: bag(integers(1, 5).map((id) => ({ id, value: id }))),
  }),
  program("iterateDelta/an empty solution set", {
    covers: ["B092"],
    operators: ["iterateDelta", "closeWith", "coGroup"],
    keyKinds: ["field"],
    build: (env) => {
      const work = env.fromCollection(integers(1, 3).map((id): Node => ({ id, value: 1 })));
      const loop = work.filter(() => false).iterateDelta(work, 2, "id");
      const delta = loop.workset
        .coGroup(loop.solutionSet)
        .where("id")
        .equalTo("id")
        .with(function* (work, found) {
          const numFound = [...found].length;
          for (const { id, value } of work) yield { id, value: value + 10 * numFound };
        });
      return loop.closeWith(delta, delta);
    },
    expected: bag(integers(1, 3).map((id) => ({ id, value: 11 }))),
  }),
  program("iterateDelta/coGroup with the solution set: none or one record, and untouched ones too", {
    covers: ["B093"],
    operators: ["iterateDelta", "closeWith", "coGroup"],
    keyKinds: ["field"],
    build: (env) => {
      const nodes = env.fromCollection(integers(1, 4).map((id): Node => ({ id, value: 100 })));
      const work = env.fromElements<Node>({ id: 3, value: 1 }, { id: 3, value: 2 }, { id: 5, value: 7 });
      const loop = nodes.iterateDelta(work, 1, "id");
      const delta = loop.workset
        .coGroup(loop.solutionSet)
        .where("id")
        .equalTo("id")
        .with(function* (works, found) {
          const values = [...works];
          if (values.length === 0) return;
          let value = 0;
          for (const node of found) value += node.value;
          for (const node of values) value += node.value;
          yield { id: values[0]!.id, value };
        });
      return loop.closeWith(delta, delta);
    },
    expected: bag([
      { id: 1, value: 100 },
      { id: 2, value: 100 },
      { id: 3, value: 103 },
      { id: 4, value: 100 },
      { id: 5, value: 7 },
    ]),
  }),
  program("iterateDelta/the solution set as the first input", {
    covers: ["B093"],
    operators: ["iterateDelta", "closeWith", "join"],
    keyKinds: ["field"],
    build: (env) => {
      const nodes = env.fromCollection(integers(1, 4).map((id): Node => ({ id, value: id })));
      const loop = nodes.iterateDelta(nodes, 3, "id");
      const delta = loop.solutionSet
        .join(loop.workset)
        .where("id")
        .equalTo("id")
        .with((solution, work) => ({ id: solution.id, value: solution.value + work.id }));
      return loop.closeWith(delta, delta);
    },
    expected: bag(integers(1, 4).map((id) => ({ id, value: 4 * id }))),
  }),
  program("iterateDelta/keys of two fields", {
    covers: ["B092"],
    operators: ["iterateDelta", "closeWith", "join"],
    keyKinds: ["several fields"],
    build: (env) => {
      const nodes = env.fromCollection(
        integers(0, 8).map((n) => ({ row: Math.floor(n / 3), column: n % 3, value: 0 })),
      );
      const loop = nodes.iterateDelta(
        nodes.filter(({ row }) => row === 1),
        2,
        "row",
        "column",
      );
      const delta = loop.workset
        .join(loop.solutionSet)
        .where("row", "column")
        .equalTo("row", "column")
        .with((_work, { row, column, value }) => ({ row, column, value: value + 1 }));
      return loop.closeWith(delta, delta);
    },
    expected: bag(
      integers(0, 8).map((n) => ({ row: Math.floor(n / 3), column: n % 3, value: n >= 3 && n <= 5 ? 2 : 0 })),
    ),
  }),
  program("iterateDelta/an unmanaged solution set gives the same", {
    covers: ["B095"],
    operators: ["iterateDelta", "setSolutionSetUnmanaged", "closeWith", "join"],
    keyKinds: ["field"],
    build: (env) => {
      const nodes = env.fromCollection(integers(1, 4).map((id): Node => ({ id, value: 0 })));
      const loop = nodes.iterateDelta(nodes, 5, "id");
      loop.setSolutionSetUnmanaged(true);
      const delta = loop.workset
        .join(loop.solutionSet)
        .where("id")
        .equalTo("id")
        .with((_work, { id, value }) => ({ id, value: value + 1 }));
      return loop.closeWith(delta, delta);
    },
    expected: bag(integers(1, 4).map((id) => ({ id, value: 5 }))),
  }),
  program("iterateDelta/an aggregator that ends it early", {
    covers: ["B097", "B098"],
    operators: ["iterateDelta", "closeWith", "registerConvergenceCriterion"],
    keyKinds: ["field"],
    build: (env) => {
      const start = env.fromElements<Node>({ id: 0, value: 0 });
      const loop = start.iterateDelta(start, 100, "id");
      loop.registerConvergenceCriterion(
        "steps",
        () => new LongSumAggregator(),
        (superstep, steps) => steps === 1n && superstep === 3,
      );
      const next = loop.workset.map(({ id, value }, context) => {
        context.getIterationAggregator<bigint | number>("steps").aggregate(1);
        return { id, value: value + 1 };
      });
      return loop.closeWith(next, next);
    },
    expected: bag([{ id: 0, value: 3 }]),
  }),
];
