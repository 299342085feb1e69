import { invariant } from "../errors/index.js";
import type { CompressionName } from "../host/index.js";
import { throwIfCancelled } from "./byte-input.js";
import { withClosing } from "./closing.js";
import { compressed } from "./compression.js";
import type { WritableFile } from "./file-system.js";
import type { IoContext } from "./io-context.js";
import type { TextCoding } from "./text-decoding.js";

/** How much is collected before it is written. */
const CHUNK_BYTES = 64 * 1024;

/** Takes what an encoder makes of records: text or bytes, in order. @internal */
export class OutputBuffer {
  readonly #coding: TextCoding;
  /** Chunks in front of `#text`. */
  #chunks: Uint8Array[] = [];
  #numBytes = 0;
  #text = "";

  constructor(coding: TextCoding) {
    this.#coding = coding;
  }

  /** Takes text, which is encoded later, many pieces at once. */
  writeText(text: string): void {
    this.#text += text;
  }

  /** Takes the bytes over; the caller does not change them any more. */
  writeBytes(bytes: Uint8Array): void {
    this.#encodeText();
    this.#chunks.push(bytes);
    this.#numBytes += bytes.length;
  }

  /** Whether enough has come together to be written. */
  get isFull(): boolean {
    return this.#numBytes + this.#text.length >= CHUNK_BYTES;
  }

  /** Returns everything as chunks and empties the buffer. */
  take(): readonly Uint8Array[] {
    this.#encodeText();
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#numBytes = 0;
    return chunks;
  }

  #encodeText(): void {
    if (this.#text === "") return;
    const bytes = this.#coding.encode(this.#text);
    this.#text = "";
    this.#chunks.push(bytes);
    this.#numBytes += bytes.length;
  }
}

/** Writes bytes to a file, compressed or not. The owner ends with `finish` or `abandon`. @internal */
export interface ByteOutput {
  write(chunk: Uint8Array): Promise<void>;
  /** Writes what is left, forces it to the disk and closes the file; the file is closed even if that fails. */
  finish(): Promise<void>;
  /** Closes the file as it is. */
  abandon(): Promise<void>;
}

/** Takes over an open file. @internal */
export function byteOutput(
  context: IoContext,
  file: WritableFile,
  path: string,
  compression: CompressionName | undefined,
): ByteOutput {
  if (compression === undefined) return new PlainOutput(context, file);
  return new CompressingOutput(context, file, path, compression);
}

class PlainOutput implements ByteOutput {
  readonly #context: IoContext;
  readonly #file: WritableFile;

  constructor(context: IoContext, file: WritableFile) {
    this.#context = context;
    this.#file = file;
  }

  write(chunk: Uint8Array): Promise<void> {
    throwIfCancelled(this.#context);
    return this.#file.write(chunk);
  }

  finish(): Promise<void> {
    return withClosing(this.#file, () => this.#file.sync());
  }

  abandon(): Promise<void> {
    return this.#file.close();
  }
}

/**
 * Sends chunks through the host's compressor, which pulls them: `write` hands over one chunk and resolves when it was taken. A
 * loop of its own, the pump, writes what comes out; its failure is the failure of the next `write` or of `finish`.
 */
class CompressingOutput implements ByteOutput {
  readonly #context: IoContext;
  readonly #file: WritableFile;
  readonly #pump: Promise<void>;
  /** The chunk to be pulled next, null once there are no more; undefined while there is none. */
  #offered: Uint8Array | null | undefined;
  #wakeProducer: (() => void) | undefined;
  #wakeConsumer: (() => void) | undefined;
  #isAbandoned = false;
  #hasPumpEnded = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(context: IoContext, file: WritableFile, path: string, compression: CompressionName) {
    this.#context = context;
    this.#file = file;
    const output = compressed(context.host, compression, path, this.#offers());
    this.#pump = this.#run(output);
  }

  async #run(output: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of output) {
        if (this.#isAbandoned) break;
        await this.#file.write(chunk);
      }
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#hasPumpEnded = true;
      this.#wakeProducer?.();
    }
  }

  async *#offers(): AsyncGenerator<Uint8Array> {
    for (;;) {
      while (this.#offered === undefined) {
        await new Promise<void>((resolve) => {
          this.#wakeConsumer = resolve;
        });
      }
      const chunk = this.#offered;
      if (chunk === null) return;
      this.#offered = undefined;
      this.#wakeProducer?.();
      yield chunk;
    }
  }

  async write(chunk: Uint8Array): Promise<void> {
    throwIfCancelled(this.#context);
    this.#throwFailure();
    invariant(!this.#hasPumpEnded, "a compressor takes chunks until it is told that there are no more");
    await new Promise<void>((resolve) => {
      this.#wakeProducer = resolve;
      this.#offer(chunk);
    });
    this.#throwFailure();
  }

  finish(): Promise<void> {
    return withClosing(this.#file, async () => {
      this.#offer(null);
      await this.#pump;
      this.#throwFailure();
      await this.#file.sync();
    });
  }

  async abandon(): Promise<void> {
    this.#isAbandoned = true;
    this.#offer(null);
    await this.#pump;
    await this.#file.close();
  }

  #offer(chunk: Uint8Array | null): void {
    this.#offered = chunk;
    this.#wakeConsumer?.();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
