/**
 * Writes the results of aggregates as bytes, where all of them are numbers: most jobs never make an object of a group. What can't be written so,
 * one layout or one group at a time, is left to `aggregate-results.ts`, which says what it means.
 */
import {
  type AnyType,
  RowLayout as Layout,
  Memory,
  parseFieldPath,
  type RowLayout,
  type TypeJson,
  typeFromJson,
  typeToJson,
} from "@millrace/core";
import type { DriverSpec, KeyNameSpec } from "@millrace/job-graph";
import { type FieldPlace, placeOf } from "../hash/aggregates/column.js";
import type { SlotAggregates } from "../hash/aggregates/slot-aggregates.js";
import { copyRow } from "../rows/copy-row.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { DriverContext, RecordOutput } from "../task/driver.js";

type Spec<K extends DriverSpec["kind"]> = Extract<DriverSpec, { kind: K }>;

/** Is the type of results that are numbers. */
export const NULLABLE_NUMBER: TypeJson = { nullable: "float64" };
const WORD_BITS = 32;

/** Writes the result of a group as a row. @internal */
export interface SlotResults {
  /** Gives the result of the group with this state, one row of which is at `slot`; false when it can't. */
  give(
    aggregates: SlotAggregates,
    table: Memory,
    state: number,
    memory: Memory,
    slot: number,
    layout: StreamLayout,
  ): boolean;
}

/** Writes aggregates over the fields that they are of. */
export class InPlaceSlotResults implements SlotResults {
  readonly #spec: Spec<"aggregate">;
  readonly #out: RecordOutput;
  readonly #layouts: LayoutTable;
  readonly #plans: (InPlacePlan | false | undefined)[] = [];
  #memory = new Memory(new ArrayBuffer(1024));

  constructor(spec: Spec<"aggregate">, { out, layouts }: DriverContext) {
    this.#spec = spec;
    this.#out = out;
    this.#layouts = layouts;
  }

