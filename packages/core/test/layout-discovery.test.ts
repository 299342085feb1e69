import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CustomType,
  Decimal,
  DiscoveringSerializer,
  equalValues,
  LayoutDiscovery,
  LayoutRegistry,
  MAX_DISCOVERED_LAYOUTS,
  Memory,
  normalizeRecord,
  RowLayout,
  RowSerializer,
  types,
} from "../src/index.js";
import { TestPages } from "./pages.js";
import { anyValue, runs } from "./random-values.js";

function discover(...records: unknown[]): LayoutDiscovery {
  const discovery = new LayoutDiscovery();
  for (const record of records) discovery.observe(record);
  return discovery;
}

function typeOf(...records: unknown[]): string {
  return String(discover(...records).layout?.type);
}

test("[D1] the layout of one record", () => {
  expect(typeOf({ id: 1, name: "n", at: new Date(0), raw: new Uint8Array(1), big: 1n, ok: true, x: 1.5 })).toBe(
    "row<id: int32, name: string, at: timestamp, raw: bytes, big: int64, ok: boolean, x: float64>",
  );
  expect(typeOf(["hello", 1])).toBe("tuple<string, int32>");
  expect(typeOf({ list: [1, 2.5], pair: ["a", 1], map: new Map([["k", { v: 1 }]]) })).toBe(
    "row<list: array<float64>, pair: tuple<string, int32>, map: map<string, row<v: int32>>>",
  );
  expect(typeOf("text")).toBe("string");
});

test("[D2] layouts evolve: absent fields, nulls, wider numbers, new fields, nested ones too", () => {
  expect(typeOf({ a: 1, b: 1 }, { a: 2 })).toBe("row<a: int32, b?: int32>");
  expect(typeOf({ a: 1 }, { a: null })).toBe("row<a: int32?>");
  expect(typeOf({ a: null }, { a: null })).toBe("row<a: enum<>?>");
  expect(typeOf({ a: null }, { a: "x" })).toBe("row<a: string?>");
  expect(typeOf({ a: 1 }, { a: 2.5 })).toBe("row<a: float64>");
  expect(typeOf({ a: 0 }, { a: -0 })).toBe("row<a: float64>");
  expect(typeOf({ a: 1 }, { a: 1, b: "x" })).toBe("row<a: int32, b?: string>");
  expect(typeOf({ a: 1 }, {}, { a: null })).toBe("row<a?: int32?>");
  expect(typeOf({ u: { a: 1 } }, { u: { a: 1.5, b: 1 } })).toBe("row<u: row<a: float64, b?: int32>>");
  expect(typeOf([1, "a"], [1])).toBe("array<any>");
  expect(typeOf({ l: [] }, { l: [1] })).toBe("row<l: array<int32>>");
});

test("[D3] what changes its kind is any, and plans can name it", () => {
  const discovery = discover({ a: 1, b: { c: [1] } }, { a: "x", b: { c: ["y", 1] } });
  expect(String(discovery.layout?.type)).toBe("row<a: any, b: row<c: array<any>>>");
  expect(discovery.anyFields()).toEqual(["a", "b.c.[]"]);
  expect(typeOf({ d: Decimal.of("1.50") })).toBe("row<d: any>");
  expect(typeOf(1, "x")).toBe("any");
  expect(discover(1, "x").anyFields()).toEqual([""]);
});

test("[D4] a record that changes nothing returns the same layout", () => {
  const discovery = new LayoutDiscovery();
  const first = discovery.observe({ a: 1.5, b: null });
  expect(discovery.observe({ b: null, a: 7 })).toBe(first);
});

