/**
 * Finds the borders of a range partitioning from a sample of keys: a reservoir (Li, "Reservoir-sampling algorithms of time complexity O(n(1+log(N/n)))",
 * 1994, algorithm L), so that every record has the same chance to be in it however many there are. As long as all records fit into the sample the borders
 * cut them evenly.
 */
import { compareValues, type Memory } from "@millrace/core";
import type { DriverSpec } from "@millrace/job-graph";
import { orderableOf, type ToOrderable } from "../rows/orderable-value.js";
import { RowFieldReader } from "../rows/record-reader.js";
import type { PageCursor } from "../rows/row-cursor.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { Driver, DriverContext, Steps } from "../task/driver.js";

type RangeBordersSpec = Extract<DriverSpec, { kind: "rangeBorders" }>;

/** Keys in the sample per partition: with these, a partition is rarely more than a tenth larger than the others. */
const SAMPLE_PER_PARTITION = 1000;
const MAX_SAMPLE = 100_000;
/** Keys of the sample that are sorted, or merged, before others have a turn: some milliseconds of work. */
const KEYS_IN_A_TURN = 4096;

/** Gives one record: the array of the greatest keys of all partitions but the last, each an array of the key's parts. @internal */
export class RangeBordersDriver implements Driver {
  readonly #spec: RangeBordersSpec;
  readonly #context: DriverContext;
  readonly #fields: readonly RowFieldReader[];
  /** By the number of the layout: what brings each part of the key into a form that orders without its type. */
  readonly #orderable: (readonly (ToOrderable | undefined)[] | undefined)[] = [];
  readonly #sampleSize: number;
  readonly #random: () => number;
  #sample: unknown[][] = [];
  #numRows = 0;
  /** The number of the row that is taken into the full sample next, and the factor that the distance to the one after it comes from. */
  #nextTaken = 0;
  #weight = 1;

  constructor(spec: RangeBordersSpec, context: DriverContext) {
    this.#spec = spec;
    this.#context = context;
    this.#fields = spec.keys.map(({ path }) => new RowFieldReader(path));
    this.#sampleSize = Math.min(MAX_SAMPLE, spec.numPartitions * SAMPLE_PER_PARTITION);
    this.#random = randomFrom(context.hashSeed.low ^ context.hashSeed.high);
  }

  *run(): Steps {
    this.#begin();
    const pages = this.#context.pages(0);
    for (;;) {
      if (pages.nextPage()) {
        this.#addPage(pages);
        yield "turn";
      } else if (pages.isAtEnd) {
        break;
      } else {
        yield "input";
      }
    }
    const sample = yield* sortedInTurns(this.#sample, orderOf(this.#spec.keys));
    this.#context.out.collect(this.#bordersIn(sample));
    this.#sample = [];
  }

  close(): void {
    this.#sample = [];
  }

  #begin(): void {
    this.#sample = [];
    this.#numRows = 0;
    this.#weight = 1;
    this.#nextTaken = this.#sampleSize - 1;
    this.#skip();
  }

  #addPage({ memory, slot, endSlot, layout }: PageCursor): void {
    for (; slot < endSlot; slot += memory.i32[slot * 2]! >>> 3) {
      const number = this.#numRows++;
      if (number < this.#sampleSize) {
        this.#sample.push(this.#keyOf(memory, slot, layout));
      } else if (number === this.#nextTaken) {
        const place = Math.floor(this.#random() * this.#sampleSize);
        this.#sample[place] = this.#keyOf(memory, slot, layout);
        this.#skip();
      }
    }
  }

  #keyOf(memory: Memory, slot: number, layout: StreamLayout): unknown[] {
    let orderable = this.#orderable[layout.index];
    if (orderable === undefined) {
      orderable = this.#spec.keys.map(({ path }) => orderableOf(layout, path));
      this.#orderable[layout.index] = orderable;
    }
    return this.#fields.map((field, i) => {
      const value = field.read(memory, slot, layout);
      return orderable[i] === undefined ? value : orderable[i](value);
    });
  }

  /** Draws which row is taken next. */
  #skip(): void {
    this.#weight *= Math.exp(Math.log(this.#random()) / this.#sampleSize);
    this.#nextTaken += Math.floor(Math.log(this.#random()) / Math.log(1 - this.#weight)) + 1;
  }

  #bordersIn(sample: readonly unknown[][]): unknown[][] {
    const { numPartitions } = this.#spec;
    const borders: unknown[][] = [];
    for (let i = 1; i < numPartitions; i++) {
      // Pieces differ by one at most, the larger ones first.
      const end = Math.ceil((sample.length * i) / numPartitions);
      const border = sample[end - 1];
      if (border !== undefined) borders.push(border);
    }
    return borders;
  }
}

type Compare = (a: readonly unknown[], b: readonly unknown[]) => number;

function orderOf(keys: RangeBordersSpec["keys"]): Compare {
  const signs = keys.map(({ order }) => (order === "descending" ? -1 : 1));
  return (a, b) => {
    for (let i = 0; i < signs.length; i++) {
      const order = compareValues(a[i], b[i]) * signs[i]!;
      if (order !== 0) return order;
    }
    return 0;
  };
}

/** Sorts pieces of the keys, and merges neighbours until one is left; others have a turn in between. */
function* sortedInTurns(keys: readonly unknown[][], compare: Compare): Steps<readonly unknown[][]> {
  let pieces: unknown[][][] = [];
  for (let start = 0; start < keys.length; start += KEYS_IN_A_TURN) {
    pieces.push(keys.slice(start, start + KEYS_IN_A_TURN).sort(compare));
    yield "turn";
  }
  while (pieces.length > 1) {
    const merged: unknown[][][] = [];
    for (let i = 0; i < pieces.length; i += 2) {
      merged.push(yield* mergedInTurns(pieces[i]!, pieces[i + 1] ?? [], compare));
    }
    pieces = merged;
  }
  return pieces[0] ?? [];
}

function* mergedInTurns(left: unknown[][], right: unknown[][], compare: Compare): Steps<unknown[][]> {
  const merged: unknown[][] = [];
  let [l, r] = [0, 0];
  while (l < left.length && r < right.length) {
    merged.push(compare(left[l]!, right[r]!) <= 0 ? left[l++]! : right[r++]!);
    if (merged.length % KEYS_IN_A_TURN === 0) yield "turn";
  }
  for (; l < left.length; l++) merged.push(left[l]!);
  for (; r < right.length; r++) merged.push(right[r]!);
  return merged;
}

/** Returns a generator of numbers above 0 and below 1 (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}
