import type { RuntimeContext, Sink, SinkWriter, Source, SourceSplit } from "@millrace/core";
import { types } from "@millrace/core";
import { describe, expect, test } from "vitest";
import { expectError } from "./expect-error.js";
import { from, fromIterable, fromSource, orderOf, type Rec, run, sinkInto, start } from "./programs.js";

interface Range extends SourceSplit {
  readonly values: readonly number[];
}

/** A source of numbers in splits, that writes down what happens to it. */
function rangeSource(numSplits: number, log: string[] = [], fail?: number): Source<number, Range> {
  return {
    name: "Range",
    createSplits: async (minNumSplits) => {
      log.push(`splits for ${minNumSplits}`);
      return Array.from({ length: numSplits }, (_, index) => ({ index, values: [index * 10, index * 10 + 1] }));
    },
    async *read(split, context) {
      try {
        for (const value of split.values) {
          if (value === fail) throw new Error("disk on fire");
          context.count("read", 1);
          yield [value];
        }
      } finally {
        log.push(`released ${split.index} in ${context.subtaskIndex} of ${context.numParallelSubtasks}`);
      }
    },
  };
}

/** A sink that writes down what happens to it, and fails where it is told to. */
function loggingSink(log: string[], failsIn = "", name = "sink"): Sink<unknown> {
  const step = async (text: string): Promise<void> => {
    log.push(`${name} ${text}`);
    if (text === failsIn) throw new Error(`${text} failed`);
  };
  return {
    name,
    initialize: (_context, numWriters) => step(`initialize ${numWriters}`),
    async openWriter({ subtaskIndex }): Promise<SinkWriter<unknown>> {
      await step(`open ${subtaskIndex}`);
      return {
        write: (record) => step(`write ${JSON.stringify(record)}`),
        close: () => step(`close ${subtaskIndex}`),
        abort: () => step(`abort writer ${subtaskIndex}`),
      };
    },
    commit: () => step("commit"),
    abort: () => step("abort"),
  };
}

describe("[O14] sources", () => {
  test.each([1, 2, 7])("are read once per split and keep their order, in %i subtasks", async (parallelism) => {
    const log: string[] = [];
    const program = fromSource(rangeSource(5, log)).parallel(parallelism);
    expect(await program.collect()).toEqual([0, 1, 10, 11, 20, 21, 30, 31, 40, 41]);
    expect(log.filter((line) => line.startsWith("released"))).toHaveLength(5);
    expect(log[0]).toBe(`splits for ${parallelism}`);
  });

  test("that are replicated are one data set all the same", async () => {
    const replicated = { ...rangeSource(2), isReplicated: true };
    expect(await fromSource(replicated).parallel(3).collect()).toEqual([0, 1, 10, 11]);
  });

  test("may have no splits, or give synchronous batches", async () => {
    expect(await fromSource(rangeSource(0)).parallel(3).collect()).toEqual([]);
    const sync: Source<number> = {
      name: "sync",
      createSplits: async () => [{ index: 0 }],
      read: () => [[1, 2], [], [3]],
    };
    expect(await fromSource(sync).collect()).toEqual([1, 2, 3]);
  });

  test("with a declared type are held to it", async () => {
    const wrong: Source<unknown> = {
      name: "CSV x.csv",
      type: types.row({ a: types.int32 }),
      createSplits: async () => [{ index: 0 }],
      read: () => [[{ a: 1, extra: true }], [{ a: "1" }]],
    };
    await expectError(fromSource(wrong).collect(), "RECORD_TYPE_MISMATCH", {
      where: { operator: "CSV x.csv", field: "a" },
    });
  });
});

test("[O15] the program's own records are read once, and are copies", async () => {
  const records = [{ n: 1 }];
  const program = fromIterable(records);
  expect(await program.collect()).toEqual([{ n: 1 }]);
  records[0]!.n = 2;
  records.push({ n: 3 });
  expect(await program.collect()).toEqual([{ n: 1 }]);
  const once = fromIterable(
    (function* () {
      yield 1;
      yield 2;
    })(),
  );
  expect([await once.collect(), await once.collect()]).toEqual([
    [1, 2],
    [1, 2],
  ]);
  const broken = fromIterable({
    [Symbol.iterator]: () => {
      throw new Error("no records");
    },
  });
  await expectError(broken.collect(), "FUNCTION_FAILED", { where: { operator: "Collection" }, says: ["no records"] });
});

