/**
 * What aggregates make of values one by one, as SQL has it: nulls are left out, and an aggregate of no values is null, save that counts are 0.
 * Numbers are added in the order in which they come, bigints and decimals exactly. Rules [O35] and [O39].
 */
import {
  type AnyType,
  compareTyped,
  compareValues,
  Decimal,
  MillraceError,
  parseFieldPath,
  resolveField,
  shortRecordText,
} from "@millrace/core";
import type { AggregateFunctionName } from "@millrace/job-graph";
import type { StreamLayout } from "../../rows/stream-layout.js";

/** Compares two values: negative when the first comes first. */
export type ValueCompare = (a: unknown, b: unknown) => number;

/** Is the state of an aggregate as data: how many values there were, where that matters, and what they amount to. */
export type PartialAggregate = readonly [numValues: number, value: unknown];

/** Distinct values are counted elsewhere, since they have to be kept. */
type ValueAggregateName = Exclude<AggregateFunctionName, "countDistinct">;

/** Computes one aggregate over values that it is given one by one. */
export class ValueAggregate {
  readonly #name: ValueAggregateName;
  /** Names the argument in errors. */
  readonly #field: string;
  readonly #compare: ValueCompare;
  #numValues = 0;
  #value: unknown = null;

  constructor(name: ValueAggregateName, field: string, compare: ValueCompare) {
    this.#name = name;
    this.#field = field;
    this.#compare = compare;
  }

  /** Begins anew. */
  clear(): void {
    this.#numValues = 0;
    this.#value = null;
  }

  /** Takes a value; throws UNSUPPORTED_AGGREGATION for one that it can't be computed over. */
  add(value: unknown): void {
    if (value === null || value === undefined) return;
    this.#numValues++;
    switch (this.#name) {
      case "count":
        break;
      case "sum":
      case "avg":
        this.#addToSum(value);
        break;
      case "min":
      case "max":
        this.#keep(value);
        break;
    }
  }

  /** Takes the state of another one of the same kind. */
  merge([numValues, value]: PartialAggregate): void {
    if (value !== null && this.#name !== "count") this.add(value);
    this.#numValues += numValues - (this.#name !== "count" && value !== null ? 1 : 0);
  }

  /** Returns the state. */
  partial(): PartialAggregate {
    return [this.#numValues, this.#value];
  }

  /** Returns the aggregate of all values so far. */
  result(): unknown {
    switch (this.#name) {
      case "count":
        return this.#numValues;
      case "avg":
        return this.#value === null ? null : numberOf(this.#value) / this.#numValues;
      default:
        return this.#value;
    }
  }

  #addToSum(value: unknown): void {
    const sum = this.#value ?? zeroOf(value);
    if (typeof sum === "number" && typeof value === "number") this.#value = sum + value;
    else if (typeof sum === "bigint" && typeof value === "bigint") this.#value = sum + value;
    else if (sum instanceof Decimal && value instanceof Decimal) this.#value = sum.plus(value);
    else throw this.#unsupported(value, "numbers only, bigints only or decimals only");
  }

  #keep(value: unknown): void {
    const best = this.#value;
    if (best === null) {
      this.#value = value;
      return;
    }
    if (kindOf(best) !== kindOf(value)) throw this.#unsupported(value, "values of one kind");
    const order = this.#compare(value, best);
    if (this.#name === "min" ? order < 0 : order > 0) this.#value = value;
  }

  #unsupported(value: unknown, expected: string): MillraceError {
    return new MillraceError({
      code: "UNSUPPORTED_AGGREGATION",
      what: `${this.#name} meets the value ${shortRecordText(value)}`,
      expected,
      where: { field: this.#field },
    });
  }
}

function zeroOf(value: unknown): unknown {
  if (typeof value === "bigint") return 0n;
  return value instanceof Decimal ? new Decimal(0n, value.scale) : 0;
}

function numberOf(sum: unknown): number {
  return sum instanceof Decimal ? sum.toNumber() : Number(sum);
}

function kindOf(value: unknown): string {
  return typeof value === "object" ? Object.prototype.toString.call(value) : typeof value;
}

/** Returns the order of the values at `path` of rows of a layout: enums by position, custom types by their keys. */
export function orderOfField(path: string, { layout }: StreamLayout): ValueCompare {
  try {
    const { type } = resolveField(layout.type, parseFieldPath(path));
    return ordersByType(type as AnyType) ? (a, b) => compareTyped(type, a, b) : compareValues;
  } catch {
    // Undeclared records may lack the field; then nothing says more of its values than they do.
    return compareValues;
  }
}

/** Tells whether values of a type have an order that they do not have without it. What was discovered may change: it never has. */
function ordersByType(type: AnyType): boolean {
  switch (type.kind) {
    case "enum":
      // An enum of no values is the type of what was always null.
      return type.values.length > 0;
    case "custom":
      return true;
    case "nullable":
    case "optional":
      return ordersByType(type.inner);
    case "array":
      return ordersByType(type.element);
    case "map":
      return ordersByType(type.key) || ordersByType(type.value);
    case "tuple":
      return type.elements.some(ordersByType);
    case "row":
      return type.fields.some((field) => ordersByType(field.type));
    case "variant":
      return type.cases.some((each) => ordersByType(each.type));
    default:
      return false;
  }
}
