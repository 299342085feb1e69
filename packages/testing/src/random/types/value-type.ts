/**
 * What the generator knows about the values of a field. It is a `TypeInformation` and more: whether sums of a number are
 * exact. A sum that rounds depends on the order of its terms, and that order is nobody's promise; so the generator adds
 * numbers only where every partial sum is exactly representable, which `bits` bounds.
 */
import { type CustomSerializer, canonicalKeyBytes, type TypeInformation, types } from "@millrace/core";

/** Describes the values of a field as the generator sees them. @internal */
export type ValueType =
  | { readonly kind: "boolean" | "string" | "bytes" | "timestamp" }
  /** A point; where nothing declares its class it is the row of its fields. */
  | { readonly kind: "custom"; readonly isDeclared: boolean }
  | NumberType
  | LongType
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "enum"; readonly values: readonly [string, ...string[]] }
  | { readonly kind: "array"; readonly element: ValueType }
  | { readonly kind: "map"; readonly key: ValueType; readonly value: ValueType }
  | { readonly kind: "row"; readonly fields: readonly ValueField[] }
  | { readonly kind: "tuple"; readonly elements: readonly ValueType[] }
  | { readonly kind: "variant"; readonly tag: string; readonly cases: readonly VariantCase[] }
  | { readonly kind: "nullable" | "optional"; readonly inner: ValueType }
  | { readonly kind: "any"; readonly alternatives: readonly ValueType[] };

/** Is a JavaScript number. @internal */
export interface NumberType {
  readonly kind: "number";
  readonly declared: "int32" | "float64";
  /** All values are multiples of 1/8 below 2^bits in magnitude; undefined when they may be anything, NaN included. */
  readonly bits: number | undefined;
}

/** Is a bigint. @internal */
export interface LongType {
  readonly kind: "int64";
  /** All values are below 2^bits in magnitude; 63 when they may be anything. */
  readonly bits: number;
}

/** Is one field of a row. @internal */
export interface ValueField {
  readonly name: string;
  readonly type: ValueType;
}

/** Is one case of a variant. @internal */
export interface VariantCase {
  readonly name: string;
  readonly fields: readonly ValueField[];
}

/** Is the class of the generator's custom type: what only a declared custom type keeps. @internal */
export class Point {
  readonly x: number;
  readonly y: number;

  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
}

const pointSerializer: CustomSerializer<Point> = {
  serialize: (point) => new Uint8Array(Int32Array.of(point.x, point.y).buffer),
  deserialize: (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new Point(view.getInt32(0, true), view.getInt32(4, true));
  },
  // The order of a plain row { x, y }, so that a point orders alike where its type is known and where it is not.
  keyBytes: (point) => canonicalKeyBytes({ x: point.x, y: point.y }),
  isInstance: (value) => value instanceof Point,
};

const pointType = types.custom("millrace.testing.Point", pointSerializer);

/** Returns the type information that declares `type`. @internal */
export function typeInformationOf(type: ValueType): TypeInformation<unknown> {
  switch (type.kind) {
    case "number":
      return types[type.declared];
    case "custom":
      return type.isDeclared ? pointType : types.row({ x: types.int32, y: types.int32 });
    case "decimal":
      return types.decimal(type.precision, type.scale);
    case "enum":
      return types.enum(...type.values);
    case "array":
      return types.array(typeInformationOf(type.element));
    case "map":
      return types.map(typeInformationOf(type.key), typeInformationOf(type.value));
    case "row":
      return rowInformation(type.fields);
    case "tuple":
      return types.tuple(...type.elements.map(typeInformationOf));
    case "variant":
      return types.variant(
        type.tag,
        Object.fromEntries(type.cases.map((c) => [c.name, rowInformation(c.fields)])),
      ) as TypeInformation<unknown>;
    case "nullable":
      return types.nullable(typeInformationOf(type.inner));
    case "optional":
      return types.optional(typeInformationOf(type.inner));
    case "any":
      return types.any;
    default:
      return types[type.kind];
  }
}

function rowInformation(fields: readonly ValueField[]): TypeInformation<unknown> {
  return types.row(
    Object.fromEntries(fields.map((f) => [f.name, typeInformationOf(f.type)])),
  ) as TypeInformation<unknown>;
}

/** Returns a text that two types share exactly when they declare the same. @internal */
export function typeText(type: ValueType): string {
  return String(typeInformationOf(type));
}

/** Returns the type without `nullable` and `optional` around it. @internal */
export function withoutNull(type: ValueType): ValueType {
  return type.kind === "nullable" || type.kind === "optional" ? withoutNull(type.inner) : type;
}

/** Tells whether values may be null or absent. @internal */
export function mayBeNull(type: ValueType): boolean {
  return (
    type.kind === "nullable" || type.kind === "optional" || (type.kind === "any" && type.alternatives.some(mayBeNull))
  );
}

/** Returns `type` with null among its values. @internal */
export function nullable(type: ValueType): ValueType {
  return mayBeNull(type) ? type : { kind: "nullable", inner: type };
}

