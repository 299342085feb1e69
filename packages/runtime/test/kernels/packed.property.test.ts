/**
 * Holds both implementations of the kernels for packed tuples against each other: same results, same bytes. A model beside them says which rows are one
 * group, and what their values amount to.
 */
import type { Memory } from "@millrace/core";
import type { SeededRandom } from "@millrace/host-test";
import { expect, test } from "vitest";
import type { Kernels } from "../../src/kernels/kernels.js";
import { bothKernels } from "./kernel-memory.js";
import { randomRuns } from "./random-runs.js";

const PAGE_SLOTS = 4096;
const ROWS = 3;
const POINTERS = 4 * PAGE_SLOTS;
const GROUPS = POINTERS + 1024;
const CURSORS = POINTERS + 2048;
const SEEDS = POINTERS + 2100;
const FIELDS = POINTERS + 2200;
const TABLE = 5 * PAGE_SLOTS;
const TUPLES = 6 * PAGE_SLOTS;
const ENTRIES = 9 * PAGE_SLOTS;
const CELLS = 13 * PAGE_SLOTS;
const RESULTS = 17 * PAGE_SLOTS;
const NUM_PAGES = 20;
const ROW_SLOTS = 4;
const KEY_NULL = 1;
const VALUE_NULL = 2;
const TUPLE_SLOTS = 4;
const STATE_SLOT = 3;
const ENTRY_SLOTS = 8;
const ROOM_WORDS = 128;

/** Kinds of fields: int32, float64, a slot as it is. */
const [INT32, FLOAT64, SLOT] = [0, 1, 2];
const [COUNT_ROWS, COUNT, SUM, SUM_INT64, MIN, MAX, MIN_INT64, MAX_INT64] = [0, 1, 2, 3, 4, 5, 6, 7];
const [RESULT_SLOT, RESULT_INT32, RESULT_COUNT, RESULT_NUMBER, RESULT_AVERAGE] = [0, 1, 2, 3, 4];

/** Compares results and memories, but for the words that are only room, or groups behind the last that was found. */
function agree(
  random: SeededRandom,
  fill: (memory: Memory) => void,
  calls: (kernels: Kernels) => readonly number[],
  numGroups = 0,
): Memory {
  const { twin, wasm } = bothKernels(NUM_PAGES, random, fill);
  const results = calls(twin);
  expect(calls(wasm)).toEqual(results);
  for (const { i32 } of [twin.memory, wasm.memory]) {
    i32.fill(0, (TABLE + 6) * 2, (TABLE + 6) * 2 + ROOM_WORDS);
    i32.fill(0, GROUPS * 2 + numGroups, GROUPS * 2 + 2048);
  }
  const wrong = wasm.memory.i32.findIndex((word, i) => word !== twin.memory.i32[i]);
  if (wrong >= 0) {
    expect({ word: wrong, value: wasm.memory.i32[wrong] }).toEqual({ word: wrong, value: twin.memory.i32[wrong] });
  }
  return twin.memory;
}

const FLOATS = [0, -0, Number.NaN, 1.5, -2.25, Number.POSITIVE_INFINITY, 5e-324, -1e300];
const INT64S = [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 12345678901n];

/** Writes rows of two keys and a value, of the same kind; returns their keys as texts. */
function writeRows(memory: Memory, kind: number, numRows: number, numKeys: number, random: SeededRandom): string[] {
  const write = (slot: number, number: number): string => {
    if (kind === INT32) memory.i32[slot * 2] = number - 2;
    else if (kind === SLOT) memory.i64[slot] = INT64S[number] ?? BigInt(number) << 30n;
    else memory.f64[slot] = FLOATS[number] ?? number / 3;
    return kind === FLOAT64 && number === 1 ? "0" : String(number);
  };
  return Array.from({ length: numRows }, (_, i) => {
    const row = ROWS + i * ROW_SLOTS;
    memory.i32[POINTERS * 2 + i] = row;
    memory.i32[row * 2] = ROW_SLOTS * 8;
    memory.i32[row * 2 + 1] = (random.chance(0.1) ? KEY_NULL : 0) | (random.chance(0.2) ? VALUE_NULL : 0);
    const first = write(row + 1, random.below(numKeys));
    const second = write(row + 2, random.below(3));
    write(row + 3, random.below(9));
    return [(memory.i32[row * 2 + 1]! & KEY_NULL) !== 0 ? "null" : first, second].join();
  });
}

function fieldOf(kind: number, slot: number) {
  const nullMask = [KEY_NULL, 0, VALUE_NULL][slot - 1]!;
  return { kind, fieldSlot: slot, nullWord: 1, nullMask, slot };
}

