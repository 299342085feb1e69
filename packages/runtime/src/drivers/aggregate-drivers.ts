/** The drivers of aggregates: of groups found by hashing, of sorted groups, and of everything. */
import { invariant, Memory } from "@millrace/core";
import type { DriverSpec, GroupSpec } from "@millrace/job-graph";
import { countsDistinct, type DistinctCountsOptions } from "../hash/aggregates/distinct-counts.js";
import { RowAggregates } from "../hash/aggregates/row-aggregates.js";
import { SlotAggregates } from "../hash/aggregates/slot-aggregates.js";
import { nextPage } from "../hash/join-table.js";
import { RowBatch } from "../hash/row-batch.js";
import { PAGE_SLOTS } from "../memory/page-slots.js";
import { HeldRow } from "../rows/held-row.js";
import type { PageCursor } from "../rows/row-cursor.js";
import { KeyOrder } from "../sort/key-order.js";
import { GroupRows } from "../sort/merge-groups/group-rows.js";
import type { Driver, DriverContext, Steps } from "../task/driver.js";
import { type AggregateResult, InPlaceResult, SummaryResult } from "./aggregate-results.js";
import { HashAggregation, type PackedResultsOf } from "./hash-aggregation.js";
import { packedInPlace, packedSummary } from "./packed-results.js";
import { InPlaceSlotResults, type SlotResults, SummarySlotResults } from "./slot-results.js";
import { TimedPace } from "./timed-pace.js";

type Spec<K extends DriverSpec["kind"]> = Extract<DriverSpec, { kind: K }>;

/** Makes the driver of aggregates in place, of any strategy. @internal */
export function createAggregateDriver(spec: Spec<"aggregate">, context: DriverContext): Driver {
  const packed: PackedResultsOf = (layout, aggregates) => packedInPlace(spec, layout, aggregates, context);
  return createDriver(spec, new InPlaceResult(spec), new InPlaceSlotResults(spec, context), packed, context);
}

/**
 * Makes the driver of named aggregates, of any strategy. A distinct count keeps the values of one group at a time, in memory and on disk, so that it
 * is not for groups that are found by hashing.
 * @internal
 */
export function createSummarizeDriver(spec: Spec<"summarize">, context: DriverContext): Driver {
  invariant(spec.strategy !== "hash" || !countsDistinct(spec.aggregates), "distinct counts are made of sorted groups");
  const packed: PackedResultsOf = (layout, aggregates) => packedSummary(spec, layout, aggregates, context);
  return createDriver(spec, new SummaryResult(spec), new SummarySlotResults(spec, context), packed, context);
}

function createDriver(
  { group, strategy }: Spec<"aggregate" | "summarize">,
  result: AggregateResult,
  slotResults: SlotResults,
  packed: PackedResultsOf,
  context: DriverContext,
): Driver {
  switch (strategy) {
    case "hash":
      return new HashAggregateDriver(group, result, slotResults, packed, context);
    case "sorted":
      return new SortedAggregateDriver(group, result, context);
    case "all":
      return new AllAggregateDriver(group, result, context);
  }
}

class HashAggregateDriver implements Driver {
  readonly #group: GroupSpec;
  readonly #result: AggregateResult;
  readonly #slotResults: SlotResults;
  readonly #packed: PackedResultsOf;
  readonly #context: DriverContext;
  #aggregation: HashAggregation | undefined;

  constructor(
    group: GroupSpec,
    result: AggregateResult,
    slotResults: SlotResults,
    packed: PackedResultsOf,
    context: DriverContext,
  ) {
    this.#group = group;
    this.#result = result;
    this.#slotResults = slotResults;
    this.#packed = packed;
    this.#context = context;
  }

  *run(): Steps {
    const { keys, value } = this.#group;
    invariant(keys !== undefined, "groups that are found by hashing have a key");
    this.#aggregation = new HashAggregation(keys, value, this.#result, this.#slotResults, this.#packed, this.#context);
    yield* this.#aggregation.run(this.#context.pages(0));
    this.#aggregation.close();
  }

  close(): void {
    this.#aggregation?.close();
  }
}

/** Aggregates group after group. */
class SortedAggregateDriver implements Driver {
  readonly #group: GroupSpec;
  readonly #result: AggregateResult;
  readonly #context: DriverContext;
  #aggregates: RowAggregates | undefined;

  constructor(group: GroupSpec, result: AggregateResult, context: DriverContext) {
    this.#group = group;
    this.#result = result;
    this.#context = context;
  }

