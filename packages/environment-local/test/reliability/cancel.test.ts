/** Jobs are cancelled when the n-th page is asked for, for a sample of all n that grows with `FUZZ_COUNT`: nothing is left behind, and the next job runs. */
import { SeededRandom } from "@millrace/host-test";
import { describe, expect, test, vi } from "vitest";
import type { Amount, OperatorProgram } from "./programs/operator-program.js";
import { operatorPrograms, programNamed } from "./programs/operator-programs.js";
import { expectedBag, runProgram } from "./run-program.js";
import { type Watch, WatchedEngine } from "./watched-engine.js";

/** Each test runs many jobs, on machines that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const AMOUNT: Amount = { numRecords: 800, numKeys: 120, textLength: 250 };
const SMALL: Amount = { numRecords: 200, numKeys: 30, textLength: 250 };
const NUM_SAMPLED = 3 * Number(process.env.FUZZ_COUNT ?? 1);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_123);

/** Cancels a program at pages of the sample; returns how many of the runs heard of it. */
async function cancelAtPages(program: OperatorProgram, watch: Watch = {}): Promise<number> {
  const amount = program.isSmall === true ? SMALL : AMOUNT;
  const watched = new WatchedEngine();
  await runProgram(program, watched, amount);
  const random = new SeededRandom(SEED);
  let numCancelled = 0;
  for (let i = 0; i < NUM_SAMPLED; i++) {
    const at = random.between(1, watched.numTakes);
    const controller = new AbortController();
    const engine = new WatchedEngine({
      onTake: (n) => {
        if (n === at) controller.abort(new Error("enough"));
        return true;
      },
      ...watch,
    });
    const error = await runProgram(program, engine, amount, { signal: controller.signal }).catch(
      (thrown: unknown) => thrown,
    );
    // A job that is cancelled with its last pages may have ended before it hears of it.
    if (Array.isArray(error)) expect(error).toEqual(await expectedBag(program, amount));
    else expect(error, `page ${at}`).toMatchObject({ code: "JOB_CANCELLED" });
    if (!Array.isArray(error)) numCancelled++;
    engine.assertNothingLeft();
    expect(await runProgram(program, engine, amount)).toEqual(await expectedBag(program, amount));
    engine.assertNothingLeft();
  }
  return numCancelled;
}

test.each(operatorPrograms)(
  `a cancelled job leaves nothing, and the next one runs: $name (seed ${SEED})`,
  async (program) => {
    await cancelAtPages(program);
  },
);

describe("control", () => {
  test.each([
    ["pages", "reduce"],
    ["memory", "reduce"],
    ["files", "orderBy"],
  ] as const)("the %s that a careless engine keeps are found in %s", async (keeps, name) => {
    const left = /pages are out|was not released|temporary files and folders are left/;
    await expect(cancelAtPages(programNamed(name), { keeps })).rejects.toThrow(left);
  });

  test("jobs hear of their signal, and those that cannot do not", async () => {
    expect(await cancelAtPages(programNamed("orderBy"))).toBe(NUM_SAMPLED);
    expect(await cancelAtPages(programNamed("orderBy"), { ignoresSignals: true })).toBe(0);
  });
});