function pack(kernels: Kernels, kind: number, numRows: number, numKeys: number): void {
  for (const slot of [1, 2, 3]) {
    kernels.packField(fieldOf(kind, slot), POINTERS, 0, numRows, TUPLES, TUPLE_SLOTS);
  }
  const floats = kind === SLOT ? 0 : 2 ** numKeys - 1;
  kernels.hashTuples(TUPLES, numRows, TUPLE_SLOTS, numKeys, floats, 2 ** numKeys - 1, SEEDS);
}

function writeTable(memory: Memory, kind: number, numKeys: number, numPages: number, room: number): void {
  const numCells = numPages * PAGE_SLOTS;
  memory.i32.fill(0, CELLS * 2, (CELLS + numCells) * 2);
  const floats = kind === SLOT ? 0 : 2 ** numKeys - 1;
  const format = [TUPLE_SLOTS, numKeys, STATE_SLOT, ENTRY_SLOTS, floats, 2 ** numKeys - 1, 0];
  const words = [numCells, 0, 3000, ENTRIES, ENTRIES + room, ...format, ...new Array(ROOM_WORDS).fill(0)];
  const pages = Array.from({ length: numPages }, (_, i) => CELLS + (numPages - 1 - i) * PAGE_SLOTS);
  memory.i32.set([...words, ...pages], TABLE * 2);
}

test("tuples of one key get one entry, whatever bits zero and NaN had", () => {
  randomRuns(60, (random) => {
    const kind = random.pick([INT32, FLOAT64, SLOT]);
    const numRows = random.pick([1, 3, 200, 1000]);
    const numKeys = random.pick([1, 2]);
    let keys: string[] = [];
    const memory = agree(
      random,
      (bytes) => {
        keys = writeRows(bytes, kind, numRows, random.pick([1, 8, 1000]), random);
        writeTable(bytes, kind, numKeys, random.pick([1, 2, 4]), 4 * PAGE_SLOTS);
      },
      (kernels) => {
        pack(kernels, kind, numRows, numKeys);
        const half = numRows >> 1;
        const first = kernels.findTuples(TABLE, TUPLES, 0, half, true, GROUPS);
        return [first, kernels.findTuples(TABLE, TUPLES, half, numRows, true, GROUPS)];
      },
      numRows,
    );
    const groups = new Map<string, number>();
    keys.forEach((both, i) => {
      const key = numKeys === 2 ? both : both.split(",")[0]!;
      const group = memory.i32[GROUPS * 2 + i]!;
      expect(groups.get(key) ?? group).toBe(group);
      groups.set(key, group);
    });
    expect(new Set(groups.values()).size).toBe(groups.size);
    expect(memory.i32[TABLE * 2 + 2]).toBe(3000 - groups.size);
  });
});

test("findTuples stops where there is no room, and makes nothing when it may not; entries are found again after they were indexed", () => {
  randomRuns(60, (random) => {
    const kind = random.pick([INT32, FLOAT64, SLOT]);
    const numRows = random.pick([2, 60, 700]);
    const room = random.pick([0, 7, 8, 100, 2000, 4 * PAGE_SLOTS]);
    let found = 0;
    const fill = (memory: Memory): void => {
      writeRows(memory, kind, numRows, random.pick([2, 400]), random);
      writeTable(memory, kind, 2, 1, room);
      if (random.chance(0.3)) memory.i32[TABLE * 2 + 2] = random.below(5);
    };
    const made = (kernels: Kernels): readonly number[] => {
      pack(kernels, kind, numRows, 2);
      found = kernels.findTuples(TABLE, TUPLES, 0, numRows, true, GROUPS);
      const { i32 } = kernels.memory;
      const groups = Array.from(i32.subarray(GROUPS * 2, GROUPS * 2 + found));
      i32.fill(0, CELLS * 2, (CELLS + PAGE_SLOTS) * 2);
      kernels.indexTuples(TABLE, ENTRIES, i32[TABLE * 2 + 3]!);
      const again = kernels.findTuples(TABLE, TUPLES, 0, numRows, false, GROUPS);
      expect(Array.from(i32.subarray(GROUPS * 2, GROUPS * 2 + found))).toEqual(groups);
      return [found, again];
    };
    agree(random, fill, made, numRows);
  });
});

