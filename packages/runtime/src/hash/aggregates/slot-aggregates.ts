/**
 * Aggregates kept in slots in front of a group's row, and updated a batch at a time, one aggregate after the other: no value becomes an
 * object. Rules [O35] and [O39].
 *
 *     slot 0     a bit per aggregate that has seen a value
 *     then       count: the number of values · number sum: the sum · int64 sum: four words, an integer of 128 bits · avg: its sum, then the number of
 *                values · min, max: the value
 *
 * Sums of int64 can't overflow: there are not 2^64 rows. All slots begin as 0.
 */
import type { ExpressionNode, Memory, RowCodeOptions } from "@millrace/core";
import type { AggregateFunctionName, ValuePosition } from "@millrace/job-graph";
import {
  FOLD_COUNT,
  FOLD_COUNT_ROWS,
  FOLD_MAX,
  FOLD_MAX_INT64,
  FOLD_MIN,
  FOLD_MIN_INT64,
  FOLD_SUM,
  FOLD_SUM_INT64,
  RESULT_AVERAGE,
  RESULT_COUNT,
  RESULT_NUMBER,
} from "../../kernels/kernel-layouts.js";
import type { AddedNumbers } from "../../kernels/kernels.js";
import type { FoldedTuples } from "../../kernels/packed-kernels.js";
import type { StreamLayout } from "../../rows/stream-layout.js";
import { STATE_SLOT } from "../entry.js";
import type { RowBatch } from "../row-batch.js";
import { areOneFamily, type Column, type ColumnFamily, ColumnValues, columnOf } from "./column.js";
import {
  countRows,
  countValues,
  int128,
  keepGreatest,
  keepInt64,
  keepLeast,
  SeenBit,
  sumInt64,
  sumNumbers,
} from "./slot-folds.js";

/** The most aggregates whose bits fit a slot. */
export const MAX_SLOT_AGGREGATES = 64;

const NONE_ADDED: readonly (AddedNumbers | undefined)[] = [];

/** Is one aggregate: `count` without an argument counts records. */
export interface AggregateRequest {
  readonly aggregate: AggregateFunctionName;
  readonly argument: string | ExpressionNode | undefined;
}

/** Where the state of an aggregate lies. */
interface SlotAggregate extends AggregateRequest {
  readonly index: number;
  /** The first slot of its state, counted from the begin of the group's state. */
  readonly slot: number;
}

const NUM_SLOTS: Readonly<Record<AggregateFunctionName, number>> = {
  count: 1,
  min: 1,
  max: 1,
  sum: 2,
  avg: 3,
  countDistinct: 0,
};
/** Where `avg` counts, behind its sum. */
const AVG_COUNT_SLOT = 2;

/** Updates and reads the states of all aggregates of a group. */
export class SlotAggregates {
  /** How many slots the state of a group takes. */
  readonly numSlots: number;
  /** How many of the aggregates are of values, and not of records. */
  readonly numArguments: number;
  readonly #aggregates: readonly SlotAggregate[];
  readonly #value: ValuePosition;
  readonly #options: RowCodeOptions;
  /** What the values of each aggregate are, once a layout told. */
  readonly #families: (ColumnFamily | undefined)[];
  /** By layout: the columns of the aggregates, or false when they can't be kept in slots. */
  readonly #columns: (readonly (Column | undefined)[] | false | undefined)[] = [];
  readonly #values: ColumnValues[];
  /** By layout: what kernels add, by aggregate. */
  readonly #added: (readonly (AddedNumbers | undefined)[] | undefined)[] = [];
  /** What kernels add of the rows that were read last. */
  #current: readonly (AddedNumbers | undefined)[] = NONE_ADDED;

