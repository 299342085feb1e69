import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type KeyField,
  Memory,
  RowComparator,
  RowLayout,
  RowSerializer,
  SORT_ENTRY_WORDS,
  SortEntries,
  types,
} from "../src/index.js";
import { leafValues } from "./random-types.js";
import { runs } from "./random-values.js";

const CODES = ["generated", "interpreted"] as const;
const memory = new Memory(new ArrayBuffer(1 << 19));

/** Compares two entries by their prefixes alone. */
function comparePrefixes(entries: Int32Array): number {
  for (const word of [1, 0, 3]) {
    const order = (entries[word]! >>> 0) - (entries[SORT_ENTRY_WORDS + word]! >>> 0);
    if (order !== 0) return Math.sign(order);
  }
  return 0;
}

/** Writes two records one behind the other and returns both entries, and the order of the records. */
function entriesOf(
  layout: RowLayout,
  keys: readonly KeyField[],
  records: readonly unknown[],
  code: "generated" | "interpreted",
) {
  const { write } = new RowSerializer(layout);
  const middle = write(records[0], memory, 1, memory.numSlots);
  const end = write(records[1], memory, middle, memory.numSlots);
  const entries = new SortEntries(layout, keys, { code });
  const words = new Int32Array(3 * SORT_ENTRY_WORDS);
  expect(entries.write(memory, 1, end, words, 0, words.length)).toBe(2);
  expect([words[2], words[SORT_ENTRY_WORDS + 2]]).toEqual([1, middle]);
  const order = Math.sign(new RowComparator(layout, keys).compare(memory, 1, memory, middle)) + 0;
  return { words, order, isComplete: entries.isPrefixComplete };
}

test("prefixes never contradict the order of the keys, and decide it where they say so; both codes agree", () => {
  const fields = fc.tuple(leafValues(2), leafValues(2), leafValues(2));
  fc.assert(
    fc.property(fields, fc.boolean(), fc.boolean(), (parts, isNullable, isDescending) => {
      const layout = RowLayout.of(
        types.row({
          a: isNullable ? types.nullable(parts[0].type) : parts[0].type,
          b: types.row({ c: parts[1].type }),
          d: parts[2].type,
        }),
      ) as RowLayout;
      const keys: KeyField[] = [
        { path: "a" },
        { path: "b.c", order: isDescending ? "descending" : "ascending" },
        { path: "d" },
      ];
      const record = (i: number) => ({
        a: isNullable && i === 0 && isDescending ? null : parts[0].values[i],
        b: { c: parts[1].values[i] },
        d: parts[2].values[i],
      });
      for (let numKeys = 1; numKeys <= 3; numKeys++) {
        for (const start of [0, 1, 2]) {
          const used = [...keys.slice(start), ...keys.slice(0, start)].slice(0, numKeys);
          for (const pair of [
            [record(0), record(1)],
            [record(0), record(0)],
          ]) {
            const [generated, interpreted] = CODES.map((code) => entriesOf(layout, used, pair, code));
            expect(generated).toEqual(interpreted);
            const byPrefix = comparePrefixes(generated!.words);
            if (byPrefix !== 0 || generated!.isComplete) expect(byPrefix).toBe(generated!.order);
          }
        }
      }
    }),
    runs(300),
  );
});

test("text of plain bytes and text that is written otherwise have one order in the prefix", () => {
  const layout = RowLayout.of(types.tuple(types.string)) as RowLayout;
  const texts = [
    "",
    "\0",
    "\u0001",
    "\u0002",
    "a",
    "a\0",
    "a\u0001",
    "a\u0002",
    "a\u007f",
    "a\u0080",
    "ab",
    "abc",
    "abcd",
    "abcd\0",
    "abcdefghijk",
    "abcdefghijkl",
    "abcdefghijklm",
    "é",
    "☃",
    "a☃",
  ];
  for (const code of CODES) {
    for (const a of texts) {
      for (const b of texts) {
        const { words, order } = entriesOf(layout, [{ path: 0 }], [[a], [b]], code);
        const byPrefix = comparePrefixes(words);
        expect(byPrefix === 0 || byPrefix === order, JSON.stringify([a, b])).toBe(true);
        if (Math.min(a.length, b.length) < 4 && a !== b) expect(byPrefix, JSON.stringify([a, b])).toBe(order);
      }
    }
  }
});

test("a row that reaches beyond the end, and an entry without room, are left out", () => {
  const layout = RowLayout.of(types.tuple(types.int64)) as RowLayout;
  const { write } = new RowSerializer(layout);
  let slot = 1;
  for (let i = 0n; i < 5n; i++) slot = write([i], memory, slot, memory.numSlots);
  for (const code of CODES) {
    const entries = new SortEntries(layout, [{ path: 0 }], { code });
    const words = new Int32Array(5 * SORT_ENTRY_WORDS);
    expect(entries.write(memory, 1, slot - 1, words, 0, words.length)).toBe(4);
    expect(entries.write(memory, 1, slot, words, SORT_ENTRY_WORDS, words.length)).toBe(4);
    expect(entries.write(memory, slot, slot, words, 0, words.length)).toBe(0);
  }
});