test("what is read ahead stays as it is, and nothing behind the end of a memory is read", () => {
  randomRuns(40, (random) => {
    const fill = ({ i32 }: Memory): void => {
      for (let i = 0; i < 8; i++) {
        const end = random.pick([0, ENTRIES, NUM_PAGES * PAGE_SLOTS]);
        i32.set([Math.max(0, end - random.pick([0, 1, 7, 8, 9, 3000])), end], (CURSORS + i) * 2);
      }
    };
    agree(random, fill, (kernels) => {
      const before = kernels.memory.i32.slice();
      kernels.readAhead(CURSORS, random.pick([0, 1, 8]), random.pick([0, 1, 8, 64, 4096]));
      expect(Buffer.compare(Buffer.from(before.buffer), Buffer.from(kernels.memory.u8.slice()))).toBe(0);
      return [];
    });
  });
});

test("values are folded into states in order, without nulls, and written as rows", () => {
  randomRuns(80, (random) => {
    const isInt64 = random.chance(0.4);
    const kind = isInt64 ? SLOT : random.pick([INT32, FLOAT64]);
    const numRows = random.pick([1, 30, 900]);
    const fold = random.pick(isInt64 ? [SUM_INT64, MIN_INT64, MAX_INT64, COUNT] : [COUNT_ROWS, COUNT, SUM, MIN, MAX]);
    const folded = { fold, valueSlot: 3, stateSlot: STATE_SLOT + 1, seenWord: STATE_SLOT * 2, seenMask: 4 };
    const isCount = fold === COUNT || fold === COUNT_ROWS;
    const fill = (memory: Memory): void => {
      writeRows(memory, kind, numRows, random.pick([1, 50]), random);
      writeTable(memory, kind, 1, 1, 4 * PAGE_SLOTS);
      const key = [kind === INT32 ? RESULT_INT32 : RESULT_SLOT, 1, 1, 1, 0, 0];
      const value = [isCount ? RESULT_COUNT : RESULT_NUMBER, STATE_SLOT + 1, STATE_SLOT * 2, 4, 0, 0];
      const average = [RESULT_AVERAGE, STATE_SLOT + 1, STATE_SLOT * 2, 4, 0, 0];
      memory.i32.set([...key, ...value, ...average], FIELDS * 2);
    };
    const memory = agree(
      random,
      fill,
      (kernels) => {
        pack(kernels, kind, numRows, 1);
        const found = kernels.findTuples(TABLE, TUPLES, 0, numRows, true, GROUPS);
        kernels.memory.i32[GROUPS * 2 + (numRows >> 1)] = 0;
        kernels.foldTuples(folded, TUPLES, numRows, TUPLE_SLOTS, GROUPS);
        const numEntries = (kernels.memory.i32[TABLE * 2 + 3]! - ENTRIES) / ENTRY_SLOTS;
        kernels.writeResults(FIELDS, isInt64 ? 2 : 3, isInt64 ? 4 : 5, 2, ENTRIES, numEntries, ENTRY_SLOTS, RESULTS);
        return [found, numEntries];
      },
      numRows,
    );
    const model = new Map<number, bigint | number>();
    for (let i = 0; i < numRows; i++) {
      const group = memory.i32[GROUPS * 2 + i]!;
      const row = ROWS + i * ROW_SLOTS;
      const isNull = (memory.i32[row * 2 + 1]! & VALUE_NULL) !== 0;
      if (group === 0 || (isNull && fold !== COUNT_ROWS)) continue;
      const value =
        kind === INT32 ? memory.i32[(row + 3) * 2]! : kind === SLOT ? memory.i64[row + 3]! : memory.f64[row + 3]!;
      model.set(group, folding(fold, model.get(group), value));
    }
    for (const [group, expected] of model) {
      const state = group + STATE_SLOT + 1;
      const low = memory.i64[state]!;
      const sum = BigInt.asIntN(128, (memory.i64[state + 1]! << 64n) + BigInt.asUintN(64, low));
      if (typeof expected === "number") expect(memory.f64[state]).toBe(expected);
      else expect(fold === SUM_INT64 ? sum : low).toBe(expected);
    }
  });
});

function folding(fold: number, before: bigint | number | undefined, value: bigint | number): bigint | number {
  if (fold === COUNT || fold === COUNT_ROWS) return ((before as number) ?? 0) + 1;
  if (fold === SUM) return ((before as number) ?? 0) + (value as number);
  if (fold === SUM_INT64) return ((before as bigint) ?? 0n) + (value as bigint);
  if (before === undefined) return value;
  const [isLess, isMore] = [orderOf(value, before) < 0, orderOf(value, before) > 0];
  return (fold === MIN || fold === MIN_INT64 ? isLess : isMore) ? value : before;
}

/** NaN is greater than all other numbers. */
function orderOf(a: bigint | number, b: bigint | number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
