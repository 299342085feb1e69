import type { Memory } from "@millrace/core";
import {
  DIRECTORY_BUILD_KEY,
  DIRECTORY_KIND,
  DIRECTORY_PAGES,
  DIRECTORY_PROBE_KEY,
  DIRECTORY_REGION_SHIFT,
  DIRECTORY_REGIONS,
  DIRECTORY_SHIFT,
  GROUP_KEY_KINDS,
  PLAN_FIELD_KINDS,
  PLAN_FIELDS,
  PLAN_LEFT_WORD,
  PLAN_NUM_FIELDS,
  PLAN_RIGHT_WORD,
  PLAN_WORDS_PER_FIELD,
} from "./kernel-layouts.js";

const PAGE_SHIFT = 12;
const PAGE_MASK = 4095;
const POINTER_MASK = 0x1fff_ffff;
const IS_LARGE = 0x2000_0000;
const ENTRY_PREFIX_SLOTS = 1;
const TUPLE_HEADER_SLOTS = 3;

/** Is what two kernels return: the first pair that was not written, and the slot behind the rows. */
interface WrittenPairs {
  readonly end: number;
  readonly endSlot: number;
}

/** Reads a directory of cells. */
class Directory {
  readonly #memory: Memory;
  readonly #at: number;

  constructor(memory: Memory, directory: number) {
    this.#memory = memory;
    this.#at = directory * 2;
  }

