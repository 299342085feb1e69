import { MillraceError } from "../errors/index.js";
import { shortText } from "../records/short-text.js";
import type {
  Calculated,
  CastTypes,
  Coalesced,
  ColumnsOf,
  ColumnValue,
  ComputedValue,
  Expression,
  MergeNeeds,
  NeedAs,
  NeedsOf,
  NeedToCalculate,
  NeedToCompare,
  NoNeeds,
  Operand,
  ValueOfOperand,
} from "./expression.js";
import {
  CAST_TARGETS,
  type CastTarget,
  type ExpressionFunctionName,
  type ExpressionNode,
  type LiteralValue,
} from "./expression-node.js";
import { expressionText } from "./expression-text.js";

type Both<N, O> = MergeNeeds<N, NeedsOf<O>>;
type Compared<N, V, O> = FluentExpression<
  MergeNeeds<Both<N, O>, NeedToCompare<V, ValueOfOperand<O>>>,
  ComputedValue<ColumnsOf<V> | ColumnsOf<ValueOfOperand<O>>, boolean>
>;
type Computed<N, V, O> = FluentExpression<
  MergeNeeds<Both<N, O>, NeedToCalculate<V, ValueOfOperand<O>>>,
  Calculated<V, ValueOfOperand<O>>
>;
type Used<N, V, Kind extends string, R> = FluentExpression<
  MergeNeeds<N, NeedAs<V, Kind>>,
  ComputedValue<ColumnsOf<V>, R>
>;
type UsedWith<N, V, O, Kind extends string, R> = FluentExpression<
  MergeNeeds<Both<N, O>, MergeNeeds<NeedAs<V, Kind>, NeedAs<ValueOfOperand<O>, "string">>>,
  ComputedValue<ColumnsOf<V> | ColumnsOf<ValueOfOperand<O>>, R>
>;

/**
 * Builds expressions method by method. A null operand makes a null, save where the method says otherwise. What every function
 * means is rules [O80] to [O89] of the common API.
 * @public
 */
export class FluentExpression<N, V, A extends string | undefined = undefined> implements Expression<N, V, A> {
  declare readonly "~needs": N;
  declare readonly "~value": V;
  /** The expression as data. */
  readonly node: ExpressionNode;
  readonly alias: A;

  /** @internal */
  constructor(node: ExpressionNode, alias: A) {
    this.node = node;
    this.alias = alias;
  }

  /** Returns the expression as plans print it, such as `amount > 10 as large`; a parameter is its name. */
  toString(): string {
    const text = expressionText(this.node);
    return this.alias === undefined ? text : `${text} as ${this.alias}`;
  }

  /** Names the value, where it becomes a field of a row. */
  as<const B extends string>(name: B): FluentExpression<N, V, B> {
    return new FluentExpression<N, V, B>(this.node, name);
  }

  /** Is true when both are equal; NaN equals NaN. */
  eq<const O extends Operand>(other: O): Compared<N, V, O> {
    return call("eq", this, other);
  }

  /** Is true when both differ. */
  ne<const O extends Operand>(other: O): Compared<N, V, O> {
    return call("ne", this, other);
  }

  /** Is true when this comes before the other. */
  lt<const O extends Operand>(other: O): Compared<N, V, O> {
    return call("lt", this, other);
  }

  /** Is true when this comes before the other or equals it. */
  le<const O extends Operand>(other: O): Compared<N, V, O> {
    return call("le", this, other);
  }

  /** Is true when this comes after the other. */
  gt<const O extends Operand>(other: O): Compared<N, V, O> {
    return call("gt", this, other);
  }

  /** Is true when this comes after the other or equals it. */
  ge<const O extends Operand>(other: O): Compared<N, V, O> {
    return call("ge", this, other);
  }

  /** Is true when this is from `least` to `greatest`, both included. */
  between<const O extends Operand, const P extends Operand>(
    least: O,
    greatest: P,
  ): FluentExpression<
    MergeNeeds<Compared<N, V, O>["~needs"], Compared<N, V, P>["~needs"]>,
    ComputedValue<ColumnsOf<V> | ColumnsOf<ValueOfOperand<O>> | ColumnsOf<ValueOfOperand<P>>, boolean>
  > {
    return call("and", this.ge(least), this.le(greatest));
  }