  give(
    aggregates: SlotAggregates,
    table: Memory,
    state: number,
    memory: Memory,
    slot: number,
    layout: StreamLayout,
  ): boolean {
    const plan = this.#plans[layout.index] ?? this.#plan(aggregates, layout);
    if (plan === false) return false;
    const base = plan.recordWord === 0 ? slot : slot + (memory.i32[slot * 2 + plan.recordWord]! >> 3);
    const numSlots = memory.i32[base * 2]! >>> 3;
    if (numSlots > this.#memory.numSlots) this.#memory = new Memory(new ArrayBuffer(numSlots * 16));
    copyRow(memory, base, this.#memory, 0, numSlots);
    for (const { place, index } of plan.fields) writeNumber(this.#memory, place, aggregates, index, table, state);
    this.#out.collectRow(this.#memory, 0, plan.layout);
    return true;
  }

  #plan(aggregates: SlotAggregates, layout: StreamLayout): InPlacePlan | false {
    const plan = this.#planOf(aggregates, layout) ?? false;
    this.#plans[layout.index] = plan;
    return plan;
  }

  #planOf(aggregates: SlotAggregates, layout: StreamLayout): InPlacePlan | undefined {
    const { group, aggregations } = this.#spec;
    const whole = layout.layout.type as AnyType;
    const record = group.value === undefined ? whole : whole.kind === "tuple" ? whole.elements[group.value] : undefined;
    if (record?.kind !== "row" && record?.kind !== "tuple") return undefined;
    if (group.value !== undefined && whole.kind === "tuple" && whole.elements.length > WORD_BITS) return undefined;
    const fields: { place: FieldPlace; index: number }[] = [];
    for (const [index, { field }] of aggregations.entries()) {
      const path = parseFieldPath(field).segments;
      const place = path.length === 1 ? placeOf(record, path) : undefined;
      if (place === undefined || place === "absent" || !aggregates.isNumber(index)) return undefined;
      fields.push({ place, index });
    }
    const type = withNumbers(record, new Set(aggregations.map(({ field }) => parseFieldPath(field).segments[0]!)));
    if (type === undefined) return undefined;
    const recordWord = group.value === undefined ? 0 : (1 + group.value) * 2;
    return { recordWord, fields, layout: this.#layouts.add(Layout.of(type) as RowLayout) };
  }
}

interface InPlacePlan {
  /** The word of the row with the record's offset; 0 when the row is the record. */
  readonly recordWord: number;
  readonly fields: readonly { readonly place: FieldPlace; readonly index: number }[];
  readonly layout: StreamLayout;
}

/** Returns the type of a record in which some fields became numbers that may be null; their places stay the same. */
export function withNumbers(record: AnyType, names: ReadonlySet<string>): ReturnType<typeof typeFromJson> | undefined {
  const json = typeToJson(record);
  if (typeof json === "string") return undefined;
  const changed =
    "row" in json
      ? { row: json.row.map(([name, type]) => [name, names.has(name) ? NULLABLE_NUMBER : type] as const) }
      : "tuple" in json
        ? { tuple: json.tuple.map((type, i) => (names.has(String(i)) ? NULLABLE_NUMBER : type)) }
        : json;
  try {
    return typeFromJson(changed);
  } catch {
    // A custom type is not known by its name alone.
    return undefined;
  }
}

function writeNumber(
  memory: Memory,
  { slot, nullWord, nullMask }: FieldPlace,
  aggregates: SlotAggregates,
  index: number,
  table: Memory,
  state: number,
): void {
  const { i32, f64 } = memory;
  if (aggregates.hasNumber(index, table, state)) {
    f64[slot] = table.f64[state + aggregates.numberSlot(index)]!;
    i32[nullWord] = i32[nullWord]! & ~nullMask;
  } else {
    f64[slot] = 0;
    i32[nullWord] = i32[nullWord]! | nullMask;
  }
}

/** Writes rows or tuples of keys and aggregates. */
export class SummarySlotResults implements SlotResults {
  readonly #spec: Spec<"summarize">;
  readonly #out: RecordOutput;
  readonly #layouts: LayoutTable;
  readonly #plans: (SummaryPlan | false | undefined)[] = [];
  #memory = new Memory(new ArrayBuffer(1024));

  constructor(spec: Spec<"summarize">, { out, layouts }: DriverContext) {
    this.#spec = spec;
    this.#out = out;
    this.#layouts = layouts;
  }

  give(
    aggregates: SlotAggregates,
    table: Memory,
    state: number,
    memory: Memory,
    slot: number,
    layout: StreamLayout,
  ): boolean {
    const plan = this.#plans[layout.index] ?? this.#plan(aggregates, layout);
    if (plan === false) return false;
    const end = this.#writeKeys(plan, memory, slot);
    const { headerSlots, parts } = plan;
    for (let index = 0; index < this.#spec.aggregates.length; index++) {
      const field = parts.length + index;
      this.#writeResult(aggregates, index, table, state, headerSlots + field, field);
    }
    this.#memory.i32[0] = end * 8;
    this.#out.collectRow(this.#memory, 0, plan.layout);
    return true;
  }

  /** Writes the header and the key; returns the end. */
  #writeKeys({ parts, headerSlots, fixedSlots }: SummaryPlan, memory: Memory, slot: number): number {
    let end = fixedSlots;
    for (let word = 1; word < headerSlots * 2; word++) this.#memory.i32[word] = 0;
    for (let part = 0; part < parts.length; part++) {
      const { slot: from, nullWord, nullMask, isText } = parts[part]!;
      const to = headerSlots + part;
      const { i32 } = memory;
      const isNull = (i32[slot * 2 + nullWord]! & nullMask) !== 0;
      if (isText && !isNull) end = this.#copyText(memory, slot, from, to, end);
      else copyRow(memory, slot + from, this.#memory, to, 1);
      if (isNull) this.#setNull(part);
    }
    return end;
  }

  /** Copies the bytes of a string, and where they lie. */
  #copyText(memory: Memory, base: number, from: number, to: number, end: number): number {
    const word = (base + from) * 2;
    const tag = memory.i32[word + 1]!;
    const numSlots = ((tag >> 1) + 7) >> 3;
    if (end + numSlots > this.#memory.numSlots) this.#enlarge((end + numSlots) * 2);
    copyRow(memory, base + (memory.i32[word]! >> 3), this.#memory, end, numSlots);
    this.#memory.i32[to * 2] = end * 8;
    this.#memory.i32[to * 2 + 1] = tag;
    return end + numSlots;
  }

  #enlarge(numSlots: number): void {
    const larger = new Memory(new ArrayBuffer(numSlots * 8));
    larger.u8.set(this.#memory.u8);
    this.#memory = larger;
  }

  #writeResult(
    aggregates: SlotAggregates,
    index: number,
    table: Memory,
    state: number,
    slot: number,
    field: number,
  ): void {
    const { f64 } = this.#memory;
    if (aggregates.isNumber(index)) {
      const isThere = aggregates.hasNumber(index, table, state);
      f64[slot] = isThere ? table.f64[state + aggregates.numberSlot(index)]! : 0;
      if (!isThere) this.#setNull(field);
      return;
    }
    const value = aggregates.resultOf(index, table, state);
    f64[slot] = value === null ? 0 : (value as number);
    if (value === null) this.#setNull(field);
  }

  #setNull(field: number): void {
    const word = 1 + (field >> 5);
    this.#memory.i32[word] = this.#memory.i32[word]! | (1 << (field & (WORD_BITS - 1)));
  }

  #plan(aggregates: SlotAggregates, layout: StreamLayout): SummaryPlan | false {
    const plan = this.#planOf(aggregates, layout) ?? false;
    this.#plans[layout.index] = plan;
    return plan;
  }

