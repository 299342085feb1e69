// Makes and searches the directories of join tables, lists the pairs of rows that match, and writes them as rows; see JoinKernels, which has
// the layout of a directory.

import { areEqual } from "./groups.js";
import { copyRow, setEndSlot } from "./rows.js";

const PAGE_SHIFT: u32 = 12;
const PAGE_MASK: u32 = 4095;
const POINTER_MASK: u32 = 0x1fffffff;
/** Set in the link of an entry that stands for a row in a file. */
const IS_LARGE: u32 = 0x20000000;
/** How many entries ahead a cell is asked for. */
const CELLS_AHEAD: u32 = 16;
const TUPLE_HEADER_BYTES: u32 = 24;

/** The kinds of projected fields: what lies in the slot alone, and what stands behind the slots, by where its length is. */
const FIELD_IS_TEXT: u32 = 1;
const FIELD_IS_BYTES: u32 = 2;
const FIELD_IS_STRUCT: u32 = 3;

/** Takes what was read only to have it in the cache. It is exported so that no optimizer leaves the reads out. */
export let keptOfEntries: u32 = 0;

/** What the words of a directory say; read once a call. */
let regionShift: u32 = 0;
let hashShift: u32 = 0;
let kind: u32 = 0;
let buildField: usize = 0;
let buildNull: usize = 0;
let buildMask: u32 = 0;
let probeField: usize = 0;
let probeNull: usize = 0;
let probeMask: u32 = 0;
let regions: usize = 0;
let pages: usize = 0;

function readDirectory(directory: u32): void {
  const own: usize = directory << 3;
  regionShift = load<u32>(own);
  hashShift = load<u32>(own, 4);
  kind = load<u32>(own, 8);
  buildField = load<u32>(own, 12) << 3;
  buildNull = load<u32>(own, 16) << 2;
  buildMask = load<u32>(own, 20);
  probeField = load<u32>(own, 24) << 3;
  probeNull = load<u32>(own, 28) << 2;
  probeMask = load<u32>(own, 32);
  regions = load<u32>(own, 36) << 3;
  pages = load<u32>(own, 40) << 3;
}

function regionOf(hash: u32): usize {
  return regions + (((hash >> 1) >> regionShift) << 3);
}

function cellIn(region: usize, hash: u32): u32 {
  return load<u32>(region) + <u32>((<u64>(hash << hashShift) * <u64>load<u32>(region, 4)) >> 32);
}

function addressOf(cell: u32): usize {
  return (<usize>(load<u32>(pages + ((cell >> PAGE_SHIFT) << 2)) + (cell & PAGE_MASK))) << 3;
}

function slotsOf(entry: usize): u32 {
  return (load<u32>(entry) & IS_LARGE) !== 0 ? 2 : 1 + (load<u32>(entry, 8) >> 3);
}

export function insertEntries(directory: u32, slot: u32, endSlot: u32): u32 {
  readDirectory(directory);
  let touched: u32 = 0;
  let ahead = slot;
  for (let i: u32 = 0; i < CELLS_AHEAD && ahead < endSlot; i++) ahead += slotsOf((<usize>ahead) << 3);
  while (slot < endSlot) {
    if (ahead < endSlot) {
      const other: usize = (<usize>ahead) << 3;
      const wanted = load<u32>(other, 4);
      touched += load<u32>(addressOf(cellIn(regionOf(wanted), wanted)));
      ahead += slotsOf(other);
    }
    const entry: usize = (<usize>slot) << 3;
    if ((load<u32>(entry) & IS_LARGE) !== 0) break;
    const hash = load<u32>(entry, 4);
    const region = regionOf(hash);
    const first = load<u32>(region);
    const end = first + load<u32>(region, 4);
    let cell = cellIn(region, hash);
    let address = addressOf(cell);
    let head = load<u32>(address);
    while (head !== 0) {
      if (load<u32>(address, 4) === hash) {
        const other: usize = (<usize>head) << 3;
        if ((load<u32>(other) & IS_LARGE) !== 0) break;
        const nulls = load<u32>(entry + 8 + buildNull) & buildMask;
        const otherNulls = load<u32>(other + 8 + buildNull) & buildMask;
        if (nulls === otherNulls && (nulls !== 0 || areEqual(kind, entry + 8 + buildField, other + 8 + buildField)))
          break;
      }
      if (++cell === end) cell = first;
      address = addressOf(cell);
      head = load<u32>(address);
    }
    if (head !== 0 && (load<u32>((<usize>head) << 3) & IS_LARGE) !== 0) break;
    store<u32>(entry, head);
    store<u32>(address, slot);
    store<u32>(address, hash, 4);
    slot += 1 + (load<u32>(entry, 8) >> 3);
  }
  keptOfEntries = touched;
  return slot;
}

