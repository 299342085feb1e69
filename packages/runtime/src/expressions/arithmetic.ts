/** Arithmetic of expressions in generated code: rules [O84] and [O85] of the common API. */
import { applyStrict, type CallNode } from "@millrace/core";
import type { CodeBlock } from "./code-block.js";
import { isNumeric, type Operand, type OperandKind, strictOperand, valueText } from "./operand.js";

/** Is how a function is written for numbers and for bigints; undefined where JavaScript has no such operator. */
interface Operator {
  readonly numArgs: 1 | 2;
  readonly ofNumbers: (a: string, b: string) => string;
  readonly ofBigints: ((a: string, b: string) => string) | undefined;
  /** Whether bigints may have no result, which is null. */
  readonly mayBeNull?: boolean;
}

const infix = (operator: string) => (a: string, b: string) => `${a} ${operator} ${b}`;
const unlessZero = (operator: string) => (a: string, b: string) => `(${b} === 0n ? null : ${a} ${operator} ${b})`;

const OPERATORS: Readonly<Record<string, Operator | undefined>> = {
  add: { numArgs: 2, ofNumbers: infix("+"), ofBigints: infix("+") },
  subtract: { numArgs: 2, ofNumbers: infix("-"), ofBigints: infix("-") },
  multiply: { numArgs: 2, ofNumbers: infix("*"), ofBigints: infix("*") },
  divide: { numArgs: 2, ofNumbers: infix("/"), ofBigints: unlessZero("/"), mayBeNull: true },
  modulo: { numArgs: 2, ofNumbers: infix("%"), ofBigints: unlessZero("%"), mayBeNull: true },
  negate: { numArgs: 1, ofNumbers: (a) => `-${a}`, ofBigints: (a) => `-${a}` },
  abs: { numArgs: 1, ofNumbers: (a) => `Math.abs(${a})`, ofBigints: (a) => `(${a} < 0n ? -${a} : ${a})` },
  floor: { numArgs: 1, ofNumbers: (a) => `Math.floor(${a})`, ofBigints: (a) => a },
  ceil: { numArgs: 1, ofNumbers: (a) => `Math.ceil(${a})`, ofBigints: (a) => a },
  round: { numArgs: 1, ofNumbers: (a) => `Math.round(${a})`, ofBigints: (a) => a },
};

/** Tells whether a function is arithmetic, and has as many arguments as it takes. */
export function isArithmetic(name: string, numArgs: number): boolean {
  return OPERATORS[name]?.numArgs === numArgs;
}

/** Returns the code of a function of one or two numbers, bigints or decimals. */
export function arithmetic(node: CallNode, args: readonly Operand[], block: CodeBlock): Operand {
  const operator = OPERATORS[node.name]!;
  const [a = "", b = ""] = args.map(({ text }) => text);
  const mayBeNull = operator.mayBeNull === true;
  if (args.every(isNumeric)) {
    return strictOperand(block, args, { kind: "number", expression: operator.ofNumbers(a, b) });
  }
  if (operator.ofBigints !== undefined && args.every(({ kind }) => kind === "bigint")) {
    return strictOperand(block, args, { kind: "bigint", expression: operator.ofBigints(a, b), mayBeNull });
  }
  block.canFail = true;
  const slow = `${block.unit.helper("applyStrict", applyStrict)}(${block.unit.constant("node", node)}, [${args.map(valueText).join(", ")}])`;
  const unknown = args.filter(({ kind }) => kind === "unknown");
  // Kinds do not mix: one known operand tells the kind of the result, or the slow way throws.
  const known = args.find(({ kind }) => kind !== "unknown");
  const kind: OperandKind =
    known === undefined ? "unknown" : isNumeric(known) ? "number" : known.kind === "bigint" ? "bigint" : "unknown";
  if (kind === "bigint" || unknown.length === 0 || (known !== undefined && !isNumeric(known))) {
    return strictOperand(block, args, { kind, expression: slow, mayBeNull: true });
  }
  const areNumbers = unknown.map(({ text }) => `typeof ${text} === "number"`).join(" && ");
  const expression = `(${areNumbers} ? ${operator.ofNumbers(a, b)} : ${slow})`;
  return strictOperand(block, args, { kind, expression, mayBeNull: mayBeNull && kind !== "number" });
}
