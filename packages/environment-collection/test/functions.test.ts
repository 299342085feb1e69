import {
  isMillraceError,
  MillraceError,
  RichFlatMapFunction,
  RichMapFunction,
  type RuntimeContext,
} from "@millrace/core";
import { describe, expect, test } from "vitest";
import { expectError } from "./expect-error.js";
import { from, grouped, keysOf, type Rec } from "./programs.js";

const environment = { parallelism: 3 };

class Numbering extends RichMapFunction<unknown, string> {
  readonly start: { count: number };
  constructor(start: { count: number }) {
    super();
    this.start = start;
  }
  override map(_value: unknown, context: RuntimeContext): string {
    return `${context.subtaskIndex}:${this.start.count++}`;
  }
}

describe("[O90] every subtask has its own function object", () => {
  test("field by field", async () => {
    const shared = { count: 0 };
    const program = from("a", "b", "c", "d").map(new Numbering(shared));
    expect(await program.collect({ environment })).toEqual(["0:0", "0:1", "1:0", "2:0"]);
    expect(await program.collect()).toEqual(["0:0", "0:1", "0:2", "0:3"]);
    expect(shared.count).toBe(0);
  });

  test("by clone()", async () => {
    class Cloning extends RichMapFunction<number, number> {
      #factor: number;
      constructor(factor: number) {
        super();
        this.#factor = factor;
      }
      clone(): this {
        return new Cloning(this.#factor) as this;
      }
      override map(value: number): number {
        this.#factor++;
        return value * this.#factor;
      }
    }
    expect(await from(1, 1, 1).map(new Cloning(10)).collect({ environment })).toEqual([11, 11, 11]);
  });

  test("also of an object literal", async () => {
    const counter = {
      n: 0,
      map(this: { n: number }) {
        this.n += 1;
        return this.n;
      },
    };
    expect(await from("a", "b", "c", "d").map(counter).collect({ environment })).toEqual([1, 2, 1, 1]);
    expect(counter.n).toBe(0);
  });

  test("and plain functions are called as they are", async () => {
    const seen: number[] = [];
    await from(1, 2)
      .map((n: number) => seen.push(n))
      .collect({ environment });
    expect(seen).toEqual([1, 2]);
  });
});

test("[O91] a field that holds a function is an error", async () => {
  class Bound extends RichMapFunction<number, number> {
    readonly twice = (n: number) => n * 2;
    override map(value: number): number {
      return this.twice(value);
    }
  }
  await expectError(from(1).map(new Bound()).collect(), "INVALID_FUNCTION", {
    where: { operator: "Map" },
    says: ["Bound.twice", "method"],
  });
});

test("[O91] #private fields without clone() are an error that says so", async () => {
  class Hidden extends RichMapFunction<number, number> {
    #seen = 0;
    override map(value: number): number {
      this.#seen += 1;
      return value + this.#seen;
    }
  }
  class Secret extends RichMapFunction<number, number> {
    #twice(value: number): number {
      return value * 2;
    }
    override map(value: number): number {
      return this.#twice(value);
    }
  }
  for (const fn of [new Hidden(), new Secret()]) {
    await expectError(from(1).map(fn).collect(), "INVALID_FUNCTION", {
      where: { operator: "Map", subtask: 0 },
      says: ["#private", /clone\(\)/],
    });
  }
});

describe("[O92] open and close", () => {
  const log: string[] = [];
  class Logging extends RichMapFunction<number, number> {
    readonly failsIn: string;
    constructor(failsIn = "") {
      super();
      this.failsIn = failsIn;
    }
    #step(name: string): void {
      log.push(name);
      if (this.failsIn === name) throw new Error(`${name} failed`);
    }
    clone(): this {
      return new Logging(this.failsIn) as this;
    }
    override open(context: RuntimeContext): void {
      this.#step(`open ${context.subtaskIndex}`);
    }
    override map(value: number): number {
      this.#step(`map ${value}`);
      return value;
    }
    override close(): void {
      this.#step("close");
    }
  }

  test("are called once per subtask, before the first record and after the last", async () => {
    await from(1, 2, 3)
      .map(new Logging())
      .collect({ environment: { parallelism: 2 } });
    expect(log.splice(0)).toEqual(["open 0", "map 1", "map 3", "close", "open 1", "map 2", "close"]);
  });

  test.each([
    ["map 2", ["open 0", "map 1", "map 2", "close"]],
    ["open 0", ["open 0", "close"]],
    ["close", ["open 0", "map 1", "map 2", "close"]],
  ])("when %s fails", async (failing, calls) => {
    await expectError(from(1, 2).map(new Logging(failing)).collect(), "FUNCTION_FAILED", {
      where: { operator: "Map", subtask: 0 },
      says: [`${failing} failed`],
    });
    expect(log.splice(0)).toEqual(calls);
  });

  test("and the first failure is the one reported", async () => {
    class Both extends RichMapFunction<number, number> {
      override map(): number {
        throw new Error("first");
      }
      override close(): void {
        throw new Error("second");
      }
    }
    await expectError(from(1).map(new Both()).collect(), "FUNCTION_FAILED", { says: ["first"] });
  });
});

