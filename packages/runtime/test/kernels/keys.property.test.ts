/**
 * Holds both implementations of the kernels for keys against each other and against core: hashes of real rows are those of their canonical keys, and
 * rows come into one group exactly when their keys are equal.
 */
import { keyText, type Memory, RowKeys, RowLayout, RowSerializer, types } from "@millrace/core";
import type { SeededRandom } from "@millrace/host-test";
import { describe, expect, test } from "vitest";
import { GROUP_KEY_FIELDS, KEY_FIELD_KINDS, KEY_FIELD_WORDS, MAX_KEY_UNITS } from "../../src/kernels/kernel-layouts.js";
import { agree, newKernels, shuffled } from "./kernel-memory.js";
import { randomRuns } from "./random-runs.js";

const PAGE_SLOTS = 4096;
const FIELDS = 1;
const POINTERS = PAGE_SLOTS;
const HASHES = POINTERS + 1024;
const GROUPS = POINTERS + 2048;
const TABLE = POINTERS + 3072;
const ROOM = 2 * PAGE_SLOTS;
const CELLS = 3 * PAGE_SLOTS;
const ROWS = 4 * PAGE_SLOTS;
const ENTRIES = 20 * PAGE_SLOTS;
const NUM_PAGES = 36;
const PREFIX_SLOTS = 2;

/** Texts at whose lengths loops change, with units of one to three bytes, and those that are written as two. */
function textOf(random: SeededRandom): string {
  const units = random.pick(["ab", "a\u0000\u0001\u0002\u007f", "aé\u0080ÿ", "a語\ud800\u0800\u07ff", "éa\u0000語"]);
  const length = random.pick([0, 1, 2, 3, 7, 8, 9, 15, 16, 17, random.below(60)]);
  return Array.from({ length }, () => random.pick([...units])).join("");
}

const VALUES: Readonly<Record<string, { readonly type: unknown; readonly of: (random: SeededRandom) => unknown }>> = {
  int32: { type: types.int32, of: (random) => random.pick([0, -1, 2 ** 31 - 1, -(2 ** 31), random.below(9)]) },
  float64: {
    type: types.float64,
    of: (random) => random.pick([0, -0, Number.NaN, -1.5, 1e300, Number.NEGATIVE_INFINITY]),
  },
  int64: {
    type: types.int64,
    of: (random) => random.pick([0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), BigInt(random.below(9))]),
  },
  timestamp: { type: types.timestamp, of: (random) => new Date(random.pick([0, -1, 1e12, Number.NaN])) },
  boolean: { type: types.boolean, of: (random) => random.chance(0.5) },
  string: { type: types.string, of: textOf },
};

interface DrawnRows {
  readonly layout: RowLayout<Record<string, unknown>>;
  readonly records: readonly Record<string, unknown>[];
  readonly keys: readonly { readonly path: string }[];
}

function drawRows(random: SeededRandom, numRows: number): DrawnRows {
  const kinds = Array.from({ length: random.between(1, 5) }, () => random.pick(Object.keys(VALUES)));
  const isNullable = kinds.map(() => random.chance(0.5));
  const fields = Object.fromEntries(
    kinds.map((kind, i) => [
      `f${i}`,
      isNullable[i] ? types.nullable(VALUES[kind]!.type as typeof types.any) : VALUES[kind]!.type,
    ]),
  );
  const type = types.row({ ...fields, rest: types.string });
  const pool = Array.from({ length: random.pick([1, 20, 400]) }, () =>
    Object.fromEntries(
      kinds.map((kind, i) => [`f${i}`, isNullable[i] && random.chance(0.3) ? null : VALUES[kind]!.of(random)]),
    ),
  );
  const records = Array.from({ length: numRows }, () => ({ ...random.pick(pool), rest: textOf(random) }));
  const keys = shuffled(Object.keys(fields), random)
    .slice(0, random.between(1, kinds.length))
    .map((path) => ({ path }));
  return { layout: RowLayout.of(type) as never, records, keys };
}

function writeRows(memory: Memory, { layout, records, keys }: DrawnRows): void {
  const serializer = new RowSerializer(layout);
  let slot = ROWS;
  records.forEach((record, i) => {
    memory.i32[POINTERS * 2 + i] = slot;
    slot = serializer.write(record, memory, slot, memory.numSlots);
  });
  const columns = new RowKeys(layout, keys).keyColumns!;
  columns.forEach(({ kind, fieldSlot, nullWord, nullMask }, i) => {
    memory.i32.set([KEY_FIELD_KINDS[kind], fieldSlot, nullWord, nullMask], FIELDS * 2 + i * KEY_FIELD_WORDS);
  });
}

