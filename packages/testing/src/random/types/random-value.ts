/**
 * Draws values with all the hazards that have bitten serializers, comparators and hash tables. Values of one type come from
 * a small pool shared by all sources of a plan, early ones more often, so that keys meet in joins, groups have several
 * records, and some keys are far more frequent than others.
 */
import { Decimal } from "@millrace/core";
import type { PendingDraws } from "../draws.js";
import type { PlanRandom } from "../plan-random.js";
import type { Shape } from "./shape.js";
import { Point, typeText, type ValueField, type ValueType } from "./value-type.js";

const STRINGS = ["a", "b", "", "ab", "B", "ä", "\u{1f600}", "\ud800", "z\u0000", 'c,"d"', "\udc00\ud800", "10", "9"];
const PLAIN_STRINGS = ["a", "b", "", "ab", "B", "\u00e4", 'c,"d"', "it's", "10", "9"];
const LONG_STRING = "long ".repeat(400);
const NUMBERS = [0, NaN, -0, 2.5, NaN, 1, -0, 2 ** 53, Infinity, -Infinity, 2 ** 53 + 2, 0.1, 5e-324, 1.7e308, NaN];
const INTEGERS = [0, 1, 2, 3, -1, 7, 2147483647, -2147483648, 100];
const LONGS = [0n, 1n, -1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), 2n];
const TIMES = [0, 1, 86_400_000, NaN, -1, 8.64e15, 1_700_000_000_123];
const BYTES = [[], [0], [255], [0, 1], [1, 0]];
const DECIMALS = ["0.00", "1.50", "-1.50", "12345678.90", "0.01"];

/** Draws the records of a plan's sources. @internal */
export class ValueDrawer {
  readonly #random: PlanRandom;
  readonly #counts: PendingDraws;
  readonly #hasOddText: boolean;
  readonly #pools = new Map<string, readonly unknown[]>();

  /** @param hasOddText - whether strings may be what not every system has: no UTF-8, zero characters, more than 16 bits */
  constructor(random: PlanRandom, counts: PendingDraws, hasOddText = true) {
    this.#random = random;
    this.#counts = counts;
    this.#hasOddText = hasOddText;
  }

  /** Draws `count` records of a shape. */
  records(shape: Shape, count: number): unknown[] {
    const records: unknown[] = [];
    if (count === 0) this.#counts.add("data", "empty set");
    for (let i = 0; i < count; i++) {
      const isCopy = records.length > 0 && this.#random.chance(0.08);
      if (isCopy) this.#counts.add("data", "duplicate record");
      records.push(isCopy ? structuredCopy(this.#random.pick(records)) : this.#record(shape));
    }
    this.#countShape(shape);
    return records;
  }

  #record(shape: Shape): unknown {
    if (shape.kind === "row") return this.#row(shape.fields);
    if (shape.kind === "tuple") return shape.fields.map((f) => this.#value(f.type));
    return this.#value((shape.fields[0] as ValueField).type);
  }

  #row(fields: readonly ValueField[]): Record<string, unknown> {
    const row: Record<string, unknown> = {};
    for (const { name, type } of fields) {
      const value = this.#value(type);
      if (value !== undefined) row[name] = value;
      else this.#counts.add("data", "absent field");
    }
    return row;
  }

  #value(type: ValueType): unknown {
    switch (type.kind) {
      case "row":
        return this.#row(type.fields);
      case "tuple":
        return type.elements.map((element) => this.#value(element));
      case "variant": {
        const { name, fields } = this.#random.pick(type.cases);
        return { [type.tag]: name, ...this.#row(fields) };
      }
      case "array":
        return this.#items(() => this.#value(type.element));
      case "map":
        return new Map(this.#items(() => [this.#value(type.key), this.#value(type.value)] as const));
      case "nullable":
        if (!this.#random.chance(0.25)) return this.#value(type.inner);
        this.#counts.add("data", "null");
        return null;
      case "optional":
        return this.#random.chance(0.3) ? undefined : this.#value(type.inner);
      case "any":
        this.#counts.add("data", "several layouts in one field");
        return this.#value(this.#random.pick(type.alternatives));
      default:
        return this.#pooled(type);
    }
  }

  #items<T>(draw: () => T): T[] {
    const length = this.#random.below(4);
    if (length === 0) this.#counts.add("data", "empty collection");
    return Array.from({ length }, draw);
  }

  /** Makes every value anew: an object from the pool that two records shared would be a hazard of its own kind. */
  #pooled(type: ValueType): unknown {
    const key = type.kind === "number" || type.kind === "int64" ? `${typeText(type)}/${type.bits}` : typeText(type);
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      const candidates = type.kind === "string" && !this.#hasOddText ? PLAIN_STRINGS : candidatesOf(type);
      pool = this.#random.sample(candidates, 2, 8);
      this.#pools.set(key, pool);
    }
    this.#counts.add("data", "skewed key");
    const value = this.#random.pickSkewed(pool);
    this.#countHazards(type, value);
    return materialize(type, value);
  }

  #countHazards(type: ValueType, value: unknown): void {
    const hazard = hazardOf(type, value);
    if (hazard !== undefined) this.#counts.add("data", hazard);
  }

