import { logical, type Operator } from "@millrace/common-api";
import { type AnyType, type FieldPath, resolveField, type TypeInformation, types } from "@millrace/core";

/**
 * Returns the type that the records of an operator were declared to have, followed through operators that change no record;
 * undefined when nothing was declared.
 * @internal
 */
export function declaredTypeOf(operator: Operator): AnyType | undefined {
  let current: Operator | undefined = operator;
  while (current !== undefined) {
    if (current.settings.resultType !== undefined) return current.settings.resultType as AnyType;
    current = sameTypeInput(current);
  }
  return undefined;
}

function sameTypeInput(operator: Operator): Operator | undefined {
  const node = logical(operator);
  switch (node.kind) {
    case "filter":
    case "distinct":
    case "first":
    case "selectBy":
    case "partition":
    case "sortPartition":
    case "orderBy":
    case "bulkIteration":
    case "deltaIteration":
      return node.inputs[0];
    case "join":
      return node.result.kind === "left" ? node.inputs[0] : undefined;
    default:
      return undefined;
  }
}

/** Returns the tuple type of some fields of a type; undefined when the type is not known. @internal */
export function projectedType(
  type: AnyType | undefined,
  paths: readonly FieldPath[],
): TypeInformation<unknown> | undefined {
  if (type === undefined) return undefined;
  const elements = paths.map((path) => {
    const field = resolveField(type, path);
    return field.isNullable ? types.nullable(field.type) : field.type;
  });
  return types.tuple(...elements);
}