const seed = { low: 0x12345678, high: -5 };

test("keyHashes gives the table hashes that core gives", () => {
  randomRuns(60, (random) => {
    const drawn = drawRows(random, random.pick([0, 1, 2, 100]));
    const numRows = drawn.records.length;
    const memory = agree(
      NUM_PAGES,
      random,
      (bytes) => writeRows(bytes, drawn),
      (kernels) => {
        const args = [FIELDS, drawn.keys.length, POINTERS] as const;
        const end = kernels.keyHashes(...args, numRows >> 1, numRows, seed.low, seed.high, ROOM, HASHES);
        const whole = kernels.keyHashes(...args, 0, numRows, seed.low, seed.high, ROOM, HASHES);
        kernels.memory.f64.fill(0, ROOM, ROOM + PAGE_SLOTS);
        return [end, whole];
      },
    );
    const keys = new RowKeys(drawn.layout, drawn.keys);
    for (let i = 0; i < numRows; i++) {
      const row = memory.i32[POINTERS * 2 + i]!;
      expect(memory.i32[HASHES * 2 + i]! >>> 0).toBe(keys.tableHash(memory, row, seed));
    }
  });
});

describe("keyHashes stops before a row whose strings are too long", () => {
  test.each(["x", "é", "語"])("of units like %s", (unit) => {
    const layout = RowLayout.of(types.row({ a: types.string, b: types.string }));
    const keys = [{ path: "a" }, { path: "b" }];
    const records = [MAX_KEY_UNITS, MAX_KEY_UNITS + 1, 3].map((length) => ({
      a: unit.repeat(length >> 1),
      b: unit.repeat(length - (length >> 1)),
    }));
    for (const implementation of ["wasm", "typescript"] as const) {
      const kernels = newKernels(NUM_PAGES, implementation);
      writeRows(kernels.memory, { layout: layout as never, records, keys });
      const stops = [0, 1, 2].map((from) => kernels.keyHashes(FIELDS, 2, POINTERS, from, 3, 1, 2, ROOM, HASHES));
      expect(stops).toEqual([1, 1, 3]);
    }
  });
});

test("findGroups finds the groups of keys of any fields", () => {
  randomRuns(60, (random) => {
    const drawn = drawRows(random, random.pick([1, 60, 300]));
    const numRows = drawn.records.length;
    const texts = drawn.records.map((record) => keyText(drawn.keys.map(({ path }) => record[path])));
    const numHashes = random.pick([1, 3, 2 ** 30]);
    const mayInsert = random.chance(0.7);
    const memory = agree(
      NUM_PAGES,
      random,
      (bytes) => {
        writeRows(bytes, drawn);
        const hashes = new Map<string, number>();
        texts.forEach((text, i) => {
          if (!hashes.has(text)) hashes.set(text, random.below(numHashes) << 2);
          bytes.i32[HASHES * 2 + i] = hashes.get(text)!;
        });
        bytes.i32.fill(0, CELLS * 2, (CELLS + PAGE_SLOTS) * 2);
        const place = [ENTRIES, NUM_PAGES * PAGE_SLOTS, GROUP_KEY_FIELDS, FIELDS, drawn.keys.length, 0];
        bytes.i32.set([PAGE_SLOTS, 0, 3000, PREFIX_SLOTS, ...place, CELLS], TABLE * 2);
      },
      (kernels) => [
        kernels.findGroups(TABLE, POINTERS, HASHES, 0, numRows >> 1, true, GROUPS),
        kernels.findGroups(TABLE, POINTERS, HASHES, numRows >> 1, numRows, mayInsert, GROUPS),
      ],
    );
    const groupOf = new Map<string, number>();
    texts.forEach((text, i) => {
      const group = memory.i32[GROUPS * 2 + i]!;
      expect(groupOf.get(text) ?? group).toBe(group);
      groupOf.set(text, group);
    });
    const groups = [...groupOf.values()].filter((group) => group !== 0);
    expect(new Set(groups).size).toBe(groups.length);
  });
});
