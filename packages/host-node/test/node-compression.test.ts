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
