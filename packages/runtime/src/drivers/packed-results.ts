/**
 * Makes results of packed groups: as rows, by a kernel, where all results are numbers, and as records otherwise. What a result is says
 * `aggregate-results.ts`.
 */
import {
  type AnyType,
  RowLayout as Layout,
  parseFieldPath,
  type RowLayout,
  type TypeJson,
  typeFromJson,
  typeToJson,
} from "@millrace/core";
import type { DriverSpec } from "@millrace/job-graph";
import { type FieldPlace, headerSlotsOf, placeOf } from "../hash/aggregates/column.js";
import type { SlotAggregates } from "../hash/aggregates/slot-aggregates.js";
import { PackedFormat } from "../hash/packed/packed-format.js";
import { MAX_RESULT_FIELDS, type PackedScratch } from "../hash/packed/packed-scratch.js";
import type { EntryRun } from "../hash/packed/packed-table.js";
import { RESULT_FIELD_WORDS, RESULT_INT32, RESULT_NUMBER, RESULT_SLOT } from "../kernels/kernel-layouts.js";
import { PAGE_SLOTS } from "../memory/page-slots.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { DriverContext, Steps } from "../task/driver.js";
import { type AggregateResult, InPlaceResult, SummaryResult } from "./aggregate-results.js";
import { NULLABLE_NUMBER, nameOf, SLOT_KINDS, withNumbers } from "./slot-results.js";

type Spec<K extends DriverSpec["kind"]> = Extract<DriverSpec, { kind: K }>;

/** Groups that were given as records, between two looks at whether the output is full. */
const RECORDS_PER_LOOK = 512;

/** Is where a field of a result row comes from: the slot of an entry, and the word and the bit that say whether it is null. */
interface ResultField {
  readonly kind: number;
  readonly slot: number;
  readonly word: number;
  readonly mask: number;
}

/** Is rows of results. */
interface ResultRows {
  readonly layout: StreamLayout;
  readonly fields: readonly ResultField[];
}

/** Is what is different about aggregates in place and named ones. */
interface ResultShape {
  readonly format: PackedFormat;
  /** Returns how results are rows; undefined where they are not. Asked when all of the input was read. */
  rows(): ResultRows | undefined;
  /** Returns what a result needs of one row of the group, beside its key. */
  head(entry: number): unknown;
}

/** Gives the groups of a {@link PackedFormat}. @internal */
export class PackedResults {
  /** What tuples are made of. */
  readonly format: PackedFormat;
  readonly #result: AggregateResult;
  readonly #shape: ResultShape;
  readonly #aggregates: SlotAggregates;
  readonly #context: DriverContext;
  #rows: ResultRows | false | undefined;

  constructor(result: AggregateResult, shape: ResultShape, aggregates: SlotAggregates, context: DriverContext) {
    this.format = shape.format;
    this.#result = result;
    this.#shape = shape;
    this.#aggregates = aggregates;
    this.#context = context;
  }

