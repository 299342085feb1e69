import type { KeyPart, Keys, Operator } from "@millrace/common-api";
import { type AnyType, parseFieldPath, resolveField } from "@millrace/core";
import type { OperatorCall } from "../operators/operator-call.js";
import { declaredTypeOf } from "./declared-type.js";

/** Is one side of a join or coGroup: its operator and its key. @internal */
export interface KeyedSide {
  readonly operator: Operator;
  readonly keys: Keys;
}

/**
 * Throws KEY_MISMATCH when two parts that meet are declared fields of kinds that never hold equal values, such as an int32
 * and a string: the join would have no results. Selectors, expressions and undeclared fields are known only when they run.
 * @internal
 */
export function requireComparableKeys(left: KeyedSide, right: KeyedSide, call: OperatorCall): void {
  if (left.keys.length !== right.keys.length) return;
  left.keys.forEach((part, index) => {
    const first = declaredField(part, left.operator);
    const second = declaredField(right.keys[index] as KeyPart, right.operator);
    if (first === undefined || second === undefined) return;
    const [firstKind, secondKind] = [valueKindOf(first.type), valueKindOf(second.type)];
    if (firstKind === undefined || secondKind === undefined || firstKind === secondKind) return;
    throw call.error({
      code: "KEY_MISMATCH",
      what: `where(${JSON.stringify(first.path)}) is ${String(first.type)} and equalTo(${JSON.stringify(second.path)}) is ${String(second.type)}`,
      expected: "keys of one kind: a number equals no bigint and no string",
      fix: "Convert one of them by a key selector, such as (record) => Number(record.id).",
    });
  });
}

interface DeclaredField {
  readonly path: string;
  readonly type: AnyType;
}

function declaredField(part: KeyPart, operator: Operator): DeclaredField | undefined {
  if (part.kind !== "field") return undefined;
  const type = declaredTypeOf(operator);
  if (type === undefined) return undefined;
  return { path: part.path, type: resolveField(type, parseFieldPath(part.path)).type as AnyType };
}

/** Names what the values of a type are compared as; undefined when only the values themselves tell. */
function valueKindOf(type: AnyType): string | undefined {
  switch (type.kind) {
    case "any":
      return undefined;
    case "nullable":
    case "optional":
      return valueKindOf(type.inner);
    case "int32":
    case "float64":
      return "number";
    case "enum":
      return "string";
    case "tuple":
      return "array";
    case "variant":
      return "row";
    case "custom":
      return `custom ${type.name}`;
    default:
      return type.kind;
  }
}