  /** Is true when this equals one of the options. */
  isIn<const O extends LiteralValue>(options: readonly O[]): Compared<N, V, O> {
    return call("in", this, ...options);
  }

  /** Is true when this and all others are; false when one of them is false, whatever is null. */
  and<const O extends Operand>(other: O): Logical<N, V, O> {
    return call("and", this, other);
  }

  /** Is true when this or the other is, whatever is null; false when both are false. */
  or<const O extends Operand>(other: O): Logical<N, V, O> {
    return call("or", this, other);
  }

  /** Is true when this is false. */
  not(): Used<N, V, "boolean", boolean> {
    return call("not", this);
  }

  /** Is true when this is null, else false. */
  isNull(): FluentExpression<N, boolean> {
    return call("isNull", this);
  }

  /** Is false when this is null, else true. */
  isNotNull(): FluentExpression<N, boolean> {
    return call("isNotNull", this);
  }

  /** Is this, or the fallback when this is null. */
  coalesce<const O extends Operand>(
    fallback: O,
  ): FluentExpression<MergeNeeds<Both<N, O>, NeedToCompare<V, ValueOfOperand<O>>>, Coalesced<V, ValueOfOperand<O>>> {
    return call("coalesce", this, fallback);
  }

  /** Adds two numbers, bigints or decimals; kinds don't mix. */
  plus<const O extends Operand>(other: O): Computed<N, V, O> {
    return call("add", this, other);
  }

  /** Subtracts. */
  minus<const O extends Operand>(other: O): Computed<N, V, O> {
    return call("subtract", this, other);
  }

  /** Multiplies. */
  times<const O extends Operand>(other: O): Computed<N, V, O> {
    return call("multiply", this, other);
  }

  /** Divides numbers as JavaScript does; bigints are cut toward zero, and divided by zero they are null. */
  dividedBy<const O extends Operand>(other: O): Computed<N, V, O> {
    return call("divide", this, other);
  }

  /** Is the remainder, with the sign of this. */
  modulo<const O extends Operand>(other: O): Computed<N, V, O> {
    return call("modulo", this, other);
  }

  /** Changes the sign. */
  negate(): FluentExpression<MergeNeeds<N, NeedAs<V, "numeric">>, Calculated<V, V>> {
    return call("negate", this);
  }

  /** Is the value without its sign. */
  abs(): FluentExpression<MergeNeeds<N, NeedAs<V, "numeric">>, Calculated<V, V>> {
    return call("abs", this);
  }

  /** Rounds down. */
  floor(): Used<N, V, "number", number> {
    return call("floor", this);
  }

  /** Rounds up. */
  ceil(): Used<N, V, "number", number> {
    return call("ceil", this);
  }

  /** Rounds to the nearest integer, halves toward Infinity. */
  round(): Used<N, V, "number", number> {
    return call("round", this);
  }

  /** Is true when the string holds the other, or the list an element that equals it. */
  contains<const O extends Operand>(other: O): UsedWith<N, V, O, "text", boolean> {
    return call("contains", this, other);
  }

  /** Is true when the string begins with the other. */
  startsWith<const O extends Operand>(other: O): UsedWith<N, V, O, "string", boolean> {
    return call("startsWith", this, other);
  }

  /** Is true when the string ends with the other. */
  endsWith<const O extends Operand>(other: O): UsedWith<N, V, O, "string", boolean> {
    return call("endsWith", this, other);
  }

  /** Is the string in lower case, in no particular language. */
  lower(): Used<N, V, "string", string> {
    return call("lower", this);
  }

  /** Is the string in upper case, in no particular language. */
  upper(): Used<N, V, "string", string> {
    return call("upper", this);
  }

  /** Is the string without white space around it. */
  trim(): Used<N, V, "string", string> {
    return call("trim", this);
  }

  /** Counts UTF-16 units of a string, elements of a list, bytes of bytes. */
  length(): Used<N, V, "sized", number> {
    return call("length", this);
  }

  /** Puts strings together. */
  concat<const O extends Operand>(other: O): UsedWith<N, V, O, "string", string> {
    return call("concat", this, other);
  }

  /** Cuts a string from the 0-based `start` to before `end`, or to its end. */
  substring(start: number, end?: number): Used<N, V, "string", string> {
    return end === undefined ? call("substring", this, start) : call("substring", this, start, end);
  }