  /** Gives results to the output. */
  *give(entries: EntryRun, scratch: PackedScratch): Steps {
    this.#rows ??= this.#shape.rows() ?? false;
    if (this.#rows !== false) yield* this.#giveRows(this.#rows, entries, scratch);
    else yield* this.#giveRecords(entries);
  }

  /** Calls back with each group: the parts of its key, what a result needs of one row, and its aggregates so far. */
  *each(
    { slot, numEntries }: EntryRun,
    take: (parts: readonly unknown[], head: unknown, state: number) => void,
  ): Steps {
    const { entrySlots, stateSlot } = this.format;
    const { out } = this.#context;
    for (let i = 0; i < numEntries; i++) {
      const entry = slot + i * entrySlots;
      take(this.#partsOf(entry), this.#shape.head(entry), entry + stateSlot);
      if (i % RECORDS_PER_LOOK === RECORDS_PER_LOOK - 1) yield out.isFull ? "output" : "turn";
    }
  }

  *#giveRecords(entries: EntryRun): Steps {
    const { out, budget } = this.#context;
    const result = this.#result;
    yield* this.each(entries, (parts, head, state) => {
      const values = result.requests.map((_, i) => this.#aggregates.resultOf(i, budget.memory, state));
      out.collect(result.record(parts, head, values));
    });
  }

  *#giveRows({ layout, fields }: ResultRows, { slot, numEntries }: EntryRun, scratch: PackedScratch): Steps {
    const { out, budget } = this.#context;
    const { kernels, rows, results } = scratch;
    const { entrySlots } = this.format;
    const headerSlots = headerSlotsOf(fields.length);
    const rowSlots = headerSlots + fields.length;
    const rowsPerPage = Math.floor(PAGE_SLOTS / rowSlots);
    fields.forEach(({ kind, slot: from, word, mask }, i) => {
      budget.memory.i32.set([kind, from, word, mask], results * 2 + i * RESULT_FIELD_WORDS);
    });
    for (let at = 0; at < numEntries; at += rowsPerPage) {
      const count = Math.min(rowsPerPage, numEntries - at);
      const first = slot + at * entrySlots;
      kernels.writeResults(results, fields.length, rowSlots, headerSlots, first, count, entrySlots, rows.firstSlot);
      out.collectRows(budget.memory, rows.firstSlot, rows.firstSlot + count * rowSlots, layout);
      yield out.isFull ? "output" : "turn";
    }
  }

  #partsOf(entry: number): unknown[] {
    const { i32 } = this.#context.budget.memory;
    return this.format.keyTypes.map((type, key) => {
      const isNull = (i32[entry * 2 + 1]! & (1 << key)) !== 0;
      return isNull ? null : packedValue(this.#context, type, entry + 1 + key, true);
    });
  }
}

/** Reads a value as it lies in an entry; `isPacked` says that kernels made numbers of words. */
function packedValue({ budget }: DriverContext, type: AnyType, slot: number, isPacked: boolean): unknown {
  const { i32, f64, i64 } = budget.memory;
  switch (type.kind) {
    case "int64":
      return i64[slot]!;
    case "float64":
      return f64[slot]!;
    case "timestamp":
      return new Date(f64[slot]!);
    default: {
      const number = isPacked ? f64[slot]! : i32[slot * 2]!;
      if (type.kind === "boolean") return number === 1;
      return type.kind === "enum" ? type.values[number] : number;
    }
  }
}

/** Says where the result of a key, or of what else is kept of a row, comes from. */
function keyField(type: AnyType, index: number): ResultField {
  const isWord = type.kind === "int32" || type.kind === "boolean" || type.kind === "enum";
  return { kind: isWord ? RESULT_INT32 : RESULT_SLOT, slot: 1 + index, word: 1, mask: 1 << index };
}

function aggregateField(format: PackedFormat, aggregates: SlotAggregates, index: number): ResultField | undefined {
  const kind = aggregates.resultKindOf(index);
  if (kind === undefined) return undefined;
  const { slot, word, mask } = aggregates.placeOf(index);
  return { kind, slot: format.stateSlot + slot, word: format.stateSlot * 2 + word, mask };
}

function recordKind(layout: StreamLayout, value: number | undefined): string | undefined {
  const whole = layout.layout.type as AnyType;
  if (value === undefined) return whole.kind;
  return whole.kind === "tuple" ? whole.elements[value]?.kind : undefined;
}

/** Returns what gives named aggregates of groups of rows of a layout and others; undefined when they can't be packed. */
export function packedSummary(
  spec: Spec<"summarize">,
  layout: StreamLayout,
  aggregates: SlotAggregates,
  context: DriverContext,
): PackedResults | undefined {
  const { group, keyNames, aggregates: specs, shape } = spec;
  const { keys = [], value } = group;
  const kind = recordKind(layout, value);
  // What the fields of a result are called depends on whether the record is a row or a tuple.
  const accepts = (other: StreamLayout) => recordKind(other, value) === kind;
  const format = PackedFormat.of({ keys, aggregates, kept: [], accepts }, layout);
  if (format === undefined) return undefined;
  const rows = (): ResultRows | undefined => {
    const names = shape === "tuple" ? [] : keyNames.map((name) => nameOf(name, layout, value));
    const isNamed = shape === "tuple" || (names.length === keys.length && keyNames.every(({ part }, i) => part === i));
    const fields = specs.map((_, index) => aggregateField(format, aggregates, index));
    const allNames = [...names, ...specs.map(({ name }) => name)];
    if (!isNamed || fields.includes(undefined) || allNames.includes(undefined)) return undefined;
    if (shape === "row" && new Set(allNames).size < allNames.length) return undefined;
    const types: TypeJson[] = [
      ...format.keyTypes.map((type) => ({ nullable: typeToJson(type) })),
      ...specs.map(() => NULLABLE_NUMBER),
    ];
    if (types.length > MAX_RESULT_FIELDS) return undefined;
    const json = shape === "tuple" ? { tuple: types } : { row: types.map((type, i) => [allNames[i]!, type] as const) };
    return {
      layout: context.layouts.add(Layout.of(typeFromJson(json)) as RowLayout),
      fields: [...format.keyTypes.map(keyField), ...(fields as ResultField[])],
    };
  };
  const isTuple = shape === "row" && kind === "tuple";
  return new PackedResults(new SummaryResult(spec), { format, rows, head: () => isTuple }, aggregates, context);
}

/** Returns what gives aggregates in place of groups of rows of a layout; undefined when they can't be packed, or results are not all numbers. */
export function packedInPlace(
  spec: Spec<"aggregate">,
  layout: StreamLayout,
  aggregates: SlotAggregates,
  context: DriverContext,
): PackedResults | undefined {
  const { keys = [], value } = spec.group;
  const record = layout.layout.type as AnyType;
  const fields = fieldsOf(record);
  if (value !== undefined || fields === undefined || fields.length > MAX_RESULT_FIELDS) return undefined;
  const indexOf = new Map(spec.aggregations.map(({ field }, index) => [onlySegment(field), index]));
  const keyOf = new Map(keys.map(({ path }, key) => [onlySegment(path), key]));
  if (indexOf.has(undefined) || keyOf.has(undefined)) return undefined;
  const kept: { name: string; place: FieldPlace }[] = [];
  for (const { name } of fields) {
    const place = placeOf(record, [name]);
    if (place === undefined || place === "absent" || !SLOT_KINDS.includes(place.type.kind)) return undefined;
    if (!indexOf.has(name) && !keyOf.has(name)) kept.push({ name, place });
  }
  const accepts = (other: StreamLayout) => other === layout;
  const format = PackedFormat.of({ keys, aggregates, kept, accepts }, layout);
  const type = withNumbers(record, new Set(indexOf.keys() as Iterable<string>));
  if (format === undefined || type === undefined) return undefined;
  const results = fields.map(({ name }): ResultField | undefined => {
    const index = indexOf.get(name);
    if (index !== undefined) return aggregateField(format, aggregates, index);
    const key = keyOf.get(name);
    if (key !== undefined) return keyField(format.keyTypes[key]!, key);
    const at = keys.length + kept.findIndex((field) => field.name === name);
    return { kind: RESULT_SLOT, slot: 1 + at, word: 1, mask: 1 << at };
  });
  if (results.includes(undefined) || results.some((field) => field!.kind > RESULT_NUMBER)) return undefined;
  const { i32 } = context.budget.memory;
  const head = (entry: number): unknown => {
    const values = results.map((field, i) => {
      const { kind, slot, word, mask } = field!;
      if (kind > RESULT_INT32 || (i32[entry * 2 + word]! & mask) !== 0) return null;
      const { type: of } = placeOf(record, [fields[i]!.name]) as FieldPlace;
      return packedValue(context, of, entry + slot, keyOf.has(fields[i]!.name));
    });
    return record.kind === "tuple" ? values : Object.fromEntries(fields.map(({ name }, i) => [name, values[i]]));
  };
  const rows = () => ({
    layout: context.layouts.add(Layout.of(type) as RowLayout),
    fields: results as ResultField[],
  });
  return new PackedResults(new InPlaceResult(spec), { format, rows, head }, aggregates, context);
}

/** Returns the fields of a record that are there in each one. */
function fieldsOf(record: AnyType): readonly { readonly name: string }[] | undefined {
  if (record.kind === "tuple") return record.elements.map((_, i) => ({ name: String(i) }));
  if (record.kind !== "row" || record.fields.some(({ type }) => type.kind === "optional")) return undefined;
  return record.fields;
}

function onlySegment(path: string): string | undefined {
  const { segments } = parseFieldPath(path);
  return segments.length === 1 ? segments[0] : undefined;
}
