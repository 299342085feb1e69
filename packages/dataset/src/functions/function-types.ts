import type { Collector, DeclareTheElementType, Lifecycle, RuntimeContext } from "@millrace/core";

/**
 * Is what a function may return that emits none, one or many records: any iterable (array, set, generator), or nothing when
 * it wrote to `out`. A string is no such iterable.
 * @public
 */
export type Emitted<R> = (Iterable<R> & object) | undefined | void;

/**
 * Is the collector that a function gets beside its records. `C` is what the function's own annotation says that it writes,
 * inferred apart from what it returns: so a function that names `out` only to reach the context needs no annotation, and
 * one that writes to it without an annotation is told to declare the element type.
 * @public
 */
export type Out<C> = Collector<C> & Collector<DeclareTheElementType>;

/** Maps a record to exactly one: a plain function, or an object with a `map` method. @public */
export type MapFunction<T, R> =
  | ((value: T, context: RuntimeContext) => R)
  | (Lifecycle & { readonly map: (value: T, context: RuntimeContext) => R });

/** Maps a record to none, one or many: returns an iterable or writes to `out`. @public */
export type FlatMapFunction<T, R, C> =
  | ((value: T, out: Out<C>, context: RuntimeContext) => Emitted<R>)
  | (Lifecycle & { readonly flatMap: (value: T, out: Out<C>, context: RuntimeContext) => Emitted<R> });

/** Decides whether a record stays. @public */
export type FilterFunction<T> =
  | ((value: T, context: RuntimeContext) => boolean)
  | (Lifecycle & { readonly filter: (value: T, context: RuntimeContext) => boolean });

/** Decides whether a record stays, and narrows its type. @public */
export type FilterGuard<T, S extends T> = (value: T, context: RuntimeContext) => value is S;

/** Maps a whole partition, which can be read once. @public */
export type MapPartitionFunction<T, R, C> =
  | ((values: Iterable<T>, out: Out<C>, context: RuntimeContext) => Emitted<R>)
  | (Lifecycle & {
      readonly mapPartition: (values: Iterable<T>, out: Out<C>, context: RuntimeContext) => Emitted<R>;
    });

/** Maps a record by a promise. `signal` aborts when the call took too long or the job was cancelled. @public */
export type MapAsyncFunction<T, R> =
  | ((value: T, context: RuntimeContext, signal: AbortSignal) => PromiseLike<R> | R)
  | (Lifecycle & { readonly map: (value: T, context: RuntimeContext, signal: AbortSignal) => PromiseLike<R> | R });

/** Combines two records into one; associative, and it keeps the key of both. @public */
export type ReduceFunction<T> =
  | ((first: T, second: T, context: RuntimeContext) => T)
  | (Lifecycle & { readonly reduce: (first: T, second: T, context: RuntimeContext) => T });

/**
 * Reduces a group, which can be read once. An object may also have `combine`, which is called on parts of groups before they
 * are moved, any number of times; what it emits is read by `reduceGroup` in place of the records.
 * @public
 */
export type GroupReduceFunction<T, R, C> =
  | ((values: Iterable<T>, out: Out<C>, context: RuntimeContext) => Emitted<R>)
  | (Lifecycle & {
      readonly reduceGroup: (values: Iterable<T>, out: Out<C>, context: RuntimeContext) => Emitted<R>;
      readonly combine?: (values: Iterable<T>, out: Collector<unknown>, context: RuntimeContext) => Emitted<unknown>;
    });

/** Combines a part of a group, which can be read once. @public */
export type GroupCombineFunction<T, R, C> =
  | ((values: Iterable<T>, out: Out<C>, context: RuntimeContext) => Emitted<R>)
  | (Lifecycle & { readonly combine: (values: Iterable<T>, out: Out<C>, context: RuntimeContext) => Emitted<R> });

/** Joins a pair into exactly one record. @public */
export type JoinFunction<L, R, O> =
  | ((left: L, right: R, context: RuntimeContext) => O)
  | (Lifecycle & { readonly join: (left: L, right: R, context: RuntimeContext) => O });

/** Joins a pair into none, one or many records. @public */
export type FlatJoinFunction<L, R, O, C> =
  | ((left: L, right: R, out: Out<C>, context: RuntimeContext) => Emitted<O>)
  | (Lifecycle & { readonly join: (left: L, right: R, out: Out<C>, context: RuntimeContext) => Emitted<O> });

/** Takes the groups of one key from both sides; either may be empty, each can be read once. @public */
export type CoGroupFunction<L, R, O, C> =
  | ((left: Iterable<L>, right: Iterable<R>, out: Out<C>, context: RuntimeContext) => Emitted<O>)
  | (Lifecycle & {
      readonly coGroup: (left: Iterable<L>, right: Iterable<R>, out: Out<C>, context: RuntimeContext) => Emitted<O>;
    });

/** Crosses a pair into exactly one record. @public */
export type CrossFunction<L, R, O> =
  | ((left: L, right: R, context: RuntimeContext) => O)
  | (Lifecycle & { readonly cross: (left: L, right: R, context: RuntimeContext) => O });

/** Crosses a pair into none, one or many records. @public */
export type FlatCrossFunction<L, R, O, C> =
  | ((left: L, right: R, out: Out<C>, context: RuntimeContext) => Emitted<O>)
  | (Lifecycle & { readonly cross: (left: L, right: R, out: Out<C>, context: RuntimeContext) => Emitted<O> });
