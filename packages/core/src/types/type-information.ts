/**
 * Describes the records of a data set at run time. `T` is the static type that values of it have.
 *
 * A type information is data: immutable, comparable by `toString()`, and the same in every process. What can be done with
 * it (serialize, compare, hash) is found elsewhere by its `kind`, so a switch over {@link AnyType} is complete.
 * @public
 */
export interface TypeInformation<out T> {
  /** Tells the members of {@link AnyType} apart. */
  readonly kind: TypeKind;
  /** Exists only in the type system and carries `T`. */
  readonly "~type"?: T;
  /** Returns the canonical text, such as `row<id: int32, name: string?>`; equal texts are equal types. */
  toString(): string;
}

/** Names a kind of type. @public */
export type TypeKind = AnyType["kind"];

/** Is the closed set of types. @public */
export type AnyType =
  | ScalarType
  | DecimalType
  | TupleType
  | RowType
  | ArrayType
  | MapType
  | NullableType
  | OptionalType
  | VariantType
  | EnumType
  | CustomType;

/** Names a type without parameters. @public */
export type ScalarKind = "boolean" | "int32" | "int64" | "float64" | "string" | "bytes" | "timestamp" | "any";

/**
 * A type without parameters: `boolean`, `int32` (a number that is a 32-bit integer), `int64` (a bigint), `float64` (any
 * number), `string`, `bytes` (Uint8Array), `timestamp` (Date, milliseconds), and `any` (whatever the record holds, found
 * out from each record).
 * @public
 */
export interface ScalarType extends TypeInformation<unknown> {
  /** Names the type. */
  readonly kind: ScalarKind;
}

/** A decimal with a fixed number of digits; see {@link Decimal}. @public */
export interface DecimalType extends TypeInformation<unknown> {
  readonly kind: "decimal";
  /** All digits, 1 to 38. */
  readonly precision: number;
  /** Digits after the point, 0 to `precision`. */
  readonly scale: number;
}

/** A fixed number of positions, each with a type of its own. @public */
export interface TupleType extends TypeInformation<unknown> {
  readonly kind: "tuple";
  /** The types by position. */
  readonly elements: readonly AnyType[];
}

/** Named fields in the order of declaration. @public */
export interface RowType extends TypeInformation<unknown> {
  readonly kind: "row";
  /** The fields in order of declaration. */
  readonly fields: readonly RowField[];
}

/** One field of a row. @public */
export interface RowField {
  /** The name, any string. */
  readonly name: string;
  /** An {@link OptionalType} here means that the field may be absent. */
  readonly type: AnyType;
}

/** Any number of elements of one type. @public */
export interface ArrayType extends TypeInformation<unknown> {
  readonly kind: "array";
  /** The type of all elements. */
  readonly element: AnyType;
}

/** A `Map`, in insertion order. @public */
export interface MapType extends TypeInformation<unknown> {
  readonly kind: "map";
  /** The type of all keys. */
  readonly key: AnyType;
  /** The type of all values. */
  readonly value: AnyType;
}

/** A value or `null`. @public */
export interface NullableType extends TypeInformation<unknown> {
  readonly kind: "nullable";
  /** The type of the values that are not null. */
  readonly inner: AnyType;
}

/** A row field that may be absent, which is the same as `undefined`. @public */
export interface OptionalType extends TypeInformation<unknown> {
  readonly kind: "optional";
  /** The type of the field when it is there. */
  readonly inner: AnyType;
}

/** One of several rows, told apart by the string in field `tag`. @public */
export interface VariantType extends TypeInformation<unknown> {
  readonly kind: "variant";
  /** The name of the field that holds the case's name. It is not among the fields of the cases. */
  readonly tag: string;
  /** The rows by the name in the tag. */
  readonly cases: readonly { readonly name: string; readonly type: RowType }[];
}

/** One of a closed list of strings; they compare by their position in it. @public */
export interface EnumType extends TypeInformation<unknown> {
  readonly kind: "enum";
  /** The strings, least first. */
  readonly values: readonly string[];
}

/** A type with the user's own serializer; the only way to keep a class's prototype. @public */
export interface CustomType extends TypeInformation<unknown> {
  readonly kind: "custom";
  /** Unique name: equal names are equal types. */
  readonly name: string;
  /** Moves the values to bytes and back. */
  readonly serializer: CustomSerializer<unknown>;
}

/**
 * Moves values of a user's own type to bytes and back. Implement it as an object without state.
 * @public
 */
export interface CustomSerializer<T> {
  /** Returns the bytes of `value`. The caller owns them. */
  serialize: (value: T) => Uint8Array;
  /** Returns the value of `bytes`, which the callee must not keep. */
  deserialize: (bytes: Uint8Array) => T;
  /**
   * Returns bytes whose unsigned lexicographic order is the order of the values, and which are equal exactly for equal
   * values. Without it the type can't be a key.
   */
  keyBytes?: (value: T) => Uint8Array;
  /** Tells whether a value is of this type; records that fail it contradict their declaration. */
  isInstance: (value: unknown) => boolean;
}
