/**
 * The types of partial aggregates in keyed rows. They are data of any kind, but for values of custom types: those are data only by their own serializer.
 */
import { type AnyType, parseFieldPath, resolveField, type TypeInformation, types } from "@millrace/core";
import type { ValuePosition } from "@millrace/job-graph";
import type { AggregateRequest } from "../hash/aggregates/slot-aggregates.js";
import { pathInRow } from "../rows/record-reader.js";
import type { StreamLayout } from "../rows/stream-layout.js";

const ANYTHING = types.any as TypeInformation<unknown> as AnyType;

/** Returns the type of what stands for a row of a layout: its record, when results are made of that, and its aggregates. */
export function partialTypeOf(
  requests: readonly AggregateRequest[],
  value: ValuePosition,
  { layout }: StreamLayout,
  keepsRecord: boolean,
): TypeInformation<unknown> {
  const whole = layout.type as AnyType;
  const record = value === undefined ? whole : whole.kind === "tuple" ? whole.elements[value]! : ANYTHING;
  const head = keepsRecord && hasCustom(record) ? record : ANYTHING;
  const partials = requests.map(({ argument }) => {
    const type = typeof argument === "string" ? customTypeAt(whole, pathInRow(argument, value)) : undefined;
    return types.tuple(types.float64, type ?? ANYTHING);
  });
  return types.tuple(head, types.tuple(...(partials as readonly AnyType[])));
}

/** Returns the type of a field that is of a custom type, or undefined. */
function customTypeAt(record: AnyType, path: string): AnyType | undefined {
  try {
    const { type } = resolveField(record, parseFieldPath(path));
    return hasCustom(type as AnyType) ? (types.nullable(type as typeof types.any) as AnyType) : undefined;
  } catch {
    return undefined;
  }
}

function hasCustom(type: AnyType): boolean {
  switch (type.kind) {
    case "custom":
      return true;
    case "nullable":
    case "optional":
      return hasCustom(type.inner);
    case "array":
      return hasCustom(type.element);
    case "map":
      return hasCustom(type.key) || hasCustom(type.value);
    case "row":
      return type.fields.some((field) => hasCustom(field.type));
    case "tuple":
      return type.elements.some(hasCustom);
    case "variant":
      return type.cases.some((each) => hasCustom(each.type));
    default:
      return false;
  }
}
