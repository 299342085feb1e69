import { CollectionSourceOperator, SourceOperator } from "@millrace/common-api";
import type { Plain, Source, SourceSplit, TypeInformation } from "@millrace/core";
import { type BinaryReadOptions, binarySource } from "@millrace/format-binary";
import { type CsvReadOptions, csvSource } from "@millrace/format-csv";
import { type JsonLinesReadOptions, jsonLinesSource } from "@millrace/format-json";
import { type PrimitiveReadOptions, primitiveSource, type TextReadOptions, textSource } from "@millrace/format-text";
import type { DataSet } from "../data-set.js";
import { describe, OperatorCall } from "../operators/operator-call.js";
import type { SourceDataSet } from "../source-data-set.js";
import type { EnvironmentState } from "./environment-state.js";
import { partSource, sequenceSource } from "./sequence.js";
import { type AnyIterable, iterableSource } from "./stream-source.js";

/** Names files: one path, or several. A directory stands for the files in it. @public */
export type FilePaths = string | readonly string[];

/** Is the part of an environment that makes data sets of sources. @public */
export abstract class SourceEnvironment {
  /** What all data sets of the environment share. @internal */
  protected readonly state: EnvironmentState;

  /** @internal */
  protected constructor(state: EnvironmentState) {
    this.state = state;
  }

  /**
   * Makes a data set of the elements of an array or any other iterable, read by one subtask (B136). They are read when the
   * first job starts that needs them; what happens to them after that changes no job.
   */
  fromCollection<T extends [] | Plain | null | undefined>(
    collection: Iterable<T> & object,
    type?: TypeInformation<T>,
  ): DataSet<T> {
    const call = new OperatorCall("Collection");
    const iterable: unknown = collection;
    if (typeof iterable !== "object" || iterable === null || !(Symbol.iterator in iterable)) {
      throw call.error({
        code: "INVALID_ARGUMENT",
        what: `The collection is ${describe(iterable)}`,
        expected: "an array, a set, or another iterable object",
        fix: "Async iterables and streams go to fromAsyncIterable.",
      });
    }
    return this.#collection<T>(collection, type, call);
  }

  /** Makes a data set of these elements. */
  fromElements<T extends [] | Plain>(...elements: T[]): DataSet<T> {
    return this.#collection<T>(elements, undefined, new OperatorCall("Collection"));
  }

