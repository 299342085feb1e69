import { MillraceError } from "../../errors/index.js";
import { compareValues } from "../../keys/index.js";
import { Decimal } from "../../types/decimal.js";
import { shortRecordText } from "../../user-code/record-text.js";

/** Returns a truth value, or null; throws INVALID_EXPRESSION for anything else. @internal */
export function asBoolean(value: unknown, name: string): boolean | null {
  if (typeof value === "boolean" || value === null) return value;
  throw invalidOperand(name, value, "true, false or null");
}

/**
 * Compares two operands in the order of values. Enums are their strings here; a value of a custom type, whose equality only
 * its own serializer knows, is INVALID_EXPRESSION.
 * @internal
 */
export function compareOperands(a: unknown, b: unknown, name: string): number {
  for (const operand of [a, b]) {
    if (isInstance(operand)) throw invalidOperand(name, operand, "values that are plain data");
  }
  return compareValues(a, b);
}

function isInstance(value: unknown): boolean {
  if (typeof value !== "object" || value === null || value instanceof Decimal) return false;
  const prototype = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === null || Array.isArray(value);
  return !isPlain && Object.prototype.toString.call(value) === "[object Object]";
}

/** Makes the error for an operand of a kind that a function cannot take. */
export function invalidOperand(name: string, value: unknown, expected: string): MillraceError {
  return new MillraceError({
    code: "INVALID_EXPRESSION",
    what: `The function ${name} of an expression got ${shortRecordText(value)}`,
    expected,
    fix: "Cast the operand, or use a function of the record instead of an expression.",
  });
}
