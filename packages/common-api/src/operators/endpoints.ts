import { type Configuration, type ErrorPlace, normalizeRecord, type Sink, type Source } from "@millrace/core";
import type { Ordering } from "../keys/keys.js";
import { Operator, type OperatorCommon, SingleInputOperator } from "./operator.js";
import { hasKnownSize, isIterator, TakenRecords } from "./taken-records.js";

/** How many records of an iterable that may never end are taken when a job starts. */
const RECORDS_TAKEN_AT_START = 1 << 20;

/** Reads a source. @public */
export class SourceOperator extends Operator {
  readonly kind = "source";
  /** Reads the records. */
  readonly source: Source<unknown>;
  /** What was given by `withParameters`. */
  parameters: Configuration | undefined = undefined;

  constructor(source: Source<unknown>, common: OperatorCommon) {
    super([], common);
    this.source = source;
    this.settings.resultType = source.type;
    if (source.isNonParallel === true) this.settings.parallelism = 1;
  }
}

/**
 * Holds the records of the program itself: `fromCollection` and `fromElements`. They are read when the first job starts that
 * uses them.
 * @public
 */
export class CollectionSourceOperator extends Operator {
  readonly kind = "collectionSource";
  /** The records; iterated once per job. */
  readonly records: Iterable<unknown>;
  #taken: Iterable<unknown> | undefined = undefined;

  constructor(records: Iterable<unknown>, common: OperatorCommon) {
    super([], common);
    this.records = records;
    this.settings.parallelism = 1;
  }

  /**
   * Returns copies of the records as they were at the first call, as an array: what the program does to them later changes no job. An
   * iterator, such as a generator, is read when what is returned is read, as far as that is, and serves several readers: it need
   * not end. So is the rest of any other iterable that does not tell its length or size and has more than a million records. The caller must not change the records.
   */
  takeRecords(): Iterable<unknown> {
    this.#taken ??= this.#take();
    return this.#taken;
  }

  #take(): Iterable<unknown> {
    const copy = (record: unknown): unknown => normalizeRecord(record, this.settings.resultType);
    const place = (): ErrorPlace => ({ operator: this.settings.name, ...this.location });
    if (isIterator(this.records)) return new TakenRecords(this.records, copy, place);
    if (hasKnownSize(this.records)) return Array.from(this.records, copy);
    const taken = new TakenRecords(this.records[Symbol.iterator](), copy, place);
    return taken.takeAhead(RECORDS_TAKEN_AT_START) ?? taken;
  }
}

/** Writes its input to a sink. @public */
export class SinkOperator extends SingleInputOperator {
  readonly kind = "sink";
  /** Writes the records. */
  readonly sink: Sink<unknown>;
  /** The order in which each subtask writes; empty for any. */
  localOrder: Ordering = [];
  /** What was given by `withParameters`. */
  parameters: Configuration | undefined = undefined;

  constructor(input: Operator, sink: Sink<unknown>, common: OperatorCommon) {
    super(input, common);
    this.sink = sink;
  }
}

/**
 * Hands its input to the client: `collect`, `count`, `print` and `for await` end in one. The plan numbers them in the order
 * of its sinks; the engine serves them by `Job.records(index)`. Partitions come one after the other, in order.
 * @public
 */
export class CollectOperator extends SingleInputOperator {
  readonly kind = "collect";

  constructor(input: Operator, common: OperatorCommon) {
    super(input, common);
  }
}