describe("[O93] what functions may return", () => {
  const one = {
    map: (f: Rec) => from(1).map(f),
    reduce: (f: Rec) => from(1, 2).reduce(undefined, f),
    join: (f: Rec) => from(1).join(from(1), ["*"], ["*"], f),
    cross: (f: Rec) => from(1).cross(from(2), f),
  };
  const many = {
    flatMap: (f: Rec) => from(1).flatMap(f),
    mapPartition: (f: Rec) => from(1).mapPartition(f),
    reduceGroup: (f: Rec) => from(1).groupReduce(grouped(undefined), f),
    combine: (f: Rec) => from(1).groupCombine(grouped(["*"]), f),
    coGroup: (f: Rec) => from(1).coGroup(from(1), ["*"], ["*"], f),
  };

  describe.each(Object.entries(one))("%s", (_name, program) => {
    test.each([
      ["nothing", () => undefined, "missing return"],
      ["a promise", async () => 1, "mapAsync"],
      [
        "an async generator",
        async function* () {
          yield 1;
        },
        "mapAsync",
      ],
      [
        "a generator",
        function* () {
          yield 1;
        },
        "flatMap",
      ],
    ])("that returns %s", async (_what, fn, says) => {
      await expectError(program(fn).collect(), "INVALID_RESULT", { where: { subtask: 0 }, says: [says] });
    });
  });

  describe.each(Object.entries(many))("%s", (_name, program) => {
    test.each([
      ["a string", () => "text", "[text]"],
      ["a promise", async () => [1], "mapAsync"],
      [
        "an async generator",
        async function* () {
          yield 1;
        },
        "mapAsync",
      ],
      ["a number", () => 5, "[record]"],
      ["null", () => null, "[]"],
      ["a row", () => ({ a: 1 }), "[record]"],
    ])("that returns %s", async (_what, fn, says) => {
      await expectError(program(fn).collect(), "INVALID_RESULT", {
        where: { subtask: 0 },
        says: [says.replace(/[[\]]/g, "\\$&")].map((s) => new RegExp(s)),
      });
    });

    test("that returns nothing gives what it wrote", async () => {
      expect(await program((...args: Rec[]) => args.at(-2).collect("written")).collect()).toEqual(["written"]);
    });
  });

  test.each([
    ["nothing", () => undefined, "missing return"],
    ["a number", () => 1, "Boolean"],
    ["null", () => null, "Boolean"],
    ["a promise", async () => true, "mapAsync"],
  ])("a predicate that returns %s", async (_what, fn, says) => {
    await expectError(from(1).filter(fn).collect(), "INVALID_RESULT", { where: { operator: "Filter" }, says: [says] });
  });

  test("mapAsync waits, but still wants a record", async () => {
    await expectError(
      from(1)
        .mapAsync(async () => undefined)
        .collect(),
      "INVALID_RESULT",
      { says: ["missing return"] },
    );
  });

  test("open and close are not waited for", async () => {
    const opening = { open: async () => undefined, map: (n: number) => n };
    await expectError(from(1).map(opening).collect(), "INVALID_RESULT", { says: ["open"] });
    const closing = { close: async () => undefined, map: (n: number) => n };
    await expectError(from(1).map(closing).collect(), "INVALID_RESULT", { says: ["close"] });
  });

  test("a record with a field named then is a record", async () => {
    const records = await from(["then", "later"])
      .map((entry: [string, string]) => Object.fromEntries([entry]))
      .collect();
    expect(records.map(Object.entries)).toEqual([[["then", "later"]]]);
  });
});

