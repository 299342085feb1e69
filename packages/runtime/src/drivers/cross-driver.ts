/**
 * Pairs every record with every record of the other side, by blocked nested loops (R065, R066): a block of outer rows is held in the driver's pages, and
 * all inner rows, which are complete before, are read once for each block.
 */

import type { Memory, MemorySegment } from "@millrace/core";
import type { DriverSpec } from "@millrace/job-graph";
import { takePage } from "../memory/take-page.js";
import { copyRow } from "../rows/copy-row.js";
import type { PageCursor } from "../rows/row-cursor.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { Driver, DriverContext, Steps } from "../task/driver.js";
import type { PairOutput } from "./pair-output.js";
import { createPairOutput } from "./pair-results.js";

type CrossSpec = Extract<DriverSpec, { kind: "cross" }>;

/** The least pages of the driver. @internal */
export const MIN_CROSS_PAGES = 1;

/** Says where some outer rows lie, one behind the other. */
interface OuterRows {
  readonly memory: Memory;
  readonly slot: number;
  readonly endSlot: number;
  readonly layout: StreamLayout;
}

/** Makes the driver of a cross. @internal */
export class CrossDriver implements Driver {
  readonly #context: DriverContext;
  readonly #isInnerFirst: boolean;
  readonly #output: PairOutput;
  /** The pages of the driver, taken when they are needed, and kept for the next block. */
  readonly #pages: MemorySegment[] = [];
  /** The rows of the block, in the first pages. */
  readonly #block: OuterRows[] = [];

  constructor(spec: CrossSpec, context: DriverContext) {
    this.#context = context;
    this.#isInnerFirst = spec.inner === "first";
    const values = { leftValue: undefined, rightValue: undefined };
    this.#output = createPairOutput(spec.result, values, "cross", context);
  }

  *run(): Steps {
    const { budget } = this.#context;
    const outer = this.#context.pages(this.#isInnerFirst ? 1 : 0);
    for (;;) {
      if (!outer.nextPage()) {
        if (outer.isAtEnd) break;
        yield "input";
        continue;
      }
      if (this.#isLarge(outer)) {
        yield* this.#pairWithInner([outer]);
        continue;
      }
      this.#addToBlock(outer);
      if (this.#block.length === budget.numPages) yield* this.#endBlock();
    }
    yield* this.#endBlock();
  }

  close(): void {
    this.#block.length = 0;
    this.#pages.length = 0;
    this.#context.budget.giveAll();
  }

  /** Tells whether a page is one row that is too large for the pages of the driver. */
  #isLarge({ slot, endSlot }: PageCursor): boolean {
    return (endSlot - slot) * 8 > this.#pageAt(this.#block.length).sizeBytes;
  }

  #pageAt(index: number): MemorySegment {
    let page = this.#pages[index];
    if (page === undefined) {
      page = takePage(this.#context.budget);
      this.#pages.push(page);
    }
    return page;
  }

  #addToBlock({ memory, slot, endSlot, layout }: PageCursor): void {
    const page = this.#pageAt(this.#block.length);
    const { firstSlot } = page;
    copyRow(memory, slot, page.memory, firstSlot, endSlot - slot);
    this.#block.push({ memory: page.memory, slot: firstSlot, endSlot: firstSlot + endSlot - slot, layout });
  }

  *#endBlock(): Steps {
    if (this.#block.length > 0) yield* this.#pairWithInner(this.#block);
    this.#block.length = 0;
  }

  *#pairWithInner(block: readonly OuterRows[]): Steps {
    const inner = this.#context.rows(this.#isInnerFirst ? 0 : 1);
    while (inner.next()) {
      for (const rows of block) {
        for (let slot = rows.slot; slot < rows.endSlot; slot += rows.memory.i32[slot * 2]! >>> 3) {
          if (this.#isInnerFirst) {
            this.#output.pair(inner.memory, inner.slot, inner.layout, rows.memory, slot, rows.layout);
          } else {
            this.#output.pair(rows.memory, slot, rows.layout, inner.memory, inner.slot, inner.layout);
          }
          if (this.#output.isWaiting) yield* this.#output.drain();
        }
      }
    }
    yield "turn";
  }
}