  #countShape(shape: Shape): void {
    for (const { name, type } of shape.fields) {
      if (shape.kind === "row" && !/^[a-h]$/.test(name)) this.#counts.add("data", "odd field name");
      countTypes(this.#counts, type);
    }
  }
}

function countTypes(counts: PendingDraws, type: ValueType): void {
  counts.add("type", type.kind === "number" ? type.declared : type.kind);
  const parts: readonly ValueType[] =
    type.kind === "nullable" || type.kind === "optional"
      ? [type.inner]
      : type.kind === "row"
        ? type.fields.map((f) => f.type)
        : type.kind === "tuple"
          ? type.elements
          : [];
  for (const part of parts) countTypes(counts, part);
}

function candidatesOf(type: ValueType): readonly unknown[] {
  switch (type.kind) {
    case "boolean":
      return [true, false];
    case "number":
      if (type.declared === "int32") return INTEGERS;
      return type.bits === undefined ? NUMBERS : [0, 1, -0, 2.5, -1, 0.125, 1000, 7, 3];
    case "int64":
      return type.bits === 63 ? LONGS : [0n, 1n, 2n ** 53n + 1n, -(2n ** 55n) - 1n, 3n, -1n];
    case "decimal":
      return DECIMALS;
    case "string":
      return [...STRINGS, LONG_STRING];
    case "enum":
      return type.values;
    case "timestamp":
      return TIMES;
    case "bytes":
      return BYTES;
    case "custom":
      return [
        [0, 0],
        [1, -1],
        [1, 2],
      ];
    default:
      throw new Error(`there is no pool of ${type.kind}`);
  }
}

function materialize(type: ValueType, value: unknown): unknown {
  switch (type.kind) {
    case "timestamp":
      return new Date(value as number);
    case "bytes":
      return Uint8Array.from(value as number[]);
    case "decimal":
      return Decimal.of(value as string);
    case "custom":
      return new Point((value as [number, number])[0], (value as [number, number])[1]);
    default:
      return value;
  }
}

function hazardOf(type: ValueType, value: unknown): string | undefined {
  switch (type.kind) {
    case "number":
      if (Number.isNaN(value)) return "NaN";
      if (Object.is(value, -0)) return "-0";
      if (value === Infinity || value === -Infinity) return "infinity";
      return Math.abs(value as number) === 2 ** 53 ? "2^53" : undefined;
    case "int64":
      return value === 2n ** 63n - 1n || value === -(2n ** 63n) ? "bigint limit" : undefined;
    case "timestamp":
      return Number.isNaN(value) ? "invalid date" : undefined;
    case "string":
      return hazardOfString(value as string);
    default:
      return undefined;
  }
}

function hazardOfString(value: string): string | undefined {
  if (value === "") return "empty string";
  if (value === LONG_STRING) return "long string";
  if (/\p{Surrogate}/u.test(value)) return "lone surrogate";
  return value === "\u{1f600}" ? "4-byte text" : undefined;
}

function structuredCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCopy);
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof Uint8Array) return value.slice();
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [structuredCopy(k), structuredCopy(v)]));
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, structuredCopy(v)]));
}