describe("[O16] a source or sink", () => {
  test("that throws ends the job with its place and releases what it had", async () => {
    const log: string[] = [];
    const program = fromSource(rangeSource(3, log, 11)).parallel(3);
    const error = await expectError(program.collect(), "FUNCTION_FAILED", {
      where: { operator: "Range", subtask: 1 },
      says: ["disk on fire"],
    });
    expect((error.cause as Error).message).toBe("disk on fire");
    expect(log).toContain("released 1 in 1 of 3");
    const noSplits: Source<number> = {
      name: "none",
      createSplits: () => Promise.reject(new Error("no such thing")),
      read: () => [],
    };
    await expectError(fromSource(noSplits).collect(), "FUNCTION_FAILED", { where: { operator: "none" } });
  });

  test("that counts makes accumulators", async () => {
    const { result } = await run([fromSource(rangeSource(3)).parallel(2)]);
    expect(result.getAccumulatorResult("read")).toBe(6);
  });
});

describe("[O17] sinks", () => {
  test("are initialised first, and committed when all writers of all of them are closed", async () => {
    const log: string[] = [];
    const input = from(1, 2)
      .map((n: number) => (log.push(`map ${n}`) ? n : n))
      .parallel(2);
    await run([sinkInto(input, loggingSink(log, "", "a")), sinkInto(from(3), loggingSink(log, "", "b"))]);
    expect(log).toEqual([
      "a initialize 2",
      "b initialize 1",
      "map 1",
      "map 2",
      "a open 0",
      "a write 1",
      "a close 0",
      "a open 1",
      "a write 2",
      "a close 1",
      "b open 0",
      "b write 3",
      "b close 0",
      "a commit",
      "b commit",
    ]);
  });

  test("may be as simple as a writer", async () => {
    const written: unknown[] = [];
    const simple: Sink<unknown> = {
      name: "simple",
      openWriter: async () => ({
        write: (record) => void written.push(record),
        close: async () => undefined,
        abort: async () => undefined,
      }),
    };
    const { records } = await run([sinkInto(from(1, 2), simple), from(3)]);
    expect([written, records]).toEqual([[1, 2], [[3]]]);
  });

  test("get records of their own", async () => {
    const spoiling: Sink<Rec> = {
      name: "spoiling",
      openWriter: async () => ({
        write: (record) => {
          record.n = "spoiled";
        },
        close: async () => undefined,
        abort: async () => undefined,
      }),
    };
    const input = from({ n: 1 });
    const { records } = await run([sinkInto(input, spoiling), input]);
    expect(records).toEqual([[{ n: 1 }]]);
  });
});

describe("[O116] a sink that fails to commit", () => {
  const names = (...sinks: Sink<unknown>[]) => sinks.map((sink, n) => sinkInto(from(n), sink));

  test("is told apart from those that have committed, and the job is not run again", async () => {
    const log: string[] = [];
    const second = { ...loggingSink(log, "commit", "second"), place: "out/second" };
    const program = names(loggingSink(log, "", "first"), second, loggingSink(log, "", "third"));
    const job = run(program, { environment: { executionRetries: 3 } });
    const error = await expectError(job, "COMMIT_FAILED", {
      where: { operator: "second" },
      says: [
        'The sink "second" (to "out/second") could not be committed: it threw Error: commit failed',
        'Committed, and there to stay: "first". Not committed: "second" (to "out/second"), "third"',
      ],
    });
    expect((error.cause as Error).message).toBe("commit failed");
    expect(log.filter((line) => /commit|sink abort|d abort/.test(line))).toEqual([
      "first commit",
      "second commit",
      "second abort",
      "third abort",
    ]);
  });

  test("may have shown a part of its output, so that the job is not run again either when it is the only one", async () => {
    const log: string[] = [];
    const job = run(names(loggingSink(log, "commit")), { environment: { executionRetries: 3 } });
    await expectError(job, "COMMIT_FAILED", { says: ['No sink is committed: "sink"'] });
    expect(log.filter((line) => line.endsWith("commit"))).toHaveLength(1);
  });

  test("fails the job also when it was cancelled meanwhile; one that does not fail commits", async () => {
    for (const isFailing of [true, false]) {
      const log: string[] = [];
      const controller = new AbortController();
      const cancelling: Sink<unknown> = {
        ...loggingSink(log, "", "a"),
        commit: async () => {
          log.push("a commit");
          controller.abort();
        },
      };
      const program = names(cancelling, loggingSink(log, isFailing ? "commit" : "", "b"));
      const job = start(program, { signal: controller.signal });
      if (isFailing) await expectError(job.result(), "COMMIT_FAILED");
      else await job.result();
      expect(log.filter((line) => line.endsWith("commit"))).toEqual(["a commit", "b commit"]);
    }
  });

  test("comes after the accumulators were merged, which may fail", async () => {
    class Unmergeable {
      add(): void {}
      getLocalValue = () => 0;
      resetLocal(): void {}
      toState = () => 0;
      mergeState(): void {
        throw new Error("these cannot be merged");
      }
    }
    const log: string[] = [];
    const counted = from(1).map((n: number, context: RuntimeContext) => {
      context.getAccumulator("x", Unmergeable).add();
      return n;
    });
    const job = run([sinkInto(counted, loggingSink(log))], { environment: { executionRetries: 1 } });
    await expectError(job, "FUNCTION_FAILED", { says: ["mergeState threw Error: these cannot be merged"] });
    expect(log).not.toContain("sink commit");
    expect(log.filter((line) => line === "sink abort")).toHaveLength(2);
  });
});

