import { MillraceError } from "../errors/index.js";
import { requireEnumValues, requireFieldTypes, requireInnerType } from "./check-type-arguments.js";
import type { Decimal } from "./decimal.js";
import type { AnyType, CustomSerializer, RowField, RowType, ScalarKind, TypeInformation } from "./type-information.js";

type InferTuple<E extends readonly unknown[]> = { -readonly [I in keyof E]: InferType<E[I]> };

/** Marks a row field that may be absent. @public */
export interface OptionalField<out T> extends TypeInformation<T | undefined> {
  readonly kind: "optional";
}

/** Is the record type of `types.row(fields)`. @public */
export type InferRow<F> = {
  -readonly [K in keyof F as F[K] extends OptionalField<unknown> ? never : K]: InferType<F[K]>;
} & {
  -readonly [K in keyof F as F[K] extends OptionalField<unknown> ? K : never]?: InferType<F[K]>;
} extends infer Row
  ? { [K in keyof Row]: Row[K] }
  : never;

/** Is the record type of `types.variant(tag, cases)`. @public */
export type InferVariant<Tag extends string, C> = {
  [K in keyof C]: { [P in Tag]: K } & InferType<C[K]> extends infer Row ? { [P in keyof Row]: Row[P] } : never;
}[keyof C];

/** Is the static type of the values that a type information describes. @public */
export type InferType<X> = X extends TypeInformation<infer T> ? T : never;

function make<T>(data: Record<string, unknown>, text: string): TypeInformation<T> {
  return Object.freeze({ ...data, toString: () => text }) as unknown as TypeInformation<T>;
}

function scalar<T>(kind: ScalarKind): TypeInformation<T> {
  return make<T>({ kind }, kind);
}

function field(name: string, type: TypeInformation<unknown>): RowField {
  return { name, type: type as AnyType };
}

function fieldText({ name, type }: RowField): string {
  const label = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
  return type.kind === "optional" ? `${label}?: ${String(type.inner)}` : `${label}: ${String(type)}`;
}

/**
 * Holds the functions of `types` that build a type information from others. They throw INVALID_ARGUMENT for what is no type.
 * @internal
 */
export const typeBuilders = {
  boolean: scalar<boolean>("boolean"),
  /** A number that is an integer from -2147483648 to 2147483647. */
  int32: scalar<number>("int32"),
  /** A bigint from -2^63 to 2^63-1. */
  int64: scalar<bigint>("int64"),
  /** Any number, NaN and infinities included. */
  float64: scalar<number>("float64"),
  /** Any string, lone surrogates included. */
  string: scalar<string>("string"),
  bytes: scalar<Uint8Array>("bytes"),
  /** A `Date`, in milliseconds; an invalid one is kept. */
  timestamp: scalar<Date>("timestamp"),
  /** Whatever the value is: its layout is found out record by record. */
  any: scalar<unknown>("any"),

  /**
   * Describes decimals of `precision` digits, `scale` of them after the point.
   * Throws INVALID_ARGUMENT unless 1 \<= precision \<= 38 and 0 \<= scale \<= precision.
   */
  decimal(precision: number, scale: number): TypeInformation<Decimal> {
    const isValid =
      Number.isInteger(precision) &&
      Number.isInteger(scale) &&
      precision >= 1 &&
      precision <= 38 &&
      scale >= 0 &&
      scale <= precision;
    if (!isValid) {
      throw new MillraceError({
        code: "INVALID_ARGUMENT",
        what: `types.decimal(${precision}, ${scale}) is no decimal type`,
        expected: "1 to 38 digits, and 0 to that many of them after the point",
      });
    }
    return make<Decimal>({ kind: "decimal", precision, scale }, `decimal(${precision}, ${scale})`);
  },

  /** Describes tuples: arrays with a fixed number of positions. */
  tuple<const E extends readonly TypeInformation<unknown>[]>(...elements: E): TypeInformation<InferTuple<E>> {
    for (const [index, element] of elements.entries()) requireInnerType("tuple", `element ${index}`, element);
    return make<InferTuple<E>>({ kind: "tuple", elements }, `tuple<${elements.map(String).join(", ")}>`);
  },

  /** Describes rows: objects with these fields, in this order. */
  row<const F extends Readonly<Record<string, TypeInformation<unknown>>>>(fields: F): TypeInformation<InferRow<F>> {
    requireFieldTypes("row", "field", fields);
    const list = Object.entries(fields).map(([name, type]) => field(name, type));
    return make<InferRow<F>>({ kind: "row", fields: list }, `row<${list.map(fieldText).join(", ")}>`);
  },

  /** Describes arrays of any length. */
  array<T>(element: TypeInformation<T>): TypeInformation<T[]> {
    requireInnerType("array", "element", element);
    return make<T[]>({ kind: "array", element }, `array<${String(element)}>`);
  },

  /** Describes `Map`s. */
  map<K, V>(key: TypeInformation<K>, value: TypeInformation<V>): TypeInformation<Map<K, V>> {
    requireInnerType("map", "key", key);
    requireInnerType("map", "value", value);
    return make<Map<K, V>>({ kind: "map", key, value }, `map<${String(key)}, ${String(value)}>`);
  },

  /** Describes a value of `inner` or null. */
  nullable<T>(inner: TypeInformation<T>): TypeInformation<T | null> {
    requireInnerType("nullable", "inner type", inner);
    return make<T | null>({ kind: "nullable", inner }, `${String(inner)}?`);
  },

  /** Describes a row field that may be absent. Only rows take it. */
  optional<T>(inner: TypeInformation<T>): OptionalField<T> {
    requireInnerType("optional", "inner type", inner);
    return make<T | undefined>({ kind: "optional", inner }, `${String(inner)}|absent`) as OptionalField<T>;
  },

  /**
   * Describes one of several rows, told apart by the string in field `tag`.
   * Throws UNSUPPORTED_TYPE when a case is no row or has a field named like the tag.
   */
  variant<const Tag extends string, const C extends Readonly<Record<string, TypeInformation<unknown>>>>(
    tag: Tag,
    cases: C,
  ): TypeInformation<InferVariant<Tag, C>> {
    requireFieldTypes("variant", "case", cases);
    const list = Object.entries(cases).map(([name, type]) => ({ name, type: type as RowType }));
    for (const { name, type } of list) {
      if (type.kind === "row" && type.fields.every((f) => f.name !== tag)) continue;
      throw new MillraceError({
        code: "UNSUPPORTED_TYPE",
        what: `Case ${JSON.stringify(name)} of types.variant is ${String(type)}`,
        expected: `a row without a field ${JSON.stringify(tag)}, which holds the name of the case`,
      });
    }
    const text = list.map((c) => `${JSON.stringify(c.name)}: ${String(c.type)}`).join(" | ");
    return make<InferVariant<Tag, C>>({ kind: "variant", tag, cases: list }, `variant<${tag}, ${text}>`);
  },

  /** Describes one of a closed list of strings; they compare by their position in the list. */
  enum<const V extends readonly [string, ...string[]]>(...values: V): TypeInformation<V[number]> {
    requireEnumValues(values);
    return make<V[number]>({ kind: "enum", values }, `enum<${values.map((v) => JSON.stringify(v)).join(", ")}>`);
  },

  /** Describes values of a user's own type, by the user's own serializer. Equal names must mean equal types. */
  custom<T>(name: string, serializer: CustomSerializer<T>): TypeInformation<T> {
    return make<T>({ kind: "custom", name, serializer }, `custom<${name}>`);
  },
} as const;
