import { MillraceError } from "../errors/index.js";
import type { CompressionName } from "../host/index.js";
import { closeAfterFailure } from "./closing.js";
import { decompressed } from "./compression.js";
import type { ReadableFile } from "./file-system.js";
import type { IoContext } from "./io-context.js";

/** How much of a compressed file is read at once. */
const COMPRESSED_CHUNK_BYTES = 64 * 1024;

/** Reads the plain bytes of a file, front to back. The owner closes it. @internal */
export interface ByteInput {
  /** Reads up to `target.length` bytes; 0 only at the end. */
  read(target: Uint8Array): Promise<number>;
  /** Closes the file; nothing may be read afterwards. */
  close(): Promise<void>;
}

/** Says how the bytes of a file become the bytes that a format reads. @internal */
export interface InputEncoding {
  /** How the file is compressed; absent for a plain one. */
  readonly compression?: CompressionName | undefined;
  /** Whether the file is UTF-16 and is to be read as UTF-8. */
  readonly isUtf16?: boolean | undefined;
}

/**
 * Opens a file for reading from `offset` on. A compressed file is decompressed on the fly, UTF-16 is turned into UTF-8, and
 * `offset` counts the bytes that come out. Reading gives up with JOB_CANCELLED once the context's signal aborts.
 * @internal
 */
export async function openByteInput(
  context: IoContext,
  path: string,
  offset: number,
  encoding: InputEncoding,
): Promise<ByteInput> {
  throwIfCancelled(context);
  const { compression, isUtf16 = false } = encoding;
  const file = await context.fileSystemOf(path).openRead(path);
  if (compression === undefined && !isUtf16) return new PlainInput(context, file, offset);
  try {
    let chunks: AsyncIterable<Uint8Array> = chunksOf(context, file);
    if (compression !== undefined) chunks = decompressed(context.host, compression, path, chunks);
    if (isUtf16) chunks = utf16ToUtf8(chunks);
    const input = new ConvertedInput(file, chunks, path);
    await input.skip(offset);
    return input;
  } catch (error) {
    await closeAfterFailure(file);
    throw error;
  }
}

/** Throws JOB_CANCELLED once the context's signal has aborted. @internal */
export function throwIfCancelled(context: IoContext): void {
  if (!context.signal.aborted) return;
  throw new MillraceError({
    code: "JOB_CANCELLED",
    what: "The job was cancelled while it was reading or writing",
    cause: context.signal.reason,
  });
}

async function* chunksOf(context: IoContext, file: ReadableFile): AsyncGenerator<Uint8Array> {
  let position = 0;
  for (;;) {
    throwIfCancelled(context);
    // A fresh chunk each time: a decompressor may keep it until it has been used up.
    const chunk = new Uint8Array(COMPRESSED_CHUNK_BYTES);
    const numRead = await file.read(chunk, position);
    if (numRead === 0) return;
    position += numRead;
    yield chunk.subarray(0, numRead);
  }
}

async function* utf16ToUtf8(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder("utf-16le", { ignoreBOM: true });
  const encoder = new TextEncoder();
  for await (const chunk of source) yield encoder.encode(decoder.decode(chunk, { stream: true }));
  yield encoder.encode(decoder.decode());
}

class PlainInput implements ByteInput {
  readonly #context: IoContext;
  readonly #file: ReadableFile;
  #position: number;

  constructor(context: IoContext, file: ReadableFile, position: number) {
    this.#context = context;
    this.#file = file;
    this.#position = position;
  }

  async read(target: Uint8Array): Promise<number> {
    throwIfCancelled(this.#context);
    const numRead = await this.#file.read(target, this.#position);
    this.#position += numRead;
    return numRead;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

class ConvertedInput implements ByteInput {
  readonly #file: ReadableFile;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #path: string;
  /** The rest of the chunk that came last. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(file: ReadableFile, chunks: AsyncIterable<Uint8Array>, path: string) {
    this.#file = file;
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#path = path;
  }

  async read(target: Uint8Array): Promise<number> {
    while (this.#rest.length === 0) {
      const next = await this.#next();
      if (next === undefined) return 0;
      this.#rest = next;
    }
    const taken = Math.min(target.length, this.#rest.length);
    target.set(this.#rest.subarray(0, taken));
    this.#rest = this.#rest.subarray(taken);
    return taken;
  }

  async skip(numBytes: number): Promise<void> {
    let left = numBytes;
    while (left > 0) {
      if (this.#rest.length === 0) {
        const next = await this.#next();
        if (next === undefined) return;
        this.#rest = next;
      }
      const taken = Math.min(left, this.#rest.length);
      this.#rest = this.#rest.subarray(taken);
      left -= taken;
    }
  }

  async #next(): Promise<Uint8Array | undefined> {
    try {
      const result = await this.#chunks.next();
      return result.done === true ? undefined : result.value;
    } catch (error) {
      throw error instanceof MillraceError ? error.at({ file: this.#path }) : error;
    }
  }

  async close(): Promise<void> {
    try {
      await this.#chunks.return?.();
    } finally {
      await this.#file.close();
    }
  }
}
