import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type DataInputView,
  DOES_NOT_FIT,
  PAGE_HEADER_BYTES,
  PAGE_KIND_DATA,
  RowLayout,
  RowSerializer,
  readPageHeader,
  types,
} from "../src/index.js";
import { TestPages } from "./pages.js";
import { runs } from "./random-values.js";

const layout = RowLayout.of(types.row({ n: types.int32, text: types.string }));
const serializer = new RowSerializer(layout);

function readAll(input: DataInputView): unknown[] {
  const records: unknown[] = [];
  while (input.next()) records.push(serializer.read(input.memory, input.slot));
  return records;
}

test("[M1] a record is whole at every offset of a page at which it can begin", () => {
  const pageSize = 256;
  for (let before = 0; before < (pageSize - PAGE_HEADER_BYTES) / 8; before++) {
    const pages = new TestPages(4, pageSize);
    const out = pages.output(layout.idWords);
    const records = [
      { n: before, text: "x".repeat(Math.max(0, before - 3) * 8) },
      { n: -1, text: "the record that is moved along, slot by slot, over the end of the page" },
      { n: -2, text: "" },
    ];
    for (const record of records) expect(serializer.serialize(record, out)).toBe(true);
    out.endPage();
    expect(readAll(pages.input())).toEqual(records);
  }
});

test("[M2] any records over pages of any size read back in order", () => {
  const record = fc.record({
    n: fc.integer(),
    text: fc.oneof(fc.string(), fc.string({ maxLength: 400, minLength: 200 })),
  });
  fc.assert(
    fc.property(fc.array(record), fc.constantFrom(64, 128, 1024), (records, pageSize) => {
      const pages = new TestPages(2000, pageSize);
      const out = pages.output(layout.idWords);
      for (const r of records) serializer.serialize(r, out);
      out.endPage();
      expect(readAll(pages.input())).toEqual(records);
      const headers = pages.pages.map(readPageHeader);
      expect(headers.reduce((sum, header) => sum + header.numRecords, 0)).toBe(records.length);
      for (const header of headers) {
        expect(header.kind).toBe(PAGE_KIND_DATA);
        expect(header.layoutId).toEqual(layout.idWords);
        if (header.numRecords === 0) expect(header.firstRecord).toBe(0);
        else if (!header.continues) expect(header.firstRecord).toBe(PAGE_HEADER_BYTES);
        else expect(header.firstRecord).toBeGreaterThan(PAGE_HEADER_BYTES);
      }
    }),
    runs(200),
  );
});

test("[M3] without pages for all of a record, nothing of it is kept and writing can go on", () => {
  const pages = new TestPages(3, 128);
  const out = pages.output(layout.idWords);
  const small = { n: 1, text: "a" };
  expect(serializer.serialize(small, out)).toBe(true);
  expect(serializer.serialize({ n: 2, text: "b".repeat(1000) }, out)).toBe(false);
  expect(serializer.serialize({ n: 3, text: "c".repeat(100) }, out)).toBe(true);
  expect(out.takeSparePages().length).toBe(1);
  out.endPage();
  const input = pages.input();
  expect(input.next()).toBe(true);
  expect(serializer.read(input.memory, input.slot)).toEqual(small);
  expect(input.next()).toBe(true);
  expect(serializer.read(input.memory, input.slot)).toEqual({ n: 3, text: "c".repeat(100) });
});

test("[M4] no page at all: the first record is refused", () => {
  expect(serializer.serialize({ n: 1, text: "" }, new TestPages(0).output(layout.idWords))).toBe(false);
});

test("[L9] a record that fits no buffer is refused, and the next record is written", () => {
  const pages = new TestPages(2);
  const out = pages.output(layout.idWords);
  expect(() => out.write(() => DOES_NOT_FIT, {})).toThrow(/RECORD_TOO_LARGE/);
  expect(serializer.serialize({ n: 1, text: "a" }, out)).toBe(true);
  out.endPage();
  expect(readAll(pages.input())).toEqual([{ n: 1, text: "a" }]);
});

test("[M5] another layout begins another page", () => {
  const other = new RowSerializer(RowLayout.of(types.row({ n: types.int32 })));
  const pages = new TestPages(4);
  const out = pages.output(layout.idWords);
  serializer.serialize({ n: 1, text: "a" }, out);
  other.serialize({ n: 2 }, out);
  serializer.serialize({ n: 3, text: "c" }, out);
  out.endPage();
  const ids = pages.pages.map((page) => readPageHeader(page).layoutId);
  expect(ids).toEqual([layout.idWords, other.layout.idWords, layout.idWords]);
});

test("[M6] segments: copies, comparisons and exchanges stay inside", () => {
  const pages = new TestPages(2, 64);
  const a = pages.next()!;
  const b = pages.next()!;
  a.bytes().set([1, 2, 3, 200]);
  b.bytes().set([1, 2, 3, 100]);
  expect(a.compare(0, b, 0, 3)).toBe(0);
  expect(a.compare(0, b, 0, 4)).toBeGreaterThan(0);
  a.swapBytes(3, b, 3, 1);
  expect(a.compare(0, b, 0, 4)).toBeLessThan(0);
  a.copyTo(0, b, 8, 4);
  expect([...b.bytes().subarray(8, 12)]).toEqual([1, 2, 3, 100]);
  expect(() => a.getInt32(64)).toThrow(/INVARIANT/);
  expect(() => a.putInt32(-4, 1)).toThrow(/INVARIANT/);
  expect(() => a.copyTo(60, b, 0, 8)).toThrow(/INVARIANT/);
});

test("[M7] reading begins at any page with the first record that begins there or later", () => {
  const pages = new TestPages(60, 256);
  const out = pages.output(layout.idWords);
  const records = Array.from({ length: 30 }, (_, n) => ({ n, text: "x".repeat((n * 97) % 700) }));
  for (const record of records) serializer.serialize(record, out);
  out.endPage();
  let numBefore = 0;
  for (const [i, page] of pages.pages.entries()) {
    expect(readAll(pages.input(i))).toEqual(records.slice(numBefore));
    numBefore += readPageHeader(page).numRecords;
  }
});