describe("bounds", () => {
  test("[D5] names that are data: a dictionary becomes any after a few growths", () => {
    const discovery = new LayoutDiscovery();
    const ids = new Set<string>();
    for (let i = 0; i < 1000; i++) ids.add(discovery.observe({ id: i, scores: { [`player${i}`]: i } }).id);
    expect(String(discovery.layout?.type)).toBe("row<id: int32, scores: any>");
    expect(ids.size).toBeLessThan(20);
  });

  test("[D5] a row with too many fields is any", () => {
    const wide = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`f${i}`, i]));
    expect(typeOf({ wide: {} }, { wide })).toBe("row<wide: any>");
  });

  test("[D5] trees end at a depth", () => {
    let tree: object = { v: 0, children: [] };
    for (let i = 1; i < 60; i++) tree = { v: i, children: [tree] };
    expect(discover(tree).anyFields().length).toBeLessThanOrEqual(2);
    expect(typeOf(tree).length).toBeLessThan(500);
  });

  test("[D5] no stream has more layouts than the bound", () => {
    const discovery = new LayoutDiscovery();
    const ids = new Set<string>();
    for (let i = 0; i < 400; i++) {
      ids.add(discovery.observe({ [`a${i % 20}`]: { [`b${(i * 7) % 31}`]: i % 3 === 0 ? i : [String(i)] } }).id);
    }
    expect(ids.size).toBeLessThanOrEqual(MAX_DISCOVERED_LAYOUTS + 1);
  });
});

describe.each(["generated", "interpreted"] as const)("%s code", (code) => {
  function roundTrip(records: readonly unknown[]): { copies: unknown[]; layouts: RowLayout[] } {
    const pages = new TestPages(300);
    const registry = new LayoutRegistry({ code });
    const layouts: RowLayout[] = [];
    const serializer = new DiscoveringSerializer((layout) => layouts.push(layout), { code });
    const out = pages.output({ low: 0, high: 0 });
    for (const record of records) expect(serializer.serialize(record, out)).toBe(true);
    out.endPage();
    for (const layout of layouts) registry.add(RowLayout.fromJson(JSON.parse(JSON.stringify(layout))));
    const input = pages.input();
    const copies: unknown[] = [];
    while (input.next()) copies.push(registry.read(input));
    return { copies, layouts };
  }

  test("[D6] nothing of any records is lost, whatever they are", () => {
    fc.assert(
      fc.property(fc.array(anyValue, { maxLength: 8 }), (records) => {
        const { copies } = roundTrip(records);
        expect(copies.length).toBe(records.length);
        records.forEach((record, i) => {
          expect(equalValues(copies[i], record)).toBe(true);
          expect(sortedJson(copies[i])).toEqual(sortedJson(normalizeRecord(record)));
        });
      }),
      runs(100),
    );
  });

  test("[D7] records of several layouts, each page of one", () => {
    const records = [{ a: 1 }, { a: 2 }, { a: 2.5 }, { a: 3, b: "x" }, { a: 4 }, { b: null }];
    const { copies, layouts } = roundTrip(records);
    expect(copies).toEqual(records);
    expect(layouts.map((layout) => String(layout.type))).toEqual([
      "row<a: int32>",
      "row<a: float64>",
      "row<a: float64, b?: string>",
      "row<a?: float64, b?: string?>",
    ]);
  });

  test("[D7] one serializer fills many views", () => {
    const registry = new LayoutRegistry({ code });
    const serializer = new DiscoveringSerializer((layout) => registry.add(layout), { code });
    const all = [new TestPages(9), new TestPages(9)];
    const views = all.map((pages) => pages.output({ low: 0, high: 0 }));
    const records = [{ a: 1 }, { a: 2 }, { a: 2.5 }, { a: 3 }, { b: "x" }, { a: 4 }];
    records.forEach((record, i) => {
      serializer.serialize(record, views[i % 2]!);
    });
    all.forEach((pages, view) => {
      views[view]!.endPage();
      const input = pages.input();
      const copies: unknown[] = [];
      while (input.next()) copies.push(registry.read(input));
      expect(copies).toEqual(records.filter((_, i) => i % 2 === view));
    });
  });

  test("[D8] instances of classes are written as their fields; fields that hold undefined are absent", () => {
    class Point {
      readonly x: number;
      readonly y: number | undefined;
      constructor(x: number, y?: number) {
        this.x = x;
        this.y = y;
      }
    }
    const { copies, layouts } = roundTrip([new Point(1), new Point(2), { x: 3, z: undefined }, new Point(4, 5)]);
    expect(copies).toEqual([{ x: 1 }, { x: 2 }, { x: 3 }, { x: 4, y: 5 }]);
    expect(layouts.length).toBe(2);
  });

  test("[D8] names of Object.prototype, and -0, survive", () => {
    const records = [{ constructor: 1 }, JSON.parse('{"__proto__": 2, "constructor": 3}'), { toString: null }];
    expect(roundTrip(records).copies.map(sortedJson)).toEqual(records.map(sortedJson));
    const { copies } = roundTrip([{ n: 5 }, { n: -0 }]);
    expect(Object.is((copies[1] as { n: number }).n, -0)).toBe(true);
  });

  test("[D9] what is no data is refused with its path, before and after a layout is known", () => {
    const serializer = new DiscoveringSerializer(() => {}, { code });
    const out = new TestPages(3).output({ low: 0, high: 0 });
    const bad = { a: { b: new Set([1]) } };
    expect(() => serializer.serialize(bad, out)).toThrow(/field a\.b/);
    serializer.serialize({ a: { b: null } }, out);
    expect(() => serializer.serialize(bad, out)).toThrow(/field a\.b/);
    serializer.serialize({ a: { b: 1 } }, out);
    serializer.serialize({ a: { b: "x" } }, out);
    expect(() => serializer.serialize(bad, out)).toThrow(/field a\.b/);
  });
});