describe("[O18] when a job fails", () => {
  const failing = (failsIn: string) => {
    const log: string[] = [];
    const other = loggingSink(log, "", "other");
    const job = run([sinkInto(from(0), other), sinkInto(from(1, 2), loggingSink(log, failsIn))]);
    return { log, job };
  };

  test.each([
    ["initialize 1", ["other abort"]],
    ["open 0", ["other abort", "sink abort"]],
    ["write 2", ["sink abort writer 0", "other abort", "sink abort"]],
    ["close 0", ["sink abort writer 0", "other abort", "sink abort"]],
  ])("in %s of a sink, nothing is left", async (failsIn, expected) => {
    const { log, job } = failing(failsIn);
    await expectError(job, "FUNCTION_FAILED", { where: { operator: "sink" }, says: [`${failsIn} failed`] });
    const aborts = log.filter((line) => line.includes("abort"));
    expect(new Set(aborts)).toEqual(new Set(expected));
    expect(log).not.toContain("other commit");
    const writerAborts = aborts.indexOf("sink abort writer 0");
    expect(writerAborts < 0 || writerAborts < aborts.indexOf("sink abort")).toBe(true);
  });

  test("in a function, all sinks are aborted, also when one of them cannot be", async () => {
    const log: string[] = [];
    const broken = from(1).map(() => {
      throw new Error("boom");
    });
    const job = run([sinkInto(from(0), loggingSink(log, "abort", "a")), sinkInto(broken, loggingSink(log, "", "b"))]);
    await expectError(job, "FUNCTION_FAILED", { where: { operator: "Map" }, says: ["boom"] });
    expect(log.filter((line) => line.includes("abort"))).toEqual(["a abort", "b abort"]);
    expect(log.some((line) => line.includes("commit"))).toBe(false);
  });

  test("by being cancelled, too", async () => {
    const log: string[] = [];
    const controller = new AbortController();
    const input = from(1, 2).map((n: number) => {
      if (n === 2) controller.abort();
      return n;
    });
    const job = start([sinkInto(input, loggingSink(log))], { signal: controller.signal });
    await expectError(job.result(), "JOB_CANCELLED");
    await job.cancel();
    expect(log).toEqual(["sink initialize 1", "sink abort"]);
  });

  test("while a sink writes", async () => {
    const log: string[] = [];
    const controller = new AbortController();
    const sink = loggingSink(log);
    const cancelling: Sink<unknown> = {
      ...sink,
      openWriter: async (context) => {
        const writer = await sink.openWriter(context);
        return {
          ...writer,
          write: async (record) => {
            await writer.write(record);
            controller.abort();
          },
        };
      },
    };
    const job = start([sinkInto(from(1, 2, 3), cancelling)], { signal: controller.signal });
    await expectError(job.result(), "JOB_CANCELLED");
    expect(log).toEqual(["sink initialize 1", "sink open 0", "sink write 1", "sink abort writer 0", "sink abort"]);
  });
});

test("[O19] each writer gets its records in the order asked for", async () => {
  const log: string[] = [];
  const sink = sinkInto(
    from(3, 1, 2).map((n: number) => [n]),
    loggingSink(log),
  );
  sink.localOrder = orderOf("-0");
  await run([sink]);
  expect(log.filter((line) => line.includes("write"))).toEqual(["sink write [3]", "sink write [2]", "sink write [1]"]);
});
