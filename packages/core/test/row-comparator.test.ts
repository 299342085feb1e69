import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canonicalKeyBytes,
  compareTyped,
  compareValues,
  type KeyField,
  LayoutDiscovery,
  Memory,
  partitionHash,
  partitionHashOfBytes,
  RowComparator,
  RowKeys,
  RowLayout,
  RowPairComparator,
  RowSerializer,
  type TypeInformation,
  tableHashOfBytes,
  types,
} from "../src/index.js";
import { leafValues, type TypedValues, typedValues } from "./random-types.js";
import { runs, similarValues } from "./random-values.js";

const CODES = ["generated", "interpreted"] as const;
const SEED = { low: 5, high: 9 };
const SLOT_A = 2;
const SLOT_B = 20_000;
const memory = new Memory(new ArrayBuffer(1 << 19));

const someValues: fc.Arbitrary<TypedValues> = fc.oneof(leafValues(2), leafValues(2), typedValues(2));

interface Shape {
  readonly path: string;
  readonly type: TypeInformation<unknown>;
  readonly wrap: (value: unknown) => unknown;
}

/** Records in which a key may stand: itself, a position, a nested field, a field below what may be null. */
function shapesOf(type: TypeInformation<unknown>): Shape[] {
  const inner = types.row({ "x.y": types.string, k: type });
  return [
    { path: "1", type: types.tuple(types.int32, type), wrap: (value) => [7, value] },
    {
      path: "p.k",
      type: types.row({ a: types.string, p: types.nullable(inner), z: types.int32 }),
      wrap: (value) => ({ a: "é", p: { "x.y": "☃", k: value }, z: 1 }),
    },
    {
      path: "constructor.0.k",
      type: types.row({ constructor: types.tuple(inner) }),
      wrap: (value) => ({ constructor: [{ "x.y": "", k: value }] }),
    },
  ];
}

function sameSign(actual: number, expected: number): void {
  // The sum turns -0 into 0.
  expect(Math.sign(actual) + 0).toBe(Math.sign(expected) + 0);
}

test("[C1] rows, objects and plain semantics have one order; generated and interpreted code agree", () => {
  fc.assert(
    fc.property(someValues, ({ type, values: [a, b] }) => {
      for (const [x, y] of [
        [a, b],
        [a, a],
        [b, a],
      ]) {
        const expected = compareTyped(type, x, y);
        for (const shape of shapesOf(type)) {
          const layout = RowLayout.of(shape.type);
          const { write } = new RowSerializer(layout);
          write(shape.wrap(x), memory, SLOT_A, SLOT_B);
          write(shape.wrap(y), memory, SLOT_B, memory.numSlots);
          for (const code of CODES) {
            for (const order of ["ascending", "descending"] as const) {
              const keys = [{ path: shape.path, order }];
              const comparator = new RowComparator(layout, keys, { code });
              const sign = order === "ascending" ? 1 : -1;
              sameSign(comparator.compare(memory, SLOT_A, memory, SLOT_B), expected * sign);
              sameSign(comparator.compareRecords(shape.wrap(x), shape.wrap(y)), expected * sign);
            }
          }
        }
      }
    }),
    runs(100),
  );
});

test("[C2] key bytes and hashes of rows, of objects and of plain values are the same", () => {
  fc.assert(
    fc.property(someValues, ({ type, values: [value] }) => {
      const hasCustom = String(type).includes("custom<");
      for (const shape of shapesOf(type)) {
        const layout = RowLayout.of(shape.type);
        const record = shape.wrap(value);
        new RowSerializer(layout).write(record, memory, SLOT_A, memory.numSlots);
        const all = CODES.map((code) => new RowKeys(layout, [{ path: shape.path }], { code }));
        const bytes = all[0]!.keyBytes(memory, SLOT_A);
        if (!hasCustom) expect(Buffer.compare(bytes, canonicalKeyBytes(value))).toBe(0);
        if (!hasCustom) expect(all[0]!.partitionHash(memory, SLOT_A)).toBe(partitionHash(value));
        for (const keys of all) {
          expect(Buffer.compare(keys.keyBytes(memory, SLOT_A), bytes)).toBe(0);
          expect(Buffer.compare(keys.keyBytesOfRecord(record), bytes)).toBe(0);
          expect(keys.partitionHash(memory, SLOT_A)).toBe(partitionHashOfBytes(bytes, bytes.length));
          expect(keys.tableHash(memory, SLOT_A, SEED)).toBe(tableHashOfBytes(bytes, bytes.length, SEED));
        }
      }
    }),
    runs(100),
  );
});

