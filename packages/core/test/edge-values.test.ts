/**
 * Every pair of the values at which a form of keys could go wrong, for each kind of slot: random types meet such a pair
 * too rarely. Each list ascends strictly; the values of an inner list are equal keys.
 */
import { describe, expect, test } from "vitest";
import {
  canonicalKeyBytes,
  compareTyped,
  compareValues,
  Decimal,
  Memory,
  partitionHash,
  partitionHashOfBytes,
  RowComparator,
  RowKeys,
  RowLayout,
  RowSerializer,
  type TypeInformation,
  tableHashOfBytes,
  types,
} from "../src/index.js";
import { Point, pointType } from "./random-types.js";
import { expectSame } from "./same-data.js";

/** Returns a number with these bits; arithmetic gives only one of the many NaNs. */
function numberOfBits(bits: bigint): number {
  return new Float64Array(BigUint64Array.of(bits).buffer)[0]!;
}

const NUMBERS = [
  [-Infinity],
  [-Number.MAX_VALUE],
  [-(2 ** 53)],
  [-1.5],
  [-1],
  [-5e-324],
  [-0, 0],
  [5e-324],
  [1],
  [1.5],
  [2 ** 31],
  [2 ** 53],
  [Number.MAX_VALUE],
  [Infinity],
  [NaN, -NaN, numberOfBits(0x7ff0000000000001n), numberOfBits(0xfff8000000000000n), numberOfBits(0xffffffffffffffffn)],
];

const INT64 = [
  -(2n ** 63n),
  -(2n ** 63n) + 1n,
  -(2n ** 32n) - 1n,
  -(2n ** 32n),
  -(2n ** 31n),
  -1n,
  0n,
  1n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 63n - 1n,
];

const TEXTS = [
  "",
  "\u0000",
  "\u0000\u0000",
  "\u0000\u0001",
  "\u0000\uffff",
  "\u0001",
  "\u0001\u0000",
  "\u0002",
  "a",
  "a\u0000",
  "a\u0001",
  "aa",
  "abc",
  "abcd",
  "abcde",
  "\u007f",
  "\u0080",
  "\u00ff",
  "\u00ffa",
  "\u0100",
  "\u07ff",
  "\u0800",
  "\ud83d",
  "\ud83d\ude00",
  "\udc00",
  "\uffff",
];

const single = (values: readonly unknown[]): unknown[][] => values.map((value) => [value]);
const decimal = (texts: readonly string[]): unknown[][] => texts.map((text) => [Decimal.of(text)]);

const LISTS: readonly (readonly [string, TypeInformation<unknown>, readonly (readonly unknown[])[]])[] = [
  ["booleans", types.boolean, [[false], [true]]],
  ["int32", types.int32, single([-(2 ** 31), -257, -256, -1, 0, 1, 255, 256, 65536, 2 ** 31 - 1])],
  ["int64", types.int64, single(INT64)],
  ["float64", types.float64, NUMBERS],
  ["timestamps", types.timestamp, single([-8.64e15, -1, 0, 1, 8.64e15, NaN].map((millis) => new Date(millis)))],
  ["strings", types.string, single(TEXTS)],
  [
    "bytes",
    types.bytes,
    single(
      [[], [0], [0, 0], [0, 1], [0, 255], [1], [1, 0], [2], [127], [128], [255], [255, 255]].map((b) =>
        Uint8Array.from(b),
      ),
    ),
  ],
  ["enums by position", types.enum("z", "m", "a"), single(["z", "m", "a"])],
  [
    "decimals in a slot",
    types.decimal(18, 2),
    decimal(["-9999999999999999.99", "-0.01", "0.00", "0.01", "42949672.96"]),
  ],
  [
    "decimals of two slots",
    types.decimal(38, 1),
    decimal([
      "-1844674407370955161.6",
      "-0.1",
      "0.0",
      "0.1",
      "922337203685477580.8",
      "1844674407370955161.6",
      "184467440737095516160.0",
    ]),
  ],
  ["any", types.any, [[null], [true], ...NUMBERS, ...single(INT64), ...single(TEXTS), [[]], [{}]]],
  ["nullable numbers", types.nullable(types.float64), [[null], ...NUMBERS]],
  ["arrays", types.array(types.int32), single([[], [-1], [-1, 0], [0], [0, 0], [1]])],
  ["arrays of nulls", types.array(types.nullable(types.int32)), single([[], [null], [null, null], [null, 0], [0]])],
  [
    "maps in any order of insertion",
    types.map(types.string, types.int32),
    [
      [new Map()],
      [
        new Map([
          ["a", 1],
          ["b", 2],
        ]),
        new Map([
          ["b", 2],
          ["a", 1],
        ]),
      ],
      [
        new Map([
          ["b", 3],
          ["a", 1],
        ]),
      ],
      [new Map([["a", 2]])],
      [
        new Map([
          ["b", 0],
          ["a", 2],
        ]),
      ],
      [new Map([["b", 0]])],
    ],
  ],
  [
    "rows by name",
    types.row({ b: types.int32, a: types.int32 }),
    single([
      { b: 9, a: 1 },
      { b: 1, a: 2 },
      { b: 2, a: 2 },
    ]),
  ],
  ["custom types by key bytes", pointType, single([0, 1, 2, 255].map((x) => new Point(x)))],
];

