/**
 * What a declared type makes of a record: the copy that reading back the serialized record gives, or an error that names
 * the field. This is the reference of every generated serializer.
 */
import { MillraceError } from "../errors/index.js";
import { isBytes, isDate, isMap } from "../keys/value-kind.js";
import { Decimal } from "../types/decimal.js";
import { setField } from "../types/set-field.js";
import type { AnyType, RowType, TypeInformation, VariantType } from "../types/type-information.js";
import { below, copyData } from "./copy-data.js";
import { shortText } from "./short-text.js";

/**
 * Throws RECORD_TYPE_MISMATCH, with field, expected and got, when `value` contradicts `type`, and RECORD_NOT_DATA when a
 * field of type `any` holds what is no data. Fields that the type does not name are not looked at.
 * @public
 */
export function checkRecord(value: unknown, type: TypeInformation<unknown>): void {
  conformRecord(value, type as AnyType);
}

/** Returns the copy of `value` that `type` describes; throws RECORD_TYPE_MISMATCH when there is none. @internal */
export function conformRecord(value: unknown, type: AnyType): unknown {
  return conform(value, type, { path: "", depth: 0, record: value });
}

interface Place {
  readonly path: string;
  readonly depth: number;
  readonly record: unknown;
}

function conform(value: unknown, type: AnyType, place: Place): unknown {
  switch (type.kind) {
    case "any":
      return copyData(value, place.path, place.depth);
    case "nullable":
      return value === null || value === undefined ? null : conform(value, type.inner, place);
    case "optional":
      return value === undefined ? undefined : conform(value, type.inner, place);
    case "tuple":
      return conformTuple(value, type.elements, type, place);
    case "array":
      if (!Array.isArray(value)) throw mismatch(value, type, place);
      return Array.from(value, (item, i) => conform(item, type.element, inside(place, i)));
    case "map":
      return conformMap(value, type.key, type.value, type, place);
    case "row":
      return conformRow(value, type, place);
    case "variant":
      return conformVariant(value, type, place);
    default:
      return conformScalar(value, type, place);
  }
}

function conformScalar(value: unknown, type: AnyType, place: Place): unknown {
  switch (type.kind) {
    case "boolean":
    case "string":
      if (typeof value === type.kind) return value;
      break;
    case "float64":
      if (typeof value === "number") return value;
      break;
    case "int32":
      // The sum turns -0 into 0: a 32-bit integer has one zero.
      if (typeof value === "number" && (value | 0) === value) return value + 0;
      break;
    case "int64":
      if (typeof value === "bigint" && BigInt.asIntN(64, value) === value) return value;
      break;
    case "timestamp":
      if (isDate(value)) return new Date(value.getTime());
      break;
    case "bytes":
      if (isBytes(value)) return new Uint8Array(value);
      break;
    case "decimal": {
      const fitting = value instanceof Decimal ? fitDecimal(value, type.precision, type.scale) : undefined;
      if (fitting !== undefined) return fitting;
      break;
    }
    case "enum":
      if (typeof value === "string" && type.values.includes(value)) return value;
      break;
    case "custom":
      if (type.serializer.isInstance(value)) return type.serializer.deserialize(type.serializer.serialize(value));
      break;
  }
  throw mismatch(value, type, place);
}

/** Returns `value` with `scale` digits after the point, or undefined when digits would be lost or are too many. @internal */
export function fitDecimal(value: Decimal, precision: number, scale: number): Decimal | undefined {
  let { unscaled } = value;
  for (let s = value.scale; s > scale; s--) {
    if (unscaled % 10n !== 0n) return undefined;
    unscaled /= 10n;
  }
  if (value.scale < scale) unscaled *= 10n ** BigInt(scale - value.scale);
  const limit = 10n ** BigInt(precision);
  return unscaled < limit && unscaled > -limit ? new Decimal(unscaled, scale) : undefined;
}

function conformTuple(value: unknown, elements: readonly AnyType[], type: AnyType, place: Place): unknown[] {
  if (!Array.isArray(value) || value.length !== elements.length) throw mismatch(value, type, place);
  return elements.map((element, i) => conform(value[i], element, inside(place, i)));
}

function conformMap(value: unknown, key: AnyType, item: AnyType, type: AnyType, place: Place): unknown {
  if (!isMap(value)) throw mismatch(value, type, place);
  const copy = new Map<unknown, unknown>();
  let index = 0;
  for (const [k, v] of value) {
    const keyCopy = conform(k, key, inside(place, `key ${index}`));
    copy.set(keyCopy, conform(v, item, inside(place, `value ${index}`)));
    index++;
  }
  return copy;
}

function conformRow(value: unknown, type: RowType, place: Place): object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw mismatch(value, type, place);
  const copy = {};
  conformFields(value, type, place, copy);
  return copy;
}

function conformFields(value: object, type: RowType, place: Place, copy: object): void {
  for (const field of type.fields) {
    const conformed = conform(ownValue(value, field.name), field.type, inside(place, field.name));
    if (conformed !== undefined) setField(copy, field.name, conformed);
  }
}

function conformVariant(value: unknown, type: VariantType, place: Place): object {
  if (typeof value !== "object" || value === null) throw mismatch(value, type, place);
  const tag = ownValue(value, type.tag);
  const found = type.cases.find((c) => c.name === tag);
  if (found === undefined) throw mismatch(value, type, place);
  const copy = {};
  setField(copy, type.tag, tag);
  conformFields(value, found.type, place, copy);
  return copy;
}

/** Returns the own field `name` of `row`, or undefined; what a prototype has is no field of a record. @internal */
export function ownValue(row: object, name: string): unknown {
  return Object.hasOwn(row, name) ? (row as Record<string, unknown>)[name] : undefined;
}

function inside(place: Place, name: string | number): Place {
  return { path: below(place.path, name), depth: place.depth + 1, record: place.record };
}

function mismatch(value: unknown, type: AnyType, place: Place): MillraceError {
  const subject = place.path === "" ? "A record" : `Field ${JSON.stringify(place.path)} of a record`;
  const record = place.path === "" ? "" : ` The record is ${shortText(place.record)}.`;
  return new MillraceError({
    code: "RECORD_TYPE_MISMATCH",
    what: `${subject} contradicts its declared type: got ${shortText(value)}`,
    expected: String(type),
    where: place.path === "" ? undefined : { field: place.path },
    fix: `Correct the declared type or the function that made the record.${record}`,
  });
}
