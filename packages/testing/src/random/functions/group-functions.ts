/**
 * Functions of groups. What makes their results independent of the order of a group, and of how it was cut into parts:
 *
 * - Reduces merge field by field with an associative and commutative operation: a sum that wraps or is exact, or the
 *   greatest in the total order of values. Only fields of the key may be taken from either record, since they are equal.
 * - Group functions summarise the group by such merges and a count, or list it after a sort of all that they look at.
 */
import { compareValues, keyText } from "@millrace/core";
import type { PlanRandom } from "../plan-random.js";
import { propertyText, readField, readText, type Shape, uniqueName } from "../types/shape.js";
import {
  afterFunction,
  COUNT,
  INT,
  LONG,
  mayBeNull,
  STRING,
  type ValueField,
  type ValueType,
  withoutNull,
} from "../types/value-type.js";

/** Merges two values of a field. @internal */
export interface Merge {
  readonly text: (a: string, b: string) => string;
  readonly apply: (a: unknown, b: unknown) => unknown;
  /** The type after any number of merges of `count` records. */
  readonly result: ValueType;
}

/** No partial sum may need more bits than this; a double has 53, 3 of which are for eighths. */
const MAX_SUM_BITS = 49;

/** Returns the greater of two values in the total order; of equal ones the first. @internal */
export function greatest(a: unknown, b: unknown): unknown {
  return compareValues(a, b) >= 0 ? a : b;
}

/** Returns the lesser of two values in the total order; of equal ones the first. @internal */
export function least(a: unknown, b: unknown): unknown {
  return compareValues(a, b) <= 0 ? a : b;
}

/** Draws an associative and commutative operation on the values of a type, of groups of up to `maxRecords`. @internal */
export function drawMerge(random: PlanRandom, type: ValueType, maxRecords: number): Merge {
  const sum = sumOf(withoutNull(type), maxRecords);
  if (sum !== undefined && random.chance(0.6)) return mayBeNull(type) ? nullAsIdentity(sum) : sum;
  const result = afterFunction(type);
  return random.chance(0.5)
    ? { text: (a, b) => `greatest(${a}, ${b})`, apply: greatest, result }
    : { text: (a, b) => `least(${a}, ${b})`, apply: least, result };
}

function sumOf(type: ValueType, maxRecords: number): Merge | undefined {
  if (type.kind === "int64") {
    return {
      text: (a, b) => `BigInt.asIntN(64, ${a} + ${b})`,
      apply: (a, b) => BigInt.asIntN(64, (a as bigint) + (b as bigint)),
      result: LONG,
    };
  }
  if (type.kind !== "number" || type.bits === undefined) return undefined;
  if (type.declared === "int32") {
    return { text: (a, b) => `(${a} + ${b}) | 0`, apply: (a, b) => ((a as number) + (b as number)) | 0, result: INT };
  }
  const bits = sumBits(type.bits, maxRecords);
  if (bits > MAX_SUM_BITS) return undefined;
  return {
    text: (a, b) => `${a} + ${b}`,
    apply: (a, b) => (a as number) + (b as number),
    result: { kind: "number", declared: "float64", bits },
  };
}

/** Returns how many bits a sum of `count` values of `bits` bits may need. @internal */
export function sumBits(bits: number, count: number): number {
  return bits + Math.ceil(Math.log2(count + 1));
}

/** Returns whether sums of a field are exact, and the type of the sum. @internal */
export function exactSumType(type: ValueType, maxRecords: number): ValueType | undefined {
  if (type.kind === "int64") {
    const bits = sumBits(type.bits, maxRecords);
    return bits <= 62 ? { kind: "int64", bits } : undefined;
  }
  if (type.kind !== "number" || type.bits === undefined) return undefined;
  const bits = sumBits(type.bits, maxRecords);
  return bits <= MAX_SUM_BITS ? { kind: "number", declared: "float64", bits } : undefined;
}

function nullAsIdentity(merge: Merge): Merge {
  return {
    text: (a, b) => `mergeNullable(${a}, ${b}, (a, b) => ${merge.text("a", "b")})`,
    apply: (a, b) => (a == null ? b : b == null ? a : merge.apply(a, b)),
    result: { kind: "nullable", inner: merge.result },
  };
}

/** Is a reduce of whole records. @internal */
export interface RecordMerge {
  readonly shape: Shape;
  readonly text: string;
  readonly features: readonly string[];
  readonly apply: (a: unknown, b: unknown) => unknown;
}

