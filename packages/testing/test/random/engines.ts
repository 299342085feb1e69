import { bareHost } from "@millrace/core";
import { collectionEngine } from "@millrace/environment-collection";

/** Makes the collection engine on a host that has nothing. */
export function referenceEngine() {
  return collectionEngine(bareHost());
}

/** The seed of the first plan: FUZZ_SEED replays. */
export const FUZZ_SEED = Number(process.env.FUZZ_SEED ?? 1);

/** Returns how many plans to run: FUZZ_COUNT scales, and one seed is one plan. */
export function fuzzCount(byDefault: number): number {
  const given = process.env.FUZZ_COUNT;
  if (given !== undefined) return Number(given);
  return process.env.FUZZ_SEED === undefined ? byDefault : 1;
}
