/**
 * Follows declared types through a plan: what is known of an operator's records without a look at one. Orders of enums and
 * keys of custom types depend on it ([O4]), so every engine has to come to the same.
 */
import {
  type AnyType,
  type ExpressionNode,
  MillraceError,
  parseFieldPath,
  resolveField,
  type TypeInformation,
  types,
} from "@millrace/core";
import { type LogicalOperator, logical } from "../operators/logical-operator.js";
import type { Operator } from "../operators/operator.js";
import type { JoinOperator, PairResult } from "../operators/two-input-operators.js";
import type { Plan } from "./plan.js";

/** Is the type of records, when it is known. */
type Known = TypeInformation<unknown> | undefined;

/**
 * Returns the types of the records of a plan's operators, as far as they are known: what was declared, carried on by operators
 * that change no record or only take fields out. The state of an iteration has none, since a step may give other records than
 * it began with. Throws UNKNOWN_FIELD when an operator takes out a field that its input's declared type does not have.
 * @public
 */
export function recordTypesOf(plan: Plan): ReadonlyMap<Operator, TypeInformation<unknown>> {
  const known = new Map<Operator, TypeInformation<unknown>>();
  for (const operator of plan.operators) {
    const node = logical(operator);
    const type = isState(node)
      ? undefined
      : (operator.settings.resultType ?? placed(node, () => derivedType(node, known)));
    if (type !== undefined) known.set(operator, type);
  }
  return known;
}

function placed<R>(operator: Operator, action: () => R): R {
  try {
    return action();
  } catch (error) {
    throw error instanceof MillraceError ? error.at({ operator: operator.settings.name, ...operator.location }) : error;
  }
}

function isState({ kind }: LogicalOperator): boolean {
  return kind === "partialSolution" || kind === "workset" || kind === "solutionSet";
}

function derivedType(node: LogicalOperator, known: ReadonlyMap<Operator, TypeInformation<unknown>>): Known {
  const [left, right] = node.inputs.map((input) => known.get(input));
  switch (node.kind) {
    case "filter":
    case "distinct":
    case "first":
    case "selectBy":
    case "partition":
    case "sortPartition":
    case "orderBy":
    case "sink":
    case "collect":
      return left;
    case "union":
      return String(left) === String(right) ? left : undefined;
    case "project":
      return left === undefined ? undefined : types.tuple(...node.fields.map((field) => typeAt(left, field)));
    case "select":
      return types.row(
        Object.fromEntries(node.columns.map(({ name, expression }) => [name, expressionType(expression, left)])),
      );
    case "join":
      return pairType(node.result, ...sidesOf(node, left, right));
    case "cross":
      return pairType(node.result, left, right);
    default:
      return undefined;
  }
}

/** Returns the type of what `path` leads to; `any` when it leads nowhere that is known. */
function typeAt(type: TypeInformation<unknown>, path: string): TypeInformation<unknown> {
  const field = resolveField(type, parseFieldPath(path));
  return field.isNullable ? nullable(field.type) : field.type;
}

function nullable(type: TypeInformation<unknown>): TypeInformation<unknown> {
  return (type as AnyType).kind === "nullable" ? type : types.nullable(type);
}

function expressionType(expression: ExpressionNode, type: Known): TypeInformation<unknown> {
  return expression.op === "column" && type !== undefined ? typeAt(type, expression.path) : types.any;
}

/** The side of an outer join that may be missing is nullable. */
function sidesOf({ joinType }: JoinOperator, left: Known, right: Known): [Known, Known] {
  const isLeftMissing = joinType === "right-outer" || joinType === "full-outer";
  const isRightMissing = joinType === "left-outer" || joinType === "full-outer";
  return [
    isLeftMissing && left !== undefined ? nullable(left) : left,
    isRightMissing && right !== undefined ? nullable(right) : right,
  ];
}

function pairType(result: PairResult, left: Known, right: Known): Known {
  switch (result.kind) {
    case "pair":
      return left === undefined && right === undefined ? undefined : types.tuple(left ?? types.any, right ?? types.any);
    case "left":
      return left;
    case "projection": {
      const parts = result.fields.map(({ side, path, name }) => {
        const type = side === "first" ? left : right;
        return [name ?? path, type === undefined ? types.any : typeAt(type, path)] as const;
      });
      return result.shape === "row"
        ? types.row(Object.fromEntries(parts))
        : types.tuple(...parts.map(([, type]) => type));
    }
    case "function":
    case "flatFunction":
      return undefined;
  }
}
