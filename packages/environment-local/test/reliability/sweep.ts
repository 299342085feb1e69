/** Runs programs again and again, each time with one fault at the next place, until a run is over before its fault. */
import { getEventListeners } from "node:events";
import { expect } from "vitest";
import { expectedBag, runProgram } from "./run-program.js";
import { type SpillingProgram, SWEEP_SCALE } from "./spilling-programs.js";
import { type Watch, WatchedEngine } from "./watched-engine.js";

/** Is one fault in one run of a program. */
export interface Fault {
  /** What the engine is told of. */
  readonly watch?: Watch;
  /** Makes the engine's disk fail. */
  readonly prepare?: (engine: WatchedEngine) => void;
  /** Cancels the job. */
  readonly signal?: AbortSignal;
  /** Says whether the run came to the fault. */
  readonly hasHappened: (engine: WatchedEngine) => boolean;
  /** Holds what came of the run against what should come of one with this fault: an error, or results. */
  readonly check: (outcome: unknown, expected: readonly string[]) => void;
}

/** No program here has as many places to fail at. */
const MAX_FAULTS = 5000 * SWEEP_SCALE;

/** Tries the fault at every place, and returns how many there are. After each run nothing is left, and the next one goes on with the same memory. */
export async function sweepFaults(program: SpillingProgram, faultAt: (n: number) => Fault): Promise<number> {
  const expected = await expectedBag(program, program.amount);
  let after: WatchedEngine | undefined;
  for (let n = 1; n <= MAX_FAULTS; n++) {
    const fault = faultAt(n);
    const engine = new WatchedEngine({ ...fault.watch, after });
    fault.prepare?.(engine);
    const { signal } = fault;
    const outcome = await runProgram(program, engine, program.amount, { signal }).catch((error: unknown) => error);
    engine.assertNothingLeft();
    if (signal !== undefined) expect(getEventListeners(signal, "abort"), `listeners after fault ${n}`).toEqual([]);
    if (!fault.hasHappened(engine)) {
      expect(outcome, "a run without a fault").toEqual(expected);
      return n - 1;
    }
    fault.check(outcome, expected);
    after = engine;
  }
  throw new Error(`${program.name} has more than ${MAX_FAULTS} places to fail at`);
}
