import { MillraceError } from "../errors/index.js";
import { closeAfterFailure } from "./closing.js";
import { compressed, compressionOf } from "./compression.js";
import { fileName } from "./delimited-source.js";
import { type ByteOutput, byteOutput, OutputBuffer } from "./file-output.js";
import { FileTarget } from "./file-target.js";
import type { IoContext, SubtaskIoContext } from "./io-context.js";
import { type LineWriting, offerLineWriting } from "./lines.js";
import type { Sink, SinkWriter, WriteMode } from "./sink.js";
import type { TextCoding } from "./text-decoding.js";

/** Names the parameter that makes every file output a directory (`withParameters`). */
const DIRECTORY_PARAMETER = "fs.output.always-create-directory";
/** Names the parameter that gives the write mode of outputs that do not say one (`withParameters`). */
const OVERWRITE_PARAMETER = "fs.overwrite-files";

/** Options that all sinks to files share. @public */
export interface FileWriteOptions {
  /** What happens when something is at the path: an error before the job runs (the default), or it is replaced when the job succeeds. */
  readonly writeMode?: WriteMode | undefined;
  /** Whether the output is a directory of files even when there is only one writer; false by default. */
  readonly alwaysCreateDirectory?: boolean | undefined;
}

/** Turns records into the bytes of one file. One encoder serves one file. @internal */
export interface RecordEncoder<in T> {
  /** How strings become lines, when all that it does with them is to encode them and put the delimiter behind. */
  readonly lines?: LineWriting["form"] | undefined;
  /** Writes what stands before the first record. */
  begin?(out: OutputBuffer): void;
  /** Writes one record. It must not keep it. */
  encode(record: T, out: OutputBuffer): void;
  /** Writes what stands behind the last record. */
  end?(out: OutputBuffer): void;
}

/** Is what a format of files is made of; {@link fileSink} adds all that has nothing to do with the format. @internal */
export interface FileSinkFormat<T> {
  /** What plans call the sink, such as `CSV`. */
  readonly label: string;
  /** The path of the output, as the user gave it. */
  readonly path: string;
  /** The user's options that concern files. */
  readonly options: FileWriteOptions;
  /** The character set of text. */
  readonly coding: TextCoding;
  /** Makes the encoder of one file. */
  openEncoder(context: SubtaskIoContext): RecordEncoder<T>;
}

/**
 * Makes a sink that writes files: one file at the path for one writer, else a directory with the files `1`, `2`, …
 * Nothing is visible at the path before the job succeeded. A name that ends with `.gz`, `.deflate`, `.br` or `.zst` is compressed.
 * @internal
 */
export function fileSink<T>(format: FileSinkFormat<T>): Sink<T> {
  const { path, options } = format;
  if (typeof path !== "string" || path === "") {
    throw new MillraceError({
      code: "INVALID_ARGUMENT",
      what: "The path of a sink is missing or empty",
      expected: "the path of a file or directory to write",
    });
  }
  let target: FileTarget | undefined;
  return {
    name: `${format.label} to ${fileName(path)}`,
    place: path,
    async initialize(context: IoContext, numWriters: number): Promise<void> {
      const { parameters } = context;
      const isDirectory =
        numWriters > 1 || (options.alwaysCreateDirectory ?? parameters.getBoolean(DIRECTORY_PARAMETER, false));
      const defaultMode = parameters.getBoolean(OVERWRITE_PARAMETER, false) ? "overwrite" : "no-overwrite";
      requireCompression(context, path);
      target = await FileTarget.prepare(context, path, isDirectory, options.writeMode ?? defaultMode);
    },
    async openWriter(context: SubtaskIoContext): Promise<SinkWriter<T>> {
      if (target === undefined) throw notInitialized();
      return FileSinkWriter.open(format, target.pathOf(context.subtaskIndex), context);
    },
    async commit(): Promise<void> {
      if (target === undefined) throw notInitialized();
      await target.commit();
      target = undefined;
    },
    async abort(): Promise<void> {
      const discarded = target;
      target = undefined;
      await discarded?.discard();
    },
  };
}

/** From how many bytes of lines on it is better to write them at once than to copy them. */
const MIN_UNCOPIED_BYTES = 64 * 1024;

class FileSinkWriter<T> implements SinkWriter<T> {
  readonly #encoder: RecordEncoder<T>;
  readonly #buffer: OutputBuffer;
  readonly #output: ByteOutput;
  /** Whether the output may look at a chunk after it was written, as a compressor does. */
  readonly #keepsChunks: boolean;
  /** Whether the output was closed one way or the other. */
  #isDone = false;

  private constructor(encoder: RecordEncoder<T>, buffer: OutputBuffer, output: ByteOutput, keepsChunks: boolean) {
    this.#encoder = encoder;
    this.#buffer = buffer;
    this.#output = output;
    this.#keepsChunks = keepsChunks;
    this.write = this.write.bind(this);
    if (encoder.lines === undefined) return;
    offerLineWriting(this, {
      form: encoder.lines,
      write: (bytes) => this.#writeLines(bytes),
    });
  }

  static async open<T>(format: FileSinkFormat<T>, path: string, context: SubtaskIoContext): Promise<FileSinkWriter<T>> {
    const encoder = format.openEncoder(context);
    const buffer = new OutputBuffer(format.coding);
    encoder.begin?.(buffer);
    const file = await context.fileSystemOf(path).openWrite(path, { exclusive: true });
    try {
      const compression = compressionOf(format.path);
      const output = byteOutput(context, file, path, compression);
      return new FileSinkWriter(encoder, buffer, output, compression !== undefined);
    } catch (error) {
      await closeAfterFailure(file);
      throw error;
    }
  }

  write(record: T): void | Promise<void> {
    this.#encoder.encode(record, this.#buffer);
    if (this.#buffer.isFull) return this.#flush();
  }

  #writeLines(bytes: Uint8Array): void | Promise<void> {
    const isMuch = bytes.length >= MIN_UNCOPIED_BYTES && !this.#keepsChunks;
    this.#buffer.writeBytes(isMuch ? bytes : bytes.slice());
    return isMuch || this.#buffer.isFull ? this.#flush() : undefined;
  }

  async close(): Promise<void> {
    if (this.#isDone) return;
    try {
      this.#encoder.end?.(this.#buffer);
      await this.#flush();
    } catch (error) {
      await closeAfterFailure({ close: () => this.abort() });
      throw error;
    }
    this.#isDone = true;
    await this.#output.finish();
  }

  async abort(): Promise<void> {
    if (this.#isDone) return;
    this.#isDone = true;
    await this.#output.abandon();
  }

  async #flush(): Promise<void> {
    for (const chunk of this.#buffer.take()) await this.#output.write(chunk);
  }
}

/** Throws UNSUPPORTED_COMPRESSION before the job runs, rather than in the first writer. */
function requireCompression(context: IoContext, path: string): void {
  const name = compressionOf(path);
  if (name !== undefined) compressed(context.host, name, path, nothing());
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function notInitialized(): MillraceError {
  return new MillraceError({
    code: "INVARIANT_VIOLATED",
    what: "A sink was opened or committed without having been initialized",
    fix: "The engine must call initialize first.",
  });
}