test("[C3] normalized keys never contradict the order, and equal whole ones mean equal keys", () => {
  fc.assert(
    fc.property(leafValues(2), leafValues(2), fc.boolean(), fc.boolean(), (first, second, isDown1, isDown2) => {
      const type = types.row({ a: types.nullable(first.type), b: types.row({ c: second.type }) });
      const layout = RowLayout.of<unknown>(type as TypeInformation<unknown>);
      const fields: KeyField[] = [
        { path: "a", order: isDown1 ? "descending" : "ascending" },
        { path: "b.c", order: isDown2 ? "descending" : "ascending" },
      ];
      const { write } = new RowSerializer(layout);
      const pairs = [0, 1].flatMap((i) => [0, 1].map((j) => ({ a: first.values[i], b: { c: second.values[j] } })));
      pairs.push({ a: null, b: { c: second.values[0] } });
      const { compare } = new RowComparator(layout, fields);
      const [generated, interpreted] = CODES.map((code) => new RowKeys(layout, fields, { code })) as [RowKeys, RowKeys];
      for (const x of pairs) {
        for (const y of pairs) {
          write(x, memory, SLOT_A, SLOT_B);
          write(y, memory, SLOT_B, memory.numSlots);
          const order = Math.sign(compare(memory, SLOT_A, memory, SLOT_B));
          for (const length of [0, 1, 3, 8, 9, 13, 17, 18, 40]) {
            const keyOf = (keys: RowKeys, slot: number): Buffer => {
              const target = Buffer.alloc(length + 4, 0xaa);
              keys.writeNormalizedKey(memory, slot, target, 2, 2 + length);
              expect(target.readUInt16LE(0)).toBe(0xaaaa);
              expect(target.readUInt16LE(2 + length)).toBe(0xaaaa);
              return target;
            };
            const keyX = keyOf(generated, SLOT_A);
            expect(keyOf(interpreted, SLOT_A).equals(keyX)).toBe(true);
            const keyOrder = keyX.compare(keyOf(generated, SLOT_B));
            if (keyOrder !== 0) expect(keyOrder).toBe(order);
            else if (generated.isNormalizedKeyComplete(length)) expect(order).toBe(0);
          }
        }
      }
    }),
    runs(100),
  );
});

test("[C4] several keys, each in its direction", () => {
  const layout = RowLayout.of(types.row({ s: types.string, n: types.int32, d: types.float64 }));
  const keys: KeyField[] = [{ path: "n", order: "descending" }, { path: "s" }];
  const rows = [
    { s: "a", n: 2, d: 1 },
    { s: "b", n: 2, d: 0 },
    { s: "", n: 1, d: 9 },
    { s: "é", n: 1, d: 9 },
    { s: "☃", n: 1, d: 9 },
  ];
  const { write } = new RowSerializer(layout);
  for (const code of CODES) {
    const comparator = new RowComparator(layout, keys, { code });
    rows.forEach((x, i) => {
      rows.forEach((y, j) => {
        write(x, memory, SLOT_A, SLOT_B);
        write(y, memory, SLOT_B, memory.numSlots);
        sameSign(comparator.compare(memory, SLOT_A, memory, SLOT_B), i - j);
        sameSign(comparator.compareRecords(x, y), i - j);
      });
    });
  }
});

