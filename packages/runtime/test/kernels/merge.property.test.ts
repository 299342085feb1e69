/** Holds both implementations of the merge of rows against each other, and against a sort. */
import { type Memory, PAGE_SIZE_BYTES } from "@millrace/core";
import type { SeededRandom } from "@millrace/host-test";
import { expect, test } from "vitest";
import { ENTRY_SLOTS } from "../../src/kernels/kernel-layouts.js";
import {
  EMPTY_NODE,
  ENDED,
  MergeDecision,
  MergeStop,
  MergeWord,
  mergeStateSlots,
  streamWord,
} from "../../src/kernels/merge-layout.js";
import { agree } from "./kernel-memory.js";
import { randomRuns } from "./random-runs.js";

const NUM_PAGES = 8;
const PAGE_SLOTS = PAGE_SIZE_BYTES / 8;
/** The entries begin at slot 0, which is a place like any other. */
const STATE_SLOT = PAGE_SLOTS;
const ROWS_SLOT = 2 * PAGE_SLOTS;
const OUT_SLOT = 6 * PAGE_SLOTS;

interface Stream {
  readonly first: number;
  readonly end: number;
}

/** A row: its size, its number, then what is random; its key is in the entry, and again in the row's first word but one. */
interface Row {
  readonly key: readonly number[];
  readonly stream: number;
  readonly number: number;
}

function writeStreams(memory: Memory, numStreams: number, random: SeededRandom): { streams: Stream[]; rows: Row[] } {
  const values = random.pick([2, 10, 1000]);
  const rows: Row[] = [];
  let slot = ROWS_SLOT;
  let entry = 0;
  const streams = Array.from({ length: numStreams }, (_, stream): Stream => {
    const first = entry;
    const keys = Array.from({ length: random.pick([0, 1, 5, 40]) }, () => [
      random.below(2) * 0x80000001,
      random.below(2),
      random.below(values),
    ]);
    for (const key of keys.sort(compareKeys)) {
      const numSlots = random.pick([1, 2, 3, 14, 40]);
      memory.i32.set([numSlots * 8, rows.length], slot * 2);
      memory.i32.set([key[1]!, key[0]!, slot, key[2]!], entry * 2);
      rows.push({ key, stream, number: rows.length });
      slot += numSlots;
      entry += ENTRY_SLOTS;
    }
    return first === entry ? { first: ENDED, end: ENDED } : { first, end: entry };
  });
  return { streams, rows };
}

function compareKeys(a: readonly number[], b: readonly number[]): number {
  return a[0]! - b[0]! || a[1]! - b[1]! || a[2]! - b[2]!;
}

test("[RT98] rows of streams are merged in order, that of the first stream before its equals, a few at a time", () => {
  randomRuns(150, (random) => {
    const numStreams = random.pick([1, 2, 3, 6, 7, 8, 17]);
    const isComplete = random.chance(0.5);
    const room = random.pick([40, 100, 1000]);
    let written: ReturnType<typeof writeStreams> = { streams: [], rows: [] };
    let merged: number[] = [];
    agree(
      NUM_PAGES,
      random,
      (memory) => {
        const state = STATE_SLOT * 2;
        written = writeStreams(memory, numStreams, random);
        memory.i32.fill(0, state, state + mergeStateSlots(numStreams) * 2);
        memory.i32[state + MergeWord.numStreams] = numStreams;
        memory.i32[state + MergeWord.node] = numStreams >> 1;
        memory.i32[state + MergeWord.numBegun] = 1;
        memory.i32.fill(EMPTY_NODE, state + MergeWord.tree, state + MergeWord.tree + numStreams);
        for (const [i, { first, end }] of written.streams.entries())
          memory.i32.set([first, end], state + streamWord(numStreams, i));
      },
      (kernels) => {
        const { i32 } = kernels.memory;
        const state = STATE_SLOT * 2;
        const seen: number[] = [];
        merged = [];
        for (let stop: number = MergeStop.full; stop !== MergeStop.atEnd; ) {
          stop = kernels.mergeRows(STATE_SLOT, isComplete, OUT_SLOT, OUT_SLOT + room);
          seen.push(stop, kernels.endSlot);
          const before = merged.length;
          for (let slot = OUT_SLOT; slot < kernels.endSlot; slot += i32[slot * 2]! >> 3)
            merged.push(i32[slot * 2 + 1]!);
          expect(i32[state + MergeWord.numRows]).toBe(merged.length - before);
          const stream = i32[state + MergeWord.stream]!;
          if (stop === MergeStop.needsEntries) i32.set([ENDED, ENDED], state + streamWord(numStreams, stream));
          if (stop !== MergeStop.tie) continue;
          const holder = i32[state + MergeWord.tree + i32[state + MergeWord.node]!]!;
          i32[state + MergeWord.decision] = holder < stream ? MergeDecision.nodeFirst : MergeDecision.streamFirst;
        }
        return seen;
      },
    );
    const expected = written.rows.sort(
      (a, b) => compareKeys(a.key, b.key) || a.stream - b.stream || a.number - b.number,
    );
    expect(merged).toEqual(expected.map(({ number }) => number));
  });
});
