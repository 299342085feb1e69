import { SeededRandom } from "@millrace/host-test";

/**
 * Runs `check` with random numbers of several seeds. `FUZZ_SEED` replays one seed, `FUZZ_COUNT` multiplies how many there are; a failure says
 * its seed.
 */
export function randomRuns(numRuns: number, check: (random: SeededRandom) => void): void {
  const replayed = process.env.FUZZ_SEED;
  const factor = Number(process.env.FUZZ_COUNT ?? 1);
  const seeds = replayed === undefined ? Array.from({ length: numRuns * factor }, (_, i) => i + 1) : [Number(replayed)];
  for (const seed of seeds) {
    try {
      check(new SeededRandom(seed));
    } catch (error) {
      throw new Error(`it failed with FUZZ_SEED=${seed}`, { cause: error });
    }
  }
}
