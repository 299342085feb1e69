/** What the benchmarks of sorting share: budgets, pages of rows, a sort from pages to its last row. */
import { Memory, PAGE_SIZE_BYTES, RowLayout, type TypeInformation } from "@millrace/core";
import { nodeHost } from "@millrace/host-node";
import {
  createLayoutTable,
  createSpillSpace,
  jobMemory,
  KeyOrder,
  type LayoutTable,
  MemoryManager,
  type PageBudget,
  type PageCursor,
  type RowCursor,
  Sorter,
  type SpillSpace,
  type Steps,
  type StreamLayout,
} from "@millrace/runtime/parts";

/** Takes the memory of a benchmark: a budget for each number of pages. */
export async function budgetsOf(...numPages: readonly number[]): Promise<readonly PageBudget[]> {
  const sum = numPages.reduce((a, b) => a + b, 0);
  const memory = jobMemory(new MemoryManager(sum * PAGE_SIZE_BYTES), "benchmark", sum);
  const demands = numPages.map((count) => ({ owner: "sort", minPages: count, maxPages: count, weight: 1 }));
  return memory.allocate(demands, new AbortController().signal);
}

/** What a sort needs beside its pages. */
export interface SortWorld {
  readonly spill: SpillSpace;
  readonly layouts: LayoutTable;
}

/** Makes a place to spill to, and an empty table of layouts. */
export function sortWorld(): SortWorld {
  return { spill: createSpillSpace(nodeHost()), layouts: createLayoutTable() };
}

/** Adds the layout of a type. */
export function layoutOf<T>(layouts: LayoutTable, type: TypeInformation<T>): StreamLayout {
  return layouts.add(RowLayout.of(type) as unknown as RowLayout);
}

/** Is rows of one layout in memory, cut into pages. */
export class RowPages implements PageCursor {
  memory = new Memory(new ArrayBuffer(0));
  slot = 0;
  endSlot = 0;
  numRows = 0;
  isAtEnd = false;
  readonly layout: StreamLayout;
  readonly #pages: readonly {
    readonly memory: Memory;
    readonly slot: number;
    readonly endSlot: number;
    readonly numRows?: number;
  }[];
  #next = 0;

  constructor(layout: StreamLayout, pages: RowPages["pages"]) {
    this.layout = layout;
    this.#pages = pages;
  }

  get pages(): readonly {
    readonly memory: Memory;
    readonly slot: number;
    readonly endSlot: number;
    readonly numRows?: number;
  }[] {
    return this.#pages;
  }

  nextPage(): boolean {
    const page = this.#pages[this.#next++];
    this.isAtEnd = page === undefined;
    if (page !== undefined)
      ({ memory: this.memory, slot: this.slot, endSlot: this.endSlot, numRows: this.numRows = 0 } = page);
    return page !== undefined;
  }
}

/** Runs steps to their end. */
export function runSteps<R>(steps: Steps<R>): R {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Is how long the parts of a sort took, in milliseconds of processor time. */
export interface SortTimes {
  readonly fill: number;
  readonly sort: number;
  readonly read: number;
  readonly total: number;
}

/** The processor time of the process, all threads, in milliseconds. */
export function processMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Sorts pages by fields, gives all rows to `read` in order, and returns how long that took. */
export function sortPages(
  budget: PageBudget,
  { spill, layouts }: SortWorld,
  keys: readonly string[],
  pages: PageCursor,
  read: (rows: RowCursor) => void,
): SortTimes {
  const begin = processMs();
  const order = new KeyOrder(keys.map((path) => ({ path })));
  const sorter = new Sorter({ budget, spill, layouts, order });
  while (pages.nextPage()) runSteps(sorter.appendPage(pages));
  const filled = processMs();
  const rows = runSteps(sorter.finish());
  const sorted = processMs();
  read(rows);
  sorter.close();
  const end = processMs();
  return { fill: filled - begin, sort: sorted - filled, read: end - sorted, total: end - begin };
}

/** Draws numbers of 32 bits (splitmix). */
export class BenchmarkRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Returns 32 random bits as a signed integer. */
  bits(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  }
}