  /** @param value - where the record lies in the rows, to which the arguments refer */
  constructor(requests: readonly AggregateRequest[], value: ValuePosition, options: RowCodeOptions = {}) {
    let slot = 1;
    this.#aggregates = requests.map((request, index) => {
      const aggregate = { ...request, index, slot };
      slot += NUM_SLOTS[request.aggregate];
      return aggregate;
    });
    this.numSlots = slot;
    this.numArguments = requests.filter(({ argument }) => argument !== undefined).length;
    this.#value = value;
    this.#options = options;
    this.#families = requests.map(() => undefined);
    this.#values = requests.map(() => new ColumnValues());
  }

  /**
   * Reads what the aggregates need of a batch of rows. Returns false when the values can't be kept in slots, or not beside those seen
   * before; then nothing has happened.
   */
  read(batch: RowBatch, layout: StreamLayout): boolean {
    const columns = this.columnsOf(layout);
    if (columns === false) return false;
    this.#added[layout.index] ??= this.#addedOf(columns);
    const added = batch.isNear ? this.#added[layout.index]! : NONE_ADDED;
    this.#current = added;
    const { memory, slots, numRows } = batch;
    return columns.every(
      (column, i) => added[i] !== undefined || column?.fill(memory, slots, numRows, this.#values[i]!) !== false,
    );
  }

  /** Says what kernels add of the columns of a layout. */
  #addedOf(columns: readonly (Column | undefined)[]): readonly (AddedNumbers | undefined)[] {
    return this.#aggregates.map(({ aggregate, index, slot }) => {
      const column = aggregate === "sum" ? columns[index] : undefined;
      const place = column?.family.kind === "number" ? column.place : undefined;
      if (place === undefined) return undefined;
      const { word, mask } = new SeenBit(index);
      return {
        isInt32: place.type.kind === "int32",
        fieldSlot: place.slot,
        nullWord: place.nullWord,
        nullMask: place.nullMask,
        sumSlot: STATE_SLOT + slot,
        seenWord: STATE_SLOT * 2 + word,
        seenMask: mask,
      };
    });
  }

  /** Returns the columns of the aggregates in rows of a layout, undefined for those without an argument; false when they can't be kept in slots. */
  columnsOf(layout: StreamLayout): readonly (Column | undefined)[] | false {
    const known = this.#columns[layout.index];
    if (known !== undefined) return known;
    const columns = this.#newColumns(layout);
    this.#columns[layout.index] = columns;
    return columns;
  }

  #newColumns(layout: StreamLayout): readonly (Column | undefined)[] | false {
    if (this.#aggregates.length > MAX_SLOT_AGGREGATES) return false;
    const columns: (Column | undefined)[] = [];
    for (const { aggregate, argument, index } of this.#aggregates) {
      if (aggregate === "countDistinct") return false;
      if (argument === undefined) {
        columns.push(undefined);
        continue;
      }
      const column = columnOf(argument, this.#value, layout, aggregate === "count", this.#options);
      if (column === undefined || !this.#fits(index, aggregate, column.family)) return false;
      columns.push(column);
    }
    return columns;
  }

  #fits(index: number, aggregate: AggregateFunctionName, family: ColumnFamily): boolean {
    if (aggregate === "count" || family.kind === "null") return true;
    const isSum = aggregate === "sum" || aggregate === "avg";
    if (isSum && family.kind !== "number" && family.kind !== "int64") return false;
    const known = this.#families[index];
    if (known === undefined) this.#families[index] = family;
    else if (!areOneFamily(known, family)) return false;
    return true;
  }

  /**
   * Takes in what kernels can add of the rows of the last `read`, whose groups are in the batch's scratch. Returns whether that was all; otherwise `add` is to be called.
   */
  addByKernels({ scratch, slotsAt, numRows }: RowBatch): boolean {
    const added = this.#current;
    if (added === NONE_ADDED) return false;
    let isAll = true;
    for (let i = 0; i < added.length; i++) {
      const numbers = added[i];
      if (numbers !== undefined) scratch!.kernels.addNumbers(numbers, slotsAt, numRows, scratch!.groups);
      else isAll = false;
    }
    return isAll;
  }

  /**
   * Takes in the rest of the rows of the last `read`. `states` has for each the first slot, in `table`, of its group's state, or 0 for rows that are
   * left out.
   */
  add(table: Memory, states: Int32Array, { numRows }: RowBatch): void {
    for (const { aggregate, argument, index, slot } of this.#aggregates) {
      if (this.#current[index] !== undefined) continue;
      const values = this.#values[index]!;
      if (aggregate === "count") {
        if (argument === undefined) countRows(table, states, slot, numRows);
        else countValues(table, states, slot, numRows, values.isNull);
        continue;
      }
      const family = this.#families[index];
      if (family === undefined) continue;
      const bit = new SeenBit(index);
      if (aggregate === "min" || aggregate === "max") {
        if (family.kind === "int64") keepInt64(table, states, slot, numRows, values, bit, aggregate === "min");
        else if (aggregate === "min") keepLeast(table, states, slot, numRows, values, bit);
        else keepGreatest(table, states, slot, numRows, values, bit);
      } else {
        if (family.kind === "int64") sumInt64(table, states, slot, numRows, values, bit);
        else sumNumbers(table, states, slot, numRows, values, bit);
        if (aggregate === "avg") countValues(table, states, slot + AVG_COUNT_SLOT, numRows, values.isNull);
      }
    }
  }

  /**
   * Says how kernels take packed values into states, from what is known of the values by now. Those of aggregates with an argument lie one behind the other from
   * `valueSlot` of tuples on, the state at `stateSlot` of entries.
   */
  foldsOf(valueSlot: number, stateSlot: number): readonly FoldedTuples[] {
    let next = valueSlot;
    return this.#aggregates.flatMap(({ aggregate, argument, index, slot }): readonly FoldedTuples[] => {
      const { word, mask } = new SeenBit(index);
      const at = argument === undefined ? 0 : next++;
      const folded = { valueSlot: at, stateSlot: stateSlot + slot, seenWord: stateSlot * 2 + word, seenMask: mask };
      if (aggregate === "count") return [{ ...folded, fold: argument === undefined ? FOLD_COUNT_ROWS : FOLD_COUNT }];
      const family = this.#families[index];
      if (family === undefined) return [];
      const isInt64 = family.kind === "int64";
      if (aggregate === "min") return [{ ...folded, fold: isInt64 ? FOLD_MIN_INT64 : FOLD_MIN }];
      if (aggregate === "max") return [{ ...folded, fold: isInt64 ? FOLD_MAX_INT64 : FOLD_MAX }];
      const sum = { ...folded, fold: isInt64 ? FOLD_SUM_INT64 : FOLD_SUM };
      if (aggregate !== "avg") return [sum];
      return [sum, { ...folded, fold: FOLD_COUNT, stateSlot: folded.stateSlot + AVG_COUNT_SLOT }];
    });
  }

  /** Returns where an aggregate's state begins, counted from the begin of the group's state, and the word and the bit that say whether it has seen a value. */
  placeOf(index: number): { readonly slot: number; readonly word: number; readonly mask: number } {
    const { word, mask } = new SeenBit(index);
    return { slot: this.#aggregates[index]!.slot, word, mask };
  }

  /** Says how the result of an aggregate gets into a row by a kernel; undefined when it is no number. */
  resultKindOf(index: number): number | undefined {
    const { aggregate } = this.#aggregates[index]!;
    if (aggregate === "count") return RESULT_COUNT;
    const isNumber = this.#families[index]?.kind === "number";
    if (!isNumber) return undefined;
    return aggregate === "avg" ? RESULT_AVERAGE : RESULT_NUMBER;
  }

  /** Returns the result of an aggregate from the state at slot `state` of `table`. */
  resultOf(index: number, table: Memory, state: number): unknown {
    const { aggregate, slot } = this.#aggregates[index]!;
    const at = state + slot;
    if (aggregate === "count") return table.f64[at]!;
    const family = this.#families[index];
    if (family === undefined || !new SeenBit(index).isSet(table.i32, state)) return null;
    const sum = aggregate === "sum" || aggregate === "avg";
    if (sum) {
      const total = family.kind === "int64" ? int128(table.i32, at) : table.f64[at]!;
      return aggregate === "avg" ? Number(total) / table.f64[at + AVG_COUNT_SLOT]! : total;
    }
    switch (family.kind) {
      case "int64":
        return table.i64[at]!;
      case "timestamp":
        return new Date(table.f64[at]!);
      case "boolean":
        return table.f64[at] === 1;
      case "enum":
        return family.values[table.f64[at]!];
      default:
        return table.f64[at]!;
    }
  }

  /** Whether an aggregate's result is a number (or null) in slot `numberSlot`. */
  isNumber(index: number): boolean {
    const { aggregate } = this.#aggregates[index]!;
    return aggregate === "count" || (aggregate !== "avg" && this.#families[index]?.kind === "number");
  }

  /** Returns the slot of an aggregate's number, counted from the begin of the state. */
  numberSlot(index: number): number {
    return this.#aggregates[index]!.slot;
  }

  /** Whether an aggregate that is a number has one in this state. */
  hasNumber(index: number, table: Memory, state: number): boolean {
    return this.#aggregates[index]!.aggregate === "count" || new SeenBit(index).isSet(table.i32, state);
  }

  /** Returns what merging needs to know of an aggregate's state: how many values there were, and what they amount to. */
  partialOf(index: number, table: Memory, state: number): readonly [numValues: number, value: unknown] {
    const { aggregate, slot } = this.#aggregates[index]!;
    if (aggregate === "count") return [table.f64[state + slot]!, null];
    if (aggregate !== "avg") return [0, this.resultOf(index, table, state)];
    const family = this.#families[index];
    if (family === undefined || !new SeenBit(index).isSet(table.i32, state)) return [0, null];
    const total = family.kind === "int64" ? int128(table.i32, state + slot) : table.f64[state + slot]!;
    return [table.f64[state + slot + AVG_COUNT_SLOT]!, total];
  }
}