test("[C5] keys of different layouts: numbers by value, everything else as plain values", () => {
  const candidates: readonly (readonly [TypeInformation<unknown>, (value: unknown) => boolean])[] = [
    [types.any, () => true],
    [types.float64, (value) => typeof value === "number"],
    [types.int32, (value) => typeof value === "number" && (value | 0) === value],
    [types.string, (value) => typeof value === "string"],
    [types.enum("a", ""), (value) => value === "a" || value === ""],
    [types.nullable(types.boolean), (value) => value === null || typeof value === "boolean"],
    [types.int64, (value) => typeof value === "bigint" && BigInt.asIntN(64, value) === value],
  ];
  fc.assert(
    fc.property(similarValues, ([a, b]) => {
      for (const [typeA, isA] of candidates) {
        for (const [typeB, isB] of candidates) {
          if (!isA(a) || !isB(b) || (typeA === typeB && String(typeA).startsWith("enum"))) continue;
          const layoutA = RowLayout.of<unknown>(types.tuple(typeA) as TypeInformation<unknown>);
          const layoutB = RowLayout.of<unknown>(types.row({ x: types.string, k: typeB }) as TypeInformation<unknown>);
          new RowSerializer(layoutA).write([a], memory, SLOT_A, SLOT_B);
          new RowSerializer(layoutB).write({ x: "", k: b }, memory, SLOT_B, memory.numSlots);
          const expected = compareValues(a, b);
          const bytesA = new RowKeys(layoutA, [{ path: 0 }]).keyBytes(memory, SLOT_A);
          const bytesB = new RowKeys(layoutB, [{ path: "k" }]).keyBytes(memory, SLOT_B);
          sameSign(Buffer.compare(bytesA, bytesB), expected);
          for (const code of CODES) {
            const pair = new RowPairComparator(layoutA, [{ path: 0 }], layoutB, [{ path: "k" }], { code });
            sameSign(pair.compare(memory, SLOT_A, memory, SLOT_B), expected);
          }
        }
      }
    }),
    runs(100),
  );
});

test("[C6] a key below a part of type any or a variant is found in the decoded value", () => {
  const type = types.row({
    any: types.any,
    shape: types.variant("kind", { circle: types.row({ size: types.int32 }), dot: types.row({}) }),
  });
  const layout = RowLayout.of<unknown>(type as TypeInformation<unknown>);
  const small = { any: { a: [1, 2] }, shape: { kind: "circle", size: 1 } };
  const large = { any: { a: [1, 3] }, shape: { kind: "dot" } };
  const { write } = new RowSerializer(layout);
  write(small, memory, SLOT_A, SLOT_B);
  write(large, memory, SLOT_B, memory.numSlots);
  for (const code of CODES) {
    for (const [path, sign] of [
      ["any.a.1", -1],
      ["any.b", 0],
      ["shape.size", 1],
      ["shape.kind", -1],
    ] as const) {
      const comparator = new RowComparator(layout, [{ path }], { code });
      sameSign(comparator.compare(memory, SLOT_A, memory, SLOT_B), sign);
      sameSign(comparator.compareRecords(small, large), sign);
      const keys = new RowKeys(layout, [{ path }], { code });
      expect(Buffer.compare(keys.keyBytes(memory, SLOT_A), keys.keyBytesOfRecord(small))).toBe(0);
    }
  }
});

test("[C5, C6] a null is one null, wherever it comes from", () => {
  const layoutA = RowLayout.of<unknown>(types.row({ k: types.any }) as TypeInformation<unknown>);
  const layoutB = RowLayout.of<unknown>(
    types.row({ k: types.nullable(types.row({ x: types.int32 })) }) as TypeInformation<unknown>,
  );
  new RowSerializer(layoutB).write({ k: null }, memory, SLOT_B, memory.numSlots);
  for (const record of [{ k: null }, {}, { k: {} }, { k: { x: null } }]) {
    new RowSerializer(layoutA).write(record, memory, SLOT_A, SLOT_B);
    for (const code of CODES) {
      const pair = new RowPairComparator(layoutA, [{ path: "k.x" }], layoutB, [{ path: "k.x" }], { code });
      expect(pair.compare(memory, SLOT_A, memory, SLOT_B) + 0).toBe(0);
      expect(new RowKeys(layoutA, [{ path: "k.x" }], { code }).keyBytes(memory, SLOT_A)).toEqual(Uint8Array.of(1));
    }
  }
});