export function findEntries(directory: u32, pointers: u32, hashes: u32, from: u32, numRows: u32, heads: u32): u32 {
  readDirectory(directory);
  const pointer: usize = pointers << 3;
  const hash: usize = hashes << 3;
  const head: usize = heads << 3;
  // The first loop reads cells and the second one entries, so that many of either are on their way from memory at the same time.
  for (let row = from; row < numRows; row++) {
    if (<i32>load<u32>(head + (row << 2)) < 0) continue;
    const wanted = load<u32>(hash + (row << 2));
    const region = regionOf(wanted);
    const entry = load<u32>(region, 4) === 0 ? 0 : load<u32>(addressOf(cellIn(region, wanted)));
    store<u32>(head + (row << 2), entry);
  }
  for (let row = from; row < numRows; row++) {
    const entry = load<u32>(head + (row << 2));
    const at: usize = load<u32>(pointer + (row << 2)) << 3;
    if (<i32>entry <= 0 || (load<u32>(at + probeNull) & probeMask) !== 0) {
      store<u32>(head + (row << 2), 0);
      continue;
    }
    const wanted = load<u32>(hash + (row << 2));
    const first: usize = (<usize>entry) << 3;
    if (load<u32>(first, 4) === wanted && (load<u32>(first) & IS_LARGE) === 0 && isOf(at, first)) continue;
    const found = search(at, wanted);
    if (found !== 0 && (load<u32>((<usize>found) << 3) & IS_LARGE) !== 0) return row;
    store<u32>(head + (row << 2), found);
  }
  return numRows;
}

/** Whether the row at an address has the key of the entry at another, and not null. */
function isOf(row: usize, entry: usize): bool {
  if ((load<u32>(entry + 8 + buildNull) & buildMask) !== 0) return false;
  return areEqual(kind, row + probeField, entry + 8 + buildField);
}

/** Returns the entry of a row's key, 0 for none; or one of the same hash whose row is in a file. */
function search(row: usize, hash: u32): u32 {
  const region = regionOf(hash);
  const first = load<u32>(region);
  const end = first + load<u32>(region, 4);
  let cell = cellIn(region, hash);
  let address = addressOf(cell);
  let entry = load<u32>(address);
  while (entry !== 0) {
    if (load<u32>(address, 4) === hash) {
      const at: usize = (<usize>entry) << 3;
      if ((load<u32>(at) & IS_LARGE) !== 0 || isOf(row, at)) break;
    }
    if (++cell === end) cell = first;
    address = addressOf(cell);
    entry = load<u32>(address);
  }
  return entry;
}

export function listPairs(
  state: u32,
  heads: u32,
  pointers: u32,
  numRows: u32,
  builds: u32,
  probes: u32,
  maxPairs: u32,
): u32 {
  const own: usize = state << 3;
  const head: usize = heads << 3;
  const pointer: usize = pointers << 3;
  const build: usize = builds << 3;
  const probe: usize = probes << 3;
  let row = load<u32>(own);
  let entry = load<u32>(own, 4);
  let count: u32 = 0;
  while (count < maxPairs) {
    if (entry === 0) {
      if (row === numRows) break;
      entry = load<u32>(head + (row << 2));
      if (entry === 0) {
        row++;
        continue;
      }
    }
    const link = load<u32>((<usize>entry) << 3);
    if ((link & IS_LARGE) !== 0) break;
    store<u32>(build + (count << 2), entry + 1);
    store<u32>(probe + (count << 2), load<u32>(pointer + (row << 2)));
    count++;
    entry = link & POINTER_MASK;
    if (entry === 0) row++;
  }
  store<u32>(own, row);
  store<u32>(own, entry, 4);
  return count;
}

/** Returns where the record of a row begins, whose offset stands in a word of the row; 0 when it is the row. */
function recordOf(slots: usize, index: u32, word: u32): usize {
  const row: usize = load<u32>(slots + (index << 2)) << 3;
  return word === 0 ? row : row + load<u32>(row + (word << 2));
}

