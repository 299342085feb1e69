import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkRecord, Decimal, equalValues, MillraceError, normalizeRecord, types } from "../src/index.js";
import { anyValue, runs } from "./random-values.js";

function errorOf(action: () => unknown): MillraceError {
  try {
    action();
  } catch (error) {
    if (error instanceof MillraceError) return error;
    throw error;
  }
  throw new Error("it did not throw");
}

describe("undeclared records", () => {
  test("[R1] the copy shares no mutable part with the record", () => {
    const record = { list: [1, { deep: new Date(5) }], map: new Map([["k", [1]]]), bytes: new Uint8Array([1]) };
    const copy = normalizeRecord(record);
    expect(copy).toEqual(record);
    record.list.push(9);
    (record.list[1] as { deep: Date }).deep.setTime(6);
    record.map.get("k")!.push(2);
    record.bytes[0] = 7;
    expect(copy).toEqual({
      list: [1, { deep: new Date(5) }],
      map: new Map([["k", [1]]]),
      bytes: new Uint8Array([1]),
    });
  });

  test("[R1] a part that is shared within a record becomes two copies", () => {
    const shared = { n: 1 };
    const copy = normalizeRecord({ a: shared, b: shared });
    expect(copy).toEqual({ a: { n: 1 }, b: { n: 1 } });
    expect(copy.a).not.toBe(copy.b);
  });

  test("[R2] a class instance becomes a plain object of its own enumerable fields", () => {
    class Point {
      x = 1;
      get double(): number {
        return this.x * 2;
      }
    }
    const copy = normalizeRecord(new Point());
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(Object.entries(copy)).toEqual([["x", 1]]);
    expect(Object.getPrototypeOf(normalizeRecord(Object.create(null)))).toBe(Object.prototype);
  });

  test("[R2] symbol keys and non-enumerable fields are not part of a record; own getters are read once", () => {
    let numReads = 0;
    const record = Object.defineProperties(
      { [Symbol("s")]: 1 },
      { hidden: { value: 1 }, seen: { enumerable: true, get: () => ++numReads } },
    );
    expect(Reflect.ownKeys(normalizeRecord(record))).toEqual(["seen"]);
    expect(numReads).toBe(1);
  });

  test("[R3] undefined fields become absent; undefined elements and holes become null", () => {
    const sparse: unknown[] = [1];
    sparse[2] = undefined;
    expect(Object.keys(normalizeRecord({ a: undefined, b: null }))).toEqual(["b"]);
    expect(normalizeRecord(sparse)).toEqual([1, null, null]);
    expect(1 in normalizeRecord(sparse)).toBe(true);
    expect(normalizeRecord(undefined)).toBe(null);
  });

  test("[R4] a field named __proto__ stays a field", () => {
    const copy = normalizeRecord(JSON.parse('{"__proto__": {"x": 1}, "y": 2}'));
    expect(Object.keys(copy)).toEqual(["__proto__", "y"]);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  });

  test("[R5] a Buffer becomes a Uint8Array, subclasses of Array and Date become plain", () => {
    class Moment extends Date {}
    class List extends Array<number> {}
    expect(normalizeRecord<unknown>(Buffer.from([1, 2]))).toEqual(new Uint8Array([1, 2]));
    expect(Object.getPrototypeOf(normalizeRecord(new Moment(5)))).toBe(Date.prototype);
    expect(Object.getPrototypeOf(normalizeRecord(List.of(1, 2)))).toBe(Array.prototype);
  });

  class Secret {
    #value = 1;
    get value(): number {
      return this.#value;
    }
  }
  const refused: Readonly<Record<string, readonly [unknown, RegExp]>> = {
    "a function": [() => 1, /Leave the field out/],
    "a symbol": [Symbol("s"), /Leave the field out/],
    "a promise": [Promise.resolve(1), /mapAsync/],
    "a set": [new Set([1]), /\[\.\.\.set\]/],
    "a boxed number": [Object(5), /valueOf/],
    "a Float64Array": [new Float64Array(1), /Array\.from/],
    "an ArrayBuffer": [new ArrayBuffer(1), /new Uint8Array/],
    "an error": [new Error("x"), /types\.custom/],
    "a URL": [new URL("a:b"), /types\.custom/],
    "a regular expression": [/x/, /types\.custom/],
    "a stream": [new ReadableStream(), /types\.custom/],
    "an iterator": [[].values(), /types\.custom/],
    "an instance without own fields": [new Secret(), /types\.custom/],
  };
  for (const [name, [value, advice]] of Object.entries(refused)) {
    test(`[R6] ${name} is no data, with path and advice`, () => {
      const error = errorOf(() => normalizeRecord({ user: { tags: [1, value] } }));
      expect(error.code).toBe("RECORD_NOT_DATA");
      expect(error.where.field).toBe("user.tags.1");
      expect(error.fix).toMatch(advice);
    });
  }

  test("[R7] a record that contains itself is refused", () => {
    const record: Record<string, unknown> = { id: 1 };
    record.self = record;
    expect(errorOf(() => normalizeRecord(record)).what).toMatch(/contains itself/);
  });

  test("[R8] a copy is equal to its record and a copy of a copy is the same", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const copy = normalizeRecord(value);
        expect(equalValues(copy, value)).toBe(true);
        expect(normalizeRecord(copy)).toEqual(copy);
      }),
      runs(1000),
    );
  });
});

