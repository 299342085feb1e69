import type { Collector } from "./collector.js";
import type { Lifecycle } from "./lifecycle.js";
import type { RuntimeContext } from "./runtime-context.js";

/** Is the brand that Millrace's own function classes carry, so that two copies of the package agree on them. @internal */
export const RICH_FUNCTION: unique symbol = Symbol.for("millrace.richFunction");

/**
 * Is the root of function classes with a life: `open` before the first record, `close` after the last. Every subtask has
 * an object of its own, so fields are safe to change.
 * @public
 */
export abstract class RichFunction implements Lifecycle {
  /** Brands the class. @internal */
  get [RICH_FUNCTION](): true {
    return true;
  }

  /** Prepares the function; does nothing unless overridden. */
  open(_context: RuntimeContext): void {}

  /** Releases what `open` took; does nothing unless overridden. */
  close(): void {}
}

/** Maps each record to exactly one. @public */
export abstract class RichMapFunction<T, R> extends RichFunction {
  /** Returns the record that takes the place of `value`. */
  abstract map(value: T, context: RuntimeContext): R;
}

/** Maps each record to none, one or many. @public */
export abstract class RichFlatMapFunction<T, R> extends RichFunction {
  /** Returns an iterable of records or writes them to `out`. */
  abstract flatMap(value: T, out: Collector<R>, context: RuntimeContext): (Iterable<R> & object) | void;
}

/** Keeps the records it returns true for. @public */
export abstract class RichFilterFunction<T> extends RichFunction {
  /** Tells whether to keep `value`. */
  abstract filter(value: T, context: RuntimeContext): boolean;
}

/** Maps a whole partition. @public */
export abstract class RichMapPartitionFunction<T, R> extends RichFunction {
  /** Reads `values` once; returns an iterable of records or writes them to `out`. Called for empty partitions too. */
  abstract mapPartition(values: Iterable<T>, out: Collector<R>, context: RuntimeContext): (Iterable<R> & object) | void;
}

/** Combines two records into one. @public */
export abstract class RichReduceFunction<T> extends RichFunction {
  /** Returns the combination; it must be associative and keep the key. */
  abstract reduce(first: T, second: T, context: RuntimeContext): T;
}

/** Reduces a whole group. @public */
export abstract class RichGroupReduceFunction<T, R> extends RichFunction {
  /** Reads `values` once; returns an iterable of records or writes them to `out`. */
  abstract reduceGroup(values: Iterable<T>, out: Collector<R>, context: RuntimeContext): (Iterable<R> & object) | void;
}

/** Combines parts of groups before they are moved. @public */
export abstract class RichGroupCombineFunction<T, R> extends RichFunction {
  /** Reads `values` once; returns an iterable of records or writes them to `out`. */
  abstract combine(values: Iterable<T>, out: Collector<R>, context: RuntimeContext): (Iterable<R> & object) | void;
}

/** Joins a pair into exactly one record. @public */
export abstract class RichJoinFunction<L, R, O> extends RichFunction {
  /** Returns the joined record. In an outer join the missing side is null. */
  abstract join(left: L, right: R, context: RuntimeContext): O;
}

/** Joins a pair into none, one or many records. @public */
export abstract class RichFlatJoinFunction<L, R, O> extends RichFunction {
  /** Returns an iterable of records or writes them to `out`. In an outer join the missing side is null. */
  abstract join(left: L, right: R, out: Collector<O>, context: RuntimeContext): (Iterable<O> & object) | void;
}

/** Takes the groups of one key from both sides. @public */
export abstract class RichCoGroupFunction<L, R, O> extends RichFunction {
  /** Reads each side once, either of which may be empty; returns an iterable of records or writes them to `out`. */
  abstract coGroup(
    left: Iterable<L>,
    right: Iterable<R>,
    out: Collector<O>,
    context: RuntimeContext,
  ): (Iterable<O> & object) | void;
}

/** Crosses a pair into exactly one record. @public */
export abstract class RichCrossFunction<L, R, O> extends RichFunction {
  /** Returns the record of the pair. */
  abstract cross(left: L, right: R, context: RuntimeContext): O;
}
