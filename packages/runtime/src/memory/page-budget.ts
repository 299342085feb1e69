import type { Memory, MemorySegment } from "@millrace/core";

/**
 * Is where a structure takes its pages from: a budget, or a part of one. All its pages lie in one {@link Memory},
 * so that the absolute slot of a row in it is a pointer, and kernels reach all of them. Pages are 32 KiB, aligned to 32 KiB.
 * Not thread-safe: it belongs to one task.
 * @beta
 */
export interface PageSupply {
  /** Names the owner in errors: operator and subtask. */
  readonly owner: string;
  /** The memory that all pages lie in. */
  readonly memory: Memory;
  /** How many pages it may hold at once. */
  readonly numPages: number;
  /** How many of them are not handed out. */
  readonly numFree: number;
  /** Hands out a page, of any content; undefined when all are out: then the owner spills, or gives up one of its own. */
  take(): MemorySegment | undefined;
  /** Takes a page back. It must be one of this budget that is out. */
  give(page: MemorySegment): void;
}

/** Is the memory of one owner: an operator's driver, a local strategy, an exchange. @beta */
export interface PageBudget extends PageSupply {
  /** Takes all pages back that are out; for the end of the owner, however it came. */
  giveAll(): void;
}
