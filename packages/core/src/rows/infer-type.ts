import { valueKindOf } from "../keys/value-kind.js";
import { typeBuilders as types } from "../types/type-builders.js";
import type { AnyType, CustomType } from "../types/type-information.js";
import { rowTypeOf } from "../types/type-json.js";
import { MAX_DISCOVERED_DEPTH, mergeAll, UNSEEN } from "./merge-types.js";

/**
 * Returns the narrowest type of one record that is plain data. A record that is an array, and an array of several types,
 * is a tuple; other arrays are lists. Decimals are `any`, since a decimal type would change their scale. Values of the custom types have these.
 */
export function inferType(record: unknown, customTypes: readonly CustomType[] = []): AnyType {
  return Array.isArray(record) ? tupleOf(record, 0, customTypes) : infer(record, 0, customTypes);
}

function infer(value: unknown, depth: number, customTypes: readonly CustomType[]): AnyType {
  if (depth > MAX_DISCOVERED_DEPTH) return types.any as AnyType;
  switch (valueKindOf(value)) {
    case "null":
      return types.nullable(UNSEEN) as unknown as AnyType;
    case "boolean":
      return types.boolean as AnyType;
    case "number":
      return (((value as number) | 0) === value && !Object.is(value, -0) ? types.int32 : types.float64) as AnyType;
    case "bigint":
      return (BigInt.asIntN(64, value as bigint) === value ? types.int64 : types.any) as AnyType;
    case "string":
      return types.string as AnyType;
    case "timestamp":
      return types.timestamp as AnyType;
    case "bytes":
      return types.bytes as AnyType;
    case "decimal":
      return types.any as AnyType;
    case "array":
      return arrayOf(value as unknown[], depth, customTypes);
    case "map": {
      const entries = [...(value as Map<unknown, unknown>)];
      const key = mergeAll(entries.map(([k]) => infer(k, depth + 1, customTypes)));
      const item = mergeAll(entries.map(([, v]) => infer(v, depth + 1, customTypes)));
      return types.map(key, item) as unknown as AnyType;
    }
    case "row": {
      const custom = customTypes.find(({ serializer }) => serializer.isInstance(value));
      if (custom !== undefined) return custom;
      const fields = Object.entries(value as object);
      return rowTypeOf(fields.map(([name, field]) => ({ name, type: infer(field, depth + 1, customTypes) })));
    }
  }
}

function arrayOf(values: readonly unknown[], depth: number, customTypes: readonly CustomType[]): AnyType {
  const element = mergeAll(values.map((value) => infer(value, depth + 1, customTypes)));
  const isMixed = element.kind === "any" && values.length > 1;
  return isMixed ? tupleOf(values, depth, customTypes) : (types.array(element) as unknown as AnyType);
}

/** The most positions of a discovered tuple; longer arrays are lists. */
const MAX_TUPLE_LENGTH = 32;

function tupleOf(values: readonly unknown[], depth: number, customTypes: readonly CustomType[]): AnyType {
  const elements = values.map((value) => infer(value, depth + 1, customTypes));
  if (elements.length > MAX_TUPLE_LENGTH) return types.array(mergeAll(elements)) as unknown as AnyType;
  return types.tuple(...elements) as unknown as AnyType;
}
