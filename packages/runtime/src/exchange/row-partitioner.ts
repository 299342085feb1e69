/**
 * Decides which task of the consumer a row goes to. Code per layout is made when a layout is met first.
 */
import { compareValues, type Memory, partitionOf, RowKeys, type RowPartitionHash } from "@millrace/core";
import type { KeyFieldSpec } from "@millrace/job-graph";
import { orderableOf, type ToOrderable } from "../rows/orderable-value.js";
import { RowFieldReader } from "../rows/record-reader.js";
import { ABSENT_KEYS_ARE_NULL } from "../rows/row-order.js";
import type { StreamLayout } from "../rows/stream-layout.js";

/** Returns the number of the task that a row goes to, 0 to the number of tasks - 1. */
export interface RowPartitioner {
  targetOf(memory: Memory, slot: number, layout: StreamLayout): number;
}

/** Sends everything to one task. */
export class FixedPartitioner implements RowPartitioner {
  readonly #target: number;

  constructor(target: number) {
    this.#target = target;
  }

  targetOf(): number {
    return this.#target;
  }
}

/** Takes turns. All producers of an input share one, so that the consumers' numbers of rows differ by at most one. */
export class RoundRobinPartitioner implements RowPartitioner {
  readonly #numTargets: number;
  #next: number;

  /** @param first - whose turn it is first: producers that cannot share one begin at different targets */
  constructor(numTargets: number, first = 0) {
    this.#numTargets = numTargets;
    this.#next = first % numTargets;
  }

  targetOf(): number {
    const target = this.#next;
    this.#next = target + 1 === this.#numTargets ? 0 : target + 1;
    return target;
  }
}

/** Goes by the partition hash of a key. */
export class HashPartitioner implements RowPartitioner {
  readonly #keys: readonly KeyFieldSpec[];
  readonly #numTargets: number;
  /** By the number of the layout. */
  readonly #hashes: (RowPartitionHash | undefined)[] = [];

  constructor(keys: readonly KeyFieldSpec[], numTargets: number) {
    this.#keys = keys;
    this.#numTargets = numTargets;
  }

  targetOf(memory: Memory, slot: number, layout: StreamLayout): number {
    let hash = this.#hashes[layout.index];
    if (hash === undefined) {
      hash = new RowKeys(layout.layout, this.#keys, ABSENT_KEYS_ARE_NULL).partitionHash;
      this.#hashes[layout.index] = hash;
    }
    return partitionOf(hash(memory, slot), this.#numTargets);
  }
}

/** Goes by a user's function of the key's only field. */
export class CustomPartitioner implements RowPartitioner {
  readonly #field: RowFieldReader;
  readonly #partition: (key: unknown) => number;

  /** @param partition - calls the user's function and checks what it returns */
  constructor(key: KeyFieldSpec, partition: (key: unknown) => number) {
    this.#field = new RowFieldReader(key.path);
    this.#partition = partition;
  }

  targetOf(memory: Memory, slot: number, layout: StreamLayout): number {
    return this.#partition(this.#field.read(memory, slot, layout));
  }
}

/** Goes by ranges of a key: to the first partition whose border is not before it, else to the last. */
export class RangePartitioner implements RowPartitioner {
  readonly #paths: readonly string[];
  /** By the number of the layout. */
  readonly #ranges: (Ranges | undefined)[] = [];
  readonly #fields: readonly RowFieldReader[];
  /** 1 or -1 for each part of the key: -1 when it is descending. */
  readonly #signs: readonly number[];
  readonly #borders: () => readonly (readonly unknown[])[];
  readonly #lastTarget: number;
  readonly #values: unknown[];

  /** @param borders - gives the greatest keys of the partitions but the last, in order; asked at the first row and not before */
  constructor(keys: readonly KeyFieldSpec[], borders: () => readonly (readonly unknown[])[], numTargets: number) {
    this.#paths = keys.map(({ path }) => path);
    this.#fields = keys.map(({ path }) => new RowFieldReader(path));
    this.#signs = keys.map(({ order }) => (order === "descending" ? -1 : 1));
    this.#borders = borders;
    this.#lastTarget = numTargets - 1;
    this.#values = new Array(keys.length);
  }

  targetOf(memory: Memory, slot: number, layout: StreamLayout): number {
    const ranges = this.#rangesOf(layout);
    for (let i = 0; i < this.#fields.length; i++) {
      const value = this.#fields[i]!.read(memory, slot, layout);
      const orderable = ranges.orderable[i];
      this.#values[i] = orderable === undefined ? value : orderable(value);
    }
    const { borders } = ranges;
    let low = 0;
    let high = borders.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#isAfter(borders[middle]!)) low = middle + 1;
      else high = middle;
    }
    return low < borders.length ? low : this.#lastTarget;
  }

  /** Enums and values of custom types order in another form than the one in which a distribution gives its borders. */
  #rangesOf(layout: StreamLayout): Ranges {
    let ranges = this.#ranges[layout.index];
    if (ranges === undefined) {
      const orderable = this.#paths.map((path) => orderableOf(layout, path));
      const borders = this.#borders().map((border) =>
        border.map((value, i) => (orderable[i] === undefined ? value : orderable[i](value))),
      );
      ranges = { orderable, borders };
      this.#ranges[layout.index] = ranges;
    }
    return ranges;
  }

  /** Tells whether the row's key comes after `border`. */
  #isAfter(border: readonly unknown[]): boolean {
    for (let i = 0; i < this.#signs.length; i++) {
      const order = compareValues(this.#values[i], border[i]) * this.#signs[i]!;
      if (order !== 0) return order > 0;
    }
    return false;
  }
}

/** Is how the keys of one layout are found among the borders. */
interface Ranges {
  readonly orderable: readonly (ToOrderable | undefined)[];
  readonly borders: readonly (readonly unknown[])[];
}
