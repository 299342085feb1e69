import { type Memory, parseFieldPath, resolveField } from "@millrace/core";
import type { ValuePosition } from "@millrace/job-graph";
import { EMPTY_MEMORY } from "../rows/empty-memory.js";
import { pathInRow, RowFieldReader, RowRecordReader } from "../rows/record-reader.js";
import { RowPairOrder } from "../rows/row-order.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { RecordOutput } from "../task/driver.js";
import type { GroupFold } from "./group-fold.js";
import type { GroupTable } from "./group-table.js";

/** Gives rows as they are, but for keys that were attached to them. @internal */
export class KeptRows {
  readonly #out: RecordOutput;
  readonly #isWholeRow: boolean;
  readonly #reader: RowRecordReader;

  constructor(out: RecordOutput, value: ValuePosition) {
    this.#out = out;
    this.#isWholeRow = value === undefined;
    this.#reader = new RowRecordReader(value);
  }

  /** Gives the record of a row. */
  give(memory: Memory, slot: number, layout: StreamLayout): void {
    if (this.#isWholeRow) this.#out.collectRow(memory, slot, layout);
    else this.#out.collect(this.#reader.read(memory, slot, layout));
  }
}

/** Keeps the first row of each group, and gives it at once (rule [O41]). @internal */
export class DistinctFold implements GroupFold {
  readonly stateSlots = 0;
  readonly needsOnlyFirst = true;
  readonly memory = EMPTY_MEMORY;
  readonly slot = 0;
  readonly layout!: StreamLayout;
  readonly #rows: KeptRows;

  constructor(out: RecordOutput, value: ValuePosition) {
    this.#rows = new KeptRows(out, value);
  }

  first(_table: GroupTable, _pointer: number, memory: Memory, slot: number, layout: StreamLayout): void {
    this.#rows.give(memory, slot, layout);
  }

  next(): boolean {
    return true;
  }

  give(): void {}

  giveEvicted(): void {}
}

/** Tells which of two rows is less, or greater, in some fields, one after the other; a null loses (rule [O40]). @internal */
export class ExtremeOrder {
  readonly #isMax: boolean;
  readonly #fields: readonly OrderedField[];

  constructor(extreme: "min" | "max", fields: readonly string[], value: ValuePosition) {
    this.#isMax = extreme === "max";
    this.#fields = fields.map((field) => {
      const path = pathInRow(field, value);
      return { order: new RowPairOrder([{ path }], [{ path }]), nulls: new NullReader(path) };
    });
  }

  /** Whether row `a` is better than row `b`. */
  isBetter(a: Memory, slotA: number, layoutA: StreamLayout, b: Memory, slotB: number, layoutB: StreamLayout): boolean {
    for (const { order, nulls } of this.#fields) {
      const compared = order.comparator(layoutA, layoutB)(a, slotA, b, slotB);
      if (compared === 0) continue;
      if (this.#isMax) return compared > 0;
      // Null is the least of all values, and must not win for that.
      if (compared < 0) return !nulls.isNull(a, slotA, layoutA);
      return nulls.isNull(b, slotB, layoutB);
    }
    return false;
  }
}

interface OrderedField {
  readonly order: RowPairOrder;
  readonly nulls: NullReader;
}

/** Tells whether a field is null; where none can be, without looking. */
class NullReader {
  readonly #path: string;
  readonly #reader: RowFieldReader;
  readonly #mayBeNull: (boolean | undefined)[] = [];

  constructor(path: string) {
    this.#path = path;
    this.#reader = new RowFieldReader(path);
  }

  isNull(memory: Memory, slot: number, layout: StreamLayout): boolean {
    const mayBeNull = this.#mayBeNull[layout.index] ?? this.#add(layout);
    return mayBeNull && this.#reader.read(memory, slot, layout) === null;
  }

  #add(layout: StreamLayout): boolean {
    let mayBeNull = true;
    try {
      const { type, isNullable } = resolveField(layout.layout.type, parseFieldPath(this.#path));
      mayBeNull = isNullable || type.kind === "any";
    } catch {
      // A layout without the field has nulls there.
    }
    this.#mayBeNull[layout.index] = mayBeNull;
    return mayBeNull;
  }
}

/** Keeps the least or greatest row of each group, the first of equals (rule [O40]). @internal */
export class SelectFold implements GroupFold {
  readonly stateSlots = 0;
  memory: Memory = EMPTY_MEMORY;
  slot = 0;
  layout!: StreamLayout;
  readonly #order: ExtremeOrder;
  readonly #rows: KeptRows;

  constructor(order: ExtremeOrder, out: RecordOutput, value: ValuePosition) {
    this.#order = order;
    this.#rows = new KeptRows(out, value);
  }

  first(): void {}

  next(table: GroupTable, pointer: number, memory: Memory, slot: number, layout: StreamLayout): boolean {
    const best = table.row(pointer);
    if (!this.#order.isBetter(memory, slot, layout, best.memory, best.slot, best.layout)) return true;
    if (table.replace(memory, slot, layout) !== 0) return true;
    this.memory = memory;
    this.slot = slot;
    this.layout = layout;
    return false;
  }

  give(table: GroupTable, pointer: number): void {
    const row = table.row(pointer);
    this.#rows.give(row.memory, row.slot, row.layout);
  }

  giveEvicted(): void {
    this.#rows.give(this.memory, this.slot, this.layout);
  }
}
