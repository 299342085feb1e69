/** A small seeded generator (mulberry32): the same seed gives the same functions everywhere. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Gives a number from 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** Gives up to `limit` different items in random order. */
  some<T>(items: readonly T[], limit: number): T[] {
    const left = [...items];
    const chosen: T[] = [];
    for (let count = this.below(limit + 1); count > 0 && left.length > 0; count--) {
      chosen.push(...left.splice(this.below(left.length), 1));
    }
    return chosen;
  }
}
