import { Memory, SLOT_SIZE_BYTES } from "@millrace/core";
import type { InputGate } from "../exchange/input-gate.js";
import { MAX_PAGE_ROW_SLOTS } from "../memory/page-slots.js";
import { copyRow } from "../rows/copy-row.js";
import type { PageCursor, RowCursor } from "../rows/row-cursor.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { Steps } from "./driver.js";

/**
 * Takes all rows of an input in before anybody reads them: the local strategies `materialize` and `sort`, constant inputs of
 * iterations, broadcast sets. It spills what its pages do not hold.
 */
export interface RowKeeper {
  /** Takes all rows of the page that a cursor is at; with steps when that takes long. */
  add(page: PageCursor): Steps | undefined | void;
  /** Ends the taking in. Called once, in an iteration once per superstep. */
  complete(): Steps;
  /** Returns all rows, from the beginning. After `complete`, as often as one likes; a new cursor ends the one before. */
  rows(): RowCursor;
  /** Returns them as pages, likewise. */
  pages(): PageCursor;
  /** Forgets all rows: another superstep brings others. */
  clear(): void;
  /** Gives everything back. Never throws. */
  close(): void;
}

/** Is what became of an attempt to take something in. */
export type TakenIn = "page" | "nothing" | "end";

/** Takes one page of an input in, if it is there; at the input's end completes the keeper. */
export function* takePageIn(gate: InputGate, keeper: RowKeeper): Steps<TakenIn> {
  if (gate.nextPage()) {
    const steps = keeper.add(gate);
    if (steps !== undefined) yield* steps;
    return "page";
  }
  if (!gate.isAtEnd) return "nothing";
  yield* keeper.complete();
  return "end";
}

/** Is an input that is taken in beside other work. */
export interface InputBeside {
  readonly gate: InputGate;
  readonly keeper: RowKeeper;
  isComplete: boolean;
}

/** Takes in a page of each input that is not complete; returns whether one had a page or came to its end. */
export function* takePageOfEach(inputs: readonly InputBeside[]): Steps<boolean> {
  let hasRead = false;
  for (const input of inputs) {
    if (input.isComplete) continue;
    const taken = yield* takePageIn(input.gate, input.keeper);
    if (taken === "end") input.isComplete = true;
    if (taken !== "nothing") hasRead = true;
  }
  return hasRead;
}

/** Gives rows as pages, which it fills on the heap: for drivers that read pages of a sorted input. */
export class PagesOfRows implements PageCursor {
  memory: Memory;
  slot = 0;
  endSlot = 0;
  numRows = 0;
  layout!: StreamLayout;
  isAtEnd = false;
  readonly #rows: RowCursor;
  readonly #page = new Memory(new ArrayBuffer(MAX_PAGE_ROW_SLOTS * SLOT_SIZE_BYTES));
  /** Whether the current row of the rows is in no page yet. */
  #isPending = false;
  /** Whether the rows came to their end. */
  #isDone = false;

  constructor(rows: RowCursor) {
    this.#rows = rows;
    this.memory = this.#page;
  }

  nextPage(): boolean {
    if (!this.#isPending && !this.#isDone) this.#advance();
    if (!this.#isPending) {
      this.isAtEnd = true;
      return false;
    }
    this.layout = this.#rows.layout;
    if (this.#numRowSlots() > MAX_PAGE_ROW_SLOTS) this.#giveAlone();
    else this.#fillPage();
    return true;
  }

  #advance(): void {
    this.#isPending = this.#rows.next();
    this.#isDone = !this.#isPending;
  }

  #numRowSlots(): number {
    const { memory, slot } = this.#rows;
    return memory.i32[slot * 2]! >> 3;
  }

  #giveAlone(): void {
    this.memory = this.#rows.memory;
    this.slot = this.#rows.slot;
    this.endSlot = this.slot + this.#numRowSlots();
    this.numRows = 1;
    this.#isPending = false;
  }

  #fillPage(): void {
    const rows = this.#rows;
    this.memory = this.#page;
    this.slot = this.endSlot = this.numRows = 0;
    while (this.#isPending && rows.layout === this.layout) {
      const numSlots = this.#numRowSlots();
      if (this.endSlot + numSlots > MAX_PAGE_ROW_SLOTS) return;
      copyRow(rows.memory, rows.slot, this.#page, this.endSlot, numSlots);
      this.endSlot += numSlots;
      this.numRows++;
      this.#advance();
    }
  }
}
