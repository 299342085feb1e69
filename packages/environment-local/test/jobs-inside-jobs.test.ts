/** Jobs that are started inside of functions of other jobs: they run in what memory is left, or are refused, and never wait for ever. */
import { isMillraceError } from "@millrace/core";
import { ExecutionEnvironment } from "@millrace/dataset";
import { nodeHost } from "@millrace/host-node";
import { afterAll, describe, expect, test } from "vitest";
import { localEngine } from "../src/index.js";

const engine = localEngine(nodeHost(), { memory: "4MiB" });
afterAll(() => engine.close());

const environment = (memory = "4MiB") => ExecutionEnvironment.onEngine(engine, { progress: false, memory });

/** A job that takes all the memory it may have. */
const sorted = async (env: ExecutionEnvironment, count: number): Promise<readonly number[]> =>
  env
    .generateSequence(1, count)
    .orderBy((n) => -n, "ascending")
    .collect();

const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
    return "none";
  } catch (error) {
    // A function's failure has the error of the inner job as its cause.
    for (let each = error; each instanceof Error; each = each.cause) {
      if (isMillraceError(each, "JOB_WAITS_FOR_ITSELF")) return each.code;
    }
    return error;
  }
};

describe("[RT57] beside each other", () => {
  test("a job of maps leaves memory for a job per record, in functions that are waited for", async () => {
    const outer = environment()
      .fromElements(3, 1, 2)
      .mapAsync(async (n) => (await sorted(environment(), n)).length);
    expect([...(await outer.collect())].sort()).toEqual([1, 2, 3]);
  });

  test("an outer job of less memory leaves the rest to the inner one, in a sink too", async () => {
    const found: number[] = [];
    const env = environment("1MiB");
    env
      .generateSequence(1, 3)
      .orderBy((n) => n, "descending")
      .output({ write: async (n) => void found.push(n, (await sorted(environment(), 5)).length) });
    await env.execute();
    expect(found).toEqual([3, 5, 2, 5, 1, 5]);
  });

  test("jobs that are started one beside the other wait for their turns, and all end", async () => {
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => sorted(environment(), 100 + i)));
    expect(results.map(({ length }) => length)).toEqual(Array.from({ length: 20 }, (_, i) => 100 + i));
  });

  test("a job that follows another one in the program is inside of nothing", async () => {
    const first = await sorted(environment(), 10);
    const second = await sorted(environment(), first.length);
    expect(second).toHaveLength(10);
  });
});

describe("[RT58] inside of each other", () => {
  const waits: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      "a function that is waited for",
      () =>
        environment()
          .generateSequence(1, 3)
          .orderBy((n) => n, "ascending")
          .mapAsync(async () => (await sorted(environment(), 5)).length)
          .collect(),
    ],
    [
      "a sink, after something else was waited for",
      async () => {
        const env = environment();
        env
          .generateSequence(1, 3)
          .orderBy((n) => n, "ascending")
          .output({
            write: async () => {
              await new Promise((resolve) => setImmediate(resolve));
              await sorted(environment(), 5);
            },
          });
        await env.execute();
      },
    ],
    [
      "a job inside of a job of maps",
      () =>
        environment()
          .fromElements(1)
          .mapAsync(async () =>
            environment()
              .generateSequence(1, 3)
              .orderBy((n) => n, "ascending")
              .mapAsync(async () => (await sorted(environment(), 5)).length)
              .collect(),
          )
          .collect(),
    ],
  ];

  test.each(waits)("what would wait for itself in %s is refused, and the next job runs", async (_, run) => {
    expect(await codeOf(run())).toBe("JOB_WAITS_FOR_ITSELF");
    expect(await sorted(environment(), 3)).toEqual([3, 2, 1]);
  });
});
