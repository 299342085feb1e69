import { OPERATOR, type Operator } from "@millrace/common-api";
import type { Sink } from "@millrace/core";
import { type BinaryWriteOptions, binarySink } from "@millrace/format-binary";
import { type CsvWriteOptions, csvSink } from "@millrace/format-csv";
import { type JsonLinesWriteOptions, jsonLinesSink } from "@millrace/format-json";
import { type TextWriteOptions, textSink } from "@millrace/format-text";
import type { Data } from "./data/data.js";
import { type NodeState, STATE } from "./data/node-state.js";
import { explainData } from "./jobs/explain.js";
import type { RunOptions } from "./jobs/job-handle.js";
import { collectRecords, countRecords, streamRecords } from "./jobs/results.js";
import { type TableOptions, tableOf } from "./printing/table.js";
import type { DataSink } from "./sinks/data-sink.js";
import { addFileSink, addSink, type RecordConsumer } from "./sinks/sinks.js";

/**
 * Is what every data set can do at the end of a program: run and give its records to the client, or be written to a sink
 * by the environment's next `execute`. The methods that run return promises; nothing runs before.
 * @public
 */
export abstract class ResultDataSet<out T> implements Data<T> {
  declare readonly "~dataset": T;
  /** What the data set is made of. @internal */
  readonly [STATE]: NodeState;

  /** @internal */
  constructor(node: NodeState) {
    this[STATE] = node;
  }

  /** The operator, by which functions that hold this data set as a handle are given its records. @internal */
  get [OPERATOR](): Operator {
    return this[STATE].operator;
  }

  /**
   * Runs a job that computes this data set and returns its records. Their order is that of the partitions, so only `orderBy`
   * fixes it. All records are held in memory; iterate over the data set instead when they may be many.
   */
  collect(options: RunOptions = {}): Promise<T[]> {
    return collectRecords<T>(this, options);
  }

  /** Runs a job that counts the records. */
  count(options: RunOptions = {}): Promise<number> {
    return countRecords(this, options);
  }

  /** Runs a job and writes the records to the terminal as a table. Nothing is left out, so limit what you print by `first(n)`. */
  async print(options: RunOptions & TableOptions = {}): Promise<void> {
    const text = await this.toTable(options);
    this[STATE].environment.engine.host.terminal.write(text);
  }

  /** As `print`, on standard error. */
  async printToError(options: RunOptions & TableOptions = {}): Promise<void> {
    const text = await this.toTable(options);
    this[STATE].environment.engine.host.terminal.writeError(text);
  }

  /** Runs a job and returns the text that `print` writes: a header, a line per record, numbers aligned to the right. */
  async toTable(options: RunOptions & TableOptions = {}): Promise<string> {
    const { maxCellLength: _, ...runOptions } = options;
    return tableOf(await this.collect(runOptions), options);
  }

  /**
   * Runs a job, and iterates over its records when it has succeeded; until then they lie on disk, as far as they are many. Leaving
   * earlier cancels the job.
   */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return streamRecords<T>(this, {});
  }

  /** As iterating over the data set itself, with options. */
  stream(options: RunOptions = {}): AsyncGenerator<T, void, undefined> {
    return streamRecords<T>(this, options);
  }

  /** Returns how the engine would compute this data set, without running anything. */
  explain(): Promise<string> {
    return explainData(this);
  }

  /**
   * Writes the records as text, one a line, when the environment's next `execute` runs (B150). Several subtasks write a directory
   * of files `1`, `2`, … (B156).
   */
  writeAsText(path: string, options: TextWriteOptions<T> = {}): DataSink<T> {
    return addFileSink<T>(this, path, options, (settings) => textSink<T>(path, settings));
  }

  /** Writes what a function makes of each record, one a line (B151). */
  writeAsFormattedText(
    path: string,
    format: (record: T) => string,
    options: Omit<TextWriteOptions<T>, "format"> = {},
  ): DataSink<T> {
    return addFileSink<T>(this, path, options, (settings) => textSink<T>(path, { ...settings, format }));
  }

  /** Writes rows or tuples as CSV (B152). */
  writeAsCsv(path: string, options: CsvWriteOptions<T> = {}): DataSink<T> {
    return addFileSink<T>(this, path, options, (settings) => csvSink<T>(path, settings));
  }

  /** Writes the records as JSON, one a line. */
  writeAsJsonLines(path: string, options: JsonLinesWriteOptions<T> = {}): DataSink<T> {
    return addFileSink<T>(this, path, options, (settings) => jsonLinesSink<T>(path, settings));
  }

  /** Writes the records as binary files, which are the fastest to read back (B144). */
  writeAsBinary(path: string, options: BinaryWriteOptions<T> = {}): DataSink<T> {
    return addFileSink<T>(this, path, options, (settings) => binarySink<T>(path, settings));
  }

  /**
   * Gives the records to a sink when the environment's next `execute` runs: a {@link Sink}, or just an object whose `write` is
   * called once per record.
   */
  output(sink: Sink<T> | RecordConsumer<T>): DataSink<T> {
    return addSink<T>(this, sink);
  }
}