  /** Cuts a string at every occurrence of the separator. */
  split<const O extends Operand>(separator: O): UsedWith<N, V, O, "string", string[]> {
    return call("split", this, separator);
  }

  /** Turns the value into another type; null when it has no counterpart there. */
  cast<const C extends CastTarget>(target: C): FluentExpression<N, ComputedValue<ColumnsOf<V>, CastTypes[C]>> {
    requireCastTarget(target);
    return new FluentExpression<never, never>(
      { op: "call", name: "cast", args: [this.node], target },
      undefined,
    ) as unknown as FluentExpression<N, ComputedValue<ColumnsOf<V>, CastTypes[C]>>;
  }
}

type Logical<N, V, O> = FluentExpression<
  MergeNeeds<Both<N, O>, MergeNeeds<NeedAs<V, "boolean">, NeedAs<ValueOfOperand<O>, "boolean">>>,
  ComputedValue<ColumnsOf<V> | ColumnsOf<ValueOfOperand<O>>, boolean>
>;

/** Reads a field of the record by its path: `col("user.zip")`, `col(0)`. @public */
export function col<const K extends string | number>(path: K): FluentExpression<{ readonly any: K }, ColumnValue<K>> {
  return new FluentExpression({ op: "column", path: String(path) }, undefined);
}

/** Makes an expression of a constant, which plans show. Constants given to methods need no `lit`. @public */
export function lit<V extends LiteralValue>(value: V): FluentExpression<NoNeeds, V> {
  return new FluentExpression({ op: "literal", value: literalValue(value) }, undefined);
}

/** Makes an expression of a constant of which plans show the name, never the value. @public */
export function param<V extends LiteralValue>(name: string, value: V): FluentExpression<NoNeeds, V> {
  return new FluentExpression({ op: "parameter", name, value: literalValue(value) }, undefined);
}

/** Is `then` when the condition is true, else `otherwise`. @public */
export function when<C extends Expression<unknown, unknown>, const T extends Operand, const O extends Operand>(
  condition: C,
  then: T,
  otherwise: O,
): FluentExpression<
  MergeNeeds<MergeNeeds<NeedsOf<C>, NeedAs<ValueOfOperand<C>, "boolean">>, MergeNeeds<NeedsOf<T>, NeedsOf<O>>>,
  Chosen<ValueOfOperand<T>> | Chosen<ValueOfOperand<O>>
> {
  return call("if", condition, then, otherwise);
}

type Chosen<V> = V extends string
  ? string
  : V extends number
    ? number
    : V extends bigint
      ? bigint
      : V extends boolean
        ? boolean
        : V;

/** Tells whether a value is an expression, of this copy of the package or another. @internal */
export function isExpression(value: unknown): value is Expression<unknown, unknown> {
  if (typeof value !== "object" || value === null || !("node" in value)) return false;
  const { node } = value;
  return typeof node === "object" && node !== null && "op" in node;
}

// The types above say what comes out; at run time every function is the same kind of node.
function call<E>(name: ExpressionFunctionName, ...operands: readonly unknown[]): E {
  const args = operands.map((operand) => operandNode(operand, name));
  return new FluentExpression({ op: "call", name, args }, undefined) as E;
}

function kindText(value: unknown): string {
  if (value === undefined) return "undefined";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function requireCastTarget(target: unknown): void {
  if (CAST_TARGETS.includes(target as CastTarget)) return;
  throw new MillraceError({
    code: "INVALID_EXPRESSION",
    what: `There is no cast to ${shortText(target)}`,
    expected: `one of ${CAST_TARGETS.join(", ")}`,
  });
}

function operandNode(operand: unknown, name: string): ExpressionNode {
  return isExpression(operand) ? operand.node : { op: "literal", value: literalValue(operand, name) };
}

function literalValue(value: unknown, name?: string): LiteralValue {
  const isScalar = value === null || ["string", "number", "bigint", "boolean"].includes(typeof value);
  if (isScalar || value instanceof Date) return value as LiteralValue;
  throw new MillraceError({
    code: "INVALID_EXPRESSION",
    what: `${name === undefined ? "A constant" : `An operand of ${name}`} is ${kindText(value)}`,
    expected: "an expression, or a constant: null, a boolean, number, bigint, string or date",
    fix: 'To read a field of the record write col("name").',
  });
}
