/**
 * The largest memory has 4 GiB, so the end of its last page is address 2^32, which is 0 in 32 bits. Only the last pages are touched.
 */
import { type Memory, PAGE_SIZE_BYTES } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import { expect, test } from "vitest";
import { sameBytes } from "../../src/kernels/byte-twin.js";
import { EntrySorter } from "../../src/kernels/entry-sorter.js";
import { ENTRIES_PER_PAGE } from "../../src/kernels/kernel-layouts.js";
import type { Kernels } from "../../src/kernels/kernels.js";
import { writeNeedles } from "../../src/kernels/needles.js";
import { newKernels, writePageTable } from "./kernel-memory.js";

const ALL_PAGES = 2 ** 32 / PAGE_SIZE_BYTES;
const PAGE_SLOTS = PAGE_SIZE_BYTES / 8;
const END_SLOT = ALL_PAGES * PAGE_SLOTS;
const END_BYTE = 2 ** 32;
const NUM_USED_PAGES = 12;
const BEGIN_SLOT = END_SLOT - NUM_USED_PAGES * PAGE_SLOTS;
const LAST_PAGE = END_SLOT - PAGE_SLOTS;

/** Runs in both implementations, each in a memory of its own, and expects the same results and the same last pages. */
function atTheEnd(
  prepare: (memory: Memory, random: SeededRandom) => void,
  calls: (kernels: Kernels) => unknown[],
): void {
  const outcomes = (["typescript", "wasm"] as const).map((implementation) => {
    const kernels = newKernels(ALL_PAGES, implementation);
    const { memory } = kernels;
    const random = new SeededRandom(7);
    for (let word = BEGIN_SLOT * 2; word < END_SLOT * 2; word++) memory.i32[word] = random.seed();
    prepare(memory, random);
    return { results: calls(kernels), bytes: Buffer.from(memory.u8.slice(BEGIN_SLOT * 8)) };
  });
  expect(outcomes[1]!.results).toEqual(outcomes[0]!.results);
  expect(outcomes[1]!.bytes.equals(outcomes[0]!.bytes)).toBe(true);
}

test("rows are copied and partitioned up to the last slot", () => {
  atTheEnd(
    (memory) => {
      for (let i = 0; i < 2000; i++) {
        const row = BEGIN_SLOT + PAGE_SLOTS + i * 3;
        memory.i32[row * 2] = 24;
        memory.i32[BEGIN_SLOT * 2 + i] = row;
      }
      for (const [i, word] of [LAST_PAGE - PAGE_SLOTS, LAST_PAGE, LAST_PAGE, END_SLOT].entries()) {
        memory.i32[(BEGIN_SLOT + 1500) * 2 + i] = word;
      }
    },
    (kernels) => [
      kernels.copyRows(BEGIN_SLOT, 1, 2000, LAST_PAGE, END_SLOT),
      kernels.endSlot,
      kernels.copyRows(BEGIN_SLOT, 1, 2000, END_SLOT - 1, END_SLOT),
      kernels.copyRows(BEGIN_SLOT, 1, 2000, END_SLOT, END_SLOT),
      kernels.readAhead(BEGIN_SLOT + 1500, 2, PAGE_SLOTS * 2),
      kernels.partitionRows(BEGIN_SLOT, BEGIN_SLOT + 1200, 2000, 31, 1, BEGIN_SLOT + 1500),
    ],
  );
});

test("entries are sorted in the last pages, in two sets of pages and in place", () => {
  const numEntries = 4 * ENTRIES_PER_PAGE;
  const [table, buffer, scratch] = [BEGIN_SLOT, BEGIN_SLOT + 8, BEGIN_SLOT + 16];
  atTheEnd(
    (memory, random) => {
      writePageTable(memory, table, ALL_PAGES - 4, 4, random);
      writePageTable(memory, buffer, ALL_PAGES - 8, 4, random);
    },
    (kernels) => {
      const sorter = new EntrySorter(kernels, scratch);
      sorter.sort(table, buffer, 0, numEntries, 64);
      const run = kernels.findRun(table, 0, numEntries, 64);
      sorter.sortInPlace(buffer, 0, numEntries);
      sorter.sort(buffer, table, 0, numEntries, 96);
      kernels.memory.u8.fill(0, scratch * 8, (BEGIN_SLOT + PAGE_SLOTS) * 8);
      return [run];
    },
  );
});

test("nothing is read behind an array of pages that ends where a smaller memory ends", () => {
  const numEntries = 2 * ENTRIES_PER_PAGE;
  const random = new SeededRandom(7);
  const kernels = newKernels(6);
  const { memory } = kernels;
  const [table, buffer, scratch] = [0, memory.numSlots - 1, 16];
  writePageTable(memory, table, 1, 2, random);
  writePageTable(memory, buffer, 3, 2, random);
  // The last values of the digits have no entries, and would begin behind the last page.
  const keys = Array.from({ length: numEntries }, () => random.below(200) << 24);
  keys.forEach((key, i) => {
    memory.i32[(PAGE_SLOTS + i * 2) * 2 + 1] = key;
  });
  new EntrySorter(kernels, scratch).sort(table, buffer, 0, numEntries, 96);
  const first = memory.i32[table * 2]! * 2 + 1;
  expect(memory.i32[first]).toBe(keys.sort((a, b) => (a >>> 0) - (b >>> 0))[0]);
});

test("bytes are searched and summed up to the last one", () => {
  const needles = ["\u0001", "abc", "xyz"].map((needle) => Buffer.from(needle));
  atTheEnd(
    (memory) => {
      writeNeedles(memory, BEGIN_SLOT, needles);
      memory.u8.set(Buffer.from("abcabxyz"), END_BYTE - 8);
    },
    (kernels) => [
      kernels.checksum(END_BYTE - 40_000, 40_000),
      kernels.findBytes(END_BYTE - 1008, 1008, sameBytes("z".charCodeAt(0)), BEGIN_SLOT + PAGE_SLOTS, 1000),
      kernels.findNeedles(END_BYTE - 1008, 1008, BEGIN_SLOT, BEGIN_SLOT + 2 * PAGE_SLOTS, 1000),
    ],
  );
});

test("tables lie in the last pages", () => {
  const table = LAST_PAGE;
  const column = { kind: "int64", fieldSlot: 1, nullWord: 1, nullMask: 0 } as const;
  atTheEnd(
    (memory) => {
      memory.u8.fill(0, table * 8);
      for (let i = 0; i < 4000; i++)
        memory.i32[BEGIN_SLOT * 2 + i] = END_SLOT - 2 * PAGE_SLOTS + (i % (PAGE_SLOTS - 1));
    },
    (kernels) => {
      kernels.tableHashes(column, BEGIN_SLOT, 4000, 1, 2, BEGIN_SLOT + PAGE_SLOTS);
      kernels.insert(BEGIN_SLOT + PAGE_SLOTS, BEGIN_SLOT, 4000, table, PAGE_SLOTS - 1);
      kernels.probe(BEGIN_SLOT + PAGE_SLOTS, 4000, table, PAGE_SLOTS - 1, BEGIN_SLOT + 3 * PAGE_SLOTS);
      return [kernels.listRows(END_SLOT, END_SLOT, BEGIN_SLOT, 10)];
    },
  );
});
