/**
 * Keys as the compiler knows them: the field paths of a record type, and what lies there.
 *
 * Three things shape these types. Paths are filtered by the type that lies there *while* they are enumerated, which is many
 * times cheaper than listing all and looking each up. Recursion ends at a type that is already on the way, and after four
 * names. And every test is written so that it also answers for a bare type parameter (`T extends { score: number }`): a
 * deferred conditional type accepts a name only when its test fails for a wildcard, which is what {@link Probe} is for.
 */
import type { Decimal } from "../types/decimal.js";

/** Exists only in the type system and is extended by nothing but `any`, `unknown` and wildcards. @public */
export interface Probe {
  /** Is a property that no type has. */
  readonly "~probe": never;
}

/** Is what one key field can be compared by: values with an order of their own. @public */
export type Comparable = string | number | bigint | boolean | Date | Uint8Array | Decimal;

/** Is what can be added up. @public */
export type Numeric = number | bigint | Decimal;

type Leaf =
  | Comparable
  | symbol
  | null
  | undefined
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ArrayBufferView;
type IsFunction<V> = [V] extends [(...args: never) => unknown] ? ([Probe] extends [V] ? 0 : 1) : 0;
type IsList<V> = [V] extends [readonly unknown[]] ? ([Probe] extends [V] ? 0 : 1) : 0;
type IsLeaf<V> = [V] extends [Leaf] ? ([Probe] extends [V] ? 0 : 1) : 0;
type IsAny<V> = 0 extends 1 & V ? 1 : 0;
type Differs<V, W> = [V] extends [W] ? 0 : 1;

/**
 * Is a field of `T` itself, of a type that extends `W`. Methods are none, nor are names with a dot: as a path they would lead
 * elsewhere, silently; use a key selector for them.
 * @public
 */
export type FieldOf<T, W> = keyof {
  [P in keyof T as P extends `${string}.${string}`
    ? never
    : P extends string
      ? IsFunction<NonNullable<T[P]>> extends 1
        ? never
        : Differs<NonNullable<T[P]>, W> extends 1
          ? never
          : P
      : never]: 1;
};

type PositionName<T> = Extract<keyof T, `${number}`>;
type ToNumber<P> = P extends `${infer N extends number}` ? N : never;

/** Is a position of the tuple `T` whose type extends `W`; any position of an array. @public */
export type PositionOf<T extends readonly unknown[], W> = number extends T["length"]
  ? Differs<NonNullable<T[number]>, W> extends 1
    ? never
    : number
  : {
      [P in PositionName<T>]: Differs<NonNullable<T[P]>, W> extends 1 ? never : ToNumber<P>;
    }[PositionName<T>];

// Something to look into: no leaf, no function, no open-ended list, nothing that is on the way already.
type IsEntered<V, Seen> =
  IsAny<V> extends 1
    ? 0
    : IsLeaf<V> extends 1
      ? 0
      : IsFunction<V> extends 1
        ? 0
        : [V] extends [Seen]
          ? 0
          : V extends readonly unknown[]
            ? number extends V["length"]
              ? 0
              : 1
            : 1;

// Depth counts the names before the current one; three of them make a path of four.
type Nested<T, W, Seen, Depth extends readonly unknown[]> = Depth["length"] extends 3
  ? never
  : {
      [P in keyof T & string]-?: P extends `${string}.${string}`
        ? never
        : IsEntered<NonNullable<T[P]>, Seen> extends 1
          ? `${P}.${Below<NonNullable<T[P]>, W, Seen, Depth>}`
          : never;
    }[keyof T & string];

type TupleNested<T, W, Seen, Depth extends readonly unknown[]> = Depth["length"] extends 3
  ? never
  : {
      [P in PositionName<T>]: IsEntered<NonNullable<T[P]>, Seen> extends 1
        ? `${P}.${Below<NonNullable<T[P]>, W, Seen, Depth>}`
        : never;
    }[PositionName<T>];

type Below<V, W, Seen, Depth extends readonly unknown[]> = V extends readonly unknown[]
  ? `${PositionOf<V, W>}` | TupleNested<V, W, Seen | V, [...Depth, 0]>
  : (FieldOf<V, W> & string) | Nested<V, W, Seen | V, [...Depth, 0]>;

/**
 * Is a field path of `T` to a value of type `W`: names of rows (`"user.zip"`), positions of tuples (`0`), both mixed
 * (`"0.name"`, `"pair.0"`). Scalars have none; use a key selector for them.
 * @public
 */
export type KeyOf<T, W> =
  IsLeaf<T> extends 1
    ? never
    : IsList<T> extends 1
      ? PositionOf<Extract<T, readonly unknown[]>, W> | TupleNested<T, W, T, []>
      : (FieldOf<T, W> & string) | Nested<T, W, T, []> | (IsAny<T> extends 1 ? number : never);

/** Is any field path of `T`. @public */
export type Key<T> = KeyOf<T, unknown>;

/** Extracts a key from a record. It must depend on the record only. @public */
export type KeySelector<in T> = (value: T) => unknown;

type Below1<V, K> = undefined extends V
  ? ValueOf<NonNullable<V>, K> | null
  : null extends V
    ? ValueOf<NonNullable<V>, K> | null
    : ValueOf<V, K>;

/** Is what lies at the path `K` of `T`; null is added when something on the way may be missing. @public */
export type ValueOf<T, K> = K extends keyof T
  ? T[K]
  : K extends `${infer Head}.${infer Rest}`
    ? Head extends keyof T
      ? Below1<T[Head], Rest>
      : unknown
    : unknown;

/** Is what two key values are compared as: literals and enums meet in their base type, and null is left out. @public */
export type BaseOf<V> = IsAny<V> extends 1 ? V : BaseOfNonNull<NonNullable<V>>;
type BaseOfNonNull<V> = [V] extends [string]
  ? string
  : [V] extends [number]
    ? number
    : [V] extends [bigint]
      ? bigint
      : [V] extends [boolean]
        ? boolean
        : V extends readonly unknown[]
          ? { -readonly [I in keyof V]: BaseOf<V[I]> }
          : V;
