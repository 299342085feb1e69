/**
 * Is a generator of random numbers that gives the same numbers for the same seed everywhere: mulberry32, a 32-bit counter
 * through a mixing function. Good for sampling, not for secrets.
 * @internal
 */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Returns a number from 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Returns how often an event happens that happens `mean` times on average (Poisson, by Knuth's method). */
  nextPoisson(mean: number): number {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.next(); product > limit; product *= this.next()) count++;
    return count;
  }
}

/** Returns the seed of one subtask of a job, far from those of its neighbours. @internal */
export function seedOf(seed: number, subtaskIndex: number): number {
  return Math.imul(seed ^ Math.imul(subtaskIndex + 1, 0x9e3779b1), 0x85ebca6b);
}