export function writePairs(
  lefts: u32,
  rights: u32,
  from: u32,
  numPairs: u32,
  leftWord: u32,
  rightWord: u32,
  toSlot: u32,
  limitSlot: u32,
): u32 {
  const left: usize = lefts << 3;
  const right: usize = rights << 3;
  let to: usize = toSlot << 3;
  let room: u32 = (limitSlot - toSlot) << 3;
  let i = from;
  for (; i < numPairs; i++) {
    const first = recordOf(left, i, leftWord);
    const second = recordOf(right, i, rightWord);
    const firstSize = load<u32>(first);
    const secondSize = load<u32>(second);
    const size = TUPLE_HEADER_BYTES + firstSize + secondSize;
    if (size > room) break;
    store<u64>(to, size);
    store<u64>(to, TUPLE_HEADER_BYTES, 8);
    store<u64>(to, TUPLE_HEADER_BYTES + firstSize, 16);
    copyRow(first, to + TUPLE_HEADER_BYTES, firstSize);
    copyRow(second, to + TUPLE_HEADER_BYTES + firstSize, secondSize);
    to += size;
    room -= size;
  }
  setEndSlot(limitSlot - (room >> 3));
  return i;
}

/** Returns how many bytes a field has behind the slots, padded; `slot` is the address of its slot, `record` that of its record. */
function tailBytes(fieldKind: u32, record: usize, slot: usize): u32 {
  if (fieldKind === FIELD_IS_TEXT) return ((load<u32>(slot, 4) >> 1) + 7) & ~7;
  if (fieldKind === FIELD_IS_BYTES) return (load<u32>(slot, 4) + 7) & ~7;
  if (fieldKind === FIELD_IS_STRUCT) return load<u32>(record + load<u32>(slot));
  return 0;
}

export function projectPairs(
  plan: u32,
  lefts: u32,
  rights: u32,
  from: u32,
  numPairs: u32,
  toSlot: u32,
  limitSlot: u32,
): u32 {
  const own: usize = plan << 3;
  const numFields = load<u32>(own);
  const leftWord = load<u32>(own, 4);
  const rightWord = load<u32>(own, 8);
  const hasTails = load<u32>(own, 12) !== 0;
  const fields: usize = own + 16;
  const left: usize = lefts << 3;
  const right: usize = rights << 3;
  let to: usize = toSlot << 3;
  let room: u32 = (limitSlot - toSlot) << 3;
  let i = from;
  for (; i < numPairs; i++) {
    const first = recordOf(left, i, leftWord);
    const second = recordOf(right, i, rightWord);
    let size: u32 = 8 + (numFields << 3);
    if (hasTails) {
      for (let field: u32 = 0; field < numFields; field++) {
        const at = fields + (field << 4);
        const record = load<u32>(at, 4) === 0 ? first : second;
        if (((load<u32>(record + ((load<u32>(at, 12) >> 5) << 2) + 4) >> (load<u32>(at, 12) & 31)) & 1) !== 0) continue;
        size += tailBytes(load<u32>(at), record, record + (load<u32>(at, 8) << 3));
      }
    }
    if (size > room) break;
    let nulls: u32 = 0;
    let tail: u32 = 8 + (numFields << 3);
    for (let field: u32 = 0; field < numFields; field++) {
      const at = fields + (field << 4);
      const fieldKind = load<u32>(at);
      const record = load<u32>(at, 4) === 0 ? first : second;
      const slot = record + (load<u32>(at, 8) << 3);
      const position = load<u32>(at, 12);
      const isNull = (load<u32>(record + ((position >> 5) << 2) + 4) >> (position & 31)) & 1;
      const out = to + 8 + (field << 3);
      store<u64>(out, load<u64>(slot));
      nulls |= isNull << field;
      if (fieldKind === 0 || isNull !== 0) continue;
      const length = tailBytes(fieldKind, record, slot);
      store<u32>(out, tail);
      copyRow(record + load<u32>(slot), to + tail, length);
      tail += length;
    }
    store<u32>(to, size);
    store<u32>(to, nulls, 4);
    to += size;
    room -= size;
  }
  setEndSlot(limitSlot - (room >> 3));
  return i;
}