describe("[O94] a function that throws", () => {
  test("is reported with operator, subtask, place, record and cause", async () => {
    const boom = new RangeError("too far");
    const program = from({ id: 1 }, { id: 2, text: "x".repeat(500) }).map((r: Rec) => {
      if (r.id === 2) throw boom;
      return r;
    });
    const error = await expectError(program.named("Map at job.ts:1:1").collect(), "FUNCTION_FAILED", {
      where: { operator: "Map at job.ts:1:1", subtask: 0, file: "job.ts", line: 1 },
      says: ["RangeError: too far", '{"id":2,"text":"xxx'],
    });
    expect(error.cause).toBe(boom);
    expect(error.message.length).toBeLessThan(500);
  });

  test("with a message that is cut; the cause has all of it", async () => {
    const endless = new Error("y".repeat(100_000));
    const fail = () => {
      throw endless;
    };
    const error = await expectError(from(1).map(fail).collect(), "FUNCTION_FAILED", { says: ["yyy…"] });
    expect(error.message.length).toBeLessThan(1000);
    expect(error.cause).toBe(endless);
  });

  test("anything at all", async () => {
    for (const thrown of [undefined, null, "text", 5, { odd: 1 }, Object.create(null)]) {
      const fail = () => {
        throw thrown;
      };
      await expectError(from(1).map(fail).collect(), "FUNCTION_FAILED", { where: { operator: "Map" } });
    }
  });

  test("lazily, in a generator", async () => {
    const lazy = from(1).flatMap(function* () {
      yield 1;
      throw new Error("late");
    });
    await expectError(lazy.collect(), "FUNCTION_FAILED", { says: ["late"] });
  });

  test("shows the record of a group that it had read last, before it was changed", async () => {
    const group = from({ id: 1 }, { id: 2 }).groupReduce(grouped(undefined), (values: Iterable<Rec>) => {
      for (const value of values) {
        value.id += 100;
        if (value.id === 102) throw new Error("boom");
      }
      return [];
    });
    await expectError(group.collect(), "FUNCTION_FAILED", { says: ['{"id":2}'] });
  });

  test("in a key selector or partitioner", async () => {
    const fail = () => {
      throw new Error("boom");
    };
    await expectError(from(1).distinct(fail).collect(), "FUNCTION_FAILED", { where: { operator: "Distinct" } });
    const custom = from(1).partition({ kind: "custom", keys: keysOf("*"), partitioner: fail as never });
    await expectError(custom.collect(), "FUNCTION_FAILED", { where: { operator: "Partition" } });
  });

  test("an error of ours stays what it is, with the place", async () => {
    const thrown = new MillraceError({ code: "MISSING_PARAMETER", what: "mine" });
    const program = from(1).map(() => {
      throw thrown;
    });
    const error = await expectError(program.collect(), "MISSING_PARAMETER", { where: { operator: "Map", subtask: 0 } });
    expect(isMillraceError(error)).toBe(true);
  });

  test("catching what the collector throws does not hide it from nobody", async () => {
    class Catching extends RichFlatMapFunction<number, unknown> {
      override flatMap(_value: number, out: { collect: (record: unknown) => void }): void {
        try {
          out.collect(() => 1);
        } catch (error) {
          out.collect(isMillraceError(error, "RECORD_NOT_DATA"));
        }
      }
    }
    expect(await from(1).flatMap(new Catching()).collect()).toEqual([true]);
  });
});

describe("[O95] assigning a captured variable", () => {
  test("is refused before the job starts", async () => {
    let count = 0;
    let isRead = false;
    function* records() {
      isRead = true;
      yield 1;
    }
    const program = from(...records()).map((n: number) => {
      count++;
      return n;
    });
    isRead = false;
    await expectError(program.named("Map at job.ts:1:1").collect(), "CAPTURED_VARIABLE_ASSIGNED", {
      where: { operator: "Map at job.ts:1:1", file: "job.ts" },
      says: ["count", "accumulator"],
    });
    expect([count, isRead]).toEqual([0, false]);
  });

  test("also in selectors, methods and partitioners", async () => {
    let n = 0;
    const selector = from(1).distinct(() => n++);
    const method = from(1).map({
      map(value: number) {
        n = value;
        return value;
      },
    });
    const partitioner = from(1).partition({
      kind: "custom",
      keys: keysOf("*"),
      partitioner: () => {
        [n] = [0];
        return n;
      },
    });
    for (const program of [selector, method, partitioner]) {
      await expectError(program.collect(), "CAPTURED_VARIABLE_ASSIGNED");
    }
  });
});

test("[O96] a collector is good for one call", async () => {
  const kept: Rec[] = [];
  const program = from(1, 2).flatMap((n: number, out: Rec) => {
    kept[0]?.collect(n);
    kept.push(out);
    return [];
  });
  await expectError(program.collect(), "INVALID_RESULT", { says: ["after the call"] });
});