/** Whether the order of a list is that of its plain values too; enums and custom types have an order by type. */
const PLAIN = (name: string): boolean => !name.startsWith("enums") && !name.startsWith("custom");

describe.each(LISTS)("%s", (name, type, groups) => {
  const memory = new Memory(new ArrayBuffer(8192));
  const slotB = 400;
  const seed = { low: -5, high: 0x9abcdef0 };
  const layout = RowLayout.of<unknown>(types.row({ before: types.string, k: type }) as TypeInformation<unknown>);
  const wrap = (value: unknown): object => ({ before: "☃", k: value });

  test.each(["generated", "interpreted"] as const)("[C1, C2, C3] every pair, %s", (code) => {
    const serializer = new RowSerializer(layout, { code });
    const ascending = new RowComparator(layout, [{ path: "k" }], { code });
    const descending = new RowComparator(layout, [{ path: "k", order: "descending" }], { code });
    const keys = [
      new RowKeys(layout, [{ path: "k" }], { code }),
      new RowKeys(layout, [{ path: "k", order: "descending" }], { code }),
    ];
    groups.forEach((group, i) => {
      groups.forEach((other, j) => {
        for (const a of group) {
          for (const b of other) {
            const expected = Math.sign(i - j);
            serializer.write(wrap(a), memory, 0, slotB);
            serializer.write(wrap(b), memory, slotB, memory.numSlots);
            expect(Math.sign(ascending.compare(memory, 0, memory, slotB)) + 0).toBe(expected);
            expect(Math.sign(ascending.compareRecords(wrap(a), wrap(b))) + 0).toBe(expected);
            expect(Math.sign(compareTyped(type, a, b)) + 0).toBe(expected);
            expect(Math.sign(descending.compare(memory, 0, memory, slotB)) + 0).toBe(0 - expected + 0);
            expect(Math.sign(descending.compareRecords(wrap(a), wrap(b))) + 0).toBe(0 - expected + 0);
            expect(keys[0]!.partitionHash(memory, 0) === keys[0]!.partitionHash(memory, slotB)).toBe(i === j);
            const bytes = keys[0]!.keyBytes(memory, 0);
            expect(keys[0]!.partitionHash(memory, 0)).toBe(partitionHashOfBytes(bytes, bytes.length));
            expect(keys[0]!.tableHash(memory, 0, seed)).toBe(tableHashOfBytes(bytes, bytes.length, seed));
            for (const [direction, rowKeys] of keys.entries()) {
              const order = normalizedOrder(rowKeys, 24);
              if (order !== 0) expect(order).toBe(direction === 0 ? expected : -expected);
              else if (Number.isFinite(rowKeys.normalizedKeyBytes)) expect(expected).toBe(0);
            }
            if (!PLAIN(name)) continue;
            expect(Math.sign(compareValues(a, b)) + 0).toBe(expected);
            expect(Math.sign(Buffer.compare(canonicalKeyBytes(a), canonicalKeyBytes(b)))).toBe(expected);
            expect(keys[0]!.partitionHash(memory, 0)).toBe(partitionHash(a));
          }
        }
      });
    });
  });

  function normalizedOrder(keys: RowKeys, length: number): number {
    const [x, y] = [0, slotB].map((slot) => {
      const key = Buffer.alloc(length);
      keys.writeNormalizedKey(memory, slot, key, 0, length);
      return key;
    });
    return x!.compare(y!);
  }
});

test("[L9] a wide character at every position of strings of every length", () => {
  const memory = new Memory(new ArrayBuffer(1024));
  for (const code of ["generated", "interpreted"] as const) {
    const serializer = new RowSerializer(RowLayout.of(types.row({ s: types.string, after: types.int32 })), { code });
    for (let length = 0; length <= 40; length++) {
      for (let position = -1; position < length; position++) {
        const units = Array.from({ length }, (_, i) => (i === position ? 0x100 + i : 0xff - i));
        const record = { s: String.fromCharCode(...units), after: length };
        memory.i32.fill(-1);
        serializer.write(record, memory, 1, 128);
        expectSame(serializer.read(memory, 1), record);
      }
    }
  }
});
