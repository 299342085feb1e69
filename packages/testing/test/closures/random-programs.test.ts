/**
 * Random programs of two files, run as they are and revived from bytes, before and after a step that changes what they capture. Both
 * must agree. FUZZ_SEED replays one program, FUZZ_COUNT draws more; a failing program is made small before it is shown.
 */
import { expect, test } from "vitest";
import { runProgram } from "./run-program.js";

/** Fresh processes, since the inspector names all scripts of a process anew whenever it meets a new one. */
const SEEDS_PER_PROCESS = 125;
const numPrograms = Number(process.env.FUZZ_COUNT ?? 500);
const replayed = process.env.FUZZ_SEED;
const numProcesses = replayed === undefined ? Math.ceil(numPrograms / SEEDS_PER_PROCESS) : 1;

interface Outcome {
  readonly numCompared: number;
  readonly failures: readonly unknown[];
}

test.each(Array.from({ length: numProcesses }, (_, index) => Number(replayed ?? 1 + index * SEEDS_PER_PROCESS)))(
  "[C60, C61, C67, C70] random programs from seed %i agree with their revived copies",
  { timeout: 600_000 },
  async (seed) => {
    const count = String(replayed === undefined ? SEEDS_PER_PROCESS : 1);
    const outcome = JSON.parse(await runProgram(process.execPath, ["run-random.mjs", String(seed), count])) as Outcome;
    expect(outcome.failures).toEqual([]);
    expect(outcome.numCompared).toBeGreaterThan(replayed === undefined ? SEEDS_PER_PROCESS : 0);
  },
);
