import { functionSettingsOf, OPERATOR } from "@millrace/common-api";
import {
  Configuration,
  Histogram,
  IntCounter,
  ListAccumulator,
  LongCounter,
  type RuntimeContext,
} from "@millrace/core";
import { TestHost } from "@millrace/host-test";
import { describe, expect, test } from "vitest";
import { expectError } from "./expect-error.js";
import { type Flow, from, type Rec, run } from "./programs.js";

const environment = { parallelism: 3 };
const numbers = (...values: number[]): Flow => from(...values).map((n: number) => n);

test("[O100] a function knows where it runs and what it was given", async () => {
  const program = from(1, 2)
    .map((_: number, c: RuntimeContext) => [
      c.taskName,
      c.subtaskIndex,
      c.numParallelSubtasks,
      c.attemptNumber,
      c.getParameters().getNumber("limit", 0),
      c.getJobParameters().getString("day", ""),
    ])
    .named("Map at job.ts:1:1")
    .parallel(2);
  const settings = functionSettingsOf(program.operator);
  if (settings !== undefined) settings.parameters = new Configuration({ limit: 5 });
  expect(await program.collect({ environment: { jobParameters: { day: "Monday" } } })).toEqual([
    ["Map at job.ts:1:1", 0, 2, 0, 5, "Monday"],
    ["Map at job.ts:1:1", 1, 2, 0, 5, "Monday"],
  ]);
  const plain = from(1).map((_: number, c: RuntimeContext) => c.getParameters().names().length);
  expect(await plain.collect()).toEqual([0]);
});

