/**
 * Aggregates of groups that are found by hashing.
 *
 * 1. As long as all arguments are numbers, dates, booleans or enums, the aggregates stand in slots in front of a row of the group.
 * 2. When a page comes whose values are none of these (strings, decimals, lists), or of another family than before, the groups so far become
 *    keyed rows with aggregates as data; so does each row from then on, and keyed rows of a key are merged. That can do everything, at a tenth of the
 *    speed.
 */
import { type Memory, types } from "@millrace/core";
import type { KeyFieldSpec, ValuePosition } from "@millrace/job-graph";
import { MergeFold, type PartialGroup } from "../hash/aggregates/merge-fold.js";
import { RowAggregates } from "../hash/aggregates/row-aggregates.js";
import { SlotAggregates } from "../hash/aggregates/slot-aggregates.js";
import { SlotFold } from "../hash/aggregates/slot-fold.js";
import { HashGroups, minHashGroupPages } from "../hash/hash-groups.js";
import { nextPage } from "../hash/join-table.js";
import { KeyedValueRows, keyPartTypes } from "../hash/keyed-value-rows.js";
import { PackedGroups } from "../hash/packed/packed-groups.js";
import { PackedScratch } from "../hash/packed/packed-scratch.js";
import { RecordEncoder } from "../hash/record-encoder.js";
import { RowFieldReader } from "../rows/record-reader.js";
import type { PageCursor } from "../rows/row-cursor.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import { RowStore } from "../stores/row-store.js";
import type { DriverContext, Steps } from "../task/driver.js";
import type { AggregateResult } from "./aggregate-results.js";
import type { PackedResults } from "./packed-results.js";
import { PartialRows, type RowMaker } from "./partial-rows.js";
import { partialTypeOf } from "./partial-types.js";
import type { SlotResults } from "./slot-results.js";

/** For groups that become keyed rows: one to write, one to read. */
const STORE_PAGES = 2;

/** Returns the least number of pages with which groups are aggregated by hashing. @internal */
export function minHashAggregationPages(): number {
  return minHashGroupPages() + STORE_PAGES;
}

/** Returns what gives packed groups of rows of a layout, and of others that agree with it; undefined when they can't be packed. */
export type PackedResultsOf = (layout: StreamLayout, aggregates: SlotAggregates) => PackedResults | undefined;

/** Aggregates one input, once per superstep. @internal */
export class HashAggregation {
  readonly #context: DriverContext;
  readonly #keys: readonly KeyFieldSpec[];
  readonly #value: ValuePosition;
  readonly #result: AggregateResult;
  readonly #keyed: KeyedValueRows;
  /** By layout of the input: that of keyed rows. */
  readonly #layouts: (StreamLayout | undefined)[] = [];
  readonly #encoder: RecordEncoder;
  readonly #store: RowStore;
  readonly #packed: PackedResultsOf;
  #groups: HashGroups | PackedGroups | undefined;

  constructor(
    keys: readonly KeyFieldSpec[],
    value: ValuePosition,
    result: AggregateResult,
    slotResults: SlotResults | undefined,
    packed: PackedResultsOf,
    context: DriverContext,
  ) {
    this.#context = context;
    this.#keys = keys;
    this.#value = value;
    this.#result = result;
    this.#slotResults = slotResults;
    this.#packed = packed;
    this.#keyed = new KeyedValueRows(context.layouts, keys.length);
    this.#encoder = new RecordEncoder(context.layouts);
    const { budget, spill, layouts } = context;
    this.#store = new RowStore({ budget, spill, layouts, maxPages: STORE_PAGES });
  }

  readonly #slotResults: SlotResults | undefined;

