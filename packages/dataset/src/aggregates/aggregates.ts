import type { BaseOf, Comparable, KeyOf, Numeric, ValueOf } from "@millrace/core";

/** Is one aggregate of `aggregate({ … })`: made by {@link sum}, {@link min}, {@link max}, {@link avg}, {@link count}. @public */
export interface Aggregate<out F, out K> {
  readonly aggregate: F;
  /** The field path; undefined for `count()`. */
  readonly field: K | undefined;
}

/** Adds a field up; the result has the field's type. Nulls are left out; the sum of nothing is null. @public */
export function sum<const K extends string | number>(field: K): Aggregate<"sum", K> {
  return { aggregate: "sum", field };
}

/** Takes the least value of a field; null when there is none. @public */
export function min<const K extends string | number>(field: K): Aggregate<"min", K> {
  return { aggregate: "min", field };
}

/** Takes the greatest value of a field; null when there is none. @public */
export function max<const K extends string | number>(field: K): Aggregate<"max", K> {
  return { aggregate: "max", field };
}

/** Averages a field as a number; nulls are left out; the average of nothing is null. @public */
export function avg<const K extends string | number>(field: K): Aggregate<"avg", K> {
  return { aggregate: "avg", field };
}

/** Counts records. @public */
export function count(): Aggregate<"count", never> {
  return { aggregate: "count", field: undefined };
}

/** Counts the different values of a field; null is none. @public */
export function countDistinct<const K extends string | number>(field: K): Aggregate<"countDistinct", K> {
  return { aggregate: "countDistinct", field };
}

/** Is any aggregate that can be computed over records of type `T`. @public */
export type AggregateOf<T> =
  | Aggregate<"count", never>
  | Aggregate<"sum" | "avg", KeyOf<T, Numeric>>
  | Aggregate<"min" | "max" | "countDistinct", KeyOf<T, Comparable>>;

/** Is null when a value of type `V` may be missing; `undefined` in a record is null. */
type NullOf<V> = null extends V ? null : undefined extends V ? null : never;

/** Is the type of an aggregate's result: nullable when its field is, since it is null when all values are. @public */
export type AggregateResult<T, A> =
  A extends Aggregate<infer F, infer K>
    ? F extends "sum"
      ? BaseOf<ValueOf<T, K>> | NullOf<ValueOf<T, K>>
      : F extends "min" | "max"
        ? NonNullable<ValueOf<T, K>> | NullOf<ValueOf<T, K>>
        : F extends "avg"
          ? number | NullOf<ValueOf<T, K>>
          : number
    : never;

/** Is the tuple of several aggregates' results. @public */
export type AggregateResults<T, A extends readonly unknown[]> = { -readonly [I in keyof A]: AggregateResult<T, A[I]> };

/** Is the row of named aggregates' results. @public */
export type AggregateRow<T, A> = { -readonly [P in keyof A]: AggregateResult<T, A[P]> };