/** Draws a merge of records of a shape, of which the fields `keyFields` are equal. @internal */
export function drawRecordMerge(
  random: PlanRandom,
  shape: Shape,
  keyFields: ReadonlySet<string>,
  maxRecords: number,
): RecordMerge {
  const merges = shape.fields.map((field) => ({
    field,
    merge: keyFields.has(field.name) ? undefined : drawMerge(random, field.type, maxRecords),
  }));
  const fields = merges.map(({ field, merge }) => ({
    name: field.name,
    type: merge?.result ?? afterFunction(field.type),
  }));
  const merged = merges.flatMap(({ field, merge }) => (merge === undefined ? [] : [{ field, merge }]));
  const textOf = ({ field, merge }: { field: ValueField; merge: Merge }): string =>
    merge.text(readText("a", field.name), readText("b", field.name));
  const mergedValue = ({ field, merge }: { field: ValueField; merge: Merge }, a: unknown, b: unknown): unknown =>
    merge.apply(readField(a, field.name), readField(b, field.name)) ?? null;
  const result: Shape = { kind: shape.kind, fields };
  if (shape.kind === "scalar") {
    const only = merged[0];
    if (only === undefined) return { shape: result, text: "a", features: [], apply: (a) => a };
    return { shape: result, text: textOf(only), features: [], apply: (a, b) => mergedValue(only, a, b) };
  }
  if (random.chance(0.5)) {
    return {
      shape: result,
      text: `{ ${merged.map((m) => `${readText("a", m.field.name)} = ${textOf(m)}; `).join("")}return a; }`,
      features: ["mutates its record"],
      apply: (a, b) => {
        for (const m of merged) (a as Record<string, unknown>)[m.field.name] = mergedValue(m, a, b);
        return a;
      },
    };
  }
  if (shape.kind === "tuple") {
    return {
      shape: result,
      text: `[${merges.map(({ field, merge }) => (merge === undefined ? readText("a", field.name) : textOf({ field, merge }))).join(", ")}]`,
      features: [],
      apply: (a, b) =>
        merges.map(({ field, merge }) =>
          merge === undefined ? readField(a, field.name) : mergedValue({ field, merge }, a, b),
        ),
    };
  }
  return {
    shape: result,
    text: `({ ...a, ${merged.map((m) => `${propertyText(m.field.name)}: ${textOf(m)}`).join(", ")} })`,
    features: [],
    apply: (a, b) => ({
      ...(a as object),
      ...Object.fromEntries(merged.map((m) => [m.field.name, mergedValue(m, a, b)])),
    }),
  };
}

/** Summarises a group into one record. @internal */
export interface GroupSummary {
  readonly shape: Shape;
  /** The expression, in the variable `values`. */
  readonly text: string;
  readonly features: readonly string[];
  readonly apply: (values: Iterable<unknown>) => Record<string, unknown>;
  /** Merges the summaries of two parts of one group. */
  readonly merge: (a: Record<string, unknown>, b: Record<string, unknown>) => Record<string, unknown>;
}

interface SummaryColumn {
  readonly name: string;
  readonly source: ValueField;
  readonly merge: Merge | undefined;
}

/**
 * Draws a summary: the fields of the key, merges of other fields, a count, and, of a sorted group, a hash of the sorted
 * fields in their order.
 * @internal
 */
export function drawSummary(
  random: PlanRandom,
  shape: Shape,
  keyFields: ReadonlySet<string>,
  sortedFields: readonly string[],
  maxRecords: number,
): GroupSummary {
  const others = random.sample(
    shape.fields.filter((f) => !keyFields.has(f.name)),
    0,
    3,
  );
  const keys = shape.fields.filter((f) => keyFields.has(f.name));
  const taken = new Set(["count", "sequence"]);
  const columns: SummaryColumn[] = [
    ...keys.map((source) => ({ name: uniqueName(columnName(source.name), taken), source, merge: undefined })),
    ...others.map((source) => ({
      name: uniqueName(columnName(source.name), taken),
      source,
      merge: drawMerge(random, source.type, maxRecords),
    })),
  ];
  const mutates = shape.kind !== "scalar" && random.chance(0.3);
  const fields: ValueField[] = columns.map((c) => ({
    name: c.name,
    type: c.merge?.result ?? afterFunction(c.source.type),
  }));
  fields.push({ name: "count", type: COUNT });
  if (sortedFields.length > 0) fields.push({ name: "sequence", type: STRING });
  const details = columns.map((c) => `${c.name}: ${c.merge === undefined ? "key" : c.merge.text("a", "b")}`);
  return {
    shape: { kind: "row", fields },
    text: `summary(values, { ${[...details, ...sortedFields.map((f) => `sequence: ${JSON.stringify(f)}`)].join(", ")} }${mutates ? ", mutating each" : ""})`,
    features: mutates ? ["mutates its record"] : [],
    apply: (values) => summarize(values, columns, sortedFields, mutates),
    merge: (a, b) => mergeSummaries(a, b, columns),
  };
}

function mergeSummaries(
  a: Record<string, unknown>,
  b: Record<string, unknown>,
  columns: readonly SummaryColumn[],
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...a, count: (a.count as number) + (b.count as number) };
  for (const { name, merge } of columns) {
    if (merge !== undefined) merged[name] = merge.apply(a[name], b[name]) ?? null;
  }
  return merged;
}

function columnName(field: string): string {
  return /^\d+$/.test(field) ? `f${field}` : field === "*" ? "value" : field;
}

function summarize(
  values: Iterable<unknown>,
  columns: readonly SummaryColumn[],
  sortedFields: readonly string[],
  mutates: boolean,
): Record<string, unknown> {
  const summary: Record<string, unknown> = {};
  let count = 0;
  let sequence = 0;
  for (const record of values) {
    for (const { name, source, merge } of columns) {
      const value = readField(record, source.name) ?? null;
      if (count === 0) summary[name] = value;
      else if (merge !== undefined) summary[name] = merge.apply(summary[name], value) ?? null;
    }
    for (const name of sortedFields) sequence = hashText(sequence, keyText(readField(record, name)));
    if (mutates) changeRecord(record as Record<string, unknown>);
    count++;
  }
  summary.count = count;
  if (sortedFields.length > 0) summary.sequence = sequence.toString(16);
  return summary;
}

function changeRecord(record: Record<string, unknown>): void {
  for (const name of Object.keys(record)) record[name] = "changed";
}

/** Adds a text to a hash that depends on the order of what is added. @internal */
export function hashText(hash: number, text: string): number {
  let result = Math.imul(hash, 31) + text.length;
  for (let i = 0; i < text.length; i++) result = (Math.imul(result, 33) ^ text.charCodeAt(i)) | 0;
  return result;
}
