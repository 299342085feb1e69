/**
 * The solution set of a delta iteration: one row per key, looked up and replaced, in bounded memory (R037). It is cut into partitions by the high bits of
 * the key's hash. A partition is *resident*, a table of its own, or *spilled*, a log of rows in a file in which later ones count. When memory is short, a
 * partition with much room of dead rows is compacted, else the largest one is spilled.
 *
 * Looking into a spilled partition means loading it, so lookups there are put off: whoever probes keeps the probing rows and comes back by
 * {@link SolutionSet.passes}. A partition that is larger than the memory for loading is loaded in passes, each with the keys of a part of
 * the hashes, by which the log is cut (see entry-cuts.ts). So its size is not bounded by memory.
 *
 * The pages of a budget of n, with p partitions:
 *
 *     while no partition is spilled   n     for resident partitions
 *     then, at most                   n/4   (at least 4) for loading a partition, and what resident partitions leave
 *                                     p     for logs, one each, which nobody else may have
 *                                     rest  for resident partitions
 */
import { invariant, type Memory } from "@millrace/core";
import type { KeyFieldSpec } from "@millrace/job-graph";
import type { PageBudget } from "../memory/page-budget.js";
import type { PageCursor } from "../rows/row-cursor.js";
import { RowPairOrder } from "../rows/row-order.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { SpillSpace } from "../spill/spill-space.js";
import type { Steps } from "../task/driver.js";
import { BudgetPart } from "./budget-part.js";
import { HashKeys } from "./hash-keys.js";
import { type HashRange, prefixOf } from "./hash-range.js";
import { SolutionPartition } from "./solution-partition.js";
import type { EntryRow } from "./spilled-entries.js";

/** The least pages a solution set works with. @internal */
export const MIN_SOLUTION_SET_PAGES = 10;

const MAX_PARTITION_BITS = 6;
/** Pages of a budget per partition, about: each may hold one to append to its log, and there must be enough left to load one. */
const PAGES_PER_PARTITION = 8;
/** To load a pass takes a page to read, a directory and pages of rows. */
const MIN_LOADING_PAGES = 4;
const ROWS_PER_TURN = 4096;
/** Pages of loading that have no rows: one to read, and a directory, which may need more. */
const NUM_OTHER_LOADING_PAGES = 2;
/** There are at most 2 by this many passes over a partition. */
const MAX_PASS_BITS = 20;

/** Is what a solution set is made with. @internal */
export interface SolutionSetOptions {
  /** Its pages, at least {@link MIN_SOLUTION_SET_PAGES}. */
  readonly budget: PageBudget;
  readonly spill: SpillSpace;
  readonly layouts: LayoutTable;
  /** The key of its rows. */
  readonly keys: readonly KeyFieldSpec[];
  readonly hashSeed: { readonly low: number; readonly high: number };
  /** Throws when the job was cancelled. */
  readonly throwIfCancelled: () => void;
}

/** Is the solution set of one subtask. @internal */
export class SolutionSet {
  /** The key of its rows. */
  readonly keys: readonly KeyFieldSpec[];
  readonly #options: SolutionSetOptions;
  readonly #hashKeys: HashKeys;
  readonly #partitions: SolutionPartition[] = [];
  readonly #bits: number;
  readonly #resident: BudgetPart;
  readonly #logs: BudgetPart;
  readonly #loading: BudgetPart;
  /** Who has a spilled partition loaded: one at a time. */
  #loader: object | undefined;