/**
 * Returns what a value of `type` is once no declaration says so any more: an instance of a class becomes the row of its
 * fields, and the class of a custom type is such a class.
 * @internal
 */
export function undeclared(type: ValueType): ValueType {
  switch (type.kind) {
    case "custom":
      return { kind: "custom", isDeclared: false };
    case "array":
      return { kind: "array", element: undeclared(type.element) };
    case "map":
      return { kind: "map", key: undeclared(type.key), value: undeclared(type.value) };
    case "row":
      return { kind: "row", fields: type.fields.map(undeclaredField) };
    case "tuple":
      return { kind: "tuple", elements: type.elements.map(undeclared) };
    case "variant":
      return { ...type, cases: type.cases.map((c) => ({ name: c.name, fields: c.fields.map(undeclaredField) })) };
    case "nullable":
    case "optional":
      return { kind: type.kind, inner: undeclared(type.inner) };
    case "any":
      return { kind: "any", alternatives: type.alternatives.map(undeclared) };
    default:
      return type;
  }
}

function undeclaredField(field: ValueField): ValueField {
  return { name: field.name, type: undeclared(field.type) };
}

/** Returns the type of a value that went through an undeclared function, which writes null where a field was absent. @internal */
export function afterFunction(type: ValueType): ValueType {
  const result = undeclared(type);
  return result.kind === "optional" ? { kind: "nullable", inner: result.inner } : result;
}

/** Returns `type` with nothing known about the sizes of its numbers: what any number of rounds leaves true. @internal */
export function unbounded(type: ValueType): ValueType {
  switch (type.kind) {
    case "number":
      return type.declared === "int32" ? type : { kind: "number", declared: "float64", bits: undefined };
    case "int64":
      return LONG;
    case "nullable":
    case "optional":
      return { kind: "nullable", inner: unbounded(type.inner) };
    default:
      return type;
  }
}

/** Tells whether a point is anywhere in `type`. Its keys depend on whether an engine still knows its class. @internal */
export function hasCustom(type: ValueType): boolean {
  switch (type.kind) {
    case "custom":
      return true;
    case "array":
      return hasCustom(type.element);
    case "map":
      return hasCustom(type.key) || hasCustom(type.value);
    case "row":
      return type.fields.some((f) => hasCustom(f.type));
    case "tuple":
      return type.elements.some(hasCustom);
    case "variant":
      return type.cases.some((c) => c.fields.some((f) => hasCustom(f.type)));
    case "nullable":
    case "optional":
      return hasCustom(type.inner);
    case "any":
      return type.alternatives.some(hasCustom);
    default:
      return false;
  }
}

/**
 * Returns the type of a field that holds values of both types. The exact kinds of number stay exact; what has no common
 * type is `any`: several layouts in one field.
 * @internal
 */
export function commonType(a: ValueType, b: ValueType): ValueType {
  if (a.kind === "any" || b.kind === "any") return anyOf(a, b);
  if (mayBeNull(a) !== mayBeNull(b) || a.kind === "optional" || b.kind === "optional") {
    const inner = commonType(withoutNull(a), withoutNull(b));
    return inner.kind === "any" ? anyOf(a, b) : { kind: "nullable", inner };
  }
  if (a.kind === "nullable" && b.kind === "nullable") return nullable(commonType(a.inner, b.inner));
  if (a.kind === "number" && b.kind === "number") {
    const declared = a.declared === "int32" && b.declared === "int32" ? "int32" : "float64";
    const bits = a.bits === undefined || b.bits === undefined ? undefined : Math.max(a.bits, b.bits);
    return { kind: "number", declared, bits };
  }
  if (a.kind === "int64" && b.kind === "int64") return { kind: "int64", bits: Math.max(a.bits, b.bits) };
  return typeText(a) === typeText(b) && !hasNumber(a) ? a : anyOf(a, b);
}

function anyOf(...types: readonly ValueType[]): ValueType {
  const alternatives = types.flatMap((type) => (type.kind === "any" ? type.alternatives : [type]));
  return { kind: "any", alternatives: [...new Map(alternatives.map((type) => [typeText(type), type])).values()] };
}

/** Containers of numbers may have other bounds on the other side; calling them `any` is always right. */
function hasNumber(type: ValueType): boolean {
  return /int32|int64|float64/.test(typeText(type));
}

/** A 32-bit integer. @internal */
export const INT: NumberType = { kind: "number", declared: "int32", bits: 31 };
/** A number of records. @internal */
export const COUNT: NumberType = { kind: "number", declared: "float64", bits: 20 };
/** Any number, whose sums may round. @internal */
export const ANY_NUMBER: NumberType = { kind: "number", declared: "float64", bits: undefined };
/** Any 64-bit bigint. @internal */
export const LONG: LongType = { kind: "int64", bits: 63 };
/** Any string. @internal */
export const STRING: ValueType = { kind: "string" };
/** A boolean. @internal */
export const BOOLEAN: ValueType = { kind: "boolean" };
