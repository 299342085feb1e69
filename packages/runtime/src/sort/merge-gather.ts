/**
 * Merges streams of rows of one layout that lie in one memory, by the kernel: the tree, which {@link MergeRows} describes, and the entries of the streams' next rows
 * lie in a page. The kernel stops when a stream has no entries left, and where prefixes do not decide.
 */
import type { Memory, MemorySegment, RowCompare } from "@millrace/core";
import type { Kernels } from "../kernels/kernels.js";
import { kernelsFor } from "../kernels/kernels-for.js";
import {
  EMPTY_NODE,
  ENDED,
  MergeDecision,
  MergeStop,
  MergeWord,
  mergeStateSlots,
  streamWord,
} from "../kernels/merge-layout.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { RowGather } from "./gathered-rows.js";
import type { SortKeys } from "./sort-keys.js";
import type { SortedEntries } from "./sorted-rows.js";

const ENTRY_SLOTS = 2;
const POINTER_WORD = 2;

/** Copies the rows of sorted streams, in order, to wherever they are wanted. */
export class MergeGather implements RowGather {
  readonly layout: StreamLayout;
  isAtEnd = false;
  numRows = 0;
  readonly #memory: Memory;
  readonly #kernels: Kernels;
  readonly #streams: readonly SortedEntries[];
  readonly #isComplete: boolean;
  readonly #compare: RowCompare;
  readonly #letGo: () => void;
  /** The first word of the state. */
  readonly #state: number;
  /** Where the entries of a stream go, and how many slots each has for that. */
  readonly #entries: number;
  readonly #slotsPerStream: number;
  #hasBegun = false;

  /**
   * @param streams - in order of arrival
   * @param page - holds the state
   * @param letGo - is called once, by `close`
   */
  constructor(
    streams: readonly SortedEntries[],
    layout: StreamLayout,
    keys: SortKeys,
    page: MemorySegment,
    letGo: () => void,
  ) {
    this.layout = layout;
    this.#memory = page.memory;
    this.#kernels = kernelsFor(page.memory);
    this.#streams = streams;
    this.#isComplete = keys.isPrefixComplete;
    this.#compare = keys.comparator(layout, layout);
    this.#letGo = letGo;
    this.#state = page.firstSlot * 2;
    this.#entries = page.firstSlot + mergeStateSlots(streams.length);
    const numEntries = Math.floor((page.endSlot - this.#entries) / streams.length / ENTRY_SLOTS);
    this.#slotsPerStream = numEntries * ENTRY_SLOTS;
  }

  copy(slot: number, limit: number): number {
    if (!this.#hasBegun) this.#begin();
    const { i32 } = this.#memory;
    this.numRows = 0;
    while (!this.isAtEnd) {
      const stop = this.#kernels.mergeRows(this.#state / 2, this.#isComplete, slot, limit);
      this.numRows += i32[this.#state + MergeWord.numRows]!;
      slot = this.#kernels.endSlot;
      if (stop === MergeStop.full) break;
      if (stop === MergeStop.needsEntries) this.#bringEntries(i32[this.#state + MergeWord.stream]!);
      else if (stop === MergeStop.tie) this.#decide();
      else this.isAtEnd = true;
    }
    return slot;
  }

  #begin(): void {
    const { i32 } = this.#memory;
    const { length } = this.#streams;
    this.#hasBegun = true;
    i32.fill(0, this.#state, this.#entries * 2);
    i32[this.#state + MergeWord.numStreams] = length;
    i32[this.#state + MergeWord.node] = length >> 1;
    i32[this.#state + MergeWord.numBegun] = 1;
    i32.fill(EMPTY_NODE, this.#state + MergeWord.tree, this.#state + MergeWord.tree + length);
    for (let stream = 0; stream < length; stream++) this.#bringEntries(stream);
  }

  /** Brings the next entries of a stream of which all rows so far were copied. */
  #bringEntries(index: number): void {
    const { i32 } = this.#memory;
    const stream = this.#streams[index]!;
    const begin = this.#entries + index * this.#slotsPerStream;
    const word = this.#state + streamWord(this.#streams.length, index);
    const hasEntries = stream.bringEntries(begin, begin + this.#slotsPerStream);
    i32[word] = hasEntries ? stream.firstEntry : ENDED;
    i32[word + 1] = hasEntries ? stream.endEntry : ENDED;
  }

  #decide(): void {
    const { i32 } = this.#memory;
    const challenger = i32[this.#state + MergeWord.stream]!;
    const holder = i32[this.#state + MergeWord.tree + i32[this.#state + MergeWord.node]!]!;
    const order = this.#compare(this.#memory, this.#rowOf(holder), this.#memory, this.#rowOf(challenger));
    const isHolderFirst = order === 0 ? holder < challenger : order < 0;
    i32[this.#state + MergeWord.decision] = isHolderFirst ? MergeDecision.nodeFirst : MergeDecision.streamFirst;
  }

  #rowOf(stream: number): number {
    const { i32 } = this.#memory;
    const entry = i32[this.#state + streamWord(this.#streams.length, stream)]!;
    return i32[entry * 2 + POINTER_WORD]!;
  }

  /** Gives back what the streams hold, and the page. */
  close(): void {
    for (const stream of this.#streams) stream.close();
    this.isAtEnd = true;
    this.#letGo();
  }
}
