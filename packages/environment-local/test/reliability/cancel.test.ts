/** Jobs are cancelled when the n-th page is asked for, for a sample of all n that grows with `FUZZ_COUNT`: nothing is left behind, and the next job runs. */
import { SeededRandom } from "@millrace/host-test";
import { describe, expect, test, vi } from "vitest";
import type { Amount } from "./programs/operator-program.js";
import { operatorPrograms } from "./programs/operator-programs.js";
import { expectedBag, runProgram } from "./run-program.js";
import { WatchedEngine } from "./watched-engine.js";

/** Each test runs many jobs, on machines that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const AMOUNT: Amount = { numRecords: 800, numKeys: 120, textLength: 250 };
const SMALL: Amount = { numRecords: 200, numKeys: 30, textLength: 250 };
const NUM_SAMPLED = 3 * Number(process.env.FUZZ_COUNT ?? 1);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_123);

describe.each(operatorPrograms)(`a cancelled job leaves nothing: $name (seed ${SEED})`, (program) => {
  const amount = program.isSmall === true ? SMALL : AMOUNT;

  test("and the next one runs", async () => {
    const watched = new WatchedEngine();
    await runProgram(program, watched, amount);
    const random = new SeededRandom(SEED);
    for (let i = 0; i < NUM_SAMPLED; i++) {
      const at = random.between(1, watched.numTakes);
      const controller = new AbortController();
      const engine = new WatchedEngine({
        onTake: (n) => {
          if (n === at) controller.abort(new Error("enough"));
          return true;
        },
      });
      const error = await runProgram(program, engine, amount, { signal: controller.signal }).catch(
        (thrown: unknown) => thrown,
      );
      // A job that is cancelled with its last pages may have ended before it hears of it.
      if (Array.isArray(error)) expect(error).toEqual(await expectedBag(program, amount));
      else expect(error, `page ${at}`).toMatchObject({ code: "JOB_CANCELLED" });
      engine.assertNothingLeft();
      expect(await runProgram(program, engine, amount)).toEqual(await expectedBag(program, amount));
      engine.assertNothingLeft();
    }
  });
});