  constructor(options: SolutionSetOptions) {
    const { budget, keys, layouts, spill } = options;
    this.#options = options;
    this.keys = keys;
    this.#hashKeys = new HashKeys(keys);
    const numPages = budget.numPages;
    this.#bits = Math.min(MAX_PARTITION_BITS, Math.max(0, 31 - Math.clz32(Math.floor(numPages / PAGES_PER_PARTITION))));
    this.#resident = new BudgetPart(budget, numPages);
    this.#logs = new BudgetPart(budget, 1 << this.#bits);
    this.#loading = new BudgetPart(budget, numPages);
    const parts = {
      pages: { resident: this.#resident, logs: this.#logs, loading: this.#loading },
      layouts,
      equality: new RowPairOrder(keys, keys),
      spill,
      throwIfCancelled: options.throwIfCancelled,
    };
    for (let prefix = 0; prefix < 1 << this.#bits; prefix++) {
      this.#partitions.push(new SolutionPartition(parts, { numBits: this.#bits, prefix }));
    }
  }

  /** Returns the hash of the key of a row of the solution set. */
  hash(memory: Memory, slot: number, layout: StreamLayout): number {
    return this.#hashKeys.of(layout).hash(memory, slot, this.#options.hashSeed);
  }

  /** Returns the number of the partition of the keys with this hash. */
  partitionOf(hash: number): number {
    return prefixOf(hash, this.#bits);
  }

  /** Returns the hashes of a partition. */
  rangeOf(partition: number): HashRange {
    return { numBits: this.#bits, prefix: partition };
  }

  /** How many partitions there are. */
  get numPartitions(): number {
    return this.#partitions.length;
  }

  /** Tells whether lookups in a partition have to be put off. */
  isSpilled(partition: number): boolean {
    return this.#partitions[partition]!.isSpilled;
  }

  /** Takes a row in, in place of the one with its key. */
  upsert(memory: Memory, slot: number, layout: StreamLayout): void {
    const hash = this.hash(memory, slot, layout);
    const partition = this.#partitions[this.partitionOf(hash)]!;
    while (!partition.upsert(memory, slot, layout, hash)) this.#makeRoom();
  }

  /** Takes all rows of the page that a cursor is at in, each in place of the one with its key. */
  upsertPage({ memory, slot, endSlot, layout }: PageCursor): void {
    const { i32 } = memory;
    for (let at = slot; at < endSlot; at += i32[at * 2]! >> 3) this.upsert(memory, at, layout);
  }

  /**
   * Returns the row whose key equals that of a probing row with this hash, or undefined; it lies there until the next call. The partition is resident, or
   * loaded by the pass of the hash. `equality` compares rows of the solution set, first, with probing rows.
   */
  find(memory: Memory, slot: number, layout: StreamLayout, hash: number, equality: RowPairOrder): EntryRow | undefined {
    return this.#partitions[this.partitionOf(hash)]!.find(memory, slot, layout, hash, equality);
  }

  /** Waits until nobody else has a partition loaded, and takes its turn. */
  *beginLoading(loader: object): Steps {
    while (this.#loader !== undefined && this.#loader !== loader) yield "turn";
    this.#loader = loader;
  }

  /** Ends the turn of `loader`; a no-op when it has none. */
  endLoading(loader: object): void {
    if (this.#loader !== loader) return;
    this.#loader = undefined;
    for (const partition of this.#partitions) partition.unload();
  }

  /**
   * Calls `visit` for each pass over a spilled partition, with the hashes that it has, from the first to the last. The whole of the pass can be looked up then.
   * Between `beginLoading` and `endLoading` only. Loading takes turns.
   */
  passes(partitionNumber: number, visit: (pass: HashRange) => Steps): Steps {
    return this.#passes(partitionNumber, false, visit);
  }

  *#passes(partitionNumber: number, isLast: boolean, visit: (pass: HashRange) => Steps): Steps {
    const partition = this.#partitions[partitionNumber]!;
    partition.beginPasses(isLast);
    // Logs have their pages, whatever is loaded.
    this.#loading.limit = this.#options.budget.numPages - this.#resident.numOut - this.#partitions.length;
    const numPagesOfRows = Math.max(1, this.#loading.numPages - NUM_OTHER_LOADING_PAGES);
    // Half as many passes as it may take: a load that fails reads little more than memory holds, and with too many of them logs are written anew too early.
    let bits = 0;
    while (partition.numLogPages > numPagesOfRows << (bits + 1) && bits < MAX_PASS_BITS) bits++;
    for (let number = 0; number < 1 << bits; ) {
      const pass = { numBits: this.#bits + bits, prefix: (partitionNumber << bits) | number };
      const fits = yield* partition.load(pass);
      if (fits) {
        yield* visit(pass);
        number++;
      } else {
        invariant(bits < MAX_PASS_BITS, "some rows of a solution set fit into the pages for loading");
        // Twice as many passes: what was visited so far are the passes before twice the number.
        number *= 2;
        bits++;
      }
    }
    partition.endPasses();
  }

  /**
   * Gives all rows, in any order, to `take`, which returns false when it wants a pause after the row. Nothing may be changed meanwhile.
   */
  *walk(take: (memory: Memory, slot: number, layout: StreamLayout) => boolean): Steps {
    for (const partition of this.#partitions) {
      if (!partition.isSpilled) yield* walkRows(partition, take);
    }
    yield* this.beginLoading(this);
    for (const [number, partition] of this.#partitions.entries()) {
      if (partition.isSpilled) yield* this.#passes(number, true, () => walkRows(partition, take));
    }
    this.endLoading(this);
  }

  /** Gives back all pages and removes all files. Never throws. */
  close(): void {
    for (const partition of this.#partitions) partition.close();
    this.#options.budget.giveAll();
  }

  /** Frees pages of resident partitions. */
  #makeRoom(): void {
    const wasteful = this.#partitions.find((each) => each.isWasteful);
    // After that it is not wasteful, so that this comes to an end.
    if (wasteful !== undefined) wasteful.compact();
    else this.#spillLargest();
  }

  #spillLargest(): void {
    let largest: SolutionPartition | undefined;
    for (const each of this.#partitions) {
      if (!each.isSpilled && (largest === undefined || each.numPages > largest.numPages)) largest = each;
    }
    invariant(largest !== undefined, "a solution set whose partitions are all spilled needs no more pages");
    largest.spill();
    // From now on pages are kept for logs and for loading, which may also have what resident partitions leave.
    const { numPages } = this.#options.budget;
    const forLoading = Math.max(MIN_LOADING_PAGES, Math.floor(numPages / 4));
    this.#resident.limit = Math.max(0, numPages - forLoading - this.#partitions.length);
    while (this.#resident.numOut > this.#resident.numPages) {
      const next = this.#partitions.find((each) => !each.isSpilled && each.numPages > 0);
      if (next === undefined) break;
      next.spill();
    }
  }
}

function* walkRows(
  partition: SolutionPartition,
  take: (memory: Memory, slot: number, layout: StreamLayout) => boolean,
): Steps {
  const rows = partition.rows;
  if (rows === undefined) return;
  let numRows = 0;
  for (let cell = 0; cell < rows.numCells; cell++) {
    const pointer = rows.entryAt(cell);
    if (pointer === 0) continue;
    const { memory, slot, layout } = rows.row(pointer);
    if (!take(memory, slot, layout)) yield "output";
    else if (++numRows % ROWS_PER_TURN === 0) yield "turn";
  }
}