  #planOf(aggregates: SlotAggregates, layout: StreamLayout): SummaryPlan | undefined {
    const { group, keyNames, aggregates: specs, shape } = this.#spec;
    const keys = group.keys ?? [];
    const isNumeric = specs.every(({ aggregate }, i) => aggregates.isNumber(i) || aggregate === "avg");
    const parts = keys.map(({ path }) => keyPartOf(layout.layout.type as AnyType, path));
    const names = shape === "tuple" ? [] : keyNames.map((name) => nameOf(name, layout, group.value));
    const isNamed = shape === "tuple" || (names.length === keys.length && keyNames.every(({ part }, i) => part === i));
    if (!isNumeric || !isNamed || parts.includes(undefined) || names.includes(undefined)) return undefined;
    const types: TypeJson[] = [...parts.map((part) => part!.type), ...specs.map(() => NULLABLE_NUMBER)];
    const allNames = [...(names as string[]), ...specs.map(({ name }) => name)];
    if (shape === "row" && new Set(allNames).size < allNames.length) return undefined;
    const json = shape === "tuple" ? { tuple: types } : { row: types.map((type, i) => [allNames[i]!, type] as const) };
    const headerSlots = (2 + ((types.length + WORD_BITS - 1) >> 5)) >> 1;
    const fixedSlots = headerSlots + types.length;
    if (fixedSlots > this.#memory.numSlots) this.#enlarge(fixedSlots * 2);
    const layoutOf = this.#layouts.add(Layout.of(typeFromJson(json)) as RowLayout);
    return { parts: parts as KeyPart[], headerSlots, fixedSlots, layout: layoutOf };
  }
}

interface SummaryPlan {
  readonly parts: readonly KeyPart[];
  readonly headerSlots: number;
  readonly fixedSlots: number;
  readonly layout: StreamLayout;
}

/** Is a part of the key that is copied as it lies. */
interface KeyPart {
  readonly slot: number;
  readonly nullWord: number;
  readonly nullMask: number;
  readonly isText: boolean;
  readonly type: TypeJson;
}

/** Kinds whose values fill their slot. */
export const SLOT_KINDS = ["boolean", "int32", "int64", "float64", "timestamp", "enum"];

function keyPartOf(type: AnyType, path: string): KeyPart | undefined {
  const { segments } = parseFieldPath(path);
  const place = placeOf(type, segments);
  if (place === undefined || place === "absent" || place.parents.length > 0) return undefined;
  const isText = place.type.kind === "string";
  if (!isText && !SLOT_KINDS.includes(place.type.kind)) return undefined;
  // Fields of which only nulls were seen have an enum without values, which nobody can declare.
  if (place.type.kind === "enum" && place.type.values.length === 0) return undefined;
  const { slot, nullWord, nullMask } = place;
  return { slot, nullWord, nullMask, isText, type: { nullable: typeToJson(place.type) } };
}

/** Returns the name of a part of the key in the result, when it is a field of it by itself. */
export function nameOf({ shape }: KeyNameSpec, layout: StreamLayout, value: number | undefined): string | undefined {
  if (shape.kind === "named") return shape.name;
  const path = shape.kind === "field" ? parseFieldPath(shape.path).segments : [];
  if (path.length !== 1) return undefined;
  const whole = layout.layout.type as AnyType;
  const record = value === undefined ? whole : whole.kind === "tuple" ? whole.elements[value] : undefined;
  if (record?.kind === "row") return path[0]!;
  return record?.kind === "tuple" ? `f${path[0]!}` : undefined;
}
