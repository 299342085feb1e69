import { describe, expect, test } from "vitest";
import {
  canonicalKeyBytes,
  compareValues,
  equalValues,
  type KeyField,
  Memory,
  partitionHash,
  RowComparator,
  RowKeys,
  RowLayout,
  RowSerializer,
  type TypeInformation,
  types,
} from "../src/index.js";
import reference from "./data/comparators.json" with { type: "json" };

/** The reference lists of values in strict order, by the type that they have here. */
const LISTS: readonly (readonly [string, TypeInformation<unknown>, readonly unknown[]])[] = [
  ["boolean", types.boolean, reference.boolean],
  ["byte", types.int32, reference.byte],
  ["char", types.string, reference.char_code_units.map((unit) => String.fromCharCode(unit))],
  ["short", types.int32, reference.short],
  ["int", types.int32, reference.int],
  ["long", types.int64, reference.long_as_strings.map(BigInt)],
  ["float", types.float64, reference.float],
  ["double", types.float64, reference.double],
  ["string", types.string, reference.string],
  // A Date holds up to 8.64e15 milliseconds; the reference's larger ones exist as int64 only.
  ["date", types.timestamp, datesOf(reference.date_millis_as_strings)],
  ["date as int64", types.int64, reference.date_millis_as_strings.map(BigInt)],
];

function datesOf(millis: readonly string[]): Date[] {
  return millis.map((text) => new Date(Number(text))).filter((date) => !Number.isNaN(date.getTime()));
}

const memory = new Memory(new ArrayBuffer(4096));
const SLOT_B = 200;

function check(
  layout: RowLayout,
  records: readonly unknown[],
  fields: readonly KeyField[],
  isDescending: boolean,
): void {
  const serializer = new RowSerializer(layout);
  for (const code of ["generated", "interpreted"] as const) {
    const comparator = new RowComparator(layout, fields, { code });
    const keys = new RowKeys(layout, fields, { code });
    const full = Number.isFinite(keys.normalizedKeyBytes) ? keys.normalizedKeyBytes : 16;
    records.forEach((a, i) => {
      records.forEach((b, j) => {
        const expected = Math.sign(isDescending ? j - i : i - j);
        serializer.write(a, memory, 0, SLOT_B);
        serializer.write(b, memory, SLOT_B, memory.numSlots);
        expect(Math.sign(comparator.compare(memory, 0, memory, SLOT_B))).toBe(expected);
        expect(Math.sign(comparator.compareRecords(a, b))).toBe(expected);
        expect(keys.partitionHash(memory, 0) === keys.partitionHash(memory, SLOT_B)).toBe(i === j);
        for (const length of [full, full >> 1]) {
          const [x, y] = [0, SLOT_B].map((slot) => {
            const key = Buffer.alloc(length);
            keys.writeNormalizedKey(memory, slot, key, 0, length);
            return key;
          });
          const order = x!.compare(y!);
          if (order !== 0) expect(order).toBe(expected);
          else if (keys.isNormalizedKeyComplete(length)) expect(expected).toBe(0);
        }
      });
    });
  }
}

describe.each(LISTS)("the reference list of %s", (_name, type, values) => {
  test.each(["ascending", "descending"] as const)("[C9] is in order, %s", (order) => {
    const layout = RowLayout.of<unknown>(types.tuple(type) as TypeInformation<unknown>);
    const records = values.map((value) => [value]);
    check(layout, records, [{ path: 0, order }], order === "descending");
    check(RowLayout.of(type), values, [{ path: "*", order }], order === "descending");
  });

  test("[C9] is in order by plain semantics and by canonical bytes, and equal values have equal hashes", () => {
    values.forEach((a, i) => {
      values.forEach((b, j) => {
        expect(Math.sign(compareValues(a, b))).toBe(Math.sign(i - j));
        expect(Math.sign(Buffer.compare(canonicalKeyBytes(a), canonicalKeyBytes(b)))).toBe(Math.sign(i - j));
        expect(equalValues(a, b)).toBe(i === j);
        if (i === j) expect(partitionHash(a)).toBe(partitionHash(b));
      });
    });
  });
});

test.each(reference.tuples.map((tuple) => [tuple.source.split("/").at(-1)!, tuple] as const))(
  "[C9] the reference tuples of %s are in order",
  (_name, { key_positions, sorted_rows }) => {
    const type = typeOfRow(sorted_rows[0] as unknown[]);
    const layout = RowLayout.of<unknown>(type);
    for (const order of ["ascending", "descending"] as const) {
      const fields = key_positions.map((path) => ({ path: path as number, order }));
      check(layout, sorted_rows, fields, order === "descending");
    }
  },
);

function typeOfRow(row: readonly unknown[]): TypeInformation<unknown> {
  const elements = row.map((value) => {
    if (Array.isArray(value)) return typeOfRow(value);
    return typeof value === "string" ? types.string : types.float64;
  });
  return types.tuple(...elements) as TypeInformation<unknown>;
}
