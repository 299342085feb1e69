import { IntCounter, RichMapFunction, type RuntimeContext } from "@millrace/core";
import { bag, law } from "../../expectation.js";
import { type ConformanceProgram, program } from "../../program.js";
import { integers } from "../integers.js";

/** Counts how often it is opened, called and closed. */
class CountsItsLife extends RichMapFunction<number, number> {
  private context: RuntimeContext | undefined;

  override open(context: RuntimeContext): void {
    this.context = context;
    this.count("opened");
  }

  override map(value: number): number {
    this.count("called");
    return value;
  }

  override close(): void {
    this.count("closed");
  }

  private count(name: string): void {
    this.context?.getAccumulator(name, IntCounter).add(1);
  }
}

function* endless(from = 0): Generator<number> {
  for (let n = from; ; n++) yield n;
}

async function* endlessAsync(): AsyncGenerator<number> {
  for (const n of endless()) {
    if (n % 100 === 0) await undefined;
    yield n;
  }
}

/** Expects so many different records that all are of a kind. */
const some = (count: number, isRight: (n: number) => boolean) =>
  law(`${count} different records come`, (records: readonly number[]) =>
    records.length === count && new Set(records).size === count && records.every(isRight)
      ? undefined
      : `there are ${records.slice(0, 10).join(", ")}`,
  );

/** What is written down as a whole before it is read has to end. */
const PIPELINED = { executionMode: "pipelined" } as const;

