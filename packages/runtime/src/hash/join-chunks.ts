/**
 * Joins a spilled partition that hashing does not make smaller, because too many of its rows have one key (or because it is so small that
 * spreading it again would not pay): a block nested loop whose inner loop is a hash table.
 *
 * 1. As much of the build side as fits is read into memory, a chunk, and gets a directory.
 * 2. All of the probe side is read and probes it.
 * 3. The same with the next chunk, until there are no more.
 *
 * Where it matters whether a probe row had a match in an earlier chunk, the probe side is written anew for the next one: with a mark, or without the
 * rows that need nothing more. So there is no partition that cannot be joined.
 */
import type { MemorySegment } from "@millrace/core";
import { PAGE_HEADER_SLOTS } from "../memory/page-slots.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { Steps } from "../task/driver.js";
import { PAGES_IN_A_STEP } from "../task/work.js";
import {
  entriesEnd,
  entrySlots,
  HASH_WORD,
  IS_LARGE,
  IS_MATCHED,
  LINK_WORD,
  MAX_ENTRY_SLOTS,
  numEntriesOf,
} from "./entry.js";
import { EntryReader, EntryWriter } from "./entry-writer.js";
import { HashScratch } from "./hash-scratch.js";
import { type JoinEnvironment, takeReserved } from "./join-environment.js";
import { directoryPages, JOIN_PREFIX_SLOTS, JoinIndex } from "./join-index.js";
import type { SpilledPair } from "./join-level.js";
import { JoinProber } from "./join-prober.js";
import { giveUnmatched } from "./join-unmatched.js";
import { type EntryFile, EntryRow } from "./spilled-entries.js";

/** The most entries that a page has: of rows without fields. */
const MAX_ENTRIES_PER_PAGE = MAX_ENTRY_SLOTS / (JOIN_PREFIX_SLOTS + 1);
/** For the page that the probe side is read into, and the one that it is written from. */
const PAGES_FOR_PROBE = 2;

/** Is what the probe side of a chunk is read from. */
interface ProbeSource {
  readonly file: EntryFile;
  readonly blocks: readonly number[];
}

/** Returns about how many chunks a partition takes. @internal */
export function numChunksOf({ buildBlocks, numBuild }: SpilledPair, numPages: number): number {
  return Math.ceil((buildBlocks.length + directoryPages(numBuild) + 1) / Math.max(1, numPages - PAGES_FOR_PROBE));
}

/** Joins a partition chunk by chunk. @internal */
export class ChunkedJoin {
  readonly #environment: JoinEnvironment;
  readonly #pair: SpilledPair;
  readonly #index: JoinIndex;
  readonly #prober: JoinProber;
  readonly #row: EntryRow;
  /** Where kernels have their arguments. */
  readonly #scratch: HashScratch | undefined;
  #nextBlock = 0;

  constructor(environment: JoinEnvironment, pair: SpilledPair) {
    const { budget, layouts } = environment;
    this.#environment = environment;
    this.#pair = pair;
    this.#scratch = HashScratch.of(budget, "join");
    this.#index = new JoinIndex(environment, pair.buildFile, this.#scratch);
    this.#prober = new JoinProber(this.#index, environment, this.#scratch);
    this.#row = new EntryRow(budget.memory, layouts, undefined as never);
  }

