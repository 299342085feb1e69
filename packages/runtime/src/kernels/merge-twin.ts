import type { Memory } from "@millrace/core";
import { copyRow } from "../rows/copy-row.js";
import { ENTRY_SLOTS } from "./kernel-layouts.js";
import { EMPTY_NODE, ENDED, MergeDecision, MergeStop, MergeWord, streamWord } from "./merge-layout.js";

const POINTER_WORD = 2;
const MIDDLE_WORD = 3;

/** Merges rows as `MergeKernels.mergeRows` says; returns why it stopped. */
export function mergeRows(
  memory: Memory,
  state: number,
  isComplete: boolean,
  toSlot: number,
  limitSlot: number,
): { readonly stop: number; readonly endSlot: number } {
  const { i32 } = memory;
  const at = state * 2;
  const numStreams = i32[at + MergeWord.numStreams]!;
  let to = toSlot;
  let numRows = 0;
  let stop: number | undefined;
  while (stop === undefined) {
    if (!replay(i32, at, isComplete)) {
      stop = MergeStop.tie;
      break;
    }
    const winner = i32[at + MergeWord.stream]!;
    const stream = at + streamWord(numStreams, winner);
    const entry = i32[stream]!;
    if (entry === ENDED) {
      stop = MergeStop.atEnd;
      break;
    }
    const row = i32[entry * 2 + POINTER_WORD]!;
    const numSlots = i32[row * 2]! >>> 3;
    if (numSlots > limitSlot - to) {
      stop = MergeStop.full;
      break;
    }
    copyRow(memory, row, memory, to, numSlots);
    to += numSlots;
    numRows++;
    i32[stream] = entry + ENTRY_SLOTS;
    i32[at + MergeWord.node] = (winner + numStreams) >> 1;
    if (i32[stream] === i32[stream + 1]) stop = MergeStop.needsEntries;
  }
  i32[at + MergeWord.numRows] = numRows;
  return { stop, endSlot: to };
}

/** Plays from the state's node to the root; false in front of a tie that has to be decided. */
function replay(i32: Int32Array, at: number, isComplete: boolean): boolean {
  const numStreams = i32[at + MergeWord.numStreams]!;
  let node = i32[at + MergeWord.node]!;
  let winner = i32[at + MergeWord.stream]!;
  let decision = i32[at + MergeWord.decision]!;
  let isDecided = true;
  while (node !== 0) {
    const place = at + MergeWord.tree + node;
    const other = i32[place]!;
    if (other === EMPTY_NODE) {
      i32[place] = winner;
      winner = i32[at + MergeWord.numBegun]!;
      i32[at + MergeWord.numBegun] = winner + 1;
      node = (winner + numStreams) >> 1;
      continue;
    }
    const a = i32[at + streamWord(numStreams, other)]!;
    const b = i32[at + streamWord(numStreams, winner)]!;
    let order = decision === MergeDecision.none ? orderOf(i32, a, b) : decision === MergeDecision.nodeFirst ? -1 : 1;
    decision = MergeDecision.none;
    isDecided = order !== 0 || isComplete;
    if (!isDecided) break;
    if (order === 0) order = other - winner;
    if (order < 0) {
      i32[place] = winner;
      winner = other;
    }
    node >>= 1;
  }
  i32[at + MergeWord.node] = node;
  i32[at + MergeWord.stream] = winner;
  i32[at + MergeWord.decision] = decision;
  return isDecided;
}

/** Compares the prefixes of two entries; what has ended comes last. */
function orderOf(i32: Int32Array, a: number, b: number): number {
  if (a === ENDED || b === ENDED) return a === ENDED ? 1 : -1;
  for (const word of [1, 0, MIDDLE_WORD]) {
    const order = (i32[a * 2 + word]! >>> 0) - (i32[b * 2 + word]! >>> 0);
    if (order !== 0) return order;
  }
  return 0;
}
