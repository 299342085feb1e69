/** What becomes of the aggregates of a group: rules [O36] to [O39]. */
import { type Memory, parseFieldPath } from "@millrace/core";
import type { DriverSpec, KeyNameSpec } from "@millrace/job-graph";
import type { AggregateRequest } from "../hash/aggregates/slot-aggregates.js";
import { RowFieldReader, RowRecordReader } from "../rows/record-reader.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import { replaceField } from "./replace-field.js";

type Spec<K extends DriverSpec["kind"]> = Extract<DriverSpec, { kind: K }>;

/** Makes the record of a group. @internal */
export interface AggregateResult {
  /** Whether a result is made of one record of the group. */
  readonly keepsRecord: boolean;
  /** What is aggregated. */
  readonly requests: readonly AggregateRequest[];
  /** Returns what the record needs, beside the key, of one row of the group: data. */
  head(memory: Memory, slot: number, layout: StreamLayout): unknown;
  /** Returns the parts of the key, as a row of the group has them. */
  parts(memory: Memory, slot: number, layout: StreamLayout): unknown[];
  /** Returns the record. */
  record(parts: readonly unknown[], head: unknown, values: readonly unknown[]): unknown;
  /** Returns the record of an input without rows; undefined for none. */
  readonly empty: { readonly record: unknown } | undefined;
}

/** Replaces fields of one record of the group by aggregates of them. @internal */
export class InPlaceResult implements AggregateResult {
  readonly requests: readonly AggregateRequest[];
  readonly empty = undefined;
  readonly keepsRecord = true;
  readonly #paths: readonly (readonly string[])[];
  readonly #reader: RowRecordReader;

  constructor({ aggregations, group }: Spec<"aggregate">) {
    this.requests = aggregations.map(({ aggregation, field }) => ({ aggregate: aggregation, argument: field }));
    this.#paths = aggregations.map(({ field }) => parseFieldPath(field).segments);
    this.#reader = new RowRecordReader(group.value);
  }

  head(memory: Memory, slot: number, layout: StreamLayout): unknown {
    return this.#reader.read(memory, slot, layout);
  }

  parts(): unknown[] {
    return [];
  }

  record(_parts: readonly unknown[], head: unknown, values: readonly unknown[]): unknown {
    return this.#paths.reduce((record, path, i) => replaceField(record, path, values[i]), head);
  }
}

/** Puts the key and the aggregates into a row or a tuple. @internal */
export class SummaryResult implements AggregateResult {
  readonly requests: readonly AggregateRequest[];
  readonly empty: { readonly record: unknown } | undefined;
  readonly keepsRecord = false;
  readonly #names: readonly string[];
  readonly #keyNames: readonly KeyNameSpec[];
  readonly #shape: "row" | "tuple";
  readonly #partReaders: readonly RowFieldReader[];
  readonly #records: RowRecordReader;

  constructor({ aggregates, keyNames, shape, group }: Spec<"summarize">) {
    this.requests = aggregates;
    this.#names = aggregates.map(({ name }) => name);
    this.#keyNames = keyNames;
    this.#shape = shape;
    this.#partReaders = (group.keys ?? []).map(({ path }) => new RowFieldReader(path));
    this.#records = new RowRecordReader(group.value);
    const isCount = aggregates.map(({ aggregate }) => aggregate === "count" || aggregate === "countDistinct");
    this.empty =
      group.keys === undefined
        ? {
            record: this.record(
              [],
              false,
              isCount.map((is) => (is ? 0 : null)),
            ),
          }
        : undefined;
  }

  /** Whether the record is a tuple, whose positions are named in another way. */
  head(memory: Memory, slot: number, layout: StreamLayout): unknown {
    if (this.#shape === "tuple") return false;
    return Array.isArray(this.#records.read(memory, slot, layout));
  }

  parts(memory: Memory, slot: number, layout: StreamLayout): unknown[] {
    return this.#partReaders.map((reader) => reader.read(memory, slot, layout));
  }

  record(parts: readonly unknown[], isTuple: unknown, values: readonly unknown[]): unknown {
    if (this.#shape === "tuple") return [...parts, ...values];
    const withKeys = this.#keyNames.reduce(
      (row: unknown, name) => addKey(row, name, parts[name.part], isTuple === true),
      {},
    );
    return this.#names.reduce((row, name, i) => replaceField(row, [name], values[i]), withKeys);
  }
}

function addKey(row: unknown, { shape }: KeyNameSpec, value: unknown, isTuple: boolean): unknown {
  if (shape.kind === "named") return replaceField(row, [shape.name], value);
  const [first, ...rest] = shape.kind === "field" ? parseFieldPath(shape.path).segments : [];
  if (first !== undefined) return replaceField(row, [isTuple ? `f${first}` : first, ...rest], value);
  return isRow(value) ? { ...(row as object), ...value } : replaceField(row, ["key"], value);
}

function isRow(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
