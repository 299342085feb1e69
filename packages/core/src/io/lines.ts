/**
 * Lines as bytes. Engines that keep text as bytes need no strings in between: a source of lines offers them windows of its file, a writer takes
 * bytes. Both are advice; a source can always be read, and a writer written to, record by record.
 */
import type { SubtaskIoContext } from "./io-context.js";
import type { Sink, SinkWriter } from "./sink.js";
import type { Source, SourceSplit } from "./source.js";

/** Says how the lines of a file are strings. @internal */
export interface LineForm {
  /** The byte behind each line. */
  readonly delimiter: number;
  /** Whether a carriage return in front of it is not part of the line. */
  readonly stripsReturn: boolean;
  /** Whether every byte is the character of that number. If not, only lines of ASCII are; what others are the source knows. */
  readonly isLatin1: boolean;
  /** The longest line in bytes; of longer ones the source knows what to do. */
  readonly maxBytes: number;
}

/** Is some lines of a file, which lie in `bytes` from `start` to `end`. @internal */
export interface LineWindow {
  /** What the lines lie in. Valid until the next window is asked for. */
  readonly bytes: Uint8Array;
  /** Where the first line begins that was not taken: whoever takes lines moves it, behind a delimiter. */
  start: number;
  /** Where the last line ends: behind its delimiter, unless it is the last of the file. */
  readonly end: number;
}

/** Reads splits of a source as lines. @internal */
export interface LineReading<S extends SourceSplit = SourceSplit> {
  /** How the lines are strings. */
  readonly form: LineForm;
  /**
   * Reads a split: windows, and where not all of a window was taken, some of what is left of it as strings, then the window again. In this
   * order the records are those of {@link Source.read}.
   */
  read(split: S, context: SubtaskIoContext): AsyncIterable<LineWindow | readonly string[]>;
}

/** Takes lines as bytes. @internal */
export interface LineWriting {
  /** What must stand behind each line. Lines are of ASCII unless it says `isLatin1`. */
  readonly form: Pick<LineForm, "delimiter" | "isLatin1">;
  /**
   * Takes the bytes of lines, as if each had been given to {@link SinkWriter.write}. They are the caller's again when the promise is settled, without
   * one at once.
   */
  write(bytes: Uint8Array): void | Promise<void>;
}

// By the object, and not as members that wrappers of sources and sinks would hand on without knowing of them.
const readings = new WeakMap<object, LineReading>();
const writings = new WeakMap<object, LineWriting>();

/** Offers another way to read a source. @internal */
export function offerLineReading<T, S extends SourceSplit>(source: Source<T, S>, reading: LineReading<S>): void {
  // The splits that it is given are those that the source made.
  readings.set(source, reading as unknown as LineReading);
}

/** Returns how a source can be read as lines; undefined when it has to be read record by record. @internal */
export function lineReadingOf<T, S extends SourceSplit>(source: Source<T, S>): LineReading<S> | undefined {
  return readings.get(source) as LineReading<S> | undefined;
}

/** Offers another way to write to a writer. @internal */
export function offerLineWriting<T>(writer: SinkWriter<T>, writing: LineWriting): void {
  writings.set(writer, writing);
}

/** Returns how lines are given to the writer of a {@link Sink}; undefined when it takes records only. @internal */
export function lineWritingOf<T>(writer: SinkWriter<T>): LineWriting | undefined {
  return writings.get(writer);
}
