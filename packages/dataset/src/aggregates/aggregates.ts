import type {
  BaseOf,
  Comparable,
  Expression,
  ExpressionOf,
  ExpressionValue,
  KeyOf,
  Numeric,
  ValueOf,
} from "@millrace/core";

/** Is one aggregate of `aggregate({ … })`: made by {@link sum}, {@link min}, {@link max}, {@link avg}, {@link count}. @public */
export interface Aggregate<out F, out K> {
  /** Names the function. */
  readonly aggregate: F;
  /** The field path; undefined for `count()`. */
  readonly field: K | undefined;
}

/** Is what an aggregate is computed over: a field path, a position or an expression. @public */
export type AggregateArgument = string | number | Expression<unknown, unknown>;

/** Adds a field up; the result has the field's type. Nulls are left out; the sum of nothing is null. @public */
export function sum<const K extends AggregateArgument>(field: K): Aggregate<"sum", K> {
  return { aggregate: "sum", field };
}

/** Takes the least value of a field; null when there is none. @public */
export function min<const K extends AggregateArgument>(field: K): Aggregate<"min", K> {
  return { aggregate: "min", field };
}

/** Takes the greatest value of a field; null when there is none. @public */
export function max<const K extends AggregateArgument>(field: K): Aggregate<"max", K> {
  return { aggregate: "max", field };
}

/** Averages a field as a number; nulls are left out; the average of nothing is null. @public */
export function avg<const K extends AggregateArgument>(field: K): Aggregate<"avg", K> {
  return { aggregate: "avg", field };
}

/** Counts records. @public */
export function count(): Aggregate<"count", never> {
  return { aggregate: "count", field: undefined };
}

/** Counts the different values of a field; null is none. @public */
export function countDistinct<const K extends AggregateArgument>(field: K): Aggregate<"countDistinct", K> {
  return { aggregate: "countDistinct", field };
}

/** Is any aggregate that can be computed over records of type `T`. @public */
export type AggregateOf<T> =
  | Aggregate<"count", never>
  | Aggregate<"sum" | "avg", KeyOf<T, Numeric> | ExpressionOf<T, Numeric | null>>
  | Aggregate<"min" | "max" | "countDistinct", KeyOf<T, Comparable> | ExpressionOf<T, Comparable | null>>;

type ArgumentValue<T, K> = K extends Expression<unknown, unknown> ? ExpressionValue<T, K> : ValueOf<T, K>;

/** Is null when a value of type `V` may be missing; `undefined` in a record is null. */
type NullOf<V> = null extends V ? null : undefined extends V ? null : never;

/** Is the type of an aggregate's result: nullable when its field is, since it is null when all values are. @public */
export type AggregateResult<T, A> =
  A extends Aggregate<infer F, infer K>
    ? F extends "sum"
      ? BaseOf<ArgumentValue<T, K>> | NullOf<ArgumentValue<T, K>>
      : F extends "min" | "max"
        ? NonNullable<ArgumentValue<T, K>> | NullOf<ArgumentValue<T, K>>
        : F extends "avg"
          ? number | NullOf<ArgumentValue<T, K>>
          : number
    : never;

/** Is the tuple of several aggregates' results. @public */
export type AggregateResults<T, A extends readonly unknown[]> = { -readonly [I in keyof A]: AggregateResult<T, A[I]> };

/** Is the row of named aggregates' results. @public */
export type AggregateRow<T, A> = { -readonly [P in keyof A]: AggregateResult<T, A[P]> };
