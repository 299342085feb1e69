/**
 * Holds both implementations of the kernels for joins against each other, as agreement.property.test.ts does: same results, same bytes. A
 * model beside them says which rows match.
 */
import type { Memory } from "@millrace/core";
import type { SeededRandom } from "@millrace/host-test";
import { expect, test } from "vitest";
import type { Kernels } from "../../src/kernels/kernels.js";
import { agree, shuffled } from "./kernel-memory.js";
import { randomRuns } from "./random-runs.js";

const PAGE_SLOTS = 4096;
const NUM_PAGES = 20;
const ENTRIES = PAGE_SLOTS;
const ROWS = 4 * PAGE_SLOTS;
const POINTERS = 7 * PAGE_SLOTS;
const HASHES = POINTERS + 2048;
const HEADS = 8 * PAGE_SLOTS;
const DIRECTORY = HEADS + 2048;
const REGIONS = DIRECTORY + 16;
const PAGES = REGIONS + 64;
const CELLS = 9 * PAGE_SLOTS;
const BUILDS = 12 * PAGE_SLOTS;
const PROBES = BUILDS + 1024;
const STATE = BUILDS + 2048;
const PLAN = STATE + 1;
const RESULTS = 13 * PAGE_SLOTS;
const NULL_BIT = 2;
const IS_LARGE = 0x2000_0000;
/** Where keys lie in build rows and in probe rows. */
const BUILD_FIELD = 1;
const PROBE_FIELD = 2;
const ROW_SLOTS = 4;

