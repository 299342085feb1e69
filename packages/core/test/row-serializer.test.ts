import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  DOES_NOT_FIT,
  fieldPathText,
  Memory,
  MillraceError,
  normalizeRecord,
  RowLayout,
  RowSerializer,
  type TypeInformation,
  types,
} from "../src/index.js";
import { structOfLayout } from "../src/rows/row-layout.js";
import { TestPages } from "./pages.js";
import { typedValues } from "./random-types.js";
import { rowOf, runs } from "./random-values.js";
import { expectSame } from "./same-data.js";

const CODES = ["generated", "interpreted"] as const;

function bytesOf(serializer: RowSerializer, record: unknown, memory: Memory, slot: number): Uint8Array {
  serializer.write(record, memory, slot, memory.numSlots);
  return RowSerializer.copyBytes(memory, slot);
}

test("[L1] a record reads back as the copy that its type describes; both kinds of code write the same bytes", () => {
  const memory = new Memory(new ArrayBuffer(1 << 18));
  fc.assert(
    fc.property(typedValues(3), fc.nat(50), ({ type, values }, slot) => {
      const layout = RowLayout.of(type);
      const [generated, interpreted] = CODES.map((code) => new RowSerializer(layout, { code })) as [
        RowSerializer,
        RowSerializer,
      ];
      for (const value of values) {
        memory.i32.fill(-1, 0, 4096);
        const bytes = bytesOf(generated, value, memory, slot);
        const expected = normalizeRecord(value, type);
        expectSame(generated.read(memory, slot), expected);
        expectSame(interpreted.read(memory, slot), expected);
        memory.i32.fill(77, 0, 4096);
        expect(Buffer.compare(bytesOf(interpreted, value, memory, slot), bytes)).toBe(0);
      }
    }),
    runs(600),
  );
});

test("[L2] a record that lacks one slot of room does not fit, and fits with it", () => {
  const memory = new Memory(new ArrayBuffer(1 << 18));
  fc.assert(
    fc.property(typedValues(1), ({ type, values: [value] }) => {
      for (const code of CODES) {
        const { write } = new RowSerializer(RowLayout.of(type), { code });
        const end = write(value, memory, 0, memory.numSlots);
        expect(write(value, memory, 0, end)).toBe(end);
        for (let limit = 0; limit < Math.min(end, 40); limit++) {
          expect(write(value, memory, 0, limit)).toBe(DOES_NOT_FIT);
        }
        expect(write(value, memory, 0, end - 1)).toBe(DOES_NOT_FIT);
      }
    }),
    runs(200),
  );
});

test("[L3] one field reads as it does in the whole record", () => {
  const memory = new Memory(new ArrayBuffer(1 << 18));
  fc.assert(
    fc.property(typedValues(1), ({ type, values: [value] }) => {
      for (const code of CODES) {
        const serializer = new RowSerializer(RowLayout.of(type), { code });
        const { fields, shape } = structOfLayout(serializer.layout);
        if (shape === "value") return;
        serializer.write(value, memory, 3, memory.numSlots);
        const record = serializer.read(memory, 3) as Record<string, unknown>;
        for (const { name } of fields) {
          if (name === "") continue;
          const expected = Object.hasOwn(record, name) ? record[name] : undefined;
          expectSame(serializer.fieldReader(fieldPathText([name]))(memory, 3), expected);
        }
      }
    }),
    runs(300),
  );
});

test("[L3] a nested field reads alone, and as null below a null", () => {
  const inner = types.row({ "a.b": types.string, list: types.array(types.int32), any: types.any });
  const serializers = CODES.map(
    (code) => new RowSerializer(RowLayout.of(types.row({ x: types.int32, u: types.nullable(inner) })), { code }),
  );
  const memory = new Memory(new ArrayBuffer(1024));
  const end = serializers[0]!.write(
    { x: 1, u: { "a.b": "text", list: [7, 8], any: { deep: [true] } } },
    memory,
    0,
    128,
  );
  serializers[0]!.write({ x: 1, u: null }, memory, end, 128);
  for (const serializer of serializers) {
    const fields = { "u.a\\.b": "text", "u.list.1": 8, "u.list": [7, 8], "u.any.deep.0": true, "u.list.2": null };
    for (const [path, value] of Object.entries(fields)) {
      expectSame(serializer.fieldReader(path)(memory, 0), value);
      expectSame(serializer.fieldReader(path)(memory, end), null);
    }
    expect(() => serializer.fieldReader("u.lisst")).toThrow(/Did you mean "u\.list"/);
  }
  const text = new RowSerializer(RowLayout.of(types.string));
  text.write("whole", memory, 0, 128);
  expect(text.fieldReader("*")(memory, 0)).toBe("whole");
});

test("[L4] the bytes of a record as SPEC.md draws them", () => {
  const type = types.tuple(types.int32, types.string, types.float64, types.nullable(types.boolean));
  const memory = new Memory(new ArrayBuffer(64));
  new RowSerializer(RowLayout.of(type)).write([5, "Lorem", 2.5, null], memory, 0, 8);
  expect(Buffer.from(memory.buffer, 0, 48).toString("hex").match(/.{16}/g)).toEqual([
    "3000000008000000",
    "0500000000000000",
    "280000000a000000",
    "0000000000000440",
    "0000000000000000",
    "4c6f72656d000000",
  ]);
});