test("[C3] a string or bytes that end where another goes on with small bytes, before any other key", () => {
  const layout = RowLayout.of(types.row({ s: types.string, b: types.bytes, n: types.int32 }));
  const { write } = new RowSerializer(layout);
  const parts = ["", "\u0000", "\u0001", "\u0000\u0000", "a", "a\u0000", "a\u0001", "\u00ff", "\uffff"];
  const records = parts.flatMap((s) =>
    [-1, -(2 ** 31), 2 ** 31 - 1].map((n) => ({ s, b: Uint8Array.from(s, (c) => c.charCodeAt(0) & 255), n })),
  );
  for (const fields of [
    [{ path: "s" }, { path: "n", order: "descending" }],
    [{ path: "b", order: "descending" }, { path: "s" }, { path: "n" }],
  ] as KeyField[][]) {
    const { compare } = new RowComparator(layout, fields);
    const keys = new RowKeys(layout, fields);
    for (const x of records) {
      for (const y of records) {
        write(x, memory, SLOT_A, SLOT_B);
        write(y, memory, SLOT_B, memory.numSlots);
        const [keyX, keyY] = [Buffer.alloc(24), Buffer.alloc(24)];
        keys.writeNormalizedKey(memory, SLOT_A, keyX, 0, 24);
        keys.writeNormalizedKey(memory, SLOT_B, keyY, 0, 24);
        sameSign(keyX.compare(keyY), compare(memory, SLOT_A, memory, SLOT_B));
      }
    }
  }
});

test("[C7] records that are no rows or tuples have the key *", () => {
  const layout = RowLayout.of(types.string);
  const { write } = new RowSerializer(layout);
  write("b", memory, SLOT_A, SLOT_B);
  write("a", memory, SLOT_B, memory.numSlots);
  for (const code of CODES) {
    const comparator = new RowComparator(layout, [{ path: "*" }], { code });
    expect(comparator.compare(memory, SLOT_A, memory, SLOT_B)).toBeGreaterThan(0);
    expect(comparator.compareRecords("b", "a")).toBeGreaterThan(0);
  }
  expect(() => new RowKeys(layout, [])).toThrow(/INVALID_KEY/);
  expect(() => new RowKeys(layout, [{ path: "a" }])).toThrow(/UNKNOWN_FIELD/);
});

test("[C7] a whole record of any type is a key", () => {
  fc.assert(
    fc.property(someValues, ({ type, values: [a, b] }) => {
      const layout = RowLayout.of(type as TypeInformation<unknown>);
      const { write } = new RowSerializer(layout);
      write(a, memory, SLOT_A, SLOT_B);
      write(b, memory, SLOT_B, memory.numSlots);
      const expected = compareTyped(type, a, b);
      for (const code of CODES) {
        const ascending = new RowComparator(layout, [{ path: "*" }], { code });
        sameSign(ascending.compare(memory, SLOT_A, memory, SLOT_B), expected);
        sameSign(ascending.compareRecords(a, b), expected);
        const descending = new RowComparator(layout, [{ path: "*", order: "descending" }], { code });
        sameSign(descending.compare(memory, SLOT_A, memory, SLOT_B), -expected);
        const keys = new RowKeys(layout, [{ path: "*" }], { code });
        const bytes = keys.keyBytes(memory, SLOT_A);
        expect(Buffer.compare(bytes, keys.keyBytesOfRecord(a))).toBe(0);
        expect(Buffer.compare(bytes, keys.keyBytes(memory, SLOT_B)) === 0).toBe(expected === 0);
        expect(keys.partitionHash(memory, SLOT_A)).toBe(partitionHashOfBytes(bytes, bytes.length));
        const target = [new Uint8Array(9), new Uint8Array(9)] as const;
        keys.writeNormalizedKey(memory, SLOT_A, target[0], 0, 9);
        keys.writeNormalizedKey(memory, SLOT_B, target[1], 0, 9);
        const prefixOrder = Buffer.compare(...target);
        if (prefixOrder !== 0 || keys.isNormalizedKeyComplete(9)) sameSign(prefixOrder, expected);
      }
    }),
    runs(200),
  );
});

