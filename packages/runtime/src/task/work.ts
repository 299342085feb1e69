import type { Memory } from "@millrace/core";

/**
 * How much work of our own a step does at most before others have a turn, in the unit of {@link workOf}: some ten times a page of small rows, well below what a timer
 * or a cancellation would notice. It is counted, not timed, so that a job takes the same steps on every machine; what calls functions of the user goes by the clock.
 */
export const WORK_IN_A_STEP = 8192;
/** How many pages are read, written or filled in a step: about as much work. */
export const PAGES_IN_A_STEP = 64;

/** How many bytes of a row count like another row. */
const WORK_SHIFT = 9;

/** Returns what it is to look at the row at `slot`: 1, and 1 more for each 512 bytes of it. */
export function workOf(memory: Memory, slot: number): number {
  return 1 + (memory.i32[slot * 2]! >>> WORK_SHIFT);
}
