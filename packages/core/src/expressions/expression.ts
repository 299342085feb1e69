/**
 * Expressions as the compiler knows them. An expression is written before it is known which records it is for, so its type
 * carries what it asks of them: for each kind of use the names of the columns used that way. A method that takes an
 * expression holds those against {@link ExpressionScope} of its record type.
 */
import type { BaseOf, Comparable, Key, KeyOf, Numeric, ValueOf } from "../keys/key-types.js";
import type { Decimal } from "../types/decimal.js";
import type { ExpressionNode, LiteralValue } from "./expression-node.js";

/**
 * Is an expression over records: data that plans hold and engines evaluate. Made by {@link col}, {@link lit} and their methods.
 *
 * @typeParam N - what it needs of the records: the names of columns by the kind of their use
 * @typeParam V - its value, in terms of the columns
 * @typeParam A - the name that `as` gave it; undefined for none
 * @public
 */
export interface Expression<out N, out V, out A = string | undefined> {
  /** The expression as data. */
  readonly node: ExpressionNode;
  /** The name that `as` gave it. */
  readonly alias: A;
  /** Exists only in the type system. */
  readonly "~needs": N;
  /** Exists only in the type system. */
  readonly "~value": V;
}

/** Stands for the value of a column. @public */
export interface ColumnValue<out K> {
  /** The name of the column. */
  readonly "~column": K;
}

/** Stands for a value of type `R` that was computed from the columns `K`: null when one of them is. @public */
export interface ComputedValue<out K, out R> {
  /** The names of the columns. */
  readonly "~from": K;
  /** The type of the value. */
  readonly "~type": R;
}

type SameKind<T> =
  | readonly [KeyOf<T, string>, KeyOf<T, string>]
  | readonly [KeyOf<T, number>, KeyOf<T, number>]
  | readonly [KeyOf<T, bigint>, KeyOf<T, bigint>]
  | readonly [KeyOf<T, boolean>, KeyOf<T, boolean>]
  | readonly [KeyOf<T, Date>, KeyOf<T, Date>]
  | readonly [KeyOf<T, Decimal>, KeyOf<T, Decimal>];

type SameNumeric<T> =
  | readonly [KeyOf<T, number>, KeyOf<T, number>]
  | readonly [KeyOf<T, bigint>, KeyOf<T, bigint>]
  | readonly [KeyOf<T, Decimal>, KeyOf<T, Decimal>];

/**
 * Is what records of type `T` offer to expressions: the columns by what they can be used as. Every property is looked at only
 * when an expression asks for it.
 * @public
 */
export interface ExpressionScope<T> {
  /** All columns. */
  readonly any?: Key<T>;
  /** The columns that hold strings. */
  readonly string?: KeyOf<T, string>;
  /** The columns that hold numbers. */
  readonly number?: KeyOf<T, number>;
  /** The columns that hold bigints. */
  readonly bigint?: KeyOf<T, bigint>;
  /** The columns that hold booleans. */
  readonly boolean?: KeyOf<T, boolean>;
  /** The columns that hold dates. */
  readonly timestamp?: KeyOf<T, Date>;
  /** The columns that can be calculated with. */
  readonly numeric?: KeyOf<T, Numeric>;
  /** The columns that have an order. */
  readonly comparable?: KeyOf<T, Comparable>;
  /** The columns that contain things: strings and arrays. */
  readonly text?: KeyOf<T, string | readonly unknown[]>;
  /** The columns that have a length. */
  readonly sized?: KeyOf<T, string | readonly unknown[] | Uint8Array>;
  /** Two columns that are compared. */
  readonly sameKind?: SameKind<T>;
  /** Two columns that are calculated with. */
  readonly sameNumeric?: SameNumeric<T>;
  /** Never fulfilled: two operands of different kinds. */
  readonly differentKinds?: never;
}

/** Is what can be the other side of a function of expressions: a constant or an expression. @public */
export type Operand = LiteralValue | Expression<unknown, unknown>;

/** Is what an operand needs of the records. @public */
export type NeedsOf<O> = O extends Expression<infer N, unknown> ? N : NoNeeds;

/** Is the needs of a constant. @public */
export type NoNeeds = Record<never, never>;

/** Is the value of an operand. @public */
export type ValueOfOperand<O> = O extends Expression<unknown, infer V> ? V : O;

/** Is the needs of two parts of an expression together. @public */
export type MergeNeeds<A, B> = keyof A extends never
  ? B
  : keyof B extends never
    ? A
    : {
        readonly [P in keyof A | keyof B]: (P extends keyof A ? A[P] : never) | (P extends keyof B ? B[P] : never);
      };

/** Is the columns that a value comes from. @public */
export type ColumnsOf<V> = V extends ColumnValue<infer K> ? K : V extends ComputedValue<infer K, unknown> ? K : never;

type PlainOf<V> = V extends ComputedValue<unknown, infer R> ? R : V;

type KindName<R> = [R] extends [string]
  ? "string"
  : [R] extends [number]
    ? "number"
    : [R] extends [bigint]
      ? "bigint"
      : [R] extends [boolean]
        ? "boolean"
        : [R] extends [Date]
          ? "timestamp"
          : "comparable";

type Need<Kind extends string, K> = { readonly [P in Kind]: K };