const similarRecords = fc
  .tuple(similarValues, similarValues, fc.constantFrom(...["xy", "x", "y", ""]), fc.boolean())
  .map(([[a, b], [c, d], names, isTuple]): [unknown, unknown] => {
    if (isTuple) return [[a, c], names.length < 2 ? [b] : [b, d]];
    const second = { ...(names.includes("x") ? { x: b } : {}), ...(names.includes("y") ? { y: { z: d } } : {}) };
    return [{ x: a, y: { z: c } }, second];
  });

test("[C7] whole records of different layouts compare as values", () => {
  fc.assert(
    fc.property(similarRecords, (records) => {
      const layouts = records.map((record) => new LayoutDiscovery().observe(record));
      const slots = [SLOT_A, SLOT_B];
      records.forEach((record, i) => {
        new RowSerializer(layouts[i]!).write(record, memory, slots[i]!, memory.numSlots);
      });
      const expected = compareValues(records[0], records[1]);
      for (const code of CODES) {
        const whole = [{ path: "*" }];
        const pair = new RowPairComparator(layouts[0]!, whole, layouts[1]!, whole, { code });
        sameSign(pair.compare(memory, SLOT_A, memory, SLOT_B), expected);
        const back = new RowPairComparator(layouts[1]!, whole, layouts[0]!, whole, { code });
        sameSign(back.compare(memory, SLOT_B, memory, SLOT_A), -expected);
        const bytes = layouts.map((layout, i) => new RowKeys(layout, whole, { code }).keyBytes(memory, slots[i]!));
        sameSign(Buffer.compare(bytes[0]!, bytes[1]!), expected);
      }
    }),
    runs(500),
  );
});

test("[C10] keys below a field that was always null are null", () => {
  const layout = new LayoutDiscovery().observe({ a: null, b: 1 });
  new RowSerializer(layout).write({ a: null, b: 1 }, memory, SLOT_A, memory.numSlots);
  for (const code of CODES) {
    const keys = new RowKeys(layout, [{ path: "a.1" }], { code, absentKeys: "null" });
    expect([...keys.keyBytes(memory, SLOT_A)]).toEqual([...canonicalKeyBytes(null)]);
  }
});

test("[C10] keys that a layout lacks are null, everywhere alike", () => {
  const here = types.row({ a: types.int32, p: types.row({ k: types.string }), t: types.tuple(types.int32) });
  const there = types.row({ b: types.int32, p: types.row({}), s: types.string });
  const layouts = [
    RowLayout.of<unknown>(here as TypeInformation<unknown>),
    RowLayout.of<unknown>(there as TypeInformation<unknown>),
  ];
  const records = [
    { a: 1, p: { k: "x" }, t: [3] },
    { b: 2, p: {}, s: "" },
  ];
  const slots = [SLOT_A, SLOT_B];
  records.forEach((record, i) => {
    new RowSerializer(layouts[i]!).write(record, memory, slots[i]!, memory.numSlots);
  });
  const values = {
    a: [1, null],
    b: [null, 2],
    "p.k": ["x", null],
    "p.q": [null, null],
    "t.0": [3, null],
    "t.7": [null, null],
  };
  for (const code of CODES) {
    for (const [path, [x, y]] of Object.entries(values)) {
      const options = { code, absentKeys: "null" } as const;
      const keys = layouts.map((layout) => new RowKeys(layout, [{ path }, { path }], options));
      keys.forEach((each, i) => {
        const value = canonicalKeyBytes([x, y][i]);
        expect([...each.keyBytes(memory, slots[i]!)]).toEqual([...value, ...value]);
        expect([...each.keyBytesOfRecord(records[i])]).toEqual([...value, ...value]);
      });
      const pair = new RowPairComparator(layouts[0]!, [{ path }], layouts[1]!, [{ path }], options);
      sameSign(pair.compare(memory, SLOT_A, memory, SLOT_B), compareValues(x, y));
      const same = new RowComparator(layouts[1]!, [{ path, order: "descending" }], options);
      expect(same.compare(memory, SLOT_B, memory, SLOT_B)).toBe(0);
    }
    const below = { code, absentKeys: "null" } as const;
    for (const path of ["s.x", "a.b", "t.name"]) {
      const layout = path.startsWith("s") ? layouts[1]! : layouts[0]!;
      expect(() => new RowKeys(layout, [{ path }], below)).toThrow("UNKNOWN_FIELD");
    }
    expect(() => new RowKeys(layouts[0]!, [{ path: "b" }], { code })).toThrow("UNKNOWN_FIELD");
  }
});

