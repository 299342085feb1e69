import { logical, type Operator } from "@millrace/common-api";
import { type AnyType, parseFieldPath, resolveField, types } from "@millrace/core";

/**
 * Returns the type that the records of an operator were declared to have, followed through operators that change no record
 * or only take fields out; undefined when nothing was declared. It is good for looking up fields, not for checking records:
 * an iteration may give other records than it began with.
 * @internal
 */
export function declaredTypeOf(operator: Operator): AnyType | undefined {
  let current: Operator | undefined = operator;
  while (current !== undefined) {
    if (current.settings.resultType !== undefined) return current.settings.resultType as AnyType;
    const node = logical(current);
    if (node.kind === "project") return projectedType(declaredTypeOf(node.input), node.fields);
    if (node.kind === "union") return commonType(declaredTypeOf(node.left), declaredTypeOf(node.right));
    current = sameTypeInput(current);
  }
  return undefined;
}

function commonType(left: AnyType | undefined, right: AnyType | undefined): AnyType | undefined {
  return String(left) === String(right) ? left : undefined;
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

function projectedType(type: AnyType | undefined, fields: readonly string[]): AnyType | undefined {
  if (type === undefined) return undefined;
  const elements = fields.map((field) => {
    const resolved = resolveField(type, parseFieldPath(field));
    return resolved.isNullable ? types.nullable(resolved.type) : resolved.type;
  });
  return types.tuple(...elements) as unknown as AnyType;
}