describe("[O101] accumulators", () => {
  const counting = (n: number, c: RuntimeContext) => {
    c.getAccumulator("count", LongCounter).add(1);
    c.getAccumulator("values", Histogram).add(n);
    return n;
  };

  test("are merged from all subtasks", async () => {
    const { result } = await run([numbers(1, 1, 2, 3).map(counting)], { environment });
    expect(result.getAccumulatorResult("count", LongCounter)).toBe(4n);
    expect(result.getAccumulatorResult("values", Histogram)).toEqual(
      new Map([
        [1, 2],
        [2, 1],
        [3, 1],
      ]),
    );
    expect(result.getAccumulatorResult("count")).toBe(4n);
    expect(result.getAccumulatorResult("unknown")).toBe(undefined);
    expect([...result.getAllAccumulatorResults().keys()]).toEqual(["count", "values"]);
  });

  test("may be made by the user", async () => {
    class Longest {
      #text = "";
      readonly #prefix: string;
      constructor(prefix = "") {
        this.#prefix = prefix;
      }
      add(text: string): void {
        if (text.length > this.#text.length) this.#text = text;
      }
      getLocalValue(): string {
        return this.#prefix + this.#text;
      }
      resetLocal(): void {
        this.#text = "";
      }
      toState(): unknown {
        return this.#text;
      }
      mergeState(state: unknown): void {
        this.add(state as string);
      }
    }
    const program = from("a", "ccc", "bb").map({
      open(c: RuntimeContext) {
        c.addAccumulator("longest", new Longest("> "));
      },
      map(text: string, c: RuntimeContext) {
        c.getAccumulator("longest", Longest).add(text);
        return text;
      },
    });
    const { result } = await run([program], { environment });
    expect(result.getAccumulatorResult("longest", Longest)).toBe("> ccc");
  });

  test("count every superstep once, however they are held", async () => {
    class Own {
      readonly mine = new ListAccumulator<number>();
      held: LongCounter | undefined;
      open(c: RuntimeContext): void {
        c.addAccumulator("mine", this.mine);
        this.held ??= c.getAccumulator("held", LongCounter);
      }
      map(n: number, c: RuntimeContext): number {
        this.mine.add(c.getSuperstepNumber());
        this.held?.add(1);
        c.getAccumulator("fresh", LongCounter).add(1);
        return n;
      }
    }
    const loop = from(1, 2).iterate(3);
    const { result } = await run([loop.closeWith(loop.map(new Own()))], { environment: { parallelism: 2 } });
    expect(result.getAccumulatorResult("mine", ListAccumulator)).toEqual([1, 1, 2, 2, 3, 3]);
    expect(result.getAccumulatorResult("held", LongCounter)).toBe(6n);
    expect(result.getAccumulatorResult("fresh", LongCounter)).toBe(6n);
  });

  test("whose state is no data fail the job with the operator's name", async () => {
    class Hidden extends IntCounter {
      override toState(): unknown {
        return () => 1;
      }
    }
    const program = from(1).map((n: number, c: RuntimeContext) => c.getAccumulator("h", Hidden).add(1) ?? n);
    await expectError(program.collect(), "FUNCTION_FAILED", { where: { operator: "Map" }, says: ["toState"] });
  });

  test("of one name and two classes are a conflict", async () => {
    const inOne = from(1).map((n: number, c: RuntimeContext) => {
      c.getAccumulator("a", LongCounter).add(1);
      c.getAccumulator("a", IntCounter).add(1);
      return n;
    });
    await expectError(inOne.collect(), "ACCUMULATOR_CONFLICT", { where: { operator: "Map" } });
    const inTwo = from(1)
      .map((n: number, c: RuntimeContext) => c.getAccumulator("a", LongCounter).add(1) ?? n)
      .map((n: number, c: RuntimeContext) => c.getAccumulator("a", IntCounter).add(1) ?? n);
    await expectError(inTwo.collect(), "ACCUMULATOR_CONFLICT");
    const { result } = await run([numbers(1).map(counting)]);
    expect(() => result.getAccumulatorResult("count", IntCounter)).toThrow(/ACCUMULATOR_CONFLICT/);
  });

  test("are registered once per subtask", async () => {
    const twice = from(1).map((n: number, c: RuntimeContext) => {
      c.addAccumulator("a", new ListAccumulator<number>());
      c.addAccumulator("a", new ListAccumulator<number>());
      return n;
    });
    await expectError(twice.collect(), "DUPLICATE_NAME", { where: { operator: "Map" } });
  });
});

describe("[O102] broadcast sets", () => {
  const all = (c: RuntimeContext) => [...c.getBroadcastVariable<number>("all")];

  test("are the whole data set in every subtask, by name", async () => {
    const program = numbers(1, 2, 3)
      .map((_: number, c: RuntimeContext) => all(c).sort())
      .withBroadcast(numbers(5, 6, 7), "all");
    expect(await program.collect({ environment })).toEqual([
      [5, 6, 7],
      [5, 6, 7],
      [5, 6, 7],
    ]);
    const asked = from(1)
      .map((_: number, c: RuntimeContext) => [c.hasBroadcastVariable("all"), c.hasBroadcastVariable("other")])
      .withBroadcast(from(1), "all");
    expect(await asked.collect()).toEqual([[true, false]]);
  });

  test("by the data set itself", async () => {
    const set = numbers(5, 6);
    const handle = { [OPERATOR]: set.operator, "~dataset": 0 };
    const program = from(1)
      .map((_: number, c: RuntimeContext) => [...c.getBroadcastVariable(handle)])
      .withBroadcast(set);
    expect(await program.collect()).toEqual([[5, 6]]);
    const missing = from(1).map((_: number, c: RuntimeContext) => c.getBroadcastVariable(handle).length);
    await expectError(missing.withBroadcast(from(1), "other").collect(), "MISSING_BROADCAST_SET", {
      says: ["this data set", "other"],
    });
  });

  test("changed in one subtask show that to no other", async () => {
    const program = numbers(1, 2, 3)
      .map((_: number, c: RuntimeContext) => {
        const set = c.getBroadcastVariable<Rec>("all");
        set[0].n += 1;
        return set[0].n;
      })
      .withBroadcast(from({ n: 0 }), "all");
    expect(await program.collect({ environment })).toEqual([1, 1, 1]);
  });

  test("are initialized once for all subtasks", async () => {
    const calls: unknown[] = [];
    const program = numbers(1, 2, 3)
      .map((n: number, c: RuntimeContext) => {
        const map = c.getBroadcastVariableWithInitializer<Rec, Map<number, string>>("names", (records) => {
          calls.push(0);
          return new Map([...records].map((r) => [r.id, r.name]));
        });
        return map.get(n);
      })
      .withBroadcast(from({ id: 1, name: "a" }, { id: 2, name: "b" }, { id: 3, name: "c" }), "names");
    expect((await program.collect({ environment })).sort()).toEqual(["a", "b", "c"]);
    expect(calls).toHaveLength(1);
  });

  test("that were not given are an error that lists those that were", async () => {
    const program = from(1).map((_: number, c: RuntimeContext) => all(c).length);
    await expectError(program.withBroadcast(from(1), "centers").collect(), "MISSING_BROADCAST_SET", {
      where: { operator: "Map" },
      says: ['"all"', "centers"],
    });
  });
});

test("[O103] cached files are found by name", async () => {
  const program = from("words", "other").map((name: string, c: RuntimeContext) => c.getCachedFile(name));
  const cachedFiles = new Map([["words", "/data/words.txt"]]);
  await expectError(program.collect({ cachedFiles }), "MISSING_CACHED_FILE", { says: ['"other"', "words"] });
  expect(
    await from("words")
      .map((name: string, c: RuntimeContext) => c.getCachedFile(name))
      .collect({ cachedFiles }),
  ).toEqual(["/data/words.txt"]);
});

test("[O103] a cached file that is not there fails the job before it starts", async () => {
  const host = new TestHost({ files: { "words.txt": "a" } });
  const program = from("words").map((name: string, c: RuntimeContext) => c.getCachedFile(name));
  expect(await program.collect({ host, cachedFiles: new Map([["words", "words.txt"]]) })).toEqual(["/words.txt"]);
  await expectError(program.collect({ host, cachedFiles: new Map([["words", "gone.txt"]]) }), "FILE_NOT_FOUND", {
    where: { file: "gone.txt" },
    says: ['"words"'],
  });
});

test("[O66, O104] a context is the same object in all supersteps, and knows each of them", async () => {
  class Holding {
    first: RuntimeContext | undefined;
    open(c: RuntimeContext): void {
      this.first ??= c;
    }
    map(n: number, c: RuntimeContext): unknown[] {
      const state = this.first?.getBroadcastVariable<number>("state") ?? [];
      return [this.first === c, this.first?.getSuperstepNumber(), ...state, n];
    }
  }
  const loop = from(1).iterate(2);
  const seen = from(9)
    .map(new Holding())
    .withBroadcast(
      loop.map((v: Rec) => (Array.isArray(v) ? v.length : v)),
      "state",
    );
  expect(await loop.closeWith(seen).collect()).toEqual([[true, 2, 4, 9]]);
});

test("[O104] supersteps and aggregators are there in iterations only", async () => {
  const outside: ((c: RuntimeContext) => unknown)[] = [
    (c) => c.getSuperstepNumber(),
    (c) => c.getIterationAggregator("a"),
    (c) => c.getPreviousIterationAggregate("a"),
  ];
  for (const ask of outside) {
    await expectError(
      from(1)
        .map((_: number, c: RuntimeContext) => ask(c))
        .collect(),
      "NOT_IN_ITERATION",
      {
        where: { operator: "Map" },
      },
    );
  }
  expect(
    await from(1)
      .map((_: number, c: RuntimeContext) => c.isInIteration())
      .collect(),
  ).toEqual([false]);
  const loop = from(1).iterate(2);
  const numbered = loop.closeWith(loop.map((n: number, c: RuntimeContext) => n * 10 + c.getSuperstepNumber()));
  expect(await numbered.collect()).toEqual([112]);
  for (const ask of outside.slice(1)) {
    const other = from(1).iterate(2);
    const program = other.closeWith(other.map((_: number, c: RuntimeContext) => ask(c)));
    await expectError(program.collect(), "INVALID_ARGUMENT", { where: { operator: "Map" }, says: ['"a"', "none"] });
  }
});