test("[C10] a field that one layout lacks equals one that a value of any kind lacks", () => {
  const rows = RowLayout.of<unknown>(types.row({ b: types.int32 }) as TypeInformation<unknown>);
  for (const [type, path, records] of [
    [types.any, "a", [{}, { a: null }, { a: 1 }]],
    [types.row({ p: types.any }), "p.a", [{ p: {} }, { p: null }, { p: { a: 1 } }]],
  ] as const) {
    const values = RowLayout.of<unknown>(type as TypeInformation<unknown>);
    new RowSerializer(rows).write({ b: 2 }, memory, SLOT_A, memory.numSlots);
    records.forEach((record, i) => {
      new RowSerializer(values).write(record, memory, SLOT_B, memory.numSlots);
      for (const code of CODES) {
        const options = { code, absentKeys: "null" } as const;
        const there = new RowPairComparator(rows, [{ path }], values, [{ path }], options);
        sameSign(there.compare(memory, SLOT_A, memory, SLOT_B), i === 2 ? -1 : 0);
        const back = new RowPairComparator(values, [{ path }], rows, [{ path }], options);
        sameSign(back.compare(memory, SLOT_B, memory, SLOT_A), i === 2 ? 1 : 0);
      }
    });
  }
});

describe("[T4] a value of a custom type", () => {
  class Money {
    readonly cents: number;
    constructor(cents: number) {
      this.cents = cents;
    }
  }
  const custom = (name: string) =>
    types.custom<Money>(name, {
      serialize: (money) => Uint8Array.of(money.cents),
      deserialize: (bytes) => new Money(bytes[0]!),
      keyBytes: (money) => Uint8Array.of(money.cents),
      isInstance: (value) => value instanceof Money,
    });
  const plain = types.row({ cents: types.int32 });
  const money = new Money(5);

  test.each(CODES)("equals no plain record with its fields, nor one of another custom type (%s code)", (code) => {
    const sides = [
      [types.row({ id: types.int32, at: custom("money") }), { id: 1, at: money }],
      [types.row({ id: types.int32, at: plain }), { id: 1, at: { cents: 5 } }],
      [types.row({ id: types.int32, at: custom("other money") }), { id: 1, at: money }],
      [types.row({ id: types.int32, at: types.array(custom("money")) }), { id: 1, at: [money] }],
      [types.row({ id: types.int32, at: types.array(plain) }), { id: 1, at: [{ cents: 5 }] }],
    ] as const;
    for (const [i, [typeA, a]] of sides.entries()) {
      for (const [j, [typeB, b]] of sides.entries()) {
        const [layoutA, layoutB] = [RowLayout.of(typeA as never), RowLayout.of(typeB as never)];
        new RowSerializer(layoutA).write(a as never, memory, SLOT_A, SLOT_B);
        new RowSerializer(layoutB).write(b as never, memory, SLOT_B, SLOT_B + 5_000);
        for (const path of ["at", "*"]) {
          const keys = [{ path }];
          const order = new RowPairComparator(layoutA, keys, layoutB, keys, { code }).compare(
            memory,
            SLOT_A,
            memory,
            SLOT_B,
          );
          const keyA = new RowKeys(layoutA, keys).keyBytes(memory, SLOT_A);
          const keyB = new RowKeys(layoutB, keys).keyBytes(memory, SLOT_B);
          sameSign(order, compareValues(keyA, keyB));
          expect(order === 0).toBe(i === j);
        }
      }
    }
  });
});

test("[C8] a custom type without key bytes is no key", () => {
  const type = types.custom<object>("opaque", {
    serialize: () => new Uint8Array(),
    deserialize: () => ({}),
    isInstance: () => true,
  });
  const layout = RowLayout.of(types.tuple(type));
  new RowSerializer(layout).write([{}], memory, SLOT_A, SLOT_B);
  expect(() => new RowKeys(layout, [{ path: 0 }]).keyBytes(memory, SLOT_A)).toThrow(/INVALID_KEY/);
});
