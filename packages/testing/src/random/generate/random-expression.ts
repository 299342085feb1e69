/** Draws expressions over the fields of a row or tuple. */
import { expressionText, hasExpressions, makeExpression } from "../fluent-api.js";
import type { PlanRandom } from "../plan-random.js";
import type { Argument } from "../plan-spec.js";
import type { Expression } from "../relation.js";
import { pathOf, type Shape } from "../types/shape.js";
import {
  BOOLEAN,
  mayBeNull,
  nullable,
  STRING,
  type ValueField,
  type ValueType,
  withoutNull,
} from "../types/value-type.js";

/** Is an expression with the type of its values. @internal */
export interface TypedExpression {
  readonly expression: Expression;
  readonly type: ValueType;
}

/** Returns the expression of a field of a row as an argument. @internal */
export function columnArgument(shape: Shape, field: ValueField): Argument {
  return expressionArgument(columnOf(shape, field));
}

/** Returns an expression as an argument. @internal */
export function expressionArgument(expression: Expression): Argument {
  return { kind: "code", text: expressionText(expression), make: () => makeExpression(expression) };
}

function columnOf(shape: Shape, field: ValueField): Expression {
  return { kind: "column", path: pathOf(shape, field.name), name: field.name };
}

function literal(value: null | boolean | number | bigint | string): Expression {
  return { kind: "literal", value };
}

function method(self: Expression, name: string, ...args: readonly Expression[]): Expression {
  return { kind: "call", method: name, args: [self, ...args] };
}

const COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge"] as const;

/** Fields that expressions are drawn over: what has functions of its own in the API and in SQL. */
function isExpressible(field: ValueField): boolean {
  return ["number", "int64", "string", "enum", "boolean"].includes(withoutNull(field.type).kind);
}

/** Draws a test of records; undefined when the shape has no field for it. @internal */
export function drawCondition(random: PlanRandom, shape: Shape, depth = 0): Expression | undefined {
  if (!hasExpressions) return undefined;
  if (depth < 2 && random.chance(0.3)) {
    const [a, b] = [drawCondition(random, shape, depth + 1), drawCondition(random, shape, depth + 1)];
    if (a === undefined || b === undefined) return undefined;
    return random.chance(0.2) ? method(a, "not") : method(a, random.pick(["and", "or"]), b);
  }
  const fields = shape.kind === "scalar" ? [] : shape.fields.filter(isExpressible);
  if (fields.length === 0) return undefined;
  const field = random.pick(fields);
  const column = columnOf(shape, field);
  if (random.chance(0.15)) return method(column, random.pick(["isNull", "isNotNull"]));
  return comparisonOf(random, shape, field, column);
}

function comparisonOf(random: PlanRandom, shape: Shape, field: ValueField, column: Expression): Expression {
  const comparison = random.pick(COMPARISONS);
  switch (withoutNull(field.type).kind) {
    case "number": {
      const other = random.pick(shape.fields);
      if (withoutNull(other.type).kind === "number" && other.name !== field.name) {
        return method(column, comparison, columnOf(shape, other));
      }
      return method(column, comparison, literal(random.pick([0, 1, 2.5, -1, 100])));
    }
    case "int64":
      return method(column, comparison, literal(random.pick([0n, 1n, 2n ** 53n + 1n])));
    case "boolean":
      return random.chance(0.5) ? column : method(column, "not");
    default:
      if (random.chance(0.3))
        return method(
          column,
          random.pick(["contains", "startsWith", "endsWith"]),
          literal(random.pick(["a", "", "b"])),
        );
      return method(column, comparison, literal(random.pick(["a", "b", "", "low"])));
  }
}

/** Draws what a column of `select` computes of a field. @internal */
export function drawColumn(random: PlanRandom, shape: Shape, field: ValueField): TypedExpression {
  const column = columnOf(shape, field);
  const type = field.type.kind === "optional" ? nullable(field.type.inner) : field.type;
  if (!isExpressible(field) || random.chance(0.4)) return { expression: column, type };
  const computed = computedColumn(random, field.type, column);
  return { expression: computed.expression, type: mayBeNull(type) ? nullable(computed.type) : computed.type };
}

function computedColumn(random: PlanRandom, type: ValueType, column: Expression): TypedExpression {
  const inner = withoutNull(type);
  switch (inner.kind) {
    case "number": {
      const bits = inner.bits === undefined ? undefined : inner.bits + 2;
      const result: ValueType = { kind: "number", declared: "float64", bits };
      if (bits === undefined || bits > 45)
        return { expression: method(column, "negate"), type: { ...inner, declared: "float64" } };
      const name = random.pick(["add", "subtract", "multiply", "negate", "abs"]);
      const args = name === "negate" || name === "abs" ? [] : [literal(random.pick([0, 1, 2]))];
      return { expression: method(column, name, ...args), type: result };
    }
    case "int64":
      if (inner.bits > 58) return { expression: method(column, "abs"), type: { kind: "int64", bits: 64 } };
      return {
        expression: method(column, random.pick(["add", "subtract"]), literal(1n)),
        type: { kind: "int64", bits: inner.bits + 1 },
      };
    case "boolean":
      return { expression: method(column, "not"), type: BOOLEAN };
    default:
      return {
        expression: random.chance(0.5)
          ? method(column, random.pick(["upper", "lower"]))
          : method(column, "concat", literal("!")),
        type: STRING,
      };
  }
}
