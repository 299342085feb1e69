import type { LineForm, Memory, NumberColumn } from "@millrace/core";
import { findBytes, findNeedles } from "./byte-twin.js";
import { checksum } from "./checksum-twin.js";
import { addNumbers, findGroups, listEntries, partitionEntries } from "./group-twin.js";
import { insert, partitionHashes, probe, tableHashes } from "./hash-twin.js";
import { findEntries, insertEntries, listPairs, projectPairs, writePairs } from "./join-twin.js";
import type { AddedNumbers, Kernels } from "./kernels.js";
import { keyHashes } from "./key-twin.js";
import { joinLines, splitLines } from "./line-twin.js";
import { mergeRows } from "./merge-twin.js";
import { gatherNumbers, scatterAdd, sumGathered } from "./number-twin.js";
import type { FoldedTuples, PackedField } from "./packed-kernels.js";
import * as packed from "./packed-twin.js";
import { copyRows, endOfRows, listRows, partitionRows } from "./row-twin.js";
import * as sort from "./sort-twin.js";

/** Is the kernels in TypeScript: the oracle of the others. Written to be read; fast only as far as that costs nothing. */
export class TypeScriptKernels implements Kernels {
  readonly implementation = "typescript";
  readonly memory: Memory;
  endSlot = 0;
  endByte = 0;

  constructor(memory: Memory) {
    this.memory = memory;
  }

  copyRows(pointers: number, strideWords: number, numRows: number, toSlot: number, limitSlot: number): number {
    const count = copyRows(this.memory, pointers, strideWords, numRows, toSlot, limitSlot);
    this.endSlot = endOfRows(this.memory, pointers, strideWords, count, toSlot);
    return count;
  }

  listRows(slot: number, endSlot: number, pointers: number, maxRows: number): number {
    return listRows(this.memory, slot, endSlot, pointers, maxRows);
  }

  partitionRows(
    pointers: number,
    hashes: number,
    numRows: number,
    shift: number,
    mask: number,
    cursors: number,
  ): number {
    return partitionRows(this.memory, pointers, hashes, numRows, shift, mask, cursors);
  }

  mergeRows(state: number, isComplete: boolean, toSlot: number, limitSlot: number): number {
    const { stop, endSlot } = mergeRows(this.memory, state, isComplete, toSlot, limitSlot);
    this.endSlot = endSlot;
    return stop;
  }

  firstVaryingBit(pages: number, from: number, to: number, bit: number): number {
    return sort.firstVaryingBit(this.memory, pages, from, to, bit);
  }

  countDigits(pages: number, from: number, to: number, bit: number, numDigits: number, counts: number): void {
    sort.countDigits(this.memory, pages, from, to, bit, numDigits, counts);
  }

  beginScatter(_toPages: number, from: number, _to: number, counts: number, scratch: number): void {
    sort.beginScatter(this.memory, from, counts, scratch);
  }

  scatterByDigit(
    pages: number,
    toPages: number,
    from: number,
    to: number,
    _rangeEnd: number,
    bit: number,
    scratch: number,
  ): void {
    sort.scatterByDigit(this.memory, pages, toPages, from, to, bit, scratch);
  }

  permuteByDigit(pages: number, from: number, to: number, bit: number, counts: number, scratch: number): void {
    sort.permuteByDigit(this.memory, pages, from, to, bit, counts, scratch);
  }

  orderShortRuns(pages: number, from: number, to: number, numBits: number, numSorted: number): number {
    return sort.orderShortRuns(this.memory, pages, from, to, numBits, numSorted);
  }

  findRun(pages: number, from: number, to: number, numBits: number): number {
    return sort.findRun(this.memory, pages, from, to, numBits);
  }

  endOfRun(pages: number, from: number, to: number, numBits: number): number {
    return sort.endOfRun(this.memory, pages, from, to, numBits);
  }

  copyEntries(pages: number, toPages: number, from: number, to: number): void {
    sort.copyEntries(this.memory, pages, toPages, from, to);
  }

  tableHashes(
    column: NumberColumn,
    pointers: number,
    numRows: number,
    seedLow: number,
    seedHigh: number,
    hashes: number,
  ): void {
    tableHashes(this.memory, column, pointers, numRows, { low: seedLow, high: seedHigh }, hashes);
  }

  partitionHashes(column: NumberColumn, pointers: number, numRows: number, hashes: number): void {
    partitionHashes(this.memory, column, pointers, numRows, hashes);
  }

  keyHashes(
    fields: number,
    numFields: number,
    pointers: number,
    from: number,
    numRows: number,
    seedLow: number,
    seedHigh: number,
    _room: number,
    hashes: number,
  ): number {
    const seed = { low: seedLow, high: seedHigh };
    return keyHashes(this.memory, { fields, numFields }, pointers, from, numRows, seed, hashes);
  }

