import { expect, test } from "vitest";
import { Decimal, isMillraceError } from "../src/index.js";

test("[DEC1] decimals print as they were read", () => {
  for (const text of ["0", "1", "-1", "0.00", "-0.05", "12.50", "123456789012345678901234567890.123"]) {
    expect(Decimal.of(text).toString()).toBe(text);
  }
  expect(Decimal.of("+7.").toString()).toBe("7");
  for (const text of ["", ".", "-", "1e3", "0x1", "1 ", "NaN", "1.2.3"]) {
    expect(() => Decimal.of(text), text).toThrow(/INVALID_ARGUMENT/);
  }
});

test("[DEC2] decimals compare and add by value, and never lose digits silently", () => {
  expect(Decimal.of("1.50").compareTo(Decimal.of("1.5"))).toBe(0);
  expect(Decimal.of("-1.51").compareTo(Decimal.of("-1.5"))).toBeLessThan(0);
  expect(Decimal.of("0.1").plus(Decimal.of("0.20")).toString()).toBe("0.30");
  expect(Decimal.of("1.500").withScale(1).toString()).toBe("1.5");
  expect(Decimal.of("12.25").toNumber()).toBe(12.25);
  try {
    Decimal.of("1.55").withScale(1);
    expect.unreachable();
  } catch (error) {
    expect(isMillraceError(error, "INVALID_ARGUMENT")).toBe(true);
  }
});
