/** What the kernels promise, by examples that do not ask the other implementation. */
import { Memory, PAGE_SIZE_BYTES, RowKeys, RowLayout, RowSerializer, types } from "@millrace/core";
import { describe, expect, test } from "vitest";
import { sameBytes } from "../../src/kernels/byte-twin.js";
import { kernelsFor } from "../../src/kernels/kernels-for.js";
import { MAX_NEEDLES, writeNeedles } from "../../src/kernels/needles.js";
import { availableImplementation, newKernels } from "./kernel-memory.js";
import { randomRuns } from "./random-runs.js";

const PAGE_SLOTS = PAGE_SIZE_BYTES / 8;

describe("kernelsFor", () => {
  const wasmMemory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });

  test("gives the same kernels for the same memory, with or without the WebAssembly.Memory", () => {
    const memory = new Memory(wasmMemory.buffer);
    const kernels = kernelsFor(memory, wasmMemory);
    expect(kernels.implementation).toBe(availableImplementation);
    expect(kernels.memory).toBe(memory);
    expect(kernelsFor(memory)).toBe(kernels);
  });

  test("gives those in TypeScript where a memory is no shared WebAssembly memory, or when they are asked for", () => {
    const unshared = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    expect(kernelsFor(new Memory(new ArrayBuffer(64))).implementation).toBe("typescript");
    expect(kernelsFor(new Memory(new SharedArrayBuffer(64))).implementation).toBe("typescript");
    expect(kernelsFor(new Memory(unshared.buffer), unshared).implementation).toBe("typescript");
    const asked = kernelsFor(new Memory(wasmMemory.buffer), wasmMemory, { implementation: "typescript" });
    expect(asked.implementation).toBe("typescript");
  });

  test("refuses a memory with the WebAssembly.Memory of another", () => {
    const memory = new Memory(new SharedArrayBuffer(64));
    expect(() => kernelsFor(memory, wasmMemory)).toThrow("its own WebAssembly.Memory");
  });
});

const layout = RowLayout.of(
  types.row({
    name: types.string,
    whole: types.int32,
    big: types.int64,
    float: types.nullable(types.float64),
    at: types.nullable(types.timestamp),
  }),
);

test("hashes are those that core gives for the key, of rows with strings and nulls in any order", () => {
  randomRuns(10, (random) => {
    const kernels = newKernels(8);
    const serializer = new RowSerializer(layout);
    const rows = kernels.memory;
    let slot = PAGE_SLOTS;
    const records = Array.from({ length: 101 }, (_, i) => ({
      name: "x".repeat(random.below(30)),
      whole: random.seed() | 0,
      big: BigInt.asIntN(64, (BigInt(random.seed()) << 32n) | BigInt(i)),
      float: random.pick([null, -0, Number.NaN, random.next()]),
      at: random.pick([null, new Date(random.seed()), new Date(Number.NaN)]),
    }));
    for (const record of records) slot = serializer.write(record, rows, slot, rows.numSlots);
    expect(kernels.listRows(PAGE_SLOTS, slot, 0, 1000)).toBe(records.length);

    const seed = { low: random.seed() | 0, high: random.seed() | 0 };
    for (const path of ["whole", "big", "float", "at"]) {
      const keys = new RowKeys(layout, [{ path }]);
      const column = keys.numberColumn!;
      kernels.tableHashes(column, 0, records.length, seed.low, seed.high, 6 * PAGE_SLOTS);
      kernels.partitionHashes(column, 0, records.length, 7 * PAGE_SLOTS);
      for (let i = 0; i < records.length; i++) {
        const row = rows.i32[i]!;
        expect(rows.i32[6 * PAGE_SLOTS * 2 + i]! >>> 0).toBe(keys.tableHash(rows, row, seed));
        expect(rows.i32[7 * PAGE_SLOTS * 2 + i]! >>> 0).toBe(keys.partitionHash(rows, row));
      }
    }
  });
});

test("keys that are no number, or several, or inside another record, have no column", () => {
  const nested = RowLayout.of(types.row({ inner: types.row({ id: types.int32 }), id: types.int32 }));
  expect(new RowKeys(layout, [{ path: "name" }]).numberColumn).toBeUndefined();
  expect(new RowKeys(layout, [{ path: "whole" }, { path: "big" }]).numberColumn).toBeUndefined();
  expect(new RowKeys(nested, [{ path: "inner.id" }]).numberColumn).toBeUndefined();
  expect(new RowKeys(nested, [{ path: "id" }]).numberColumn).toEqual({
    kind: "int32",
    fieldSlot: 2,
    nullWord: 1,
    nullMask: 0,
  });
});