  /** Gives all results of the partition. */
  *run(): Steps {
    const { needs } = this.#environment;
    let source: ProbeSource = { file: this.#pair.probeFile, blocks: this.#pair.probeBlocks };
    do {
      const pages = yield* this.#loadChunk();
      const isLast = this.#nextBlock === this.#pair.buildBlocks.length;
      const isRewritten = !isLast && (needs.probeMatched || needs.probeUnmatched);
      this.#prober.givesUnmatched = isLast && needs.probeUnmatched;
      const next = yield* this.#probe(source, isRewritten);
      if (needs.buildUnmatched) yield* giveUnmatched(this.#index, this.#environment.emitter);
      this.#index.release();
      for (const page of pages) this.#environment.budget.give(page);
      if (next === undefined) continue;
      if (source.file !== this.#pair.probeFile) this.#environment.files.remove(source.file);
      source = next;
    } while (this.#nextBlock < this.#pair.buildBlocks.length);
    if (source.file !== this.#pair.probeFile) this.#environment.files.remove(source.file);
    this.#scratch?.release();
  }

  *#loadChunk(): Steps<MemorySegment[]> {
    const { budget } = this.#environment;
    const { buildBlocks, buildFile, numCommonBits } = this.#pair;
    const pages: MemorySegment[] = [];
    let numEntries = 0;
    while (this.#nextBlock < buildBlocks.length) {
      const reserved = directoryPages(numEntries + MAX_ENTRIES_PER_PAGE) + PAGES_FOR_PROBE;
      if (pages.length > 0 && budget.numFree <= reserved) break;
      const page = takeReserved(budget);
      pages.push(page);
      buildFile.readPage(buildBlocks[this.#nextBlock++]!, page);
      numEntries += numEntriesOf(page.memory, page.firstSlot);
      if (pages.length % PAGES_IN_A_STEP === 0) yield "turn";
    }
    yield* this.#index.open([numEntries], 0, numCommonBits);
    yield* this.#index.insertPages(pages, 0);
    return pages;
  }

  /** Probes the chunk with all of `source`; returns what the next chunk is probed with, when that is something else. */
  *#probe(source: ProbeSource, isRewritten: boolean): Steps<ProbeSource | undefined> {
    const { budget, layouts, files } = this.#environment;
    const page = takeReserved(budget);
    const reader = new EntryReader(layouts, source.file, page);
    const file = isRewritten ? files.create() : undefined;
    const writer = file === undefined ? undefined : new EntryWriter(budget, file, JOIN_PREFIX_SLOTS);
    if (writer !== undefined) writer.isSpilled = true;
    for (const block of source.blocks) {
      const layout = reader.read(block);
      this.#fill(page);
      yield* this.#probeBatch(layout, writer);
      yield* this.#probeLarge(page, source.file, writer);
      yield "turn";
    }
    budget.give(page);
    writer?.finishSpilling();
    return file === undefined ? undefined : { file, blocks: writer!.blocks };
  }

  /** Fills the batch of the prober with the rows of a page that are not large. */
  #fill(page: MemorySegment): void {
    const { memory } = page;
    const { batch, heads, wasMatched } = this.#prober;
    const { slots, hashes } = batch;
    const end = entriesEnd(memory, page.firstSlot);
    let numRows = 0;
    for (let pointer = page.firstSlot + PAGE_HEADER_SLOTS; pointer < end; ) {
      const link = memory.i32[pointer * 2 + LINK_WORD]!;
      if ((link & IS_LARGE) === 0) {
        slots[numRows] = pointer + JOIN_PREFIX_SLOTS;
        hashes[numRows] = memory.i32[pointer * 2 + HASH_WORD]!;
        wasMatched[numRows] = (link & IS_MATCHED) === 0 ? 0 : 1;
        heads[numRows++] = 0;
      }
      pointer += entrySlots(memory, pointer, JOIN_PREFIX_SLOTS);
    }
    batch.memory = memory;
    batch.numRows = numRows;
  }

  /** Probes with the batch. */
  *#probeBatch(layout: StreamLayout, writer: EntryWriter | undefined): Steps {
    const prober = this.#prober;
    const { emitter } = this.#environment;
    prober.begin(layout);
    while (!prober.advance()) yield* emitter.drain();
    if (writer !== undefined) this.#rewrite(layout, writer);
  }

  *#probeLarge(page: MemorySegment, file: EntryFile, writer: EntryWriter | undefined): Steps {
    const { memory } = page;
    const { batch, heads, wasMatched } = this.#prober;
    const end = entriesEnd(memory, page.firstSlot);
    for (let pointer = page.firstSlot + PAGE_HEADER_SLOTS; pointer < end; ) {
      const link = memory.i32[pointer * 2 + LINK_WORD]!;
      if ((link & IS_LARGE) !== 0) {
        this.#row.setLarge(memory, pointer + JOIN_PREFIX_SLOTS, file);
        batch.memory = this.#row.memory;
        batch.numRows = 1;
        batch.slots[0] = 0;
        batch.hashes[0] = memory.i32[pointer * 2 + HASH_WORD]!;
        wasMatched[0] = (link & IS_MATCHED) === 0 ? 0 : 1;
        heads[0] = 0;
        yield* this.#probeBatch(this.#row.layout, writer);
      }
      pointer += entrySlots(memory, pointer, JOIN_PREFIX_SLOTS);
    }
  }

  /** Writes those rows of the batch for the next chunk that can still have results. */
  #rewrite(layout: StreamLayout, writer: EntryWriter): void {
    const { batch, heads, wasMatched } = this.#prober;
    const { memory, slots, hashes, numRows } = batch;
    const { pairs } = this.#environment.needs;
    for (let i = 0; i < numRows; i++) {
      const isMatched = heads[i] !== 0 || wasMatched[i] !== 0;
      if (isMatched && !pairs) continue;
      writer.appendSpilled(memory, slots[i]!, layout, hashes[i]!, isMatched ? IS_MATCHED : 0);
    }
  }
}
