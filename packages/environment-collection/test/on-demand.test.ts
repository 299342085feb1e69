/** What a `first(n)` reads on demand: rules [O15], [O44], [O45]. */
import { IntCounter, type Source, type SourceSplit } from "@millrace/core";
import { describe, expect, test } from "vitest";
import { expectError } from "./expect-error.js";
import { from, fromIterable, fromSource, type Rec, run } from "./programs.js";

function* endless(log: string[] = []): Generator<number> {
  try {
    for (let n = 0; ; n++) yield n;
  } finally {
    log.push("generator closed");
  }
}

/** Makes a source of endless splits, in batches of three. */
function endlessSource(log: string[]): Source<number> {
  return {
    name: "endless",
    createSplits: async (count) => Array.from({ length: count }, (_, index) => ({ index })),
    async *read({ index }: SourceSplit) {
      try {
        for (let n = 0; ; n += 3) yield [n, n + 1, n + 2].map((each) => each * 10 + index);
      } finally {
        log.push(`closed ${index}`);
      }
    },
  };
}

/** Tells of its life. */
class Watched {
  readonly #log: string[];
  readonly #name: string;

  constructor(log: string[], name: string) {
    this.#log = log;
    this.#name = name;
  }

  clone(): Watched {
    return new Watched(this.#log, this.#name);
  }

  open(): void {
    this.#log.push(`${this.#name} opens`);
  }

  map(n: number): number {
    this.#log.push(`${this.#name} ${n}`);
    return n;
  }

  close(): void {
    this.#log.push(`${this.#name} closes`);
  }
}

describe("[O44] first(n) of what never ends", () => {
  test("reads no more than it needs, through operators over one record", async () => {
    const log: string[] = [];
    const flow = fromIterable(endless())
      .map(new Watched(log, "a"))
      .filter((n: number) => n > 1)
      .map(new Watched(log, "b"));
    expect(await flow.first(2).collect()).toEqual([2, 3]);
    const calls = ["a 0", "a 1", "a 2", "b 2", "a 3", "b 3"];
    expect(log).toEqual(["a opens", "b opens", ...calls, "a closes", "b closes"]);
  });

  test.each([1, 3])("closes its source, at parallelism %i", async (parallelism) => {
    const log: string[] = [];
    const records = await fromSource(endlessSource(log)).parallel(parallelism).first(7).collect();
    expect(records).toHaveLength(7);
    const numRead = Math.min(parallelism, 3);
    expect(log.toSorted()).toEqual(Array.from({ length: numRead }, (_, index) => `closed ${index}`));
  });

  test("tells what a function returned that nobody reads on", async () => {
    const log: string[] = [];
    const flow = from(1).flatMap(() => endless(log));
    expect(await flow.first(3).collect()).toEqual([0, 1, 2]);
    expect(log).toEqual(["generator closed"]);
  });

  test("finds its records in whichever partition they are", async () => {
    const flow = fromIterable(endless())
      .map((n: number) => n)
      .parallel(4)
      .filter((n: number) => n % 4 === 2)
      .parallel(4);
    expect(await flow.first(3).collect()).toEqual([2, 6, 10]);
  });

  test("takes turns with the sides of a union", async () => {
    const none = fromIterable(endless()).filter(() => false);
    const some = fromIterable(endless()).map((n: number) => -n);
    expect(await none.union(some).first(2).collect()).toEqual([-0, -1]);
  });

  test("can be cancelled when it finds nothing", async () => {
    const controller = new AbortController();
    const flow = fromIterable(endless()).filter((n: number) => {
      if (n === 5000) controller.abort();
      return false;
    });
    await expectError(flow.first(1).collect({ signal: controller.signal }), "JOB_CANCELLED");
  });

  test("reads a broadcast set of what was held back", async () => {
    const flow = fromIterable(endless())
      .map((n: number, context: Rec) => n + context.getBroadcastVariable("added")[0])
      .withBroadcast(from(100), "added");
    expect(await flow.first(2).collect()).toEqual([100, 101]);
  });
});

describe("[O45] what no result depends on", () => {
  test("is not counted, and fails nothing", async () => {
    const flow = from(...Array.from({ length: 100 }, (_, n) => n)).map((n: number, context: Rec) => {
      context.getAccumulator("calls", IntCounter).add(1);
      if (n === 50) throw new Error("nobody needs it");
      return n;
    });
    const { result } = await run([flow.first(4)]);
    expect(result.getAccumulatorResult("calls")).toBe(4);
  });

  test("is computed when another reader needs it", async () => {
    const flow = from(...Array.from({ length: 100 }, (_, n) => n)).map((n: number, context: Rec) => {
      context.getAccumulator("calls", IntCounter).add(1);
      return n;
    });
    const { result } = await run([flow.first(4), flow.filter(() => true)]);
    expect(result.getAccumulatorResult("calls")).toBe(100);
  });

  test("what fails while it is closed fails the job", async () => {
    const flow = from(1).flatMap(function* () {
      try {
        for (;;) yield 1;
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: that is the point
        throw new Error("while it is closed");
      }
    });
    await expectError(flow.first(2).collect(), "FUNCTION_FAILED", { says: ["while it is closed"] });
  });
});

describe("[O15] an iterator of the program", () => {
  test("is read once, for all jobs, as far as they need it", async () => {
    let numMade = 0;
    const numbers = fromIterable(
      (function* () {
        for (;;) yield { n: numMade++ };
      })(),
    );
    expect(await numbers.first(2).collect()).toEqual([{ n: 0 }, { n: 1 }]);
    expect(numMade).toBe(2);
    expect(await numbers.first(3).collect()).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
    expect(numMade).toBe(3);
  });

  test("that fails fails every job that comes so far", async () => {
    const numbers = fromIterable(
      (function* () {
        yield 1;
        throw new Error("no more");
      })(),
    );
    expect(await numbers.first(1).collect()).toEqual([1]);
    for (let job = 0; job < 2; job++) {
      await expectError(numbers.collect(), "FUNCTION_FAILED", { where: { operator: "Collection" }, says: ["no more"] });
    }
  });
});