/** What is computed when somebody has enough: rules [O15], [O44] and [O45]. */
export const earlyEndPrograms: readonly ConformanceProgram[] = [
  program("first/of a sequence that is longer than anybody lives", {
    environment: PIPELINED,
    covers: ["B033", "O44"],
    operators: ["generateSequence", "map", "first"],
    build: (env) =>
      env
        .generateSequence(1, 1e12)
        .map((n) => n * 2)
        .first(2),
    expected: some(2, (n) => n % 2 === 0),
  }),
  program("first/of a generator without end", {
    environment: PIPELINED,
    covers: ["B033", "O15", "O44"],
    operators: ["fromCollection", "filter", "first"],
    build: (env) =>
      env
        .fromCollection(endless())
        .filter((n) => n % 7 === 3)
        .first(3),
    expected: some(3, (n) => n % 7 === 3),
  }),
  program("first/of a generator without end, in two jobs", {
    environment: PIPELINED,
    covers: ["B033", "O15", "O44"],
    operators: ["fromCollection", "first"],
    build: async (env) => {
      const numbers = env.fromCollection(endless());
      const few = await numbers.first(2).collect();
      const more = await numbers.first(2000).collect();
      return [...few, more.length, more[1999]];
    },
    expected: bag([0, 1, 2000, 1999]),
  }),
  program("first/of an iterable without end that can be read again", {
    environment: PIPELINED,
    covers: ["B033", "O15", "O44"],
    operators: ["fromCollection", "map", "first"],
    build: (env) =>
      env
        .fromCollection({ [Symbol.iterator]: () => endless() })
        .map((n) => n + 1)
        .first(3),
    expected: some(3, (n) => n > 0),
  }),
  program("first/of an async source without end", {
    environment: PIPELINED,
    covers: ["B033", "O44"],
    operators: ["fromAsyncIterable", "flatMap", "first"],
    build: (env) =>
      env
        .fromAsyncIterable(() => endlessAsync())
        .flatMap((n) => [n * 2, n * 2 + 1])
        .first(5),
    expected: some(5, Number.isInteger),
  }),
  program("first/of parts without end", {
    environment: PIPELINED,
    covers: ["B033", "O44"],
    operators: ["fromParallelCollection", "rebalance", "select", "project", "first"],
    build: (env) =>
      env
        .fromParallelCollection((index) =>
          (function* () {
            for (const n of endless()) yield { n, index };
          })(),
        )
        .map(({ n }) => ({ n, half: n / 2 }))
        .project("n", "half")
        .map(([n, half]) => n - half * 2)
        .first(4),
    expected: bag([0, 0, 0, 0]),
  }),
  program("first/of a union with one side without end", {
    environment: PIPELINED,
    covers: ["B033", "O44"],
    operators: ["union", "map", "first"],
    build: (env) =>
      env
        .fromElements(1, 2, 3)
        .union(env.generateSequence(1, 1e12))
        .map((n) => n)
        .first(50),
    expected: law("fifty come", (records) => (records.length === 50 ? undefined : `${records.length} came`)),
  }),
  program("first/of what one call returns without end", {
    environment: PIPELINED,
    covers: ["B033", "O44"],
    operators: ["flatMap", "first"],
    build: (env) =>
      env
        .fromElements(5)
        .flatMap((from) => endless(from))
        .first(4),
    expected: bag([5, 6, 7, 8]),
  }),
  program("first/beside a reader that wants all", {
    covers: ["B033", "O44", "O45"],
    operators: ["map", "first", "reduce", "union"],
    build: (env) => {
      const shared = env.fromCollection(integers(1, 20_000)).map((n) => n);
      return shared
        .first(2)
        .map(() => -1)
        .union(shared.reduce((a, b) => a + b));
    },
    expected: bag([-1, -1, 200_010_000]),
  }),
  program("first/beside a sink, which gets all", {
    covers: ["B033", "O45"],
    operators: ["first", "writeAsText"],
    needs: ["files"],
    build: async (env, run) => {
      const shared = env.fromCollection(integers(1, 20_000));
      const all = await run.path("all.txt");
      const few = await run.path("few.txt");
      shared.setParallelism(1).writeAsText(all).setParallelism(1);
      shared.first(3).writeAsText(few).setParallelism(1);
      await env.execute();
      const numLines = async (path: string): Promise<number> => (await run.readFile(path)).trim().split("\n").length;
      return [await numLines(all), await numLines(few)];
    },
    expected: bag([20_000, 3]),
  }),
  program("first/counts of what was cut short, and of what was opened and closed", {
    environment: PIPELINED,
    covers: ["B033", "B115", "O45", "O92", "O101"],
    operators: ["generateSequence", "map", "first", "getAccumulator"],
    build: async (env, { parallelism }) => {
      const { length } = await env.generateSequence(1, 1e12).map(new CountsItsLife()).first(3).collect();
      const result = env.getLastJobExecutionResult()!;
      const [opened, called, closed] = ["opened", "called", "closed"].map((name) =>
        result.getAccumulatorResult(name, IntCounter),
      ) as [number, number, number];
      return [[length, opened / parallelism, closed / parallelism, called >= 3 && called < 1e9]];
    },
    expected: bag([[3, 1, 1, true]]),
  }),
  program("first/a failure far behind what is needed", {
    environment: PIPELINED,
    covers: ["B033", "O45"],
    operators: ["generateSequence", "map", "first"],
    build: (env) =>
      env
        .generateSequence(1, 1e9)
        .map((n) => {
          if (n % 1e8 === 0) throw new Error("too far");
          return n;
        })
        .first(2),
    expected: some(2, (n) => n >= 1),
  }),
  program("first/of a sorted input: the rest is sorted and not read", {
    covers: ["B033", "O42", "O45"],
    operators: ["orderBy", "map", "first"],
    keyKinds: ["selector"],
    build: (env) =>
      env
        .fromCollection(integers(1, 20_000).map((n) => (n * 7919) % 20_011))
        .rebalance()
        .orderBy((n) => n, "ascending")
        .map((n) => -n)
        .first(3),
    expected: law("the three least come", (records: readonly number[]) => {
      const least = integers(1, 20_000)
        .map((n) => (n * 7919) % 20_011)
        .toSorted((a, b) => a - b);
      return records.map((n) => -n).join() === least.slice(0, 3).join() ? undefined : records.join();
    }),
  }),
  program("iterate/a step of which most is not needed", {
    covers: ["B090", "O45", "O60", "O66"],
    operators: ["iterate", "closeWith", "flatMap", "join", "first"],
    build: (env) => {
      const loop = env.fromCollection(integers(1, 3000).map((n) => ({ n, age: 0 }))).iterate(4);
      const known = env.fromElements({ key: 0 });
      const grown = loop
        .flatMap(({ n, age }) => integers(0, 49).map((i) => ({ n: n * 50 + i, age: age + 1, key: 0 })))
        .join(known)
        .where("key")
        .equalTo("key")
        .with(({ n, age }) => ({ n, age }));
      return loop.closeWith(grown.first(40));
    },
    expected: law("forty records of the last superstep come", (records: readonly { age: number }[]) =>
      records.length === 40 && records.every(({ age }) => age === 4) ? undefined : JSON.stringify(records.slice(0, 3)),
    ),
  }),
  program("iterateDelta/a workset of which most is not needed", {
    covers: ["B092", "O45", "O63", "O64"],
    operators: ["iterateDelta", "closeWith", "first", "flatMap"],
    keyKinds: ["field"],
    build: (env) => {
      const start = env.fromCollection(integers(1, 2000).map((id) => ({ id, step: 0 })));
      const loop = start.iterateDelta(start, 3, "id");
      const changes = loop.workset.map(({ id, step }) => ({ id, step: step + 1 }));
      return loop.closeWith(changes, changes.first(10));
    },
    // The ten of the second superstep are those that go on in the third.
    expected: law("all are changed once, and ten of them twice more", (records: readonly { step: number }[]) => {
      const counts = [0, 1, 2, 3].map((step) => records.filter((each) => each.step === step).length);
      return counts.join() === "0,1990,0,10" ? undefined : counts.join();
    }),
  }),
];