describe("declared records", () => {
  const user = types.row({
    id: types.int32,
    name: types.string,
    nick: types.optional(types.string),
    zip: types.nullable(types.string),
    tags: types.array(types.enum("red", "green")),
  });

  test("[R9] the copy has the fields of the type and no others; an absent nullable field is null", () => {
    const record = { id: -0, name: "n", tags: ["red"], other: () => 1 };
    const copy = normalizeRecord<unknown>(record, user);
    expect(copy).toEqual({ id: 0, name: "n", zip: null, tags: ["red"] });
    expect(Object.keys(copy as object)).toEqual(["id", "name", "zip", "tags"]);
    expect(Object.is((copy as { id: number }).id, 0)).toBe(true);
  });

  test("[R9] what a prototype has is no field", () => {
    const record = Object.assign(Object.create({ id: 1 }), { name: "n", zip: null, tags: [] });
    expect(errorOf(() => checkRecord(record, user)).where.field).toBe("id");
    expect(errorOf(() => checkRecord({}, types.row({ toString: types.string }))).what).toMatch(/got undefined/);
  });

  test("[R10] a contradiction names field, expected and got", () => {
    const error = errorOf(() => checkRecord({ id: 1, name: "n", zip: null, tags: ["red", "blue"] }, user));
    expect(error.code).toBe("RECORD_TYPE_MISMATCH");
    expect(error.where.field).toBe("tags.1");
    expect(error.expected).toBe('enum<"red", "green">');
    expect(error.what).toMatch(/got "blue"/);
    expect(error.message).toMatch(/The record is \{id: 1, name: "n"/);
  });

  test("[R10] each kind refuses its neighbours", () => {
    const wrong: readonly (readonly [unknown, Parameters<typeof checkRecord>[1]])[] = [
      [1.5, types.int32],
      [2 ** 31, types.int32],
      [NaN, types.int32],
      ["1", types.float64],
      [1, types.int64],
      [2n ** 63n, types.int64],
      [1, types.boolean],
      [null, types.string],
      [1, types.timestamp],
      [[1], types.bytes],
      [1.5, types.decimal(5, 2)],
      [Decimal.of("1.234"), types.decimal(5, 2)],
      [Decimal.of("1234.5"), types.decimal(5, 2)],
      [[1, 2, 3], types.tuple(types.int32, types.int32)],
      [{ 0: 1 }, types.array(types.int32)],
      [{}, types.map(types.string, types.int32)],
      [[], types.row({})],
      [{ kind: "c" }, types.variant("kind", { a: types.row({}) })],
      [5, user],
    ];
    for (const [value, type] of wrong) {
      expect(errorOf(() => checkRecord(value, type)).code, String(type)).toBe("RECORD_TYPE_MISMATCH");
    }
  });

  test("[R11] a decimal gets the scale of its type when no digit is lost", () => {
    expect(String(normalizeRecord(Decimal.of("1.500"), types.decimal(5, 2)))).toBe("1.50");
  });

  test("[R12] a custom type keeps the class", () => {
    class Point {
      readonly x: number;
      constructor(x: number) {
        this.x = x;
      }
    }
    const type = types.custom<Point>("point", {
      serialize: (p) => Uint8Array.of(p.x),
      deserialize: (bytes) => new Point(bytes[0]!),
      isInstance: (value) => value instanceof Point,
    });
    const record = { p: new Point(3) };
    const copy = normalizeRecord(record, types.row({ p: type }));
    expect(copy.p).toBeInstanceOf(Point);
    expect(copy.p).not.toBe(record.p);
    expect(copy.p.x).toBe(3);
  });
});