/** Draws rows and their keys; equal keys have one hash, and others have it too at times. */
class RandomKeys {
  readonly #random: SeededRandom;
  readonly #kind: number;
  readonly #numKeys: number;
  readonly #numHashes: number;
  readonly #hashes = new Map<string, number>();

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#kind = random.below(3);
    this.#numKeys = random.pick([1, 7, 900]);
    this.#numHashes = random.pick([1, 5, 2 ** 31]);
  }

  get kind(): number {
    return this.#kind;
  }

  /** Writes a row and returns the text of its key. */
  write(memory: Memory, slot: number, fieldSlot: number): string {
    const random = this.#random;
    const isNull = random.chance(0.1);
    memory.i32[slot * 2] = ROW_SLOTS * 8;
    memory.i32[slot * 2 + 1] = isNull ? NULL_BIT : 0;
    const number = random.below(this.#numKeys);
    const field = slot + fieldSlot;
    if (this.#kind === 0) memory.i32[field * 2] = number - 2;
    else if (this.#kind === 2) memory.i64[field] = BigInt(number - 2) << 20n;
    else memory.f64[field] = number === 0 ? Number.NaN : number === 1 ? random.pick([0, -0]) : number / 3;
    return isNull ? "null" : String(number);
  }

  hashOf(key: string): number {
    const known = this.#hashes.get(key);
    if (known !== undefined) return known;
    const hash = Math.floor((this.#random.below(this.#numHashes) / this.#numHashes) * 2 ** 32) | 0;
    this.#hashes.set(key, hash);
    return hash;
  }
}

/** Writes entries, some of them of rows in files; returns their slots and keys. */
function writeEntries(memory: Memory, keys: RandomKeys, random: SeededRandom, largeShare: number) {
  const entries: { readonly slot: number; readonly key: string; readonly isLarge: boolean }[] = [];
  let slot = ENTRIES;
  for (let i = random.pick([0, 1, 30, 700]); i > 0; i--) {
    const isLarge = random.chance(largeShare);
    const key = keys.write(memory, slot + 1, BUILD_FIELD);
    memory.i32[slot * 2] = isLarge ? IS_LARGE : random.below(1000);
    memory.i32[slot * 2 + 1] = keys.hashOf(key);
    entries.push({ slot, key, isLarge });
    slot += isLarge ? 2 : 1 + ROW_SLOTS;
  }
  return { entries, endSlot: slot };
}

function writeDirectory(memory: Memory, kind: number, random: SeededRandom): void {
  const bits = random.below(3);
  const words = [31 - bits, bits, kind, BUILD_FIELD, 1, NULL_BIT, PROBE_FIELD, 1, NULL_BIT, REGIONS, PAGES];
  memory.i32.set(words, DIRECTORY * 2);
  let firstCell = random.below(50);
  for (let region = 0; region < 1 << bits; region++) {
    const numCells = 701 + random.below(300);
    memory.i32.set([firstCell, numCells], (REGIONS + region) * 2);
    firstCell += numCells;
  }
  memory.i32.set([CELLS + PAGE_SLOTS, CELLS], PAGES * 2);
  memory.i32.fill(0, CELLS * 2, (CELLS + 2 * PAGE_SLOTS) * 2);
}

function writeProbeRows(memory: Memory, keys: RandomKeys, random: SeededRandom): string[] {
  const numRows = random.pick([0, 1, 40, 900]);
  const slots = shuffled(
    Array.from({ length: numRows }, (_, i) => ROWS + i * ROW_SLOTS),
    random,
  );
  return slots.map((slot, i) => {
    const key = keys.write(memory, slot, PROBE_FIELD);
    memory.i32[POINTERS * 2 + i] = slot;
    memory.i32[HASHES * 2 + i] = keys.hashOf(key);
    memory.i32[HEADS * 2 + i] = random.chance(0.1) ? -1 : random.below(3);
    return memory.i32[HEADS * 2 + i]! < 0 ? "left out" : key;
  });
}

/** Inserts all entries; those that the kernel leaves are skipped. */
function insertAll(kernels: Kernels, endSlot: number): number[] {
  const stops: number[] = [];
  for (let slot = ENTRIES; slot < endSlot; ) {
    slot = kernels.insertEntries(DIRECTORY, slot, endSlot);
    stops.push(slot);
    if (slot < endSlot) slot += (kernels.memory.i32[slot * 2]! & IS_LARGE) !== 0 ? 2 : 1 + ROW_SLOTS;
  }
  return stops;
}

function listAll(kernels: Kernels, numRows: number, maxPairs: number): [number, number][] {
  const { i32 } = kernels.memory;
  const pairs: [number, number][] = [];
  i32.fill(0, STATE * 2, STATE * 2 + 2);
  for (;;) {
    const count = kernels.listPairs(STATE, HEADS, POINTERS, numRows, BUILDS, PROBES, maxPairs);
    for (let i = 0; i < count; i++) pairs.push([i32[BUILDS * 2 + i]!, i32[PROBES * 2 + i]!]);
    if (count === 0) return pairs;
  }
}

test("insertEntries, findEntries and listPairs find all pairs of rows with equal keys, and none with null", () => {
  randomRuns(60, (random) => {
    const keys = new RandomKeys(random);
    const maxPairs = random.pick([1, 3, 1000]);
    let built: ReturnType<typeof writeEntries> = { entries: [], endSlot: ENTRIES };
    let probed: string[] = [];
    let pairs: [number, number][] = [];
    const memory = agree(
      NUM_PAGES,
      random,
      (bytes) => {
        built = writeEntries(bytes, keys, random, 0);
        writeDirectory(bytes, keys.kind, random);
        probed = writeProbeRows(bytes, keys, random);
      },
      (kernels) => {
        insertAll(kernels, built.endSlot);
        const half = probed.length >> 1;
        const ends = [
          kernels.findEntries(DIRECTORY, POINTERS, HASHES, half, probed.length, HEADS),
          kernels.findEntries(DIRECTORY, POINTERS, HASHES, 0, half, HEADS),
        ];
        pairs =
          probed.length * built.entries.length > 50_000 && maxPairs < 1000
            ? []
            : listAll(kernels, probed.length, maxPairs);
        return [...ends, ...pairs.flat()];
      },
    );
    const slotsByKey = new Map<string, number[]>();
    for (const { slot, key } of built.entries) slotsByKey.set(key, [...(slotsByKey.get(key) ?? []), slot]);
    probed.forEach((key, i) => {
      const matches = key === "null" ? [] : (slotsByKey.get(key) ?? []);
      expect(memory.i32[HEADS * 2 + i]).toBe(matches.at(-1) ?? 0);
    });
    if (pairs.length === 0) return;
    const expected = probed.flatMap((key, i) =>
      (key === "null" ? [] : (slotsByKey.get(key) ?? [])).map((slot) => `${slot + 1} ${memory.i32[POINTERS * 2 + i]}`),
    );
    expect(pairs.map(([build, probe]) => `${build} ${probe}`).sort()).toEqual(expected.sort());
  });
});

test("they stop in front of entries whose rows are in files, and of rows with the hash of one", () => {
  randomRuns(60, (random) => {
    const keys = new RandomKeys(random);
    let endSlot = 0;
    let numRows = 0;
    agree(
      NUM_PAGES,
      random,
      (bytes) => {
        const built = writeEntries(bytes, keys, random, 0.2);
        endSlot = built.endSlot;
        writeDirectory(bytes, keys.kind, random);
        numRows = writeProbeRows(bytes, keys, random).length;
      },
      (kernels) => {
        const stops = insertAll(kernels, endSlot);
        // Large entries get cells as the caller would give them.
        for (const slot of stops.filter((stop) => stop < endSlot).slice(0, 3)) {
          const cell = CELLS + PAGE_SLOTS + random.below(1);
          if (kernels.memory.i32[cell * 2] === 0) {
            kernels.memory.i32.set([slot, kernels.memory.i32[slot * 2 + 1]!], cell * 2);
          }
        }
        for (let row = 0; row < numRows; row++) {
          row = kernels.findEntries(DIRECTORY, POINTERS, HASHES, row, numRows, HEADS);
          stops.push(row);
          if (row < numRows) kernels.memory.i32[HEADS * 2 + row] = 0;
        }
        kernels.memory.i32.fill(0, STATE * 2, STATE * 2 + 2);
        stops.push(kernels.listPairs(STATE, HEADS, POINTERS, numRows, BUILDS, PROBES, 500));
        return stops;
      },
    );
  });
});

/** Writes records of a number, a text, bytes and a struct behind a row's slot with their offset, and lists of them. */
function writeRecords(memory: Memory, numPairs: number, isBehind: boolean, random: SeededRandom): void {
  let slot = ROWS;
  const rows = Array.from({ length: 40 }, () => {
    const row = slot;
    const record = isBehind ? row + 2 : row;
    const textBytes = random.below(40);
    const numBytes = random.below(20);
    const textAt = 5;
    const bytesAt = textAt + ((textBytes + 7) >> 3);
    const structAt = bytesAt + ((numBytes + 7) >> 3);
    const size = structAt + 2;
    const nulls = random.chance(0.3) ? random.below(16) : 0;
    memory.i32.set([size * 8, nulls], record * 2);
    memory.i32.set([textAt * 8, (textBytes << 1) | random.below(2)], (record + 2) * 2);
    memory.i32.set([bytesAt * 8, numBytes], (record + 3) * 2);
    memory.i32.set([structAt * 8, 0], (record + 4) * 2);
    memory.i32.set([16, 0], (record + structAt) * 2);
    if (isBehind) memory.i32.set([(size + 2) * 8, 0, 16, 0], row * 2);
    slot = record + size;
    return row;
  });
  for (let i = 0; i < numPairs; i++) {
    memory.i32[BUILDS * 2 + i] = random.pick(rows);
    memory.i32[PROBES * 2 + i] = random.pick(rows);
  }
}

test("writePairs and projectPairs write the same rows, and stop where there is no room", () => {
  randomRuns(80, (random) => {
    const numPairs = random.pick([0, 1, 7, 300]);
    const isBehind = random.chance(0.5);
    const word = isBehind ? 2 : 0;
    const room = random.pick([0, 5, 40, PAGE_SLOTS]);
    const fields = Array.from({ length: random.pick([1, 3, 32]) }, () => {
      const kind = random.below(4);
      return [kind, random.below(2), 1 + kind, kind];
    });
    agree(
      NUM_PAGES,
      random,
      (memory) => {
        writeRecords(memory, numPairs, isBehind, random);
        const hasTails = fields.some(([kind]) => kind !== 0) ? 1 : 0;
        memory.i32.set([fields.length, word, word, hasTails, ...fields.flat()], PLAN * 2);
      },
      (kernels) => {
        const from = numPairs >> 2;
        const limit = RESULTS + room;
        const next = kernels.writePairs(BUILDS, PROBES, from, numPairs, word, word, RESULTS, limit);
        const end = kernels.endSlot;
        const other = RESULTS + 2 * PAGE_SLOTS;
        const projected = kernels.projectPairs(PLAN, BUILDS, PROBES, from, numPairs, other, other + room);
        return [next, end, projected, kernels.endSlot];
      },
    );
  });
});