  probe(hashes: number, numHashes: number, table: number, mask: number, buckets: number): void {
    probe(this.memory, hashes, numHashes, table, mask, buckets);
  }

  insert(hashes: number, pointers: number, numHashes: number, table: number, mask: number): void {
    insert(this.memory, hashes, pointers, numHashes, table, mask);
  }

  checksum(from: number, length: number): number {
    return checksum(this.memory, from, length);
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
    return findGroups(this.memory, table, pointers, hashes, from, numRows, mayInsert, groups);
  }

  listEntries(slot: number, endSlot: number, pointers: number, hashes: number): number {
    return listEntries(this.memory, slot, endSlot, pointers, hashes);
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
    return partitionEntries(this.memory, pointers, hashes, from, numRows, shift, mask, cursors);
  }

  addNumbers(numbers: AddedNumbers, pointers: number, numRows: number, groups: number): void {
    addNumbers(this.memory, numbers, pointers, numRows, groups);
  }

  packField(
    field: PackedField,
    pointers: number,
    from: number,
    numRows: number,
    tuples: number,
    tupleSlots: number,
  ): void {
    packed.packField(this.memory, field, pointers, from, numRows, tuples, tupleSlots);
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
    packed.hashTuples(this.memory, tuples, numTuples, tupleSlots, numKeys, floats, nullMask, seeds);
  }

  /** Nothing can be seen of it. */
  readAhead(): void {}

  scatterTuples(
    tuples: number,
    from: number,
    numTuples: number,
    tupleSlots: number,
    shift: number,
    mask: number,
    cursors: number,
  ): number {
    return packed.scatterTuples(this.memory, tuples, from, numTuples, tupleSlots, shift, mask, cursors);
  }

  findTuples(
    table: number,
    tuples: number,
    from: number,
    numTuples: number,
    mayInsert: boolean,
    groups: number,
  ): number {
    return packed.findTuples(this.memory, table, tuples, from, numTuples, mayInsert, groups);
  }

  indexTuples(table: number, slot: number, endSlot: number): void {
    packed.indexTuples(this.memory, table, slot, endSlot);
  }

  foldTuples(folded: FoldedTuples, tuples: number, numTuples: number, tupleSlots: number, groups: number): void {
    packed.foldTuples(this.memory, folded, tuples, numTuples, tupleSlots, groups);
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
    packed.writeResults(this.memory, fields, numFields, rowSlots, headerSlots, entries, numEntries, entrySlots, toSlot);
  }

  insertEntries(directory: number, slot: number, endSlot: number): number {
    return insertEntries(this.memory, directory, slot, endSlot);
  }

  findEntries(
    directory: number,
    pointers: number,
    hashes: number,
    from: number,
    numRows: number,
    heads: number,
  ): number {
    return findEntries(this.memory, directory, pointers, hashes, from, numRows, heads);
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
    return listPairs(this.memory, state, heads, pointers, numRows, builds, probes, maxPairs);
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
    const written = writePairs(this.memory, lefts, rights, from, numPairs, leftWord, rightWord, toSlot, limitSlot);
    this.endSlot = written.endSlot;
    return written.end;
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
    const written = projectPairs(this.memory, plan, lefts, rights, from, numPairs, toSlot, limitSlot);
    this.endSlot = written.endSlot;
    return written.end;
  }

  findBytes(from: number, length: number, bytes: number, positions: number, maxPositions: number): number {
    return findBytes(this.memory, from, length, bytes, positions, maxPositions);
  }

  findNeedles(from: number, length: number, needles: number, matches: number, maxMatches: number): number {
    return findNeedles(this.memory, from, length, needles, matches, maxMatches);
  }

  splitLines(from: number, length: number, form: LineForm, toSlot: number, limitSlot: number): number {
    const { next, end } = splitLines(this.memory, from, length, form, toSlot, limitSlot);
    this.endSlot = end;
    return next;
  }

  joinLines(
    slot: number,
    endSlot: number,
    form: Pick<LineForm, "delimiter" | "isLatin1">,
    to: number,
    limit: number,
  ): number {
    const { next, end } = joinLines(this.memory, slot, endSlot, form, to, limit);
    this.endByte = end;
    return next;
  }

  gatherNumbers(values: number, indexes: number, numIndexes: number, out: number): void {
    gatherNumbers(this.memory, values, indexes, numIndexes, out);
  }

  scatterAdd(targets: number, indexes: number, values: number, numIndexes: number): void {
    scatterAdd(this.memory, targets, indexes, values, numIndexes);
  }

  sumGathered(offsets: number, numSums: number, indexes: number, values: number, out: number): void {
    sumGathered(this.memory, offsets, numSums, indexes, values, out);
  }
}
