import {
  Decimal,
  type FileSplit,
  memoryContext,
  readSource,
  type Source,
  type TypeInformation,
  types,
  writeSink,
} from "@millrace/core";
import { describe, expect, expectTypeOf, test } from "vitest";
import { type BinaryWriteOptions, binarySink, binarySource } from "../src/index.js";

async function written<T>(records: readonly T[], options: BinaryWriteOptions<T> = {}): Promise<Uint8Array> {
  const { context, memory } = memoryContext({});
  await writeSink(binarySink<T>("/out", options), records, context);
  return memory.get("/out")!;
}

function read(bytes: Uint8Array, splitSize?: number): Promise<unknown[]> {
  const { context } = memoryContext({ "/in": bytes });
  const options = splitSize === undefined ? {} : { minSplitSizeBytes: splitSize, maxSplitSizeBytes: splitSize };
  return readSource(binarySource("/in", options), context);
}

const ALL = types.row({
  b: types.boolean,
  i: types.int32,
  l: types.int64,
  f: types.float64,
  s: types.string,
  y: types.bytes,
  t: types.timestamp,
  d: types.decimal(20, 3),
  e: types.enum("x", "y"),
  n: types.nullable(types.string),
  o: types.optional(types.int32),
  a: types.array(types.tuple(types.int32, types.string)),
  m: types.map(types.string, types.float64),
  v: types.variant("kind", { one: types.row({ q: types.int32 }), two: types.row({}) }),
  any: types.any,
});
type All = types.Infer<typeof ALL>;

const RECORDS: readonly All[] = [
  {
    b: true,
    i: -(2 ** 31),
    l: -(2n ** 63n),
    f: -0,
    s: "é😀\ud800",
    y: Uint8Array.of(0, 255),
    t: new Date(Number.NaN),
    d: Decimal.of("-12345678901234567.890"),
    e: "y",
    n: null,
    o: 5,
    a: [
      [1, "a"],
      [2, ""],
    ],
    m: new Map([["k", Number.NaN]]),
    v: { kind: "one", q: 1 },
    any: { free: [1, "a", null, 2n] },
  },
  {
    b: false,
    i: 0,
    l: 0n,
    f: 0.1,
    s: "",
    y: new Uint8Array(0),
    t: new Date(0),
    d: Decimal.of("0.000"),
    e: "x",
    n: "",
    a: [],
    m: new Map(),
    v: { kind: "two" },
    any: null,
  },
];

describe("[BIN1] records read back as they were", () => {
  test("of all types", async () => {
    expect(await read(await written(RECORDS, { types: ALL }))).toStrictEqual(RECORDS);
  });

  test("without a declaration", async () => {
    const records = [
      { a: 1 },
      { a: "x", b: [1n, null] },
      [1, 2],
      "text",
      5,
      null,
      new Date(0),
      new Map([["k", { z: 1 }]]),
    ];
    expect(await read(await written<unknown>(records))).toStrictEqual(records);
  });

  test("none at all", async () => {
    expect(await read(await written([], { types: ALL }))).toEqual([]);
  });

  test("many, of all sizes", async () => {
    const type = types.row({ id: types.int32, text: types.string });
    const records = Array.from({ length: 3000 }, (_, id) => ({
      id,
      text: "x".repeat((id * id) % (id % 500 === 0 ? 100_000 : 50)),
    }));
    expect(await read(await written(records, { types: type }))).toEqual(records);
  });
});

describe("[BIN2] types", () => {
  test("the declared type must be the one of the file", async () => {
    const { context } = memoryContext({ "/in": await written([{ a: 1 }], { types: types.row({ a: types.int32 }) }) });
    expect(await readSource(binarySource("/in", { types: types.row({ a: types.int32 }) }), context)).toEqual([
      { a: 1 },
    ]);
    await expect(
      readSource(binarySource("/in", { types: types.row({ a: types.int64 }) }), context),
    ).rejects.toMatchObject({
      code: "RECORD_TYPE_MISMATCH",
      expected: "the declared type row<a: int64>",
      where: { file: "/in" },
    });
  });

  test("custom types are found by name", async () => {
    const point = types.custom<{ x: number }>("test.Point", {
      serialize: (p) => Uint8Array.of(p.x),
      deserialize: (bytes) => ({ x: bytes[0]! }),
      isInstance: (value) => typeof value === "object",
    });
    const { context } = memoryContext({ "/in": await written([{ x: 7 }], { types: point }) });
    expect(await readSource(binarySource("/in", { types: point }), context)).toEqual([{ x: 7 }]);
    expect(await readSource(binarySource("/in", { customTypes: [point] }), context)).toEqual([{ x: 7 }]);
    await expect(readSource(binarySource("/in"), context)).rejects.toMatchObject({ code: "UNSUPPORTED_TYPE" });
  });
});

