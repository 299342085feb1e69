import { Readable, type Transform } from "node:stream";
import * as zlib from "node:zlib";
import { type CompressionName, type HostCompression, MillraceError } from "@millrace/core";

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

/** Compresses with what Node.js brings. @internal */
export const nodeCompression: HostCompression = {
  decompress(name, source) {
    const decoder = CODECS[name].decoder;
    return decoder === undefined ? undefined : piped(source, decoder, name);
  },
  compress(name, source) {
    const encoder = CODECS[name].encoder;
    return encoder === undefined ? undefined : piped(source, encoder, undefined);
  },
};

/**
 * Sends `source` through `transform`. Errors of the source come out as they are; those of a decoder are CORRUPT_FILE.
 * Ending the iteration early ends the source's as well.
 */
async function* piped(
  source: AsyncIterable<Uint8Array>,
  makeTransform: () => Transform,
  decoded: CompressionName | undefined,
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
    if (decoded === undefined) throw error;
    throw new MillraceError({
      code: "CORRUPT_FILE",
      what: `The ${decoded} data is corrupt: ${error instanceof Error ? error.message : String(error)}`,
      expected: "a whole file, as it was compressed",
      fix: "Get the file again; if it is not compressed at all, give it another ending.",
      cause: error,
    });
  } finally {
    input.destroy();
    transform.destroy();
  }
}