  /** Reads all rows and gives the results of all groups. */
  *run(pages: PageCursor): Steps {
    if (yield* nextPage(pages)) return;
    const isAtEnd = (yield* this.#runPacked(pages)) ?? (yield* this.#runSlots(pages));
    if (!isAtEnd) yield* this.#runAny(pages);
  }

  /** Groups rows as tuples; returns whether the input ended, or undefined when rows of the first layout can't be packed, or there is no memory for kernels. */
  *#runPacked(pages: PageCursor): Steps<boolean | undefined> {
    const { budget, spill, hashSeed, out } = this.#context;
    const aggregates = new SlotAggregates(this.#result.requests, this.#value);
    const results = this.#packed(pages.layout, aggregates);
    const scratch = results === undefined ? undefined : PackedScratch.of(budget);
    if (results === undefined || scratch === undefined) return undefined;
    let keyed: StreamLayout | undefined;
    const groups = new PackedGroups({
      budget,
      spill,
      seed: hashSeed,
      out,
      scratch,
      format: results.format,
      aggregates,
      numReservedPages: STORE_PAGES,
      give: (entries) => results.give(entries, scratch),
      keep: (entries) =>
        results.each(entries, (parts, head, state) => {
          const partials = this.#result.requests.map((_, i) => aggregates.partialOf(i, budget.memory, state));
          keyed ??= this.#keyed.layoutOf(results.format.keyTypes, types.any);
          this.#encoder.encodeAs(this.#keyed.recordOf(parts, [head, partials]), keyed);
          this.#store.addRow(this.#encoder.memory, this.#encoder.slot, keyed);
        }),
    });
    this.#groups = groups;
    return yield* groups.run(pages);
  }

  /** Groups rows with aggregates in slots; returns whether the input ended. */
  *#runSlots(pages: PageCursor): Steps<boolean> {
    const aggregates = new SlotAggregates(this.#result.requests, this.#value);
    const { memory } = this.#context.budget;
    const fold = new SlotFold(aggregates, memory, (state, rowMemory, slot, layout) => {
      this.#giveSlots(aggregates, state, rowMemory, slot, layout);
    });
    const read = fold.read.bind(fold);
    fold.read = (batch, layout) => {
      const isFit = read(batch, layout);
      // From here on nothing is given as a result before all is merged.
      if (!isFit) fold.take = (state, row, slot, of) => this.#keep(aggregates, state, row, slot, of);
      return isFit;
    };
    const groups = new HashGroups({
      ...this.#options(),
      fold,
      keyed: undefined,
      numReservedPages: STORE_PAGES,
    });
    this.#groups = groups;
    return yield* groups.run(pages, true);
  }

  /** Gives back memory and files. */
  close(): void {
    this.#store.close();
    this.#groups?.close();
    // What groups took before they were made is theirs too.
    this.#context.budget.giveAll();
  }

  #options() {
    const { budget, spill, layouts, hashSeed, out } = this.#context;
    return { budget, spill, layouts, seed: hashSeed, keys: this.#keys, out, givesParts: false, givesAtOnce: false };
  }

  #giveSlots(aggregates: SlotAggregates, state: number, memory: Memory, slot: number, layout: StreamLayout): void {
    const { out, budget } = this.#context;
    if (this.#slotResults?.give(aggregates, budget.memory, state, memory, slot, layout) === true) return;
    const result = this.#result;
    const values = result.requests.map((_, i) => aggregates.resultOf(i, budget.memory, state));
    out.collect(result.record(result.parts(memory, slot, layout), result.head(memory, slot, layout), values));
  }

  /** Keeps a group as a keyed row. */
  #keep(aggregates: SlotAggregates, state: number, memory: Memory, slot: number, layout: StreamLayout): void {
    const table = this.#context.budget.memory;
    const head = this.#result.head(memory, slot, layout);
    const partials = this.#result.requests.map((_, i) => aggregates.partialOf(i, table, state));
    const keyed = this.#encodeRow(memory, slot, layout, [head, partials]);
    this.#store.addRow(this.#encoder.memory, this.#encoder.slot, keyed);
  }

  /** Goes on with the page that `pages` is at. */
  *#runAny(pages: PageCursor): Steps {
    yield* this.#store.complete();
    const merged = new RowAggregates(this.#result.requests, this.#value, pages.layout);
    const fold = new MergeFold(this.#keyed, merged, this.#encoder, (parts, [head, partials]) => {
      merged.clear();
      merged.merge(partials);
      this.#context.out.collect(this.#result.record(parts, head, merged.results()));
    });
    this.#groups = new HashGroups({ ...this.#options(), fold, keyed: this.#keyed, numReservedPages: STORE_PAGES });
    yield* this.#groups.run(new PartialRows(this.#store.pages(), pages, this.#maker()));
    this.#store.clear();
  }

  /** Makes a keyed row of each row. */
  #maker(): RowMaker {
    const aggregates = new RowAggregates(this.#result.requests, this.#value);
    const encoder = new RecordEncoder(this.#context.layouts);
    return {
      get memory() {
        return encoder.memory;
      },
      get slot() {
        return encoder.slot;
      },
      make: (memory, slot, layout) => {
        aggregates.clear();
        aggregates.add(memory, slot, layout);
        const group: PartialGroup = [this.#result.head(memory, slot, layout), aggregates.partials()];
        return this.#encodeRow(memory, slot, layout, group, encoder);
      },
    };
  }

  #encodeRow(
    memory: Memory,
    slot: number,
    layout: StreamLayout,
    group: PartialGroup,
    encoder = this.#encoder,
  ): StreamLayout {
    const keyed = this.#layouts[layout.index] ?? this.#addLayout(layout);
    return encoder.encodeAs(this.#keyed.recordOf(this.#partsOf(memory, slot, layout), group), keyed);
  }

  #addLayout(layout: StreamLayout): StreamLayout {
    const { requests, keepsRecord } = this.#result;
    const value = partialTypeOf(requests, this.#value, layout, keepsRecord);
    const keyed = this.#keyed.layoutOf(keyPartTypes(this.#keys, layout), value);
    this.#layouts[layout.index] = keyed;
    return keyed;
  }

  readonly #partReaders: RowFieldReader[] = [];

  #partsOf(memory: Memory, slot: number, layout: StreamLayout): unknown[] {
    return this.#keys.map(({ path }, i) => {
      this.#partReaders[i] ??= new RowFieldReader(path);
      return this.#partReaders[i].read(memory, slot, layout);
    });
  }
}
