/**
 * Describes the columns of a data set in one pass: each partition makes a state per column, and one subtask merges them.
 * Mean and variance by Welford's method, merged by Chan's, so that large means do not eat small variances.
 */
import {
  type Collector,
  type Comparable,
  compareValues,
  Decimal,
  RichGroupReduceFunction,
  RichMapPartitionFunction,
} from "@millrace/core";

/** Describes one column: a field of a row, a position of a tuple, or `value` for other records. @public */
export interface ColumnSummary {
  /** The field name, the position, or `value`. */
  readonly column: string;
  /** How many records there are. */
  readonly numRecords: number;
  /** How many of them have null there, or no such field. */
  readonly numNulls: number;
  /** How many of them are NaN. */
  readonly numNaN: number;
  /** The least value; null when there is none that can be ordered. NaN is left out. */
  readonly min: Comparable | null;
  /** The greatest value. */
  readonly max: Comparable | null;
  /** Of numbers, bigints and decimals; null when there are none. NaN is left out. */
  readonly mean: number | null;
  /** The variance of a sample; null for fewer than two numbers. */
  readonly variance: number | null;
  /** The square root of the variance. */
  readonly standardDeviation: number | null;
  /** The least length of a string, in UTF-16 units; null when there are none. */
  readonly minLength: number | null;
  /** The greatest length of a string, in UTF-16 units; null when there are none. */
  readonly maxLength: number | null;
  /** The mean length of the strings, in UTF-16 units; null when there are none. */
  readonly meanLength: number | null;
}

/** Is what is known of a column in one partition; plain data, so that it can travel. */
interface ColumnState {
  readonly column: string;
  numPresent: number;
  numNaN: number;
  min: Comparable | null;
  max: Comparable | null;
  numNumbers: number;
  mean: number;
  /** The sum of the squared differences from the mean. */
  squares: number;
  numStrings: number;
  minLength: number;
  maxLength: number;
  sumLength: number;
}

/** Is what is known of one partition. @internal */
export interface PartitionSummary {
  readonly numRecords: number;
  readonly columns: readonly ColumnState[];
}

/** @internal */
export class SummarizePartition extends RichMapPartitionFunction<unknown, PartitionSummary> {
  override mapPartition(values: Iterable<unknown>, _out: Collector<PartitionSummary>): PartitionSummary[] {
    const columns = new Map<string, ColumnState>();
    let numRecords = 0;
    for (const record of values) {
      numRecords++;
      for (const [name, value] of columnsOf(record)) {
        const state = columns.get(name) ?? newState(name);
        columns.set(name, state);
        if (value !== null && value !== undefined) add(state, value);
      }
    }
    return [{ numRecords, columns: [...columns.values()] }];
  }
}

/** @internal */
export class MergeSummaries extends RichGroupReduceFunction<PartitionSummary, ColumnSummary> {
  override reduceGroup(summaries: Iterable<PartitionSummary>): ColumnSummary[] {
    const columns = new Map<string, ColumnState>();
    let numRecords = 0;
    for (const summary of summaries) {
      numRecords += summary.numRecords;
      for (const state of summary.columns) {
        const known = columns.get(state.column);
        if (known === undefined) columns.set(state.column, { ...state });
        else merge(known, state);
      }
    }
    return [...columns.values()].map((state) => summaryOf(state, numRecords));
  }
}

function columnsOf(record: unknown): Iterable<[string, unknown]> {
  if (Array.isArray(record)) return record.map((value, index): [string, unknown] => [String(index), value]);
  const isRow = typeof record === "object" && record !== null && !isComparable(record) && !(record instanceof Map);
  return isRow ? Object.entries(record) : [["value", record]];
}

function isComparable(value: unknown): value is Comparable {
  if (typeof value !== "object") return typeof value !== "function" && typeof value !== "symbol";
  return value instanceof Date || value instanceof Uint8Array || value instanceof Decimal;
}

function newState(column: string): ColumnState {
  return {
    column,
    numPresent: 0,
    numNaN: 0,
    min: null,
    max: null,
    numNumbers: 0,
    mean: 0,
    squares: 0,
    numStrings: 0,
    minLength: 0,
    maxLength: 0,
    sumLength: 0,
  };
}

function add(state: ColumnState, value: unknown): void {
  state.numPresent++;
  if (typeof value === "number" && Number.isNaN(value)) {
    state.numNaN++;
    return;
  }
  if (isComparable(value)) widen(state, value, value);
  if (typeof value === "number") addNumber(state, value);
  else if (typeof value === "bigint") addNumber(state, Number(value));
  else if (value instanceof Decimal) addNumber(state, value.toNumber());
  else if (typeof value === "string") addString(state, value.length);
}

function widen(state: ColumnState, min: Comparable, max: Comparable): void {
  if (state.min === null || compareValues(min, state.min) < 0) state.min = min;
  if (state.max === null || compareValues(max, state.max) > 0) state.max = max;
}

function addNumber(state: ColumnState, value: number): void {
  state.numNumbers++;
  const before = value - state.mean;
  state.mean += before / state.numNumbers;
  state.squares += before * (value - state.mean);
}

function addString(state: ColumnState, length: number): void {
  state.minLength = state.numStrings === 0 ? length : Math.min(state.minLength, length);
  state.maxLength = Math.max(state.maxLength, length);
  state.sumLength += length;
  state.numStrings++;
}

function merge(into: ColumnState, other: ColumnState): void {
  if (other.min !== null && other.max !== null) widen(into, other.min, other.max);
  if (other.numStrings > 0) {
    into.minLength = into.numStrings === 0 ? other.minLength : Math.min(into.minLength, other.minLength);
    into.maxLength = Math.max(into.maxLength, other.maxLength);
  }
  const total = into.numNumbers + other.numNumbers;
  if (total > 0) {
    const difference = other.mean - into.mean;
    into.squares += other.squares + (difference * difference * into.numNumbers * other.numNumbers) / total;
    into.mean += (difference * other.numNumbers) / total;
  }
  into.numNumbers = total;
  into.numPresent += other.numPresent;
  into.numNaN += other.numNaN;
  into.numStrings += other.numStrings;
  into.sumLength += other.sumLength;
}

function summaryOf(state: ColumnState, numRecords: number): ColumnSummary {
  const { numNumbers, numStrings } = state;
  const variance = numNumbers > 1 ? state.squares / (numNumbers - 1) : null;
  return {
    column: state.column,
    numRecords,
    numNulls: numRecords - state.numPresent,
    numNaN: state.numNaN,
    min: state.min,
    max: state.max,
    mean: numNumbers > 0 ? state.mean : null,
    variance,
    standardDeviation: variance === null ? null : Math.sqrt(variance),
    minLength: numStrings > 0 ? state.minLength : null,
    maxLength: numStrings > 0 ? state.maxLength : null,
    meanLength: numStrings > 0 ? state.sumLength / numStrings : null,
  };
}