  #collection<T>(records: Iterable<T>, type: TypeInformation<T> | undefined, call: OperatorCall): DataSet<T> {
    const operator = new CollectionSourceOperator(records, call);
    if (type !== undefined) operator.settings.resultType = call.requireType(type);
    return this.state.factory.dataSet<T>(operator, this.state);
  }

  /** Makes a data set of the integers from `from` to `to`, both included, read in parallel (B137). */
  generateSequence(from: number, to: number): SourceDataSet<number> {
    const call = new OperatorCall("Sequence");
    call.requireInteger(from, "from", Number.MIN_SAFE_INTEGER);
    call.requireInteger(to, "to", from, "The bounds are both included, and from comes first.");
    return this.#source(sequenceSource(from, to), call);
  }

  /**
   * Makes a data set that several subtasks read in parts: `part(index, numParts)` gives the records of one part, and is called
   * once for each (B137).
   */
  fromParallelCollection<T extends [] | Plain | null | undefined>(
    part: (index: number, numParts: number) => Iterable<T>,
    type?: TypeInformation<T>,
  ): SourceDataSet<T> {
    const call = new OperatorCall("ParallelCollection");
    if (typeof part === "function") return this.#source(partSource<T>(part, type), call);
    throw call.error({
      code: "INVALID_ARGUMENT",
      what: `The parallel collection is ${describe(part)}`,
      expected: "a function (index, numParts) that returns the records of one part",
    });
  }

  /**
   * Makes a data set of an async iterable: an async generator, a Node stream, a web stream. A stream can be read once: a
   * second job, or a further attempt, is ITERABLE_CONSUMED. Give a function that opens it to run several.
   */
  fromAsyncIterable<T extends [] | Plain | null | undefined>(
    iterable: AnyIterable<T>,
    type?: TypeInformation<T>,
  ): SourceDataSet<T> {
    const call = new OperatorCall("AsyncIterable");
    const given: unknown = iterable;
    const isIterable =
      typeof given === "function" ||
      (typeof given === "object" && given !== null && (Symbol.asyncIterator in given || Symbol.iterator in given));
    if (!isIterable) {
      throw call.error({
        code: "INVALID_ARGUMENT",
        what: `The source is ${describe(given)}`,
        expected: "an async iterable such as a stream, or a function that opens one",
      });
    }
    return this.#source(iterableSource<T>("async iterable", iterable, type), call);
  }

  /** Makes a data set of a source of any kind (B135). */
  createInput<T, S extends SourceSplit>(source: Source<T, S>): SourceDataSet<T> {
    return this.#source<T, S>(source, new OperatorCall("Source"));
  }

  #source<T, S extends SourceSplit>(source: Source<T, S>, call: OperatorCall): SourceDataSet<T> {
    // Splits go back only to the source that made them.
    const operator = new SourceOperator(call.requireSource(source) as unknown as Source<unknown>, call);
    return this.state.factory.source<T>(operator, this.state);
  }

  // Files.

  /** Reads text, one string a line (B130). Files that end with `.gz`, `.deflate` and the like are decompressed (B141). */
  readTextFile(path: FilePaths, options: TextReadOptions = {}): SourceDataSet<string> {
    return this.#file((call) => textSource(call.requirePaths(path), options));
  }

  /** Reads single values, one a line: `readFileOfPrimitives(path, { type: types.int32 })` (B132). */
  readFileOfPrimitives<T>(path: FilePaths, options: PrimitiveReadOptions<T>): SourceDataSet<T> {
    return this.#file((call) => primitiveSource<T>(call.requirePaths(path), options));
  }

  /** Reads CSV as rows or tuples of the declared types (B133). */
  readCsvFile<T>(
    path: FilePaths,
    options: CsvReadOptions<T> & { readonly types: TypeInformation<T> },
  ): SourceDataSet<T>;
  /** Reads CSV as objects of strings, by the names of the header. */
  readCsvFile(
    path: FilePaths,
    options: CsvReadOptions<never> & { readonly header: true; readonly types?: undefined },
  ): SourceDataSet<Record<string, string>>;
  /** Reads CSV as arrays of strings. */
  readCsvFile(
    path: FilePaths,
    options?: CsvReadOptions<never> & { readonly header?: false | "skip" | undefined; readonly types?: undefined },
  ): SourceDataSet<string[]>;
  readCsvFile(path: FilePaths, options: object = {}): SourceDataSet<never> {
    return this.#file((call) =>
      csvSource(call.requirePaths(path), options as { readonly types: TypeInformation<never> }),
    );
  }

  /** Reads JSON, one value a line. `T` is that of the option `types`; without it, it may be given and is not checked. */
  readJsonLines<T = unknown>(path: FilePaths, options: JsonLinesReadOptions<T> = {}): SourceDataSet<T> {
    return this.#file((call) => jsonLinesSource<T>(call.requirePaths(path), options));
  }

  /** Reads binary files, which `writeAsBinary` wrote (B144). `T` is that of the option `types`; without it, it may be given. */
  readBinaryFile<T = unknown>(path: FilePaths, options: BinaryReadOptions<T> = {}): SourceDataSet<T> {
    return this.#file((call) => binarySource<T>(call.requirePaths(path), options));
  }

  /** Reads files by a format of one's own, which makes a source of paths: `readFile(path, (paths) => logSource(paths))` (B135). */
  readFile<T, S extends SourceSplit>(path: FilePaths, format: (paths: FilePaths) => Source<T, S>): SourceDataSet<T> {
    return this.#file((call) => format(call.requirePaths(path)));
  }

  #file<T, S extends SourceSplit>(make: (call: OperatorCall) => Source<T, S>): SourceDataSet<T> {
    const call = new OperatorCall("Source");
    const source = call.check(() => make(call));
    return this.#source(source, call.named(source.name));
  }
}
