import { MillraceError } from "@millrace/core";
import { shortRecordText } from "../subtask/record-text.js";

/** Returns a truth value, or null; throws INVALID_EXPRESSION for anything else. */
export function asBoolean(value: unknown, name: string): boolean | null {
  if (typeof value === "boolean" || value === null) return value;
  throw invalidOperand(name, value, "true, false or null");
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
