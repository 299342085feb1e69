/**
 * Arithmetic of expressions. Two numbers give a number by the rules of JavaScript, so overflow is Infinity and 0/0 is NaN; two
 * bigints give an exact bigint; two decimals an exact decimal. Kinds do not mix.
 */
import { Decimal } from "../../types/decimal.js";
import { invalidOperand } from "./operands.js";

const EXPECTED = "two numbers, two bigints or two decimals";

export function add(a: unknown, b: unknown): unknown {
  if (typeof a === "number" && typeof b === "number") return a + b;
  if (typeof a === "bigint" && typeof b === "bigint") return a + b;
  if (a instanceof Decimal && b instanceof Decimal) return a.plus(b);
  throw mixed("add", a, b);
}

export function subtract(a: unknown, b: unknown): unknown {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "bigint" && typeof b === "bigint") return a - b;
  if (a instanceof Decimal && b instanceof Decimal) return a.plus(new Decimal(-b.unscaled, b.scale));
  throw mixed("subtract", a, b);
}

export function multiply(a: unknown, b: unknown): unknown {
  if (typeof a === "number" && typeof b === "number") return a * b;
  if (typeof a === "bigint" && typeof b === "bigint") return a * b;
  if (a instanceof Decimal && b instanceof Decimal) return new Decimal(a.unscaled * b.unscaled, a.scale + b.scale);
  throw mixed("multiply", a, b);
}

/** Bigints are cut toward zero, and divided by zero they are null; decimals have no quotient that is exact. */
export function divide(a: unknown, b: unknown): unknown {
  if (typeof a === "number" && typeof b === "number") return a / b;
  if (typeof a === "bigint" && typeof b === "bigint") return b === 0n ? null : a / b;
  throw mixed("divide", a, b);
}

/** The remainder has the sign of the dividend. */
export function modulo(a: unknown, b: unknown): unknown {
  if (typeof a === "number" && typeof b === "number") return a % b;
  if (typeof a === "bigint" && typeof b === "bigint") return b === 0n ? null : a % b;
  throw mixed("modulo", a, b);
}

export function negate(a: unknown): unknown {
  if (typeof a === "number" || typeof a === "bigint") return -a;
  if (a instanceof Decimal) return new Decimal(-a.unscaled, a.scale);
  throw invalidOperand("negate", a, "a number, bigint or decimal");
}

export function absolute(a: unknown): unknown {
  if (typeof a === "number") return Math.abs(a);
  if (typeof a === "bigint") return a < 0n ? -a : a;
  if (a instanceof Decimal) return a.unscaled < 0n ? new Decimal(-a.unscaled, a.scale) : a;
  throw invalidOperand("abs", a, "a number, bigint or decimal");
}

/** Halves are rounded toward Infinity, as `Math.round` does. Bigints are whole already. */
export function rounded(a: unknown, how: "floor" | "ceil" | "round"): unknown {
  if (typeof a === "number") return Math[how](a);
  if (typeof a === "bigint") return a;
  throw invalidOperand(how, a, "a number or bigint");
}

function mixed(name: string, a: unknown, b: unknown) {
  const isNumeric = typeof a === "number" || typeof a === "bigint" || a instanceof Decimal;
  return invalidOperand(
    name,
    isNumeric ? b : a,
    name === "divide" || name === "modulo" ? "two numbers or two bigints" : EXPECTED,
  );
}
