import { readFileSync } from "node:fs";
import type { CompressionName } from "@millrace/core";
import { describe, expect, test } from "vitest";
import { nodeHost } from "../src/index.js";

const { compression } = nodeHost();
const WRITABLE = (["deflate", "gzip", "brotli", "zstd"] as const).filter(
  (name) => compression.compress(name, chunks()) !== undefined,
);

async function* chunks(...parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

async function gathered(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return Uint8Array.from(Buffer.concat(parts));
}

const TEXT = new TextEncoder().encode(Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join(""));

async function packed(name: CompressionName, bytes: Uint8Array): Promise<Uint8Array> {
  return gathered(compression.compress(name, chunks(bytes.subarray(0, 1000), bytes.subarray(1000)))!);
}

describe("[H8] compressing and decompressing", () => {
  test.each(WRITABLE)("%s", async (name) => {
    const small = await packed(name, TEXT);
    expect(small.length).toBeLessThan(TEXT.length / 2);
    expect(await gathered(compression.decompress(name, chunks(small))!)).toEqual(TEXT);
    const bytewise = [...small.subarray(0, 50)].map((byte) => Uint8Array.of(byte));
    expect(await gathered(compression.decompress(name, chunks(...bytewise, small.subarray(50)))!)).toEqual(TEXT);
    expect(await gathered(compression.decompress(name, chunks(await packed(name, new Uint8Array(0))))!)).toHaveLength(
      0,
    );
  });

  test("deflate, gzip and brotli are there in every supported Node.js", () => {
    expect(WRITABLE).toEqual(expect.arrayContaining(["deflate", "gzip", "brotli"]));
  });

  test("gzip of several members", async () => {
    const member = await packed("gzip", TEXT);
    const both = await gathered(compression.decompress("gzip", chunks(member, member))!);
    expect(both.length).toBe(2 * TEXT.length);
  });
});

/** Files that the systems' own tools made, in base64, of the two texts below. */
const COMPRESSED = JSON.parse(readFileSync(new URL("compressed.json", import.meta.url), "utf8")) as Record<
  "bzip2" | "xz",
  Record<"repeated" | "mixed" | "empty", string>
>;
const REPEATED = Buffer.from(Array.from({ length: 40_000 }, (_, i) => `line ${i % 100}\n`).join(""));
const MIXED = Buffer.concat([letters(), letters(), Buffer.alloc(1000), Buffer.from("aaaa".repeat(3)), allBytes()]);

function letters(): Buffer {
  let state = 12345;
  return Buffer.from(
    Array.from({ length: 1500 }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return 97 + ((state >>> 24) % 26);
    }),
  );
}

function allBytes(): Buffer {
  return Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
}

describe.each(["bzip2", "xz"] as const)("[H8] %s", (name) => {
  const file = (key: "repeated" | "mixed" | "empty"): Uint8Array => Buffer.from(COMPRESSED[name][key], "base64");
  const read = async (...parts: Uint8Array[]): Promise<Buffer> =>
    Buffer.from(await gathered(compression.decompress(name, chunks(...parts))!));

  test("is read as other tools wrote it", async () => {
    expect(Buffer.compare(await read(file("repeated")), REPEATED)).toBe(0);
    expect(Buffer.compare(await read(file("mixed")), MIXED)).toBe(0);
    expect(await read(file("empty"))).toHaveLength(0);
  });

  test("comes in chunks of any size", async () => {
    const bytes = file("mixed");
    for (const size of [1, 2, 3, 7, 100, 1000]) {
      const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      expect(Buffer.compare(await read(...parts), MIXED)).toBe(0);
    }
  });

  test("may be several streams in a row", async () => {
    const streams = [file("mixed"), file("empty"), file("repeated")];
    const expected = Buffer.concat([MIXED, REPEATED]);
    expect(Buffer.compare(await read(...streams), expected)).toBe(0);
    if (name === "xz") expect(Buffer.compare(await read(streams[0]!, Buffer.alloc(8), streams[2]!), expected)).toBe(0);
  });

  test("is not written", () => {
    expect(compression.compress(name, chunks())).toBeUndefined();
  });

  test("[H9] cut anywhere or empty is CORRUPT_FILE", async () => {
    const bytes = file("mixed");
    for (let length = 0; length < bytes.length; length += 13) {
      await expect(read(bytes.subarray(0, length)), `cut to ${length}`).rejects.toMatchObject({ code: "CORRUPT_FILE" });
    }
  });

  test("[H9] a change of any byte is CORRUPT_FILE, or of a byte that means nothing changes nothing", async () => {
    for (const [key, plain] of [
      ["mixed", MIXED],
      ["empty", Buffer.alloc(0)],
    ] as const) {
      const bytes = file(key);
      let numUnnoticed = 0;
      for (let at = 0; at < bytes.length; at++) {
        const damaged = Buffer.from(bytes);
        damaged[at]! ^= 1 << (at % 8);
        try {
          expect(Buffer.compare(await read(damaged), plain), `byte ${at}`).toBe(0);
          numUnnoticed++;
        } catch (error) {
          expect(error, `byte ${at}`).toMatchObject({ code: "CORRUPT_FILE" });
        }
      }
      // In bzip2, the level may be higher than needed, the bits behind the end mean nothing, and tables may be there that are not used.
      expect(numUnnoticed).toBeLessThanOrEqual(name === "bzip2" ? 10 : 0);
    }
  });

  test("[H9] ends its source when it is given up", async () => {
    let hasEnded = false;
    const source = async function* (): AsyncGenerator<Uint8Array> {
      try {
        yield file("repeated");
        for (;;) yield file("repeated");
      } finally {
        hasEnded = true;
      }
    };
    for await (const _chunk of compression.decompress(name, source())!) break;
    expect(hasEnded).toBe(true);
  });
});

describe("[H9] failures", () => {
  test.each(WRITABLE)("damaged and cut %s", async (name) => {
    const small = await packed(name, TEXT);
    await expect(
      gathered(compression.decompress(name, chunks(small.subarray(0, small.length >> 1)))!),
    ).rejects.toMatchObject({
      code: "CORRUPT_FILE",
    });
    await expect(gathered(compression.decompress(name, chunks(TEXT))!)).rejects.toMatchObject({ code: "CORRUPT_FILE" });
  });

  test.each(WRITABLE)("an error of the source of %s comes out as it is", async (name) => {
    const small = await packed(name, TEXT);
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield small.subarray(0, 10);
      throw new RangeError("the disk");
    };
    await expect(gathered(compression.decompress(name, failing())!)).rejects.toThrow(new RangeError("the disk"));
    await expect(gathered(compression.compress(name, failing())!)).rejects.toThrow(new RangeError("the disk"));
  });

  test.each(WRITABLE)("ending the iteration of %s early ends that of its source", async (name) => {
    const small = await packed(name, TEXT);
    let hasEnded = false;
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      try {
        yield small;
        for (;;) yield new Uint8Array(100_000);
      } finally {
        hasEnded = true;
      }
    };
    for await (const _chunk of compression.decompress(name, endless())!) break;
    await new Promise(setImmediate);
    expect(hasEnded).toBe(true);
  });
});
