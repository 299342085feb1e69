import { SeededRandom } from "@millrace/host-test";

/** Draws what plans are made of; everything depends on the seed only. @internal */
export class PlanRandom extends SeededRandom {
  /** Returns one of `items`, early ones far more often: the skew of real keys. */
  pickSkewed<T>(items: readonly T[]): T {
    return items[this.below(this.below(items.length) + 1)] as T;
  }

  /** Returns one of `items` in proportion to its weight; at least one weight is positive. */
  pickWeighted<T>(items: readonly T[], weightOf: (item: T) => number): T {
    const total = items.reduce((sum, item) => sum + weightOf(item), 0);
    let ticket = this.next() * total;
    for (const item of items) {
      ticket -= weightOf(item);
      if (ticket < 0) return item;
    }
    return items[0] as T;
  }

  /** Returns from `least` to `most` of the items, in random order; fewer when there are fewer. */
  sample<T>(items: readonly T[], least: number, most: number): T[] {
    const count = this.between(Math.min(least, items.length), Math.min(most, items.length));
    return this.shuffle(items).slice(0, count);
  }
}