describe("[BIN3] every split size gives the same records", () => {
  const type = types.row({ id: types.int32, text: types.string });
  const sizesOf: readonly (readonly [string, (id: number) => number, number])[] = [
    ["small records that straddle blocks", () => 1000, 300],
    ["records larger than several blocks", (id) => (id % 3 === 0 ? 100_000 : 10), 12],
    ["one record", () => 70_000, 1],
    ["no record", () => 0, 0],
  ];

  test.each(sizesOf)("%s", async (_, size, count) => {
    const records = Array.from({ length: count }, (_value, id) => ({ id, text: "x".repeat(size(id)) }));
    const bytes = await written(records, { types: type });
    const sizes = new Set([1e9, 32800, 32768, 32799, 32801, 65600, 40_000, 10_000, 7001, 100_001]);
    for (let i = 0; i < 20; i++) sizes.add(Math.ceil(((i + 1) * bytes.length) / 20));
    for (const splitSize of sizes) {
      if (splitSize < bytes.length / 100) continue;
      const read1 = (await read(bytes, splitSize)) as { id: number }[];
      expect(
        read1.map((record) => record.id),
        `split size ${splitSize}`,
      ).toEqual(records.map((record) => record.id));
      expect(read1).toEqual(records);
    }
  });

  test("splits of a byte each around the borders of blocks", async () => {
    const records = Array.from({ length: 100 }, (_value, id) => ({ id, text: "x".repeat(900) }));
    const bytes = await written(records, { types: type });
    const { context } = memoryContext({ "/in": bytes });
    const source = binarySource<{ id: number }>("/in");
    for (const cut of [1, 8, 60, 100, 32768, 32799, 32800, 32801, 32860, 32900, 65600, 65700, bytes.length - 1]) {
      const ids: number[] = [];
      const ranges = [
        [0, cut],
        [cut, 1],
        [cut + 1, bytes.length - cut - 1],
      ] as const;
      for (const [index, [offset, length]] of ranges.entries()) {
        const split: FileSplit = { index, path: "/in", offset, length, isWholeFile: false };
        for await (const batch of source.read(split, context)) ids.push(...batch.map((record) => record.id));
      }
      expect(ids, `cut at ${cut}`).toEqual(records.map((record) => record.id));
    }
  });
});

describe("[BIN4] damage", () => {
  test("a change of any byte of a small file", async () => {
    const bytes = await written(RECORDS.slice(0, 1), { types: ALL });
    for (let at = 0; at < bytes.length; at++) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const damaged = bytes.slice();
        damaged[at]! ^= mask;
        await expect(read(damaged), `byte ${at}`).rejects.toMatchObject({
          code: "CORRUPT_FILE",
          where: { file: "/in" },
        });
      }
    }
  });

  test("random changes of a large file give an error or the same records, in every split", async () => {
    const records = Array.from({ length: 2000 }, (_value, id) => ({ id, text: `record ${id}` }));
    const bytes = await written(records, { types: types.row({ id: types.int32, text: types.string }) });
    let numFound = 0;
    for (let round = 0; round < 300; round++) {
      const damaged = bytes.slice();
      damaged[(round * 7919 * 13) % bytes.length]! ^= 1 << (round % 8);
      try {
        expect(await read(damaged, 33_000)).toEqual(records);
      } catch (error) {
        expect(error).toMatchObject({ code: "CORRUPT_FILE" });
        numFound++;
      }
    }
    expect(numFound).toBeGreaterThan(280);
  });

  test("a file that was cut off anywhere, or goes on behind its end", async () => {
    const records = Array.from({ length: 1200 }, (_value, id) => ({ id }));
    const bytes = await written(records, { types: types.row({ id: types.int32 }) });
    expect(bytes.length).toBeLessThan(33_000);
    for (let length = 0; length < bytes.length; length += length < 200 ? 1 : 997) {
      await expect(read(bytes.subarray(0, length)), `cut to ${length}`).rejects.toMatchObject({ code: "CORRUPT_FILE" });
    }
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    await expect(read(longer)).rejects.toMatchObject({ code: "CORRUPT_FILE" });
  });

  test("a file cut at the border of a block, and blocks that changed places", async () => {
    const type = types.row({ text: types.string });
    const bytes = await written(
      Array.from({ length: 100 }, () => ({ text: "x".repeat(2000) })),
      { types: type },
    );
    const header = (await written([], { types: type })).length - 32;
    await expect(read(bytes.subarray(0, header + 2 * 32800))).rejects.toThrow("The file ends in front of block 2");
    const swapped = bytes.slice();
    swapped.set(bytes.subarray(header, header + 32800), header + 32800);
    swapped.set(bytes.subarray(header + 32800, header + 2 * 32800), header);
    await expect(read(swapped)).rejects.toMatchObject({ code: "CORRUPT_FILE" });
  });

  test("a file of another kind", async () => {
    await expect(read(new TextEncoder().encode("a,b,c\n1,2,3\n"))).rejects.toThrow("no binary file of Millrace");
    await expect(read(new Uint8Array(100))).rejects.toThrow("no binary file of Millrace");
  });
});

test("[BIN5] statistics count records", async () => {
  const type = types.row({ id: types.int32 });
  const part = (count: number): Promise<Uint8Array> =>
    written(
      Array.from({ length: count }, (_v, id) => ({ id })),
      { types: type },
    );
  const { context } = memoryContext({ "/in/1": await part(5000), "/in/2": await part(1), "/in/3": await part(0) });
  expect(await binarySource("/in").statistics!(context)).toMatchObject({ numRecords: 5001 });
});

test("[BIN6] a record of another type is refused when it is written", async () => {
  const wrong = written<{ a: number }>([{ a: 1 }, { a: "x" as unknown as number }], {
    types: types.row({ a: types.int32 }),
  });
  await expect(wrong).rejects.toMatchObject({ code: "RECORD_TYPE_MISMATCH" });
});

test("[FS2] an empty path is refused", () => {
  expect(() => binarySource("")).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  expect(() => binarySource([])).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});

test("[BIN7] the record type is inferred or given", () => {
  const type: TypeInformation<{ a: bigint }> = types.row({ a: types.int64 });
  expectTypeOf(binarySource("/in", { types: type })).toEqualTypeOf<Source<{ a: bigint }, FileSplit>>();
  expectTypeOf(binarySource("/in")).toEqualTypeOf<Source<unknown, FileSplit>>();
});
