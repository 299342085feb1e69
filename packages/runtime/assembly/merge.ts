// Merges rows of sorted streams by a tree of losers; see MergeKernels for the state, and merge-rows.ts for the tree.
import { copyRow, setEndSlot } from "./rows.js";

const NUM_STREAMS_OFFSET: usize = 0;
const NODE_OFFSET: usize = 4;
const STREAM_OFFSET: usize = 8;
const DECISION_OFFSET: usize = 12;
const NUM_ROWS_OFFSET: usize = 16;
const NUM_BEGUN_OFFSET: usize = 20;
const TREE_OFFSET: usize = 32;

const EMPTY: u32 = 0xffffffff;
/** Stands for the entries of a stream that has ended. */
const ENDED: u32 = 0xffffffff;
const ENTRY_SLOTS: u32 = 2;
const POINTER_OFFSET: usize = 8;
const MIDDLE_OFFSET: usize = 12;

const FULL: u32 = 0;
const NEEDS_ENTRIES: u32 = 1;
const TIE: u32 = 2;
const AT_END: u32 = 3;

/** How many rows of a stream are touched at once. */
const TOUCHED_ROWS: u32 = 16;
const ENTRY_BYTES: usize = 16;
const LINE_BYTES: u32 = 64;

/** Takes what was read only to have it in the cache. */
export let keptOfMerge: u32 = 0;

/**
 * Reads the rows of entries only to have them in the cache, and returns something of what it read. Those of a sorted buffer lie anywhere in memory. A processor looks on
 * only as far as its buffer of instructions reaches, which a few merged rows fill; of a loop this tight all rows are on their way from memory together.
 */
function touchRows(entry: u32, numRows: u32): u32 {
  const first: usize = ((<usize>entry) << 3) + POINTER_OFFSET;
  const end = first + <usize>numRows * ENTRY_BYTES;
  let touched: u32 = 0;
  for (let at = first; at < end; at += ENTRY_BYTES) touched += load<u32>(load<u32>(at) << 3);
  for (let at = first; at < end; at += ENTRY_BYTES) {
    const row: usize = load<u32>(at) << 3;
    const size = load<u32>(row);
    if (size > LINE_BYTES) touched += load<u32>(row, <usize>LINE_BYTES) + load<u32>(row + size - 8);
  }
  return touched;
}

export function mergeRows(state: u32, isComplete: u32, toSlot: u32, limitSlot: u32): u32 {
  const at: usize = state << 3;
  const numStreams = load<u32>(at, NUM_STREAMS_OFFSET);
  const tree = at + TREE_OFFSET;
  // Two words for each stream: the slots of its next entry and behind its last one.
  const streams = tree + (((numStreams + 1) & ~1) << 2);
  let node = load<u32>(at, NODE_OFFSET);
  let winner = load<u32>(at, STREAM_OFFSET);
  let decision = load<u32>(at, DECISION_OFFSET);
  let to: usize = toSlot << 3;
  let room: u32 = (limitSlot - toSlot) << 3;
  let numRows: u32 = 0;
  let touched: u32 = 0;
  let status: u32 = FULL;
  for (;;) {
    let isTie = false;
    while (node !== 0) {
      const place = tree + (node << 2);
      const other = load<u32>(place);
      if (other === EMPTY) {
        // The tree is being built: who comes first to a node waits there, and the next stream begins.
        store<u32>(place, winner);
        winner = load<u32>(at, NUM_BEGUN_OFFSET);
        store<u32>(at, winner + 1, NUM_BEGUN_OFFSET);
        node = (winner + numStreams) >> 1;
        continue;
      }
      let isOtherFirst: bool;
      if (decision !== 0) {
        isOtherFirst = decision === 1;
        decision = 0;
      } else {
        const a = load<u32>(streams + (other << 3));
        const b = load<u32>(streams + (winner << 3));
        if (a === ENDED || b === ENDED) {
          isOtherFirst = a !== ENDED;
        } else {
          const highA = load<u64>(a << 3);
          const highB = load<u64>(b << 3);
          if (highA !== highB) {
            isOtherFirst = highA < highB;
          } else {
            const middleA = load<u32>(a << 3, MIDDLE_OFFSET);
            const middleB = load<u32>(b << 3, MIDDLE_OFFSET);
            if (middleA === middleB && isComplete === 0) {
              isTie = true;
              break;
            }
            isOtherFirst = middleA === middleB ? other < winner : middleA < middleB;
          }
        }
      }
      if (isOtherFirst) {
        store<u32>(place, winner);
        winner = other;
      }
      node >>= 1;
    }
    if (isTie) {
      status = TIE;
      break;
    }
    const stream = streams + (winner << 3);
    const entry = load<u32>(stream);
    if (entry === ENDED) {
      status = AT_END;
      break;
    }
    const from: usize = load<u32>(entry << 3, POINTER_OFFSET) << 3;
    const size = load<u32>(from);
    if (size > room) break;
    copyRow(from, to, size);
    to += size;
    room -= size;
    numRows++;
    const next = entry + ENTRY_SLOTS;
    const end = load<u32>(stream, 4);
    store<u32>(stream, next);
    node = (winner + numStreams) >> 1;
    if (next === end) {
      status = NEEDS_ENTRIES;
      break;
    }
    if (next % (TOUCHED_ROWS * ENTRY_SLOTS) === 0) {
      touched += touchRows(next, min(TOUCHED_ROWS, (end - next) / ENTRY_SLOTS));
    }
  }
  store<u32>(at, node, NODE_OFFSET);
  store<u32>(at, winner, STREAM_OFFSET);
  store<u32>(at, decision, DECISION_OFFSET);
  store<u32>(at, numRows, NUM_ROWS_OFFSET);
  setEndSlot(limitSlot - (room >> 3));
  keptOfMerge = touched;
  return status;
}