/** A text of all details but the order of fields. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, item) => {
    if (typeof item === "bigint") return `${item}n`;
    if (Object.is(item, -0)) return "-0";
    if (item instanceof Map) return [...item];
    if (item === null || typeof item !== "object" || Array.isArray(item)) return item;
    return Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1));
  });
}

describe("[D10] custom types that discovery is told of", () => {
  class Point {
    readonly x: number;

    constructor(x: number) {
      this.x = x;
    }
  }
  class Name {
    readonly text = "n";
  }
  const point = types.custom<Point>("Point", {
    serialize: ({ x }) => Uint8Array.of(x),
    deserialize: ([x]) => new Point(x!),
    isInstance: (value) => value instanceof Point,
  }) as unknown as CustomType;
  const name = types.custom<Name>("Name", {
    serialize: () => Uint8Array.of(),
    deserialize: () => new Name(),
    isInstance: (value) => value instanceof Name,
  }) as unknown as CustomType;

  function typeWithCustoms(...records: unknown[]): string {
    const discovery = new LayoutDiscovery([point, name]);
    for (const record of records) discovery.observe(record);
    return String(discovery.layout?.type);
  }

  test("are found at any depth, and may be null", () => {
    expect(typeWithCustoms({ a: new Point(1), b: [new Point(2)] }, { a: null, b: [] })).toBe(
      "row<a: custom<Point>?, b: array<custom<Point>>>",
    );
  });

  test("two of them in one field are anything, and so is one beside a row", () => {
    expect(typeWithCustoms({ a: new Point(1) }, { a: new Name() })).toBe("row<a: any>");
    expect(typeWithCustoms({ a: new Point(1) }, { a: { x: 1 } })).toBe("row<a: any>");
  });

  test("values are read back as what they were; those of other classes as rows", () => {
    class Other {
      readonly y = 1;
    }
    let layout: RowLayout | undefined;
    const serializer = new DiscoveringSerializer(
      (found) => {
        layout = found;
      },
      { customTypes: [point] },
    );
    const memory = new Memory(new ArrayBuffer(1024));
    for (const record of [{ a: new Point(1) }, { a: new Point(7), b: new Other() }]) {
      expect(serializer.write(record, memory, 0, memory.numSlots)).toBeGreaterThan(0);
    }
    expect(new RowSerializer(layout!).read(memory, 0)).toEqual({ a: new Point(7), b: { y: 1 } });
    expect((new RowSerializer(layout!).read(memory, 0) as { a: unknown }).a).toBeInstanceOf(Point);
  });
});
