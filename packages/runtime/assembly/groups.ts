// Finds and makes the groups of rows, and moves rows to where they wait for that; see GroupKernels, which has the layout of a table.

import { isNaN64 } from "./float-bits.js";
import { areKeysEqual } from "./keys.js";
import { copyRow } from "./rows.js";

const KIND_INT32: u32 = 0;
const KIND_FLOAT64: u32 = 1;
/** The key is described as a list of fields. */
const KIND_FIELDS: u32 = 3;

const KEY_FIELD_BYTES: usize = 16;

const PAGE_SHIFT: u32 = 12;
const PAGE_MASK: u32 = 4095;
/** Stands in a cell whose group went away. */
const GONE: u32 = 1;
/** Set in the link of an entry that stands for a row in a file. */
const IS_LARGE: u32 = 0x20000000;
/** Tables of more cells are not in the cache, and are read in advance. */
const MAX_NEAR_CELLS: u32 = 1 << 12;
const BATCH: u32 = 32;

/** How far in front of what is read, and of what is written, memory is asked for. */
const READ_AHEAD_SLOTS: u32 = 128;
const WRITE_AHEAD_SLOTS: u32 = 24;

/** Takes what was read only to have it in the cache. It is exported so that no optimizer leaves the reads out. */
export let keptOfCells: u32 = 0;

function firstCell(hash: u32, shift: u32, numCells: u32): u32 {
  return <u32>((<u64>(hash << shift) * <u64>numCells) >> 32);
}

function addressOf(pages: usize, cell: u32): usize {
  return (<usize>(load<u32>(pages + ((cell >> PAGE_SHIFT) << 2)) + (cell & PAGE_MASK))) << 3;
}

export function areEqual(kind: u32, a: usize, b: usize): bool {
  if (kind === KIND_INT32) return load<u32>(a) === load<u32>(b);
  const bits = load<u64>(a);
  const others = load<u64>(b);
  if (bits === others) return true;
  if (kind !== KIND_FLOAT64) return false;
  return load<f64>(a) === load<f64>(b) || (isNaN64(bits) && isNaN64(others));
}

function touchCells(hash: usize, count: u32, pages: usize, shift: u32, numCells: u32): void {
  let touched: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    touched += load<u32>(addressOf(pages, firstCell(load<u32>(hash + (i << 2)), shift, numCells)));
  }
  keptOfCells = touched;
}

function touchEntries(hash: usize, count: u32, pages: usize, shift: u32, numCells: u32): void {
  let touched: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const pointer = load<u32>(addressOf(pages, firstCell(load<u32>(hash + (i << 2)), shift, numCells)));
    touched += load<u32>((<usize>pointer) << 3);
  }
  keptOfCells = touched;
}

export function findGroups(
  table: u32,
  pointers: u32,
  hashes: u32,
  from: u32,
  numRows: u32,
  mayInsert: u32,
  groups: u32,
): u32 {
  const own: usize = table << 3;
  const numCells = load<u32>(own);
  const shift = load<u32>(own, 4);
  const prefixSlots = load<u32>(own, 12);
  const limit = load<u32>(own, 20);
  const kind = load<u32>(own, 24);
  const fieldOffset: usize = load<u32>(own, 28) << 3;
  const isOneNumber = kind !== KIND_FIELDS;
  const nullOffset: usize = isOneNumber ? load<u32>(own, 32) << 2 : 0;
  const nullMask = isOneNumber ? load<u32>(own, 36) : 0;
  const fieldsEnd = fieldOffset + <usize>load<u32>(own, 32) * KEY_FIELD_BYTES;
  const pages: usize = own + 40;
  const rowOffset: usize = prefixSlots << 3;
  const pointer: usize = pointers << 3;
  const hash: usize = hashes << 3;
  const group: usize = groups << 3;
  let numFree = load<u32>(own, 8);
  let next = load<u32>(own, 16);
  let row = from;
  let touchedTo: u32 = numCells > MAX_NEAR_CELLS ? from : numRows;
  for (; row < numRows; row++) {
    if (row === touchedTo) {
      const count = min<u32>(BATCH, numRows - row);
      touchCells(hash + (row << 2), count, pages, shift, numCells);
      touchEntries(hash + (row << 2), count, pages, shift, numCells);
      touchedTo += count;
    }
    const at: usize = load<u32>(pointer + (row << 2)) << 3;
    const wanted = load<u32>(hash + (row << 2));
    const nulls = load<u32>(at + nullOffset) & nullMask;
    let cell = firstCell(wanted, shift, numCells);
    let address = addressOf(pages, cell);
    let entry = load<u32>(address);
    while (entry !== 0) {
      if (load<u32>(address, 4) === wanted && entry !== GONE) {
        const entryAt: usize = entry << 3;
        if ((load<u32>(entryAt) & IS_LARGE) !== 0) break;
        const other = entryAt + rowOffset;
        if (isOneNumber) {
          const otherNulls = load<u32>(other + nullOffset) & nullMask;
          if (nulls === otherNulls && (nulls !== 0 || areEqual(kind, at + fieldOffset, other + fieldOffset))) break;
        } else if (areKeysEqual(fieldOffset, fieldsEnd, at, other)) break;
      }
      if (++cell === numCells) cell = 0;
      address = addressOf(pages, cell);
      entry = load<u32>(address);
    }
    if (entry === 0) {
      if (mayInsert !== 0) {
        const size = load<u32>(at);
        if (numFree === 0 || prefixSlots + (size >> 3) > limit - next) break;
        entry = next;
        let to: usize = entry << 3;
        store<u32>(to, 0);
        store<u32>(to, wanted, 4);
        const end = to + rowOffset;
        for (to += 8; to < end; to += 8) store<u64>(to, 0);
        copyRow(at, end, size);
        next += prefixSlots + (size >> 3);
        store<u32>(address, entry);
        store<u32>(address, wanted, 4);
        numFree--;
      }
    } else if ((load<u32>((<usize>entry) << 3) & IS_LARGE) !== 0) break;
    store<u32>(group + (row << 2), entry);
  }
  store<u32>(own, numFree, 8);
  store<u32>(own, next, 16);
  return row;
}

