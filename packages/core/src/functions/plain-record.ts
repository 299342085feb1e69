import type { Comparable } from "../keys/key-types.js";

/** Is what the compiler names when a function returns a promise where a record is expected: call `mapAsync` instead. @public */
export interface UseMapAsyncForPromises {
  readonly "~hint": "a function that returns a promise belongs to mapAsync";
}

/** Is what the compiler names when a function returns a data set where a record is expected. @public */
export interface ADataSetIsNoRecord {
  readonly "~hint": "a data set cannot be part of a data set";
}

/**
 * Is what the compiler names when it can't tell the element type: annotate `out` as `Collector<YourType>`, or return an
 * iterable instead of writing to `out`.
 * @public
 */
export interface DeclareTheElementType {
  readonly "~hint": "annotate the parameter: (value, out: Collector<YourType>) => …";
}

/** Is any value that is neither a promise nor a data set. @public */
export interface Plain {
  /** Is what every value has but null and undefined. */
  valueOf(): unknown;
  /** Rules promises out, and leaves rows with a field named `then` alone. */
  readonly then?: UseMapAsyncForPromises | Comparable | null;
  /** Rules data sets out. */
  readonly "~dataset"?: ADataSetIsNoRecord;
}

/**
 * Is any value that can be a record. As a constraint of a result type it also makes the compiler infer `[a, b]` as a tuple;
 * it rejects functions that return nothing, a promise or a data set.
 * @public
 */
export type PlainRecord = [] | Plain | null | undefined;