describe.each(CODES)("%s code", (code) => {
  function serializerOf<T>(type: TypeInformation<T>): RowSerializer<T> {
    return new RowSerializer(RowLayout.of(type), { code });
  }

  function roundTrip<T>(type: TypeInformation<T>, record: T): T {
    const serializer = serializerOf(type);
    const memory = new Memory(new ArrayBuffer(4096));
    serializer.write(record, memory, 1, memory.numSlots);
    return serializer.read(memory, 1);
  }

  test("[L5] names of fields are never code", () => {
    const names = [
      '"];process.exit()//',
      "__proto__",
      "constructor",
      "toString",
      "a'b\\",
      "\u2028",
      "\ud800",
      "`$" + "{1}`",
      "value",
      "base",
      "*/",
      "",
      "\n",
      "hasOwnProperty",
      "length",
    ];
    const fields: Record<string, TypeInformation<string>> = Object.create(null);
    const record: Record<string, string> = Object.create(null);
    for (const name of names) {
      fields[name] = types.string;
      record[name] = `value of ${name}`;
    }
    const type = types.row(fields);
    const copy = roundTrip(type, record);
    expect(Object.entries(copy)).toEqual(Object.entries(record));
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    const variant = types.variant("__proto__", { '"]//': types.row({ value: types.string }) });
    const tagged = rowOf([
      ["__proto__", '"]//'],
      ["value", "v"],
    ]);
    expectSame(roundTrip<unknown>(variant as TypeInformation<unknown>, tagged), tagged);
  });

  test("[L6] only own fields are written, whatever prototypes have", () => {
    const type = types.row({ constructor: types.optional(types.string), x: types.nullable(types.int32) });
    expect(roundTrip<object>(type, {})).toEqual({ x: null });
    expect(roundTrip<object>(type, Object.create({ x: 5, constructor: "c" }))).toEqual({ x: null });
    class Sub {
      get x(): number {
        return 5;
      }
    }
    expect(roundTrip<object>(type, new Sub())).toEqual({ x: null });
    const serializer = serializerOf(types.row({ x: types.nullable(types.int32) }));
    const memory = new Memory(new ArrayBuffer(4096));
    for (const [record, x] of [
      [{ x: 1 }, 1],
      [new Sub(), null],
      [{ x: 2 }, 2],
      [Object.create(null), null],
      [Object.assign(Object.create(null), { x: 3 }), 3],
      [Object.create({ x: 4 }), null],
    ] as [{ x: number }, number | null][]) {
      serializer.write(record, memory, 0, memory.numSlots);
      expect(serializer.read(memory, 0)).toEqual({ x });
    }
  });

  test("[L7] a record that contradicts the type is an error that names the field", () => {
    const type = types.row({ user: types.row({ id: types.int32, tags: types.array(types.string) }) });
    const wrong: readonly (readonly [unknown, string | undefined])[] = [
      [{ user: { id: 1.5, tags: [] } }, "user.id"],
      [{ user: { id: 5n, tags: [] } }, "user.id"],
      [{ user: { id: Symbol("s"), tags: [] } }, "user.id"],
      [{ user: { id: 1, tags: ["a", null] } }, "user.tags.1"],
      [{ user: [1, []] }, "user"],
      [{}, "user"],
      [[], undefined],
      [null, undefined],
    ];
    for (const [record, field] of wrong) {
      const memory = new Memory(new ArrayBuffer(4096));
      let error: unknown;
      try {
        serializerOf<unknown>(type).write(record, memory, 0, memory.numSlots);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(MillraceError);
      expect((error as MillraceError).code).toBe("RECORD_TYPE_MISMATCH");
      expect((error as MillraceError).where.field).toBe(field);
    }
  });

  test("[L7] what is no data in a field of type any is an error that names the field", () => {
    const serializer = serializerOf<unknown>(types.row({ a: types.any }));
    const memory = new Memory(new ArrayBuffer(4096));
    expect(() => serializer.write({ a: [{ f: () => 1 }] }, memory, 0, 512)).toThrow(/RECORD_NOT_DATA/);
    expect(() => serializer.write({ a: [{ f: () => 1 }] }, memory, 0, 512)).toThrow(/field a\.0\.f/);
    expect(() => serializer.write({ a: Symbol("x") }, memory, 0, 512)).toThrow(/field a\b/);
  });

  test("[L8] seventy nullable fields keep their nulls apart", () => {
    const names = Array.from({ length: 70 }, (_, i) => `f${i}`);
    const type = types.row(Object.fromEntries(names.map((name) => [name, types.nullable(types.int32)])));
    for (let i = 0; i < 70; i++) {
      const record = Object.fromEntries(names.map((name, j) => [name, j === i || j % 7 === 3 ? null : j]));
      expect(roundTrip(type, record)).toEqual(record);
    }
  });

  test("[L9] records of 1 MiB, and strings of every storage form and length class", () => {
    const type = types.row({ text: types.string, wide: types.string, bytes: types.bytes });
    const serializer = serializerOf(type);
    const pages = new TestPages(200);
    const out = pages.output(serializer.layout.idWords);
    const records = [0, 1, 7, 8, 9, 15, 16, 17, 40, 41, 5000, 1 << 20].map((length) => ({
      text: "é".repeat(length),
      wide: "\ud83d☃".repeat(length >> 1).slice(0, length),
      bytes: Uint8Array.from({ length }, (_, i) => i),
    }));
    for (const record of records) expect(serializer.serialize(record, out)).toBe(true);
    out.endPage();
    const input = pages.input();
    for (const record of records) {
      expect(input.next()).toBe(true);
      expect(serializer.read(input.memory, input.slot)).toEqual(record);
    }
    expect(input.next()).toBe(false);
  });
});