  /** Returns the words of the cells where a hash may be, in the order of the search. */
  *cellsOf(hash: number): Generator<number> {
    const { i32 } = this.#memory;
    const region =
      i32[this.#at + DIRECTORY_REGIONS]! * 2 + ((hash >>> 1) >>> i32[this.#at + DIRECTORY_REGION_SHIFT]!) * 2;
    const first = i32[region]!;
    const numCells = i32[region + 1]!;
    const shifted = (hash << i32[this.#at + DIRECTORY_SHIFT]!) >>> 0;
    const begin = Math.floor((shifted * numCells) / 2 ** 32);
    for (let i = 0; i < numCells; i++) yield this.#wordOf(first + ((begin + i) % numCells));
  }

  #wordOf(cell: number): number {
    const { i32 } = this.#memory;
    return (i32[i32[this.#at + DIRECTORY_PAGES]! * 2 + (cell >>> PAGE_SHIFT)]! + (cell & PAGE_MASK)) * 2;
  }

  /** Whether the key of a build row is null; or that of a probe row. */
  isNull(row: number, key: number): boolean {
    const { i32 } = this.#memory;
    return (i32[row * 2 + i32[this.#at + key + 1]!]! & i32[this.#at + key + 2]!) !== 0;
  }

  /** Whether a build row has the key of a row of the side that `key` names; neither of them is null. */
  areEqual(build: number, row: number, key: number): boolean {
    const { i32, f64 } = this.#memory;
    const a = build + i32[this.#at + DIRECTORY_BUILD_KEY]!;
    const b = row + i32[this.#at + key]!;
    const kind = i32[this.#at + DIRECTORY_KIND];
    const isLowEqual = i32[a * 2] === i32[b * 2];
    if (kind === GROUP_KEY_KINDS.int32) return isLowEqual;
    if (kind === GROUP_KEY_KINDS.int64) return isLowEqual && i32[a * 2 + 1] === i32[b * 2 + 1];
    return f64[a] === f64[b] || (Number.isNaN(f64[a]) && Number.isNaN(f64[b]));
  }
}

/** Puts entries into a directory; returns the slot of the first that it left to the caller. */
export function insertEntries(memory: Memory, directory: number, slot: number, endSlot: number): number {
  const { i32 } = memory;
  const table = new Directory(memory, directory);
  const isSameKey = (head: number, row: number): boolean => {
    const other = head + ENTRY_PREFIX_SLOTS;
    const isNull = table.isNull(row, DIRECTORY_BUILD_KEY);
    if (isNull !== table.isNull(other, DIRECTORY_BUILD_KEY)) return false;
    return isNull || table.areEqual(other, row, DIRECTORY_BUILD_KEY);
  };
  while (slot < endSlot) {
    if ((i32[slot * 2]! & IS_LARGE) !== 0) break;
    const hash = i32[slot * 2 + 1]!;
    const row = slot + ENTRY_PREFIX_SLOTS;
    for (const word of table.cellsOf(hash)) {
      const head = i32[word]!;
      if (head !== 0) {
        if (i32[word + 1] !== hash) continue;
        if ((i32[head * 2]! & IS_LARGE) !== 0) return slot;
        if (!isSameKey(head, row)) continue;
      }
      i32[slot * 2] = head;
      i32[word] = slot;
      i32[word + 1] = hash;
      break;
    }
    slot = row + (i32[row * 2]! >>> 3);
  }
  return slot;
}

/** Finds the first entries of keys; returns the number of the first row that it left to the caller. */
export function findEntries(
  memory: Memory,
  directory: number,
  pointers: number,
  hashes: number,
  from: number,
  numRows: number,
  heads: number,
): number {
  const { i32 } = memory;
  const table = new Directory(memory, directory);
  for (let i = from; i < numRows; i++) {
    if (i32[heads * 2 + i]! < 0) continue;
    const [word] = table.cellsOf(i32[hashes * 2 + i]!);
    i32[heads * 2 + i] = word === undefined ? 0 : i32[word]!;
  }
  for (let i = from; i < numRows; i++) {
    const row = i32[pointers * 2 + i]!;
    const hash = i32[hashes * 2 + i]!;
    let found = 0;
    if (i32[heads * 2 + i]! > 0 && !table.isNull(row, DIRECTORY_PROBE_KEY)) {
      for (const word of table.cellsOf(hash)) {
        const head = i32[word]!;
        if (head === 0) break;
        if (i32[word + 1] !== hash) continue;
        if ((i32[head * 2]! & IS_LARGE) !== 0) return i;
        const build = head + ENTRY_PREFIX_SLOTS;
        if (table.isNull(build, DIRECTORY_BUILD_KEY) || !table.areEqual(build, row, DIRECTORY_PROBE_KEY)) continue;
        found = head;
        break;
      }
    }
    i32[heads * 2 + i] = found;
  }
  return numRows;
}

/** Lists pairs of rows; returns how many. */
export function listPairs(
  { i32 }: Memory,
  state: number,
  heads: number,
  pointers: number,
  numRows: number,
  builds: number,
  probes: number,
  maxPairs: number,
): number {
  let row = i32[state * 2]!;
  let entry = i32[state * 2 + 1]!;
  let count = 0;
  while (count < maxPairs && (entry !== 0 || row < numRows)) {
    if (entry === 0) entry = i32[heads * 2 + row]!;
    if (entry !== 0) {
      const link = i32[entry * 2]!;
      if ((link & IS_LARGE) !== 0) break;
      i32[builds * 2 + count] = entry + ENTRY_PREFIX_SLOTS;
      i32[probes * 2 + count++] = i32[pointers * 2 + row]!;
      entry = link & POINTER_MASK;
    }
    if (entry === 0) row++;
  }
  i32[state * 2] = row;
  i32[state * 2 + 1] = entry;
  return count;
}

function recordOf({ i32 }: Memory, row: number, word: number): number {
  return word === 0 ? row : row + (i32[row * 2 + word]! >>> 3);
}

/** Writes tuples of two records. */
export function writePairs(
  memory: Memory,
  lefts: number,
  rights: number,
  from: number,
  numPairs: number,
  leftWord: number,
  rightWord: number,
  toSlot: number,
  limitSlot: number,
): WrittenPairs {
  const { i32, f64 } = memory;
  for (let i = from; i < numPairs; i++) {
    const left = recordOf(memory, i32[lefts * 2 + i]!, leftWord);
    const right = recordOf(memory, i32[rights * 2 + i]!, rightWord);
    const leftSlots = i32[left * 2]! >>> 3;
    const rightSlots = i32[right * 2]! >>> 3;
    const rightAt = TUPLE_HEADER_SLOTS + leftSlots;
    if (rightAt + rightSlots > limitSlot - toSlot) return { end: i, endSlot: toSlot };
    i32.set([(rightAt + rightSlots) * 8, 0, TUPLE_HEADER_SLOTS * 8, 0, rightAt * 8, 0], toSlot * 2);
    f64.copyWithin(toSlot + TUPLE_HEADER_SLOTS, left, left + leftSlots);
    f64.copyWithin(toSlot + rightAt, right, right + rightSlots);
    toSlot += rightAt + rightSlots;
  }
  return { end: numPairs, endSlot: toSlot };
}

/** Writes rows of fields of two records. */
export function projectPairs(
  memory: Memory,
  plan: number,
  lefts: number,
  rights: number,
  from: number,
  numPairs: number,
  toSlot: number,
  limitSlot: number,
): WrittenPairs {
  const { i32, f64 } = memory;
  const numFields = i32[plan * 2 + PLAN_NUM_FIELDS]!;
  for (let i = from; i < numPairs; i++) {
    const records = [
      recordOf(memory, i32[lefts * 2 + i]!, i32[plan * 2 + PLAN_LEFT_WORD]!),
      recordOf(memory, i32[rights * 2 + i]!, i32[plan * 2 + PLAN_RIGHT_WORD]!),
    ];
    const fields = Array.from({ length: numFields }, (_, field) => {
      const at = plan * 2 + PLAN_FIELDS + field * PLAN_WORDS_PER_FIELD;
      return fieldOf(memory, i32[at]!, records[i32[at + 1]!]!, i32[at + 2]!, i32[at + 3]!);
    });
    const numSlots = 1 + numFields + fields.reduce((sum, { tailSlots }) => sum + tailSlots, 0);
    if (numSlots > limitSlot - toSlot) return { end: i, endSlot: toSlot };
    let tail = 1 + numFields;
    let nulls = 0;
    fields.forEach(({ slot, isNull, tailAt, tailSlots, hasTail }, field) => {
      const out = toSlot + 1 + field;
      f64.copyWithin(out, slot, slot + 1);
      if (isNull) nulls |= 1 << field;
      if (!hasTail) return;
      i32[out * 2] = tail * 8;
      f64.copyWithin(toSlot + tail, tailAt, tailAt + tailSlots);
      tail += tailSlots;
    });
    i32[toSlot * 2] = numSlots * 8;
    i32[toSlot * 2 + 1] = nulls;
    toSlot += numSlots;
  }
  return { end: numPairs, endSlot: toSlot };
}

interface ProjectedSlot {
  readonly slot: number;
  readonly isNull: boolean;
  readonly hasTail: boolean;
  /** Where what stands behind the slots lies, and how many slots it takes. */
  readonly tailAt: number;
  readonly tailSlots: number;
}

function fieldOf({ i32 }: Memory, kind: number, record: number, fieldSlot: number, position: number): ProjectedSlot {
  const slot = record + fieldSlot;
  const isNull = ((i32[record * 2 + 1 + (position >>> 5)]! >>> (position & 31)) & 1) !== 0;
  if (isNull || kind === PLAN_FIELD_KINDS.slot) return { slot, isNull, hasTail: false, tailAt: 0, tailSlots: 0 };
  const tailAt = record + (i32[slot * 2]! >>> 3);
  const length = i32[slot * 2 + 1]!;
  const numBytes =
    kind === PLAN_FIELD_KINDS.text ? length >>> 1 : kind === PLAN_FIELD_KINDS.bytes ? length : i32[tailAt * 2]!;
  return { slot, isNull, hasTail: true, tailAt, tailSlots: (numBytes + 7) >>> 3 };
}