  *run(): Steps {
    const { out } = this.#context;
    const { keys = [], value } = this.#group;
    const aggregates = new RowAggregates(this.#result.requests, value, undefined, distinctOptions(this.#context));
    this.#aggregates = aggregates;
    const groups = new GroupRows(this.#context.rows(0), new KeyOrder(keys));
    const pace = new TimedPace(this.#context.clock);
    while (groups.nextGroup()) {
      aggregates.clear();
      while (groups.next()) {
        aggregates.add(groups.memory, groups.slot, groups.layout);
        if (aggregates.isFull) yield* aggregates.spill();
        if (pace.isDue()) yield out.isFull ? "output" : "turn";
      }
      this.#give(yield* aggregates.finishGroup(), groups);
    }
  }

  close(): void {
    this.#aggregates?.close();
  }

  #give(values: readonly unknown[], { firstMemory, firstLayout }: GroupRows): void {
    const result = this.#result;
    const head = result.head(firstMemory, 0, firstLayout);
    this.#context.out.collect(result.record(result.parts(firstMemory, 0, firstLayout), head, values));
  }
}

/** Aggregates everything. */
class AllAggregateDriver implements Driver {
  readonly #group: GroupSpec;
  readonly #result: AggregateResult;
  readonly #context: DriverContext;
  #aggregates: RowAggregates | undefined;

  constructor(group: GroupSpec, result: AggregateResult, context: DriverContext) {
    this.#group = group;
    this.#result = result;
    this.#context = context;
  }

  *run(): Steps {
    const { out } = this.#context;
    const pages = this.#context.pages(0);
    if (yield* nextPage(pages)) {
      const { empty } = this.#result;
      if (empty !== undefined && this.#context.subtaskIndex === 0) out.collect(empty.record);
      return;
    }
    const first = new HeldRow();
    first.hold(pages.memory, pages.slot, pages.layout);
    const values = (yield* this.#addInSlots(pages)) ?? [];
    const head = this.#result.head(first.memory, 0, first.layout);
    out.collect(this.#result.record([], head, values));
  }

  close(): void {
    this.#aggregates?.close();
  }

  /** Aggregates in slots as long as that goes, and then value by value; returns the results. */
  *#addInSlots(pages: PageCursor): Steps<readonly unknown[]> {
    const { requests } = this.#result;
    const aggregates = new SlotAggregates(requests, this.#group.value);
    const state = new Memory(new ArrayBuffer((aggregates.numSlots + 1) * 8));
    const batch = new RowBatch(undefined, 0);
    const states = new Int32Array(PAGE_SLOTS).fill(STATE_SLOT);
    do {
      batch.list(pages.memory, pages.slot, pages.endSlot);
      if (!aggregates.read(batch, pages.layout)) {
        return yield* this.#addValues(pages, aggregates, state);
      }
      aggregates.add(state, states, batch);
      yield "turn";
    } while (!(yield* nextPage(pages)));
    return requests.map((_, i) => aggregates.resultOf(i, state, STATE_SLOT));
  }

  *#addValues(pages: PageCursor, before: SlotAggregates, state: Memory): Steps<readonly unknown[]> {
    const { requests } = this.#result;
    const { value } = this.#group;
    const aggregates = new RowAggregates(requests, value, pages.layout, distinctOptions(this.#context));
    this.#aggregates = aggregates;
    // `count` without an argument counts rows, and would count those of before as one.
    aggregates.clear();
    const partials = requests.map((_, i) => before.partialOf(i, state, STATE_SLOT));
    do {
      const { memory, layout, endSlot } = pages;
      for (let { slot } = pages; slot < endSlot; slot += memory.i32[slot * 2]! >>> 3) {
        aggregates.add(memory, slot, layout);
        if (aggregates.isFull) yield* aggregates.spill();
      }
      yield "turn";
    } while (!(yield* nextPage(pages)));
    // Distinct counts are nothing that slots have, so that there was nothing before.
    if (countsDistinct(requests)) return yield* aggregates.finishGroup();
    const all = new RowAggregates(requests, value, pages.layout);
    all.merge(partials);
    all.merge(aggregates.partials());
    return all.results();
  }
}

/** The state of the only group; 0 would say that there is none. */
const STATE_SLOT = 1;

function distinctOptions(context: DriverContext): DistinctCountsOptions {
  const { budget, spill, layouts } = context;
  return { budget, spill, layouts, throwIfCancelled: () => context.throwIfCancelled() };
}
