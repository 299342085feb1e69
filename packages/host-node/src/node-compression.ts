import { Readable, type Transform } from "node:stream";
import * as zlib from "node:zlib";
import { type CompressionName, type HostCompression, MillraceError } from "@millrace/core";
import { decodeBzip2 } from "./bzip2.js";
import { ChunkReader, CorruptData } from "./chunk-reader.js";
import { decodeXz } from "./xz.js";

/** Makes the two directions of one compression. */
interface Codec {
  readonly decoder?: (() => Transform) | undefined;
  readonly encoder?: (() => Transform) | undefined;
}

/** Node has zstd since 22.15; older ones lack the two functions. */
const zstd = zlib as { createZstdDecompress?: () => Transform; createZstdCompress?: () => Transform };

const CODECS: Readonly<Record<CompressionName, Codec>> = {
  deflate: { decoder: () => zlib.createInflate(), encoder: () => zlib.createDeflate() },
  gzip: { decoder: () => zlib.createGunzip(), encoder: () => zlib.createGzip() },
  brotli: {
    decoder: () => zlib.createBrotliDecompress(),
    // The default quality of 11 is meant for files that are written once and served for years: it takes 50 times as long.
    encoder: () => zlib.createBrotliCompress({ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } }),
  },
  zstd: { decoder: zstd.createZstdDecompress, encoder: zstd.createZstdCompress },
  bzip2: {},
  xz: {},
};

/** Compresses with what Node.js brings, and decompresses bzip2 and xz with decoders of our own. @internal */
export const nodeCompression: HostCompression = {
  decompress(name, source) {
    if (name === "bzip2") return decoded(source, decodeBzip2, name);
    if (name === "xz") return decoded(source, decodeXz, name);
    const decoder = CODECS[name].decoder;
    return decoder === undefined ? undefined : piped(source, decoder, name);
  },
  compress(name, source) {
    const encoder = CODECS[name].encoder;
    return encoder === undefined ? undefined : piped(source, encoder, undefined);
  },
};

/** Decodes `source` with a decoder of our own; what it calls corrupt is CORRUPT_FILE. */
async function* decoded(
  source: AsyncIterable<Uint8Array>,
  decode: (input: ChunkReader) => AsyncIterable<Uint8Array>,
  name: CompressionName,
): AsyncGenerator<Uint8Array> {
  const input = new ChunkReader(source);
  try {
    yield* decode(input);
  } catch (error) {
    throw error instanceof CorruptData ? corrupt(name, error) : error;
  } finally {
    await input.close();
  }
}

/**
 * Sends `source` through `transform`. Errors of the source come out as they are; those of a decoder are CORRUPT_FILE.
 * Ending the iteration early ends the source's as well.
 */
async function* piped(
  source: AsyncIterable<Uint8Array>,
  makeTransform: () => Transform,
  decodedName: CompressionName | undefined,
): AsyncGenerator<Uint8Array> {
  const transform = makeTransform();
  let sourceError: unknown;
  let hasSourceFailed = false;
  const input = Readable.from(source, { objectMode: true });
  input.once("error", (error) => {
    sourceError = error;
    hasSourceFailed = true;
    transform.destroy(error);
  });
  input.pipe(transform);
  try {
    for await (const chunk of transform) yield chunk as Uint8Array;
  } catch (error) {
    if (hasSourceFailed) throw sourceError;
    if (decodedName === undefined) throw error;
    throw corrupt(decodedName, error);
  } finally {
    input.destroy();
    transform.destroy();
  }
}

function corrupt(name: CompressionName, error: unknown): MillraceError {
  return new MillraceError({
    code: "CORRUPT_FILE",
    what: `The ${name} data is corrupt: ${error instanceof Error ? error.message : String(error)}`,
    expected: "a whole file, as it was compressed",
    fix: "Get the file again; if it is not compressed at all, give it another ending.",
    cause: error,
  });
}
