/**
 * Is an expression as data: what plans hold, engines evaluate and readers are given. It has a JSON form.
 * @public
 */
export type ExpressionNode = ColumnNode | LiteralNode | ParameterNode | CallNode;

/** Reads a field of the record by its path, such as `user.zip` or `0`; `*` is the record itself. @public */
export interface ColumnNode {
  readonly op: "column";
  /** A field path as users write it. */
  readonly path: string;
}

/** Is a constant that plans show. @public */
export interface LiteralNode {
  readonly op: "literal";
  /** The constant. */
  readonly value: LiteralValue;
}

/** Is a captured constant: plans show its name, never its value. @public */
export interface ParameterNode {
  readonly op: "parameter";
  /** The name that plans show. */
  readonly name: string;
  /** The captured value; plans, logs and errors never show it. */
  readonly value: LiteralValue;
}

/** Applies a function to arguments. @public */
export interface CallNode {
  readonly op: "call";
  /** Names the function. */
  readonly name: ExpressionFunctionName;
  /** The arguments, in order. */
  readonly args: readonly ExpressionNode[];
  /** The target of a `cast`; absent for other functions. */
  readonly target?: CastTarget;
}

/** Is a constant in an expression. @public */
export type LiteralValue = null | boolean | number | bigint | string | Date;

/** Names a type that an expression can be cast to. @public */
export type CastTarget = "boolean" | "int32" | "int64" | "float64" | "string" | "timestamp";

/** Lists what an expression can be cast to. @internal */
export const CAST_TARGETS: readonly CastTarget[] = ["boolean", "int32", "int64", "float64", "string", "timestamp"];

/** Names a function of expressions. Its meaning is a rule of the dataset package's SPEC.md. @public */
export type ExpressionFunctionName =
  | "eq"
  | "ne"
  | "lt"
  | "le"
  | "gt"
  | "ge"
  | "and"
  | "or"
  | "not"
  | "add"
  | "subtract"
  | "multiply"
  | "divide"
  | "modulo"
  | "negate"
  | "abs"
  | "floor"
  | "ceil"
  | "round"
  | "contains"
  | "startsWith"
  | "endsWith"
  | "lower"
  | "upper"
  | "trim"
  | "length"
  | "concat"
  | "substring"
  | "split"
  | "isNull"
  | "isNotNull"
  | "coalesce"
  | "in"
  | "if"
  | "cast";
