import type { Key, ValueOf } from "@millrace/core";
import type { Flat } from "../data/data.js";

/** Is one field taken from a pair: the side, and the path or `*` for the whole record. @public */
export type PickedField = readonly [side: "first" | "second", path: unknown];

/** Shows both sides of a pair to methods, covariantly. @public */
export interface Pairs<out L, out R> {
  /** Exists only in the type system. */
  readonly "~left": L;
  /** Exists only in the type system. */
  readonly "~right": R;
}

/** Is a field that can be taken from one side; of a side that may be missing too. @public */
export type PairKey<T> = Key<NonNullable<T>>;

/** Is what a projection has taken after it takes `K` of one side; no key takes the whole record. @public */
export type Picks<
  P extends readonly PickedField[],
  Side extends "first" | "second",
  K extends readonly unknown[],
> = K extends readonly [] ? [...P, readonly [Side, "*"]] : [...P, ...{ [I in keyof K]: readonly [Side, K[I]] }];

type SideOf<L, R, Side> = Side extends "first" ? L : R;
type NullOf<T> = null extends T ? null : never;
type FieldValue<T, Path> = Path extends "*" ? T : ValueOf<NonNullable<T>, Path> | NullOf<T>;
type PickedValue<L, R, P> = P extends readonly [infer Side, infer Path] ? FieldValue<SideOf<L, R, Side>, Path> : never;
type IsPosition<Path> = Path extends number | "*" | `${number}` | `${number}.${string}` ? true : false;
type HasPosition<P extends readonly PickedField[]> = true extends { [I in keyof P]: IsPosition<P[I][1]> }[number]
  ? true
  : false;
type LastName<Path> = Path extends `${string}.${infer Rest}` ? LastName<Rest> : Path;

/** Is the result of a projection: a row of the fields' names, or a tuple when any field is a position or a whole record. @public */
export type Projected<L, R, P extends readonly PickedField[]> =
  HasPosition<P> extends true
    ? { -readonly [I in keyof P]: PickedValue<L, R, P[I]> }
    : Flat<{ [F in P[number] as LastName<F[1]> & string]: PickedValue<L, R, F> }>;
