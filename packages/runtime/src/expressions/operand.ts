import type { LiteralValue } from "@millrace/core";
import type { CodeBlock, CodeUnit } from "./code-block.js";
import { quoted } from "./code-block.js";

/**
 * Says what is known of a value when code is made. `int32` is a number that is no NaN, no -0 and no fraction; `millis` is a
 * timestamp as its number of milliseconds; `unknown` is any value, as JavaScript has it.
 * @internal
 */
export type OperandKind = "boolean" | "int32" | "number" | "bigint" | "string" | "millis" | "unknown";

/** Is a value in generated code. @internal */
export interface Operand {
  readonly kind: OperandKind;
  /** A name or a literal: cheap to write twice. */
  readonly text: string;
  /** Whether it may be null. */
  readonly isNullable: boolean;
  /** Its value where that is known when code is made: the value of a literal or a parameter. */
  readonly constant?: { readonly value: LiteralValue };
}

/** Is null where nothing else is known. @internal */
export const NULL_OPERAND: Operand = { kind: "unknown", text: "null", isNullable: true, constant: { value: null } };

/** Returns the operand for a constant. Values of parameters never stand in the text. @internal */
export function constantOperand(value: LiteralValue, isSecret: boolean, unit: CodeUnit): Operand {
  if (value === null) return NULL_OPERAND;
  const kind = kindOfConstant(value);
  const plain = value instanceof Date ? value.getTime() : value;
  const text = isSecret || typeof plain === "string" ? unit.constant("constant", plain) : literalText(plain);
  return { kind, text, isNullable: false, constant: { value } };
}

function kindOfConstant(value: Exclude<LiteralValue, null>): OperandKind {
  switch (typeof value) {
    case "boolean":
    case "bigint":
    case "string":
      return typeof value as "boolean" | "bigint" | "string";
    case "number":
      return (value | 0) === value && !Object.is(value, -0) ? "int32" : "number";
    default:
      return "millis";
  }
}

function literalText(value: boolean | number | bigint | string): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "bigint") return value < 0n ? `(${value}n)` : `${value}n`;
  if (Object.is(value, -0)) return "(-0)";
  return typeof value === "number" && value < 0 ? `(${value})` : String(value);
}

/** Tells whether the value is a number that may be NaN. @internal */
export function mayBeNaN({ kind, constant }: Operand): boolean {
  if (kind !== "number" && kind !== "millis") return false;
  return constant === undefined || Number.isNaN(Number(constant.value));
}

/** Tells whether the value is a number for certain, when it is not null. @internal */
export function isNumeric({ kind }: Operand): boolean {
  return kind === "int32" || kind === "number";
}

/** Returns the expression of an operand as JavaScript has it. @internal */
export function valueText({ kind, text, isNullable }: Operand): string {
  if (kind !== "millis") return text;
  return isNullable ? `(${text} === null ? null : new Date(${text}))` : `new Date(${text})`;
}

/** Returns the condition that one of the operands is null; undefined when none can be. @internal */
export function nullCondition(operands: readonly Operand[]): string | undefined {
  const tests = operands.filter((each) => each.isNullable).map((each) => `${each.text} === null`);
  return tests.length === 0 ? undefined : tests.join(" || ");
}

/** Returns the value of `expression`, computed once in `block`, or null where an operand is. @internal */
export function strictOperand(
  block: CodeBlock,
  operands: readonly Operand[],
  result: { readonly kind: OperandKind; readonly expression: string; readonly mayBeNull?: boolean },
): Operand {
  const isNull = nullCondition(operands);
  const { kind, expression, mayBeNull = false } = result;
  const text = block.local(isNull === undefined ? expression : `(${isNull}) ? null : ${expression}`);
  return { kind, text, isNullable: mayBeNull || isNull !== undefined };
}
