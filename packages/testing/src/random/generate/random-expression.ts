/** Draws expressions over the fields of a row or tuple. */
import { expressionText, makeExpression } from "../fluent-api.js";
import type { PlanRandom } from "../plan-random.js";
import type { Argument } from "../plan-spec.js";
import type { Expression } from "../relation.js";
import { pathOf, type Shape } from "../types/shape.js";
import {
  BOOLEAN,
  COUNT,
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

/** Returns the expression that is a field. @internal */
export function plainColumn(shape: Shape, field: ValueField): TypedExpression {
  return { expression: columnOf(shape, field), type: field.type };
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
      if (random.chance(0.15)) return method(column, "between", literal(-1), literal(random.pick([1, 100])));
      if (random.chance(0.15)) return method(column, "isIn", literal(0), literal(2.5), literal(7));
      return method(column, comparison, literal(random.pick([0, 1, 2.5, -1, 100])));
    }
    case "int64":
      return method(column, comparison, literal(random.pick([0n, 1n, 2n ** 53n + 1n])));
    case "boolean":
      return random.chance(0.5) ? column : method(column, "not");
    default:
      if (random.chance(0.3)) {
        return method(
          column,
          random.pick(["contains", "startsWith", "endsWith"]),
          literal(random.pick(["a", "", "b"])),
        );
      }
      if (random.chance(0.15)) return method(column, "isIn", literal("a"), literal(""), literal("low"));
      return method(column, comparison, literal(random.pick(["a", "b", "", "low"])));
  }
}

/** Draws what is computed of a field: a column of `select`, the argument of an aggregate, a key. @internal */
export function drawColumn(random: PlanRandom, shape: Shape, field: ValueField): TypedExpression {
  const column = columnOf(shape, field);
  const type = field.type.kind === "optional" ? nullable(field.type.inner) : field.type;
  if (!isExpressible(field) || random.chance(0.4)) return { expression: column, type };
  const inner = withoutNull(type);
  if (mayBeNull(type) && random.chance(0.25)) return withDefault(column, inner);
  const computed = computedColumn(random, inner, column);
  return { expression: computed.expression, type: mayBeNull(type) ? nullable(computed.type) : computed.type };
}

/** Puts a value in the place of null. */
function withDefault(column: Expression, type: ValueType): TypedExpression {
  const defaults = { number: 0, int64: 0n, boolean: false } as const;
  const value = type.kind in defaults ? defaults[type.kind as keyof typeof defaults] : "none";
  return { expression: method(column, "coalesce", literal(value)), type: type.kind === "enum" ? STRING : type };
}

function computedColumn(random: PlanRandom, type: ValueType, column: Expression): TypedExpression {
  switch (type.kind) {
    case "number":
      return computedNumber(random, type.bits, column);
    case "int64":
      return computedLong(random, type.bits, column);
    case "boolean":
      return { expression: method(column, "not"), type: BOOLEAN };
    default:
      return computedText(random, column);
  }
}

/** Where nothing is known about a number, only what never rounds is computed of it. */
function computedNumber(random: PlanRandom, bits: number | undefined, column: Expression): TypedExpression {
  const typeOf = (result: number | undefined): ValueType => ({ kind: "number", declared: "float64", bits: result });
  if (bits === undefined || bits > 45) {
    return { expression: method(column, random.pick(["negate", "abs"])), type: typeOf(bits) };
  }
  switch (random.below(4)) {
    case 0:
      return {
        expression: method(column, random.pick(["negate", "abs", "floor", "ceil", "round"])),
        type: typeOf(bits + 1),
      };
    case 1:
      return { expression: method(column, "dividedBy", literal(random.pick([2, 3]))), type: typeOf(undefined) };
    case 2:
      return { expression: method(column, "modulo", literal(3)), type: typeOf(bits) };
    default:
      return {
        expression: method(column, random.pick(["plus", "minus", "times"]), literal(random.pick([0, 1, 2]))),
        type: typeOf(bits + 2),
      };
  }
}

function computedLong(random: PlanRandom, bits: number, column: Expression): TypedExpression {
  const result: ValueType = { kind: "int64", bits };
  if (bits > 58) return { expression: method(column, random.pick(["dividedBy", "modulo"]), literal(3n)), type: result };
  return {
    expression: method(column, random.pick(["plus", "minus"]), literal(1n)),
    type: { kind: "int64", bits: bits + 1 },
  };
}

function computedText(random: PlanRandom, column: Expression): TypedExpression {
  switch (random.below(4)) {
    case 0:
      return { expression: method(column, random.pick(["upper", "lower", "trim"])), type: STRING };
    case 1:
      return { expression: method(column, "length"), type: COUNT };
    case 2:
      return { expression: method(column, "substring", literal(0), literal(1)), type: STRING };
    default:
      return { expression: method(column, "concat", literal("!")), type: STRING };
  }
}
