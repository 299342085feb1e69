import type { AnyType } from "@millrace/core";
import type { KeyFieldSpec } from "@millrace/job-graph";
import { PACK_FLOAT64, PACK_INT32, PACK_SLOT } from "../../kernels/kernel-layouts.js";
import type { PackedField } from "../../kernels/packed-kernels.js";
import type { StreamLayout } from "../../rows/stream-layout.js";
import {
  areOneFamily,
  type Column,
  type ColumnFamily,
  columnOf,
  type FieldPlace,
  fixedSlotsOf,
} from "../aggregates/column.js";
import type { SlotAggregates } from "../aggregates/slot-aggregates.js";

/** The most slots behind the first one of a tuple: each has a null bit. */
const MAX_FIELDS = 32;
/** The most keys for which there are seeds. */
const MAX_KEYS = 31;
const ALWAYS_NULL = { fieldSlot: 0, nullWord: 0, nullMask: -1 } as const;

/** Is where a slot of tuples comes from in rows of a layout: a field that a kernel reads, or a column that code reads. */
export interface PackedColumn {
  readonly slot: number;
  readonly field: PackedField | undefined;
  readonly column: Column;
}

/** Is a field of rows of which groups keep the slot, as it is. */
export interface KeptField {
  readonly place: FieldPlace;
}

/** Says what is grouped, and what is made of the groups. */
export interface PackedFormatOptions {
  readonly keys: readonly KeyFieldSpec[];
  readonly aggregates: SlotAggregates;
  /** What groups keep of their first row beside the key. */
  readonly kept: readonly KeptField[];
  /** Whether results can be made of rows of a layout together with those of the first. */
  readonly accepts: (layout: StreamLayout) => boolean;
}

/**
 * Says what tuples and entries of a grouping are made of: keys and values are of one family each in all layouts that it takes in.
 * @internal
 */
export class PackedFormat {
  readonly numKeys: number;
  /** What is kept of the first row of a group, behind its keys. */
  readonly kept: readonly KeptField[];
  readonly tupleSlots: number;
  /** How many slots of a tuple an entry begins with. */
  readonly keptSlots: number;
  /** Where the state of the aggregates begins in an entry: behind what is kept. */
  readonly stateSlot: number;
  readonly entrySlots: number;
  /** A bit for each key that is a float64 in tuples. */
  readonly floats: number;
  /** The null bits of the keys. */
  readonly keyNullMask: number;
  readonly #keys: readonly KeyFieldSpec[];
  /** What the values of the keys are. */
  readonly #families: readonly ColumnFamily[];
  readonly #keyTypes: AnyType[];
  readonly #aggregates: SlotAggregates;
  readonly #accepts: (layout: StreamLayout) => boolean;
  /** By layout. */
  readonly #fixedSlots: number[] = [];
  /** By layout: the columns by slot, or false when rows of the layout can't be packed. */
  readonly #columns: (readonly PackedColumn[] | false | undefined)[] = [];

  private constructor({ keys, aggregates, kept, accepts }: PackedFormatOptions, columns: readonly Column[]) {
    const families = columns.map(({ family }) => family);
    this.#keys = keys;
    this.#aggregates = aggregates;
    this.#accepts = accepts;
    this.#families = families;
    this.#keyTypes = columns.map(({ type }) => type!);
    this.kept = kept;
    this.numKeys = keys.length;
    this.keptSlots = 1 + keys.length + kept.length;
    this.tupleSlots = this.keptSlots + aggregates.numArguments;
    this.stateSlot = this.keptSlots;
    this.entrySlots = this.keptSlots + aggregates.numSlots;
    this.floats = families.reduce((bits, { kind }, key) => (kind === "int64" ? bits : bits | (1 << key)), 0);
    this.keyNullMask = keys.length === 32 ? -1 : (1 << keys.length) - 1;
  }

  /** Returns the format for rows of a layout, and of others that agree with it; undefined when its keys or values don't fill slots. */
  static of(options: PackedFormatOptions, layout: StreamLayout): PackedFormat | undefined {
    const { keys, kept, aggregates } = options;
    if (keys.length > MAX_KEYS || keys.length + kept.length + aggregates.numArguments > MAX_FIELDS) return undefined;
    const columns: Column[] = [];
    for (const { path } of keys) {
      const column = columnOf(path, undefined, layout, false);
      // Of a field of which only nulls were seen nobody knows what it will be.
      if (column === undefined || column.family.kind === "null") return undefined;
      columns.push(column);
    }
    const format = new PackedFormat(options, columns);
    return format.columnsOf(layout) === false ? undefined : format;
  }

  /** The types of the keys: of numbers int32 as long as all were. */
  get keyTypes(): readonly AnyType[] {
    return this.#keyTypes;
  }

  /** Returns what tuples of rows of a layout are made of, in the order of their slots; false when that can't be done. */
  columnsOf(layout: StreamLayout): readonly PackedColumn[] | false {
    let columns = this.#columns[layout.index];
    if (columns === undefined) {
      columns = this.#add(layout) ?? false;
      this.#columns[layout.index] = columns;
    }
    return columns;
  }

  /** Returns how many slots a row of a layout has before its variable part. */
  fixedSlotsOf(layout: StreamLayout): number {
    this.#fixedSlots[layout.index] ??= fixedSlotsOf(layout.layout.type as AnyType);
    return this.#fixedSlots[layout.index]!;
  }

  #add(layout: StreamLayout): readonly PackedColumn[] | undefined {
    const values = this.#accepts(layout) ? this.#aggregates.columnsOf(layout) : false;
    if (values === false) return undefined;
    const columns: PackedColumn[] = [];
    for (const [key, { path }] of this.#keys.entries()) {
      const column = columnOf(path, undefined, layout, false);
      if (column === undefined) return undefined;
      if (column.family.kind !== "null" && !areOneFamily(column.family, this.#families[key]!)) return undefined;
      if (column.type?.kind === "float64") this.#keyTypes[key] = column.type;
      columns.push(packedColumn(column, columns.length + 1));
    }
    for (const { place } of this.kept) {
      const { slot, nullWord, nullMask } = place;
      const field = { kind: PACK_SLOT, fieldSlot: slot, nullWord, nullMask, slot: columns.length + 1 };
      columns.push({ slot: field.slot, field, column: NO_COLUMN });
    }
    for (const column of values) {
      if (column !== undefined) columns.push(packedColumn(column, columns.length + 1));
    }
    return columns;
  }
}

const NO_COLUMN: Column = { family: { kind: "presence" }, fill: () => true };

function packedColumn(column: Column, slot: number): PackedColumn {
  const { family, place } = column;
  if (family.kind === "null") return { slot, column, field: { kind: PACK_SLOT, ...ALWAYS_NULL, slot } };
  if (place === undefined) return { slot, column, field: undefined };
  const { nullWord, nullMask } = place;
  return { slot, column, field: { kind: packKind(place.type), fieldSlot: place.slot, nullWord, nullMask, slot } };
}

function packKind(type: AnyType): number {
  switch (type.kind) {
    case "int32":
    case "boolean":
    case "enum":
      return PACK_INT32;
    case "float64":
    case "timestamp":
      return PACK_FLOAT64;
    default:
      return PACK_SLOT;
  }
}
