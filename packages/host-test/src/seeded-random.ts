import { MillraceError, type RandomSource } from "@millrace/core";

/**
 * Draws the same numbers for the same seed, on every machine: the generator mulberry32, which is small, fast and good enough for
 * test data. Not for secrets.
 * @public
 */
export class SeededRandom implements RandomSource {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Returns an unsigned 32-bit integer. */
  seed(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** Returns a number from 0 up to, but not including, 1. */
  next(): number {
    return this.seed() / 0x1_0000_0000;
  }

  /** Returns an integer from 0 up to, but not including, `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** Returns an integer from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** Returns true with the given probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Returns one of the items; throws INVALID_ARGUMENT when there is none. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) {
      throw new MillraceError({ code: "INVALID_ARGUMENT", what: "There is nothing to pick from", expected: "an item" });
    }
    return items[this.below(items.length)]!;
  }

  /** Returns the items in a random order; the argument stays as it is. */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const other = this.below(i + 1);
      const item = shuffled[i]!;
      shuffled[i] = shuffled[other]!;
      shuffled[other] = item;
    }
    return shuffled;
  }

  /** Returns a generator of its own, so that one more draw here does not change all that follows there. */
  fork(): SeededRandom {
    return new SeededRandom(this.seed());
  }
}