test("copyRows stops before the row that has no room, and says where the rows end", () => {
  const kernels = newKernels(2);
  const { i32 } = kernels.memory;
  [24, 8, 40].forEach((size, i) => {
    i32[(100 + i * 10) * 2] = size;
    i32[(100 + i * 10) * 2 + 1] = i;
    i32[i] = 100 + i * 10;
  });
  expect(kernels.copyRows(0, 1, 3, 200, 208)).toBe(2);
  expect(kernels.endSlot).toBe(204);
  expect([i32[400], i32[401], i32[406], i32[407]]).toEqual([24, 0, 8, 1]);
  expect(kernels.copyRows(0, 1, 3, 200, 209)).toBe(3);
  expect(kernels.endSlot).toBe(209);
  expect(kernels.copyRows(0, 1, 0, 200, 209)).toBe(0);
  expect(kernels.endSlot).toBe(200);
});

test("a lookup finds the bucket of its hash, else the empty one behind, from the last bucket on to the first", () => {
  const kernels = newKernels(1);
  const { i32 } = kernels.memory;
  const hashes = [7, 15, 23, 3];
  hashes.forEach((hash, i) => {
    i32[i] = hash;
    i32[16 + i] = 100 + i;
  });
  const table = 64;
  kernels.insert(0, 8, hashes.length, table, 7);
  const wanted = [23, 7, 15, 3, 4, 31];
  i32.set(wanted, 0);
  kernels.probe(0, wanted.length, table, 7, 32);
  expect([...i32.subarray(64, 64 + wanted.length)]).toEqual([1, 7, 0, 3, 4, 2]);
  expect(wanted.map((_, i) => i32[(table + i32[64 + i]!) * 2 + 1])).toEqual([102, 100, 101, 103, 0, 0]);
});

test("searches find what indexOf finds", () => {
  randomRuns(10, (random) => {
    const kernels = newKernels(4);
    const { memory } = kernels;
    const text = Buffer.from(memory.buffer, 0, 3000);
    for (let i = 0; i < text.length; i++) text[i] = random.pick([97, 97, 98, 10]);
    const indexesOf = (needle: Buffer): number[] => {
      const found: number[] = [];
      for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) found.push(at);
      return found;
    };

    const numPositions = kernels.findBytes(0, text.length, sameBytes(10), PAGE_SLOTS, 5000);
    const positions = memory.i32.subarray(PAGE_SLOTS * 2, PAGE_SLOTS * 2 + numPositions);
    expect([...positions]).toEqual(indexesOf(Buffer.from("\n")));

    const needles = ["aab", "ab\n", "a", "bbbb\n"].map((needle) => Buffer.from(needle));
    writeNeedles(memory, 2 * PAGE_SLOTS, needles);
    const numMatches = kernels.findNeedles(0, text.length, 2 * PAGE_SLOTS, 3 * PAGE_SLOTS, 4000);
    const matches = Array.from({ length: numMatches }, (_, i) => [
      memory.i32[(3 * PAGE_SLOTS + i) * 2]!,
      memory.i32[(3 * PAGE_SLOTS + i) * 2 + 1]!,
    ]);
    expect(matches).toEqual(
      needles
        .flatMap((needle, index) => indexesOf(needle).map((at) => [at, index]))
        .sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!),
    );
  });
});

test("a set of needles has 1 to 8, none of them empty", () => {
  const { memory } = newKernels(1);
  const needle = Buffer.from("x");
  expect(() => writeNeedles(memory, 0, [])).toThrow("1 to 8");
  expect(() => writeNeedles(memory, 0, [needle, Buffer.alloc(0)])).toThrow("1 to 8");
  expect(() => writeNeedles(memory, 0, Array(MAX_NEEDLES + 1).fill(needle))).toThrow("1 to 8");
});

test("sums of an adjacency list are those of its neighbours; vertices without any have 0", () => {
  const kernels = newKernels(1);
  const { i32, f64 } = kernels.memory;
  [0.5, 1, 2, 4, 8].forEach((value, i) => {
    f64[i] = value;
  });
  i32.set([0, 3, 3, 8], 20);
  i32.set([0, 1, 2, 4, 4, 4, 4, 3], 30);
  kernels.sumGathered(10, 3, 15, 0, 40);
  expect([...f64.subarray(40, 43)]).toEqual([3.5, 0, 36]);
  kernels.scatterAdd(0, 15, 40, 3);
  expect([...f64.subarray(0, 3)]).toEqual([4, 1, 38]);
  kernels.gatherNumbers(0, 15, 3, 50);
  expect([...f64.subarray(50, 53)]).toEqual([4, 1, 38]);
});
