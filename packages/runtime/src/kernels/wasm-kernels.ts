import type { LineForm, Memory, NumberColumn, TableHashSeed } from "@millrace/core";
import { PARTITION_HASH_OF_NULL, TAG_OF_KIND, tableHashOfNull } from "./hash-twin.js";
import type { AddedNumbers, Kernels } from "./kernels.js";
import type { FoldedTuples, PackedField } from "./packed-kernels.js";
import type { WasmExports } from "./wasm-module.js";

/** The numbers of kinds in the module; dates differ from other numbers only in the tag. */
const KIND_NUMBERS = { int32: 0, float64: 1, timestamp: 1, int64: 2 } as const;

/** Is the kernels in WebAssembly, for a memory that is shared. Integers that it takes and gives are unsigned. */
export class WasmKernels implements Kernels {
  readonly implementation = "wasm";
  readonly memory: Memory;
  readonly #exports: WasmExports;
  /** The seed that was last used, and what null hashes to with it. */
  #seed: TableHashSeed | undefined;
  #hashOfNull = 0;

  constructor(memory: Memory, exports: WasmExports) {
    this.memory = memory;
    this.#exports = exports;
  }

  get endSlot(): number {
    return this.#exports.endSlot.value as number;
  }

  copyRows(pointers: number, strideWords: number, numRows: number, toSlot: number, limitSlot: number): number {
    return this.#exports.copyRows(pointers, strideWords, numRows, toSlot, limitSlot);
  }

  listRows(slot: number, endSlot: number, pointers: number, maxRows: number): number {
    return this.#exports.listRows(slot, endSlot, pointers, maxRows);
  }

  partitionRows(
    pointers: number,
    hashes: number,
    numRows: number,
    shift: number,
    mask: number,
    cursors: number,
  ): number {
    return this.#exports.partitionRows(pointers, hashes, numRows, shift, mask, cursors);
  }

  mergeRows(state: number, isComplete: boolean, toSlot: number, limitSlot: number): number {
    return this.#exports.mergeRows(state, isComplete ? 1 : 0, toSlot, limitSlot);
  }

  firstVaryingBit(pages: number, from: number, to: number, bit: number): number {
    return this.#exports.firstVaryingBit(pages, from, to, bit);
  }

  countDigits(pages: number, from: number, to: number, bit: number, numDigits: number, counts: number): void {
    this.#exports.countDigits(pages, from, to, bit, numDigits, counts);
  }

  beginScatter(toPages: number, from: number, to: number, counts: number, scratch: number): void {
    this.#exports.beginScatter(toPages, from, to, counts, scratch);
  }

  scatterByDigit(
    pages: number,
    toPages: number,
    from: number,
    to: number,
    rangeEnd: number,
    bit: number,
    scratch: number,
  ): void {
    this.#exports.scatterByDigit(pages, toPages, from, to, rangeEnd, bit, scratch);
  }

  permuteByDigit(pages: number, from: number, to: number, bit: number, counts: number, scratch: number): void {
    this.#exports.permuteByDigit(pages, from, to, bit, counts, scratch);
  }

  orderShortRuns(pages: number, from: number, to: number, numBits: number, numSorted: number): number {
    return this.#exports.orderShortRuns(pages, from, to, numBits, numSorted);
  }

  findRun(pages: number, from: number, to: number, numBits: number): number {
    return this.#exports.findRun(pages, from, to, numBits);
  }

  endOfRun(pages: number, from: number, to: number, numBits: number): number {
    return this.#exports.endOfRun(pages, from, to, numBits);
  }

  copyEntries(pages: number, toPages: number, from: number, to: number): void {
    this.#exports.copyEntries(pages, toPages, from, to);
  }

  keyHashes(
    fields: number,
    numFields: number,
    pointers: number,
    from: number,
    numRows: number,
    seedLow: number,
    seedHigh: number,
    room: number,
    hashes: number,
  ): number {
    return this.#exports.keyHashes(fields, numFields, pointers, from, numRows, seedLow, seedHigh, room, hashes);
  }

