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
import { KeyedValueRows, keyPartTypes } from "../hash/keyed-value-rows.js";
import { RecordEncoder } from "../hash/record-encoder.js";
import { RowFieldReader } from "../rows/record-reader.js";
import type { PageCursor } from "../rows/row-cursor.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import { RowStore } from "../stores/row-store.js";
import type { DriverContext, Steps } from "../task/driver.js";
import type { AggregateResult } from "./aggregate-results.js";
import { PartialRows, type RowMaker } from "./partial-rows.js";
import type { SlotResults } from "./slot-results.js";

/** For groups that become keyed rows: one to write, one to read. */
const STORE_PAGES = 2;

/** Returns the least number of pages with which groups are aggregated by hashing. @internal */
export function minHashAggregationPages(): number {
  return minHashGroupPages() + STORE_PAGES;
}

/** Aggregates one input, once per superstep. @internal */
export class HashAggregation {
  readonly #context: DriverContext;
  readonly #keys: readonly KeyFieldSpec[];
  readonly #value: ValuePosition;
  readonly #result: AggregateResult;
  readonly #keyed: KeyedValueRows;
  readonly #encoder: RecordEncoder;
  readonly #store: RowStore;
  #groups: HashGroups | undefined;

  constructor(
    keys: readonly KeyFieldSpec[],
    value: ValuePosition,
    result: AggregateResult,
    slotResults: SlotResults | undefined,
    context: DriverContext,
  ) {
    this.#context = context;
    this.#keys = keys;
    this.#value = value;
    this.#result = result;
    this.#slotResults = slotResults;
    this.#keyed = new KeyedValueRows(context.layouts, keys.length);
    this.#encoder = new RecordEncoder(context.layouts);
    const { budget, spill, layouts } = context;
    this.#store = new RowStore({ budget, spill, layouts, maxPages: STORE_PAGES });
  }

  readonly #slotResults: SlotResults | undefined;

  /** Reads all rows and gives the results of all groups. */
  *run(pages: PageCursor): Steps {
    const { requests } = this.#result;
    const aggregates = new SlotAggregates(requests, this.#value);
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
    this.#groups = new HashGroups({
      ...this.#options(),
      fold,
      keyed: undefined,
      numReservedPages: STORE_PAGES,
    });
    if (yield* this.#groups.run(pages)) return;
    yield* this.#runAny(pages);
  }

  /** Gives back memory and files. */
  close(): void {
    this.#store.close();
    this.#groups?.close();
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
    const keyed = this.#encode(memory, slot, layout, [head, partials]);
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
        return this.#encode(memory, slot, layout, group, encoder);
      },
    };
  }

  #encode(
    memory: Memory,
    slot: number,
    layout: StreamLayout,
    group: PartialGroup,
    encoder = this.#encoder,
  ): StreamLayout {
    const keyed = this.#keyed.layoutOf(keyPartTypes(this.#keys, layout), types.any);
    return encoder.encodeAs(this.#keyed.recordOf(this.#partsOf(memory, slot, layout), group), keyed);
  }

  readonly #partReaders: RowFieldReader[] = [];

  #partsOf(memory: Memory, slot: number, layout: StreamLayout): unknown[] {
    return this.#keys.map(({ path }, i) => {
      this.#partReaders[i] ??= new RowFieldReader(path);
      return this.#partReaders[i].read(memory, slot, layout);
    });
  }
}
