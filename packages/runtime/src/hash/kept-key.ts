import { changedKey, isMillraceError, type Memory, parseFieldPath } from "@millrace/core";
import type { KeyFieldSpec, ValuePosition } from "@millrace/job-graph";
import { reportedAt } from "../job/reported.js";
import { RowFieldReader } from "../rows/record-reader.js";
import { RowPairOrder } from "../rows/row-order.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { DriverContext } from "../task/driver.js";
import { RecordEncoder } from "./record-encoder.js";

/**
 * Holds that what a reduce returns has the key of its group (rule [O46]), in those parts of the key that are fields of the record. Parts that were
 * attached to it stay those of the group, whatever the function returns.
 * @internal
 */
export class KeptKey {
  /** Makes rows of results: `memory` and `slot` say where the row of the last one is. */
  readonly encoder: RecordEncoder;
  readonly #context: DriverContext;
  readonly #value: ValuePosition;
  readonly #isDeclared: boolean;
  readonly #equality: RowPairOrder;
  /** The attached parts, in front of the record. */
  readonly #parts: readonly RowFieldReader[];
  readonly #fields: readonly KeyField[];
  /** By field: its value in the records of the group, when that says all by itself; else undefined. */
  readonly #primitives: unknown[] = [];

  constructor(keys: readonly KeyFieldSpec[], value: ValuePosition, context: DriverContext) {
    const { layouts, customTypes, vertex } = context;
    this.#context = context;
    this.#value = value;
    this.#isDeclared = vertex.operator.resultType !== undefined;
    this.#equality = new RowPairOrder(keys, keys);
    this.#parts = Array.from({ length: value ?? 0 }, (_, part) => new RowFieldReader(String(part)));
    this.#fields = keys.flatMap(({ path }) => keyFieldOf(path, value) ?? []);
    this.encoder = new RecordEncoder(layouts, customTypes);
  }

  /** Begins with the group of a record, which nobody has changed yet. */
  open(record: unknown): void {
    for (const [i, { names }] of this.#fields.entries()) {
      const value = valueAt(record, names);
      this.#primitives[i] = isPrimitive(value) ? value : undefined;
    }
  }

  /** Throws INVALID_RESULT when a result has not the key of the group, of which a row is given; fast where keys are primitive. */
  check(result: unknown, memory: Memory, slot: number, layout: StreamLayout): void {
    const fields = this.#fields;
    for (let i = 0; i < fields.length; i++) {
      const before = this.#primitives[i];
      if (before === undefined || valueAt(result, fields[i]!.names) !== before) {
        this.checkRow(result, memory, slot, layout, this.makeRow(result, memory, slot, layout));
        return;
      }
    }
  }

  /** Makes the row of a result, in the layout of a row of its group when that was declared, and with its attached parts; returns its layout. */
  makeRow(result: unknown, memory: Memory, slot: number, layout: StreamLayout): StreamLayout {
    const isWhole = this.#value === undefined;
    const row = isWhole ? result : [...this.#parts.map((part) => part.read(memory, slot, layout)), result];
    return this.#isDeclared ? this.encoder.encodeAs(row, layout) : this.encoder.encode(row);
  }

  /** Throws INVALID_RESULT when the row that was made last, of this layout, has not the key of a row of its group. */
  checkRow(result: unknown, memory: Memory, slot: number, layout: StreamLayout, made: StreamLayout): void {
    if (this.#hasKey(memory, slot, layout, made)) return;
    const fields = this.#fields.map(({ name }) => name);
    const key = this.#fields.map(({ reader }) => reader.read(memory, slot, layout));
    const { vertex, subtaskIndex } = this.#context;
    throw reportedAt(changedKey(fields, key, result), "function", vertex.operator, subtaskIndex);
  }

  /** Whether the row that was made last has the key of a row of its group; what is no record, or one of another kind, has none. */
  #hasKey(memory: Memory, slot: number, layout: StreamLayout, made: StreamLayout): boolean {
    const { encoder } = this;
    try {
      return this.#equality.comparator(layout, made)(memory, slot, encoder.memory, encoder.slot) === 0;
    } catch (error) {
      if (isMillraceError(error) && error.code === "UNKNOWN_FIELD") return false;
      throw error;
    }
  }
}

/** Is a part of a key that is a field of the record. */
interface KeyField {
  readonly name: string;
  /** From the record on; none for the record itself. */
  readonly names: readonly string[];
  readonly reader: RowFieldReader;
}

/** Returns the field of the record that a key's path, from the row on, leads to; undefined for one that was attached. */
function keyFieldOf(path: string, value: ValuePosition): KeyField | undefined {
  const { segments } = parseFieldPath(path);
  if (value !== undefined && Number(segments[0]) < value) return undefined;
  const names = value === undefined ? segments : segments.slice(1);
  const name = value === undefined ? path : path.slice(String(value).length + 1) || "*";
  return { name, names, reader: new RowFieldReader(path) };
}

/** Returns what stands at the end of a path; undefined when there is nothing. */
function valueAt(record: unknown, names: readonly string[]): unknown {
  let value = record;
  for (const name of names) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** Whether a value is equal to another exactly when `===` says so, or needs to be looked at. */
function isPrimitive(value: unknown): boolean {
  return (typeof value !== "object" && typeof value !== "function") || value === null;
}
