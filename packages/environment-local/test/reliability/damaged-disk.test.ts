/**
 * What lies on the disk is damaged while programs run that spill: one bit of each block, at every so many pages. A job that reads such a block fails with
 * SPILL_CORRUPT, leaves nothing, and the next one runs; one that reads none gives the oracle's results. None gives others.
 */
import { PAGE_SIZE_BYTES } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import { expect, test, vi } from "vitest";
import { type SpillingProgram, spillingPrograms } from "./spilling-programs.js";
import { type Fault, sweepFaults } from "./sweep.js";
import type { WatchedEngine } from "./watched-engine.js";

/** Each test runs many jobs, on machines that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const SEED = Number(process.env.FUZZ_SEED ?? 20_261_123);
/** How many pages are taken from one damage to the next that is tried. */
const STEP = 3;
/** Every block has as many bytes. */
const HEADER_BYTES = 16;

/** Flips a bit in the beginning of each block of each file. */
function damage({ host }: WatchedEngine, random: SeededRandom): void {
  const { scratch } = host.files;
  for (const path of scratch.paths) {
    const bytes = scratch.bytes(path);
    for (let block = 0; block < bytes.length; block += PAGE_SIZE_BYTES) {
      bytes[block + random.below(HEADER_BYTES)]! ^= 1 << random.below(8);
    }
  }
}

/** Tries damages at pages of a program; returns how many of the jobs failed for them. */
async function damageBlocks(program: SpillingProgram, flip: typeof damage): Promise<number> {
  const random = new SeededRandom(SEED);
  let numFound = 0;
  await sweepFaults(program, (n): Fault => {
    let engine: WatchedEngine | undefined;
    return {
      watch: {
        onTake: (page) => {
          if (page === n * STEP) flip(engine!, random);
          return true;
        },
      },
      prepare: (each) => {
        engine = each;
      },
      hasHappened: ({ numTakes }) => numTakes >= n * STEP,
      check: (outcome, expected) => {
        if (Array.isArray(outcome)) {
          expect(outcome, `damaged at page ${n * STEP}`).toEqual(expected);
        } else {
          expect(outcome, `damaged at page ${n * STEP}`).toMatchObject({ code: "SPILL_CORRUPT" });
          numFound++;
        }
      },
    };
  });
  return numFound;
}

test.each(spillingPrograms)(`[RT10] damaged blocks are found: $name (seed ${SEED})`, async (program) => {
  expect(await damageBlocks(program, damage)).toBeGreaterThan(0);
});

test("control: without damage no job fails", async () => {
  const [program] = spillingPrograms.slice(5);
  expect(await damageBlocks(program!, () => undefined)).toBe(0);
});
