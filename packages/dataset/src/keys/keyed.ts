import type {
  BaseOf,
  ColumnValue,
  Expression,
  ExpressionOf,
  ExpressionValue,
  KeyOf,
  PlainRecord,
  ValueOf,
} from "@millrace/core";
import type { Flat } from "../data/data.js";

/** Is what a grouping shows to parameters: its element type and its key, covariantly. @public */
export interface Keyed<out T, out K> {
  /** Exists only in the type system. */
  readonly "~element": T;
  /** Exists only in the type system. */
  readonly "~key": K;
}

/** Extracts a key from a record. It must depend on the record only. @public */
export type RecordSelector<in T> = (value: T) => PlainRecord;

/** Is the type of one part of a key of `T`. @public */
export type PartValue<T, P> = P extends (value: never) => infer V
  ? V
  : P extends Expression<unknown, unknown>
    ? ExpressionValue<T, P>
    : ValueOf<T, P>;

/** Is the type of each part of a key, as two sides of a join compare them. @public */
export type Bases<T, K extends readonly unknown[]> = { [I in keyof K]: BaseOf<PartValue<T, K[I]>> };

type PartsOf<R, W extends readonly unknown[]> = {
  -readonly [I in keyof W]: KeyOf<R, W[I]> | ((value: R) => W[I] | null | undefined) | ExpressionOf<R, W[I]>;
};

/**
 * Is what `equalTo` takes for a left key of several parts: as many parts of the same types (fields, selectors, expressions), or
 * one selector that returns a tuple of them.
 * @public
 */
export type MatchAll<R, W extends readonly unknown[]> = PartsOf<R, W> | [(value: R) => Readonly<W>];

/**
 * Is what `equalTo` takes: part by part what `where` took. One selector that returns a tuple stands for as many parts,
 * on either side. For a solution set it is exactly its key.
 * @public
 */
export type EqualKeys<R, W extends readonly unknown[], KU> = KU extends readonly unknown[]
  ? KU
  : W extends readonly [infer Only]
    ? SinglePart<R, Only> | TupleParts<R, Only>
    : MatchAll<R, W>;

type SinglePart<R, V> = [KeyOf<R, V> | ((value: R) => V | null | undefined) | ExpressionOf<R, V>];
// Apart, so that a V that is not known yet (a type parameter's field) leaves the single part usable.
type TupleParts<R, V> = V extends readonly unknown[] ? PartsOf<R, V> : never;

type PathRow<V, P> = P extends `${infer Head}.${infer Rest}`
  ? { [K in Head]: PathRow<V, Rest> }
  : { [K in P & string]: V };

// What a selector returns is a row of fields, or one value that needs a name.
type SelectedRow<V> = V extends readonly unknown[] | string | number | bigint | boolean | null | undefined | Date
  ? { key: V }
  : V;

type ExpressionRow<T, E> =
  E extends Expression<unknown, infer V, infer A>
    ? A extends string
      ? { [K in A]: ExpressionValue<T, E> }
      : V extends ColumnValue<infer K>
        ? PathPart<T, K>
        : { key: ExpressionValue<T, E> }
    : never;

type PathPart<T, P> = P extends string
  ? PathRow<ValueOf<T, P>, P>
  : P extends number
    ? PathRow<ValueOf<T, P>, `f${P}`>
    : never;

type PartRow<T, P> = P extends string | number
  ? PathPart<T, P>
  : P extends (value: never) => infer V
    ? SelectedRow<V>
    : ExpressionRow<T, P>;

type PartRows<T, K extends readonly unknown[]> = K extends readonly [infer P, ...infer Rest]
  ? PartRow<T, P> & PartRows<T, Rest>
  : unknown;

/**
 * Is the row of a key's fields, in the shape that they have in the record: `"user.zip"` gives `{ user: { zip } }`, a position
 * gives `f0`. A selector gives `key`, or its own fields when it returns a row.
 * @public
 */
export type KeyRow<T, K extends readonly unknown[]> = Flat<PartRows<T, K>>;

/** Is the tuple of a key's parts. @public */
export type KeyTuple<T, K extends readonly unknown[]> = { -readonly [I in keyof K]: PartValue<T, K[I]> };