  probe(hashes: number, numHashes: number, table: number, mask: number, buckets: number): void {
    this.#exports.probe(hashes, numHashes, table, mask, buckets);
  }

  insert(hashes: number, pointers: number, numHashes: number, table: number, mask: number): void {
    this.#exports.insert(hashes, pointers, numHashes, table, mask);
  }

  findGroups(
    table: number,
    pointers: number,
    hashes: number,
    from: number,
    numRows: number,
    mayInsert: boolean,
    groups: number,
  ): number {
    return this.#exports.findGroups(table, pointers, hashes, from, numRows, mayInsert ? 1 : 0, groups);
  }

  listEntries(slot: number, endSlot: number, pointers: number, hashes: number): number {
    return this.#exports.listEntries(slot, endSlot, pointers, hashes);
  }

  partitionEntries(
    pointers: number,
    hashes: number,
    from: number,
    numRows: number,
    shift: number,
    mask: number,
    cursors: number,
  ): number {
    return this.#exports.partitionEntries(pointers, hashes, from, numRows, shift, mask, cursors);
  }

  addNumbers(numbers: AddedNumbers, pointers: number, numRows: number, groups: number): void {
    const { isInt32, fieldSlot, nullWord, nullMask, sumSlot, seenWord, seenMask } = numbers;
    const kind = isInt32 ? 1 : 0;
    this.#exports.addNumbers(
      kind,
      pointers,
      numRows,
      fieldSlot,
      nullWord,
      nullMask,
      groups,
      sumSlot,
      seenWord,
      seenMask,
    );
  }

  packField(
    field: PackedField,
    pointers: number,
    from: number,
    numRows: number,
    tuples: number,
    tupleSlots: number,
  ): void {
    const { kind, fieldSlot, nullWord, nullMask, slot } = field;
    this.#exports.packField(kind, pointers, from, numRows, fieldSlot, nullWord, nullMask, tuples, tupleSlots, slot);
  }

  hashTuples(
    tuples: number,
    numTuples: number,
    tupleSlots: number,
    numKeys: number,
    floats: number,
    nullMask: number,
    seeds: number,
  ): void {
    this.#exports.hashTuples(tuples, numTuples, tupleSlots, numKeys, floats, nullMask, seeds);
  }

  readAhead(cursors: number, numCursors: number, numSlots: number): void {
    this.#exports.readAhead(cursors, numCursors, numSlots);
  }

  scatterTuples(
    tuples: number,
    from: number,
    numTuples: number,
    tupleSlots: number,
    shift: number,
    mask: number,
    cursors: number,
  ): number {
    return this.#exports.scatterTuples(tuples, from, numTuples, tupleSlots, shift, mask, cursors);
  }

  findTuples(
    table: number,
    tuples: number,
    from: number,
    numTuples: number,
    mayInsert: boolean,
    groups: number,
  ): number {
    return this.#exports.findTuples(table, tuples, from, numTuples, mayInsert ? 1 : 0, groups);
  }

  indexTuples(table: number, slot: number, endSlot: number): void {
    this.#exports.indexTuples(table, slot, endSlot);
  }

  foldTuples(folded: FoldedTuples, tuples: number, numTuples: number, tupleSlots: number, groups: number): void {
    const { fold, valueSlot, stateSlot, seenWord, seenMask } = folded;
    this.#exports.foldTuples(fold, tuples, numTuples, tupleSlots, valueSlot, groups, stateSlot, seenWord, seenMask);
  }

  writeResults(
    fields: number,
    numFields: number,
    rowSlots: number,
    headerSlots: number,
    entries: number,
    numEntries: number,
    entrySlots: number,
    toSlot: number,
  ): void {
    this.#exports.writeResults(fields, numFields, rowSlots, headerSlots, entries, numEntries, entrySlots, toSlot);
  }

  insertEntries(directory: number, slot: number, endSlot: number): number {
    return this.#exports.insertEntries(directory, slot, endSlot);
  }

  findEntries(
    directory: number,
    pointers: number,
    hashes: number,
    from: number,
    numRows: number,
    heads: number,
  ): number {
    return this.#exports.findEntries(directory, pointers, hashes, from, numRows, heads);
  }

  listPairs(
    state: number,
    heads: number,
    pointers: number,
    numRows: number,
    builds: number,
    probes: number,
    maxPairs: number,
  ): number {
    return this.#exports.listPairs(state, heads, pointers, numRows, builds, probes, maxPairs);
  }

  writePairs(
    lefts: number,
    rights: number,
    from: number,
    numPairs: number,
    leftWord: number,
    rightWord: number,
    toSlot: number,
    limitSlot: number,
  ): number {
    return this.#exports.writePairs(lefts, rights, from, numPairs, leftWord, rightWord, toSlot, limitSlot);
  }

  projectPairs(
    plan: number,
    lefts: number,
    rights: number,
    from: number,
    numPairs: number,
    toSlot: number,
    limitSlot: number,
  ): number {
    return this.#exports.projectPairs(plan, lefts, rights, from, numPairs, toSlot, limitSlot);
  }

  findBytes(from: number, length: number, bytes: number, positions: number, maxPositions: number): number {
    return this.#exports.findBytes(from, length, bytes, positions, maxPositions);
  }

  findNeedles(from: number, length: number, needles: number, matches: number, maxMatches: number): number {
    return this.#exports.findNeedles(from, length, needles, matches, maxMatches);
  }

  get endByte(): number {
    return this.#exports.endByte.value as number;
  }

  splitLines(from: number, length: number, form: LineForm, toSlot: number, limitSlot: number): number {
    const { delimiter, stripsReturn, isLatin1, maxBytes } = form;
    const most = Math.min(maxBytes, length);
    return this.#exports.splitLines(
      from,
      length,
      delimiter,
      stripsReturn ? 1 : 0,
      isLatin1 ? 1 : 0,
      most,
      toSlot,
      limitSlot,
    );
  }

  joinLines(
    slot: number,
    endSlot: number,
    form: Pick<LineForm, "delimiter" | "isLatin1">,
    to: number,
    limit: number,
  ): number {
    return this.#exports.joinLines(slot, endSlot, form.delimiter, form.isLatin1 ? 1 : 0, to, limit);
  }

  gatherNumbers(values: number, indexes: number, numIndexes: number, out: number): void {
    this.#exports.gatherNumbers(values, indexes, numIndexes, out);
  }

  scatterAdd(targets: number, indexes: number, values: number, numIndexes: number): void {
    this.#exports.scatterAdd(targets, indexes, values, numIndexes);
  }

  sumGathered(offsets: number, numSums: number, indexes: number, values: number, out: number): void {
    this.#exports.sumGathered(offsets, numSums, indexes, values, out);
  }

  tableHashes(
    column: NumberColumn,
    pointers: number,
    numRows: number,
    seedLow: number,
    seedHigh: number,
    hashes: number,
  ): void {
    const { kind, fieldSlot, nullWord, nullMask } = column;
    const hashOfNull = nullMask === 0 ? 0 : this.#tableHashOfNull(seedLow, seedHigh);
    this.#exports.tableHashes(
      KIND_NUMBERS[kind],
      TAG_OF_KIND[kind],
      pointers,
      numRows,
      fieldSlot,
      nullWord,
      nullMask,
      hashOfNull,
      seedLow,
      seedHigh,
      hashes,
    );
  }

  partitionHashes(column: NumberColumn, pointers: number, numRows: number, hashes: number): void {
    const { kind, fieldSlot, nullWord, nullMask } = column;
    this.#exports.partitionHashes(
      KIND_NUMBERS[kind],
      TAG_OF_KIND[kind],
      pointers,
      numRows,
      fieldSlot,
      nullWord,
      nullMask,
      PARTITION_HASH_OF_NULL,
      hashes,
    );
  }

  checksum(from: number, length: number): number {
    return this.#exports.checksum(from, length);
  }

  #tableHashOfNull(low: number, high: number): number {
    if (this.#seed?.low !== low || this.#seed.high !== high) {
      this.#seed = { low, high };
      this.#hashOfNull = tableHashOfNull(this.#seed);
    }
    return this.#hashOfNull;
  }
}
