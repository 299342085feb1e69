/**
 * What aggregates make of a list of values, as SQL has it: nulls are left out, and an aggregate of no values is null, save
 * that counts are 0. Numbers are added in the order in which they come, bigints and decimals exactly. Rules [O35] and [O38].
 */

import type { AggregateName } from "@millrace/common-api";
import { compareValues, Decimal, keyText, MillraceError, shortRecordText } from "@millrace/core";
import type { Compare } from "../keys/ordering.js";

/** Returns the aggregate of the values, ordered by `compare`; throws UNSUPPORTED_AGGREGATION for values that it cannot be computed over. */
export function aggregated(
  name: AggregateName,
  values: readonly unknown[],
  field: string,
  compare: Compare = compareValues,
): unknown {
  const present = values.filter((value) => value !== null);
  switch (name) {
    case "count":
      return present.length;
    case "countDistinct":
      return new Set(present.map(keyText)).size;
    case "sum":
      return present.length === 0 ? null : sumOf(present, name, field);
    case "avg":
      return present.length === 0 ? null : averageOf(sumOf(present, name, field), present.length);
    case "min":
      return extremeOf(present, compare, name, field);
    case "max":
      return extremeOf(present, (a, b) => compare(b, a), name, field);
  }
}

function sumOf(values: readonly unknown[], name: AggregateName, field: string): number | bigint | Decimal {
  return values.reduce((sum, value) => {
    if (typeof sum === "number" && typeof value === "number") return sum + value;
    if (typeof sum === "bigint" && typeof value === "bigint") return sum + value;
    if (sum instanceof Decimal && value instanceof Decimal) return sum.plus(value);
    throw unsupported(name, field, value, "numbers only, bigints only or decimals only");
  }, zeroOf(values[0])) as number | bigint | Decimal;
}

function zeroOf(value: unknown): unknown {
  if (typeof value === "bigint") return 0n;
  return value instanceof Decimal ? new Decimal(0n, value.scale) : 0;
}

function averageOf(sum: number | bigint | Decimal, count: number): number {
  return (sum instanceof Decimal ? sum.toNumber() : Number(sum)) / count;
}

function extremeOf(values: readonly unknown[], compare: Compare, name: AggregateName, field: string): unknown {
  return values.reduce((best, value) => {
    if (best === null) return value;
    if (kindOf(best) !== kindOf(value)) throw unsupported(name, field, value, "values of one kind");
    return compare(value, best) < 0 ? value : best;
  }, null);
}

function kindOf(value: unknown): string {
  return typeof value === "object" ? Object.prototype.toString.call(value) : typeof value;
}

function unsupported(name: AggregateName, field: string, value: unknown, expected: string): MillraceError {
  return new MillraceError({
    code: "UNSUPPORTED_AGGREGATION",
    what: `${name} meets the value ${shortRecordText(value)}`,
    expected,
    where: { field },
  });
}
