import { WASM_BASE64 } from "./wasm-bytes.js";

/** Is what the module exports: the functions of the interface, with all arguments numbers. */
export interface WasmExports {
  readonly endSlot: WebAssembly.Global;
  readonly endByte: WebAssembly.Global;
  splitLines(
    from: number,
    length: number,
    delimiter: number,
    stripsReturn: number,
    isLatin1: number,
    maxBytes: number,
    toSlot: number,
    limitSlot: number,
  ): number;
  joinLines(slot: number, endSlot: number, delimiter: number, isLatin1: number, to: number, limit: number): number;
  copyRows(pointers: number, strideWords: number, numRows: number, toSlot: number, limitSlot: number): number;
  listRows(slot: number, endSlot: number, pointers: number, maxRows: number): number;
  partitionRows(
    pointers: number,
    hashes: number,
    numRows: number,
    shift: number,
    mask: number,
    cursors: number,
  ): number;
  mergeRows(state: number, isComplete: number, toSlot: number, limitSlot: number): number;
  firstVaryingBit(pages: number, from: number, to: number, bit: number): number;
  countDigits(pages: number, from: number, to: number, bit: number, numDigits: number, counts: number): void;
  beginScatter(toPages: number, from: number, to: number, counts: number, scratch: number): void;
  scatterByDigit(
    pages: number,
    toPages: number,
    from: number,
    to: number,
    rangeEnd: number,
    bit: number,
    scratch: number,
  ): void;
  permuteByDigit(pages: number, from: number, to: number, bit: number, counts: number, scratch: number): void;
  orderShortRuns(pages: number, from: number, to: number, numBits: number, numSorted: number): number;
  findRun(pages: number, from: number, to: number, numBits: number): number;
  endOfRun(pages: number, from: number, to: number, numBits: number): number;
  copyEntries(pages: number, toPages: number, from: number, to: number): void;
  tableHashes(
    kind: number,
    tag: number,
    pointers: number,
    numRows: number,
    fieldSlot: number,
    nullWord: number,
    nullMask: number,
    nullHash: number,
    seedLow: number,
    seedHigh: number,
    hashes: number,
  ): void;
  partitionHashes(
    kind: number,
    tag: number,
    pointers: number,
    numRows: number,
    fieldSlot: number,
    nullWord: number,
    nullMask: number,
    nullHash: number,
    hashes: number,
  ): void;
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
  ): number;
  probe(hashes: number, numHashes: number, table: number, mask: number, buckets: number): void;
  insert(hashes: number, pointers: number, numHashes: number, table: number, mask: number): void;
  findGroups(
    table: number,
    pointers: number,
    hashes: number,
    from: number,
    numRows: number,
    mayInsert: number,
    groups: number,
  ): number;
  listEntries(slot: number, endSlot: number, pointers: number, hashes: number): number;
  partitionEntries(
    pointers: number,
    hashes: number,
    from: number,
    numRows: number,
    shift: number,
    mask: number,
    cursors: number,
  ): number;
  addNumbers(
    isInt32: number,
    pointers: number,
    numRows: number,
    fieldSlot: number,
    nullWord: number,
    nullMask: number,
    groups: number,
    sumSlot: number,
    seenWord: number,
    seenMask: number,
  ): void;
  insertEntries(directory: number, slot: number, endSlot: number): number;
  findEntries(
    directory: number,
    pointers: number,
    hashes: number,
    from: number,
    numRows: number,
    heads: number,
  ): number;
  listPairs(
    state: number,
    heads: number,
    pointers: number,
    numRows: number,
    builds: number,
    probes: number,
    maxPairs: number,
  ): number;
  writePairs(
    lefts: number,
    rights: number,
    from: number,
    numPairs: number,
    leftWord: number,
    rightWord: number,
    toSlot: number,
    limitSlot: number,
  ): number;
  projectPairs(
    plan: number,
    lefts: number,
    rights: number,
    from: number,
    numPairs: number,
    toSlot: number,
    limitSlot: number,
  ): number;
  checksum(from: number, length: number): number;
  packField(
    kind: number,
    pointers: number,
    from: number,
    numRows: number,
    fieldSlot: number,
    nullWord: number,
    nullMask: number,
    tuples: number,
    tupleSlots: number,
    slot: number,
  ): void;
  hashTuples(
    tuples: number,
    numTuples: number,
    tupleSlots: number,
    numKeys: number,
    floats: number,
    nullMask: number,
    seeds: number,
  ): void;
  readAhead(cursors: number, numCursors: number, numSlots: number): number;
  scatterTuples(
    tuples: number,
    from: number,
    numTuples: number,
    tupleSlots: number,
    shift: number,
    mask: number,
    cursors: number,
  ): number;
  findTuples(table: number, tuples: number, from: number, numTuples: number, mayInsert: number, groups: number): number;
  indexTuples(table: number, slot: number, endSlot: number): void;
  foldTuples(
    fold: number,
    tuples: number,
    numTuples: number,
    tupleSlots: number,
    valueSlot: number,
    groups: number,
    stateSlot: number,
    seenWord: number,
    seenMask: number,
  ): void;
  writeResults(
    fields: number,
    numFields: number,
    rowSlots: number,
    headerSlots: number,
    entries: number,
    numEntries: number,
    entrySlots: number,
    toSlot: number,
  ): void;
  findBytes(from: number, length: number, bytes: number, positions: number, maxPositions: number): number;
  findNeedles(from: number, length: number, needles: number, matches: number, maxMatches: number): number;
  gatherNumbers(values: number, indexes: number, numIndexes: number, out: number): void;
  scatterAdd(targets: number, indexes: number, values: number, numIndexes: number): void;
  sumGathered(offsets: number, numSums: number, indexes: number, values: number, out: number): void;
}

let compiled: WebAssembly.Module | undefined;
let isForbidden = false;

/**
 * Makes an instance of the module over a shared memory, or returns undefined where the engine is told to compile none (a content security policy
 * without `wasm-unsafe-eval`). The module is compiled once in a thread, when it is first needed.
 */
export function instantiate(memory: WebAssembly.Memory): WasmExports | undefined {
  if (compiled === undefined && !isForbidden) compile();
  return compiled && (new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as WasmExports);
}

function compile(): void {
  try {
    compiled = new WebAssembly.Module(Uint8Array.from(atob(WASM_BASE64), (char) => char.charCodeAt(0)));
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    isForbidden = true;
  }
}
