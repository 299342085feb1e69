import type { BaseOf, KeyOf, PlainRecord, ValueOf } from "@millrace/core";
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
export type PartValue<T, P> = P extends (value: never) => infer V ? V : ValueOf<T, P>;

/** Is the type of each part of a key, as two sides of a join compare them. @public */
export type Bases<T, K extends readonly unknown[]> = { [I in keyof K]: BaseOf<PartValue<T, K[I]>> };

/** Is what `equalTo` takes for a key part of type `V`: a field of that type, or a selector that returns it. @public */
export type MatchPart<R, V> = KeyOf<R, V> | ((value: R) => V | null | undefined);

/** Is what `equalTo` takes for a key of several parts: as many parts of the same types. @public */
export type MatchAll<R, W extends readonly unknown[]> = { readonly [I in keyof W]: MatchPart<R, W[I]> };

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Is what `equalTo` takes: part by part what `where` took. One selector that returns a tuple stands for as many parts,
 * on either side. For a solution set it is exactly its key.
 * @public
 */
export type EqualKeys<R, W extends readonly unknown[], KU> = KU extends readonly unknown[]
  ? KU
  : W extends readonly [infer Only]
    ? Only extends readonly unknown[]
      ? [MatchPart<R, Only>] | Mutable<MatchAll<R, Only>>
      : [MatchPart<R, Only>]
    : Mutable<MatchAll<R, W>> | [(value: R) => Readonly<W>];

type PathRow<V, P> = P extends `${infer Head}.${infer Rest}`
  ? { [K in Head]: PathRow<V, Rest> }
  : { [K in P & string]: V };

type PartRow<T, P> = P extends string
  ? PathRow<ValueOf<T, P>, P>
  : P extends number
    ? PathRow<ValueOf<T, P>, `f${P}`>
    : P extends (value: never) => infer V
      ? V extends readonly unknown[] | string | number | bigint | boolean | null | undefined | Date
        ? { key: V }
        : V
      : never;

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