export function listEntries(slot: u32, endSlot: u32, pointers: u32, hashes: u32): u32 {
  const pointer: usize = pointers << 3;
  const hash: usize = hashes << 3;
  let count: u32 = 0;
  let touched: u32 = 0;
  while (slot < endSlot) {
    const entry: usize = slot << 3;
    touched += load<u32>((<usize>min<u32>(slot + READ_AHEAD_SLOTS, endSlot - 1)) << 3);
    store<u32>(pointer + (count << 2), slot + 1);
    store<u32>(hash + (count << 2), load<u32>(entry, 4));
    slot += 1 + (load<u32>(entry, 8) >> 3);
    count++;
  }
  keptOfCells = touched;
  return count;
}

export function partitionEntries(
  pointers: u32,
  hashes: u32,
  from: u32,
  numRows: u32,
  shift: u32,
  mask: u32,
  cursors: u32,
): u32 {
  const pointer: usize = pointers << 3;
  const hash: usize = hashes << 3;
  const cursor: usize = cursors << 3;
  let touched: u32 = 0;
  for (let i = from; i < numRows; i++) {
    const at: usize = load<u32>(pointer + (i << 2)) << 3;
    const wanted = load<u32>(hash + (i << 2));
    const own = cursor + (((wanted >> shift) & mask) << 3);
    const size = load<u32>(at);
    const to = load<u32>(own);
    const numSlots: u32 = 1 + (size >> 3);
    const limit = load<u32>(own, 4);
    if (numSlots > limit - to) return i;
    touched += load<u32>((<usize>min<u32>(to + WRITE_AHEAD_SLOTS, limit - 1)) << 3);
    const entry: usize = to << 3;
    store<u32>(entry, 0);
    store<u32>(entry, wanted, 4);
    copyRow(at, entry + 8, size);
    store<u32>(own, to + numSlots);
  }
  keptOfCells = touched;
  return numRows;
}

export function addNumbers(
  isInt32: u32,
  pointers: u32,
  numRows: u32,
  fieldSlot: u32,
  nullWord: u32,
  nullMask: u32,
  groups: u32,
  sumSlot: u32,
  seenWord: u32,
  seenMask: u32,
): void {
  const pointer: usize = pointers << 3;
  const group: usize = groups << 3;
  const fieldOffset: usize = fieldSlot << 3;
  const nullOffset: usize = nullWord << 2;
  const sumOffset: usize = sumSlot << 3;
  const seenOffset: usize = seenWord << 2;
  for (let i: u32 = 0; i < numRows; i++) {
    const entry: usize = load<u32>(group + (i << 2)) << 3;
    if (entry === 0) continue;
    const row: usize = load<u32>(pointer + (i << 2)) << 3;
    if ((load<u32>(row + nullOffset) & nullMask) !== 0) continue;
    const value = isInt32 !== 0 ? <f64>load<i32>(row + fieldOffset) : load<f64>(row + fieldOffset);
    store<f64>(entry + sumOffset, load<f64>(entry + sumOffset) + value);
    store<u32>(entry + seenOffset, load<u32>(entry + seenOffset) | seenMask);
  }
}
