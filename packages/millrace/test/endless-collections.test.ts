/** Collections that have no end, and no reader that has enough. */
import { describe, expect, test } from "vitest";
import { createCollectionEnvironment, createLocalEnvironment } from "../src/index.js";

/** More than are taken when a job starts. */
const ABORT_AT = 1_300_000;
/** What is read before a job hears that it was cancelled is some pieces, not many. */
const MOST = ABORT_AT + 200_000;

const engines = { collection: createCollectionEnvironment, local: createLocalEnvironment };

describe.each(Object.entries(engines))("%s", (_, create) => {
  test("[O15] a job that reads an iterable without end can be cancelled", async () => {
    const controller = new AbortController();
    let numRead = 0;
    const endless = {
      *[Symbol.iterator](): Generator<number> {
        for (; numRead < MOST; numRead++) {
          if (numRead === ABORT_AT) controller.abort();
          yield numRead;
        }
      },
    };
    const env = create({ signal: controller.signal, parallelism: 1 });
    await expect(
      env
        .fromCollection(endless)
        .filter((n) => n < 0)
        .count(),
    ).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    expect(numRead).toBeGreaterThanOrEqual(ABORT_AT);
    expect(numRead).toBeLessThan(MOST);
  });

  test("[O15] what tells its size is taken when the job starts", async () => {
    const records = new Set([1, 2, 3]);
    const env = create({ parallelism: 1 });
    const numbers = env.fromCollection(records);
    expect(await numbers.count()).toBe(3);
    records.add(4);
    expect(await numbers.count()).toBe(3);
  });
});