/** Is the needs of using a value as a `Kind`: a column must be one, a plain value has to be one already. @public */
export type NeedAs<V, Kind extends string> =
  V extends ColumnValue<infer K>
    ? Need<Kind, K>
    : PlainOf<V> extends ColumnValue<infer K>
      ? Need<Kind, K>
      : KindName<PlainOf<V>> extends Kind | WiderKind<Kind>
        ? NoNeeds
        : Need<"differentKinds", readonly [PlainOf<V>, Kind]>;

type WiderKind<Kind> = Kind extends "numeric" ? "number" | "bigint" : Kind extends "text" | "sized" ? "string" : never;

type ColumnIn<V> = V extends ColumnValue<infer K> ? K : PlainOf<V> extends ColumnValue<infer K> ? K : never;
type HasColumn<V> = [ColumnIn<V>] extends [never] ? 0 : 1;

/** Is the needs of comparing two values: both of one kind. @public */
export type NeedToCompare<V, W> =
  HasColumn<V> extends 1
    ? HasColumn<W> extends 1
      ? Need<"sameKind", readonly [ColumnIn<V>, ColumnIn<W>]>
      : Need<KindName<PlainOf<W>>, ColumnIn<V>>
    : HasColumn<W> extends 1
      ? Need<KindName<PlainOf<V>>, ColumnIn<W>>
      : KindName<PlainOf<V>> extends KindName<PlainOf<W>>
        ? NoNeeds
        : Need<"differentKinds", readonly [PlainOf<V>, PlainOf<W>]>;

/** Is the needs of calculating with two values: both numbers, both bigints or both decimals. @public */
export type NeedToCalculate<V, W> =
  HasColumn<V> extends 1
    ? HasColumn<W> extends 1
      ? Need<"sameNumeric", readonly [ColumnIn<V>, ColumnIn<W>]>
      : Need<KindName<PlainOf<W>> extends "number" | "bigint" ? KindName<PlainOf<W>> : "differentKinds", ColumnIn<V>>
    : HasColumn<W> extends 1
      ? Need<KindName<PlainOf<V>> extends "number" | "bigint" ? KindName<PlainOf<V>> : "differentKinds", ColumnIn<W>>
      : KindName<PlainOf<V>> extends KindName<PlainOf<W>> & ("number" | "bigint")
        ? NoNeeds
        : Need<"differentKinds", readonly [PlainOf<V>, PlainOf<W>]>;

type Widened<R> = [R] extends [number] ? number : [R] extends [bigint] ? bigint : [R] extends [string] ? string : R;

/** Is the value of calculating with two values: of the kind of both. @public */
export type Calculated<V, W> = ComputedValue<
  ColumnsOf<V> | ColumnsOf<W>,
  HasColumn<V> extends 1
    ? HasColumn<W> extends 1
      ? ColumnValue<ColumnIn<V>>
      : Widened<PlainOf<W>>
    : Widened<PlainOf<V>>
>;

/** Is what `coalesce` makes of a value and its fallback. @public */
export type Coalesced<V, W> =
  HasColumn<V> extends 1
    ? HasColumn<W> extends 1
      ? ComputedValue<ColumnsOf<W>, ColumnValue<ColumnIn<V>>>
      : ComputedValue<ColumnsOf<W>, Widened<PlainOf<W>>>
    : ComputedValue<ColumnsOf<W>, Widened<PlainOf<V>>>;

/** Is what a value is cast to. @public */
export interface CastTypes {
  /** True, false, or null for a text that is neither. */
  readonly boolean: boolean | null;
  /** A 32-bit integer, or null when the value is none. */
  readonly int32: number | null;
  /** A 64-bit integer, or null when the value is none. */
  readonly int64: bigint | null;
  /** A number, or null for a text that is none. */
  readonly float64: number | null;
  /** The text of the value. */
  readonly string: string;
  /** A date, or null for a text that is none. */
  readonly timestamp: Date | null;
}

type NullIn<V> = null extends V ? null : undefined extends V ? null : never;
type ResolvedBase<T, R> = R extends ColumnValue<infer K> ? BaseOf<ValueOf<T, K>> : R;

/** Is a value in terms of columns, over records of type `T`. @public */
export type ResolvedValue<T, V> =
  V extends ColumnValue<infer K>
    ? NonNullable<ValueOf<T, K>> | NullIn<ValueOf<T, K>>
    : V extends ComputedValue<infer K, infer R>
      ? ResolvedBase<T, R> | (K extends unknown ? NullIn<ValueOf<T, K>> : never)
      : V;

/** Is the type of an expression's value over records of type `T`. @public */
export type ExpressionValue<T, E> = E extends Expression<unknown, infer V> ? ResolvedValue<T, V> : never;

/** Is any expression over records of type `T`. @public */
export type ExpressionOver<T> = Expression<ExpressionScope<T>, unknown>;

/** Is any expression over records of type `T` that is true, false or null. @public */
export type Condition<T> = Expression<
  ExpressionScope<T>,
  boolean | ComputedValue<unknown, boolean> | ColumnValue<KeyOf<T, boolean>>
>;

/** Is any expression over records of type `T` whose value is of type `W`. @public */
export type ExpressionOf<T, W> = Expression<
  ExpressionScope<T>,
  W | ComputedValue<unknown, W | ColumnValue<KeyOf<T, W>>> | ColumnValue<KeyOf<T, W>>
>;
