import { compareValues, expressionText, type Memory } from "@millrace/core";
import type { ValuePosition } from "@millrace/job-graph";
import type { RowExpression } from "../../expressions/index.js";
import { pathInRow, RowFieldReader } from "../../rows/record-reader.js";
import type { StreamLayout } from "../../rows/stream-layout.js";
import type { Steps } from "../../task/driver.js";
import { rowExpressionOf } from "./column.js";
import { DistinctCounts, type DistinctCountsOptions } from "./distinct-counts.js";
import type { AggregateRequest } from "./slot-aggregates.js";
import { orderOfField, type PartialAggregate, ValueAggregate } from "./value-aggregate.js";

/** Computes the aggregates of one group over values of any kind, row by row. */
export class RowAggregates {
  readonly #requests: readonly AggregateRequest[];
  readonly #readers: readonly ArgumentReader[];
  readonly #value: ValuePosition;
  readonly #layout: StreamLayout | undefined;
  /** By request: the number of its distinct count among all, or -1 when it is something else. */
  readonly #distinctNumbers: readonly number[];
  readonly #distinct: DistinctCounts | undefined;
  /** By request; undefined for distinct counts. */
  #aggregates: readonly (ValueAggregate | undefined)[] | undefined;
  #numRows = 0;

  /**
   * @param value - where the record lies in the rows, to which the arguments refer
   * @param layout - that of the records, when only states will be merged
   * @param distinct - what distinct counts work with; undefined where there are none
   */
  constructor(
    requests: readonly AggregateRequest[],
    value: ValuePosition,
    layout?: StreamLayout,
    distinct?: DistinctCountsOptions,
  ) {
    this.#requests = requests;
    this.#value = value;
    this.#layout = layout;
    this.#readers = requests.map(({ argument }) => new ArgumentReader(argument, value));
    let numDistinct = 0;
    this.#distinctNumbers = requests.map(({ aggregate }) => (aggregate === "countDistinct" ? numDistinct++ : -1));
    this.#distinct =
      distinct === undefined || numDistinct === 0 ? undefined : new DistinctCounts(numDistinct, distinct);
  }

  /** Begins a group. */
  clear(): void {
    this.#numRows = 0;
    for (const aggregate of this.#aggregates ?? []) aggregate?.clear();
  }

  /** Takes in a row; throws UNSUPPORTED_AGGREGATION. */
  add(memory: Memory, slot: number, layout: StreamLayout): void {
    this.#numRows++;
    this.#aggregates ??= this.#create(layout);
    for (let i = 0; i < this.#readers.length; i++) {
      const value = this.#readers[i]!.read(memory, slot, layout);
      const aggregate = this.#aggregates[i];
      if (aggregate !== undefined) aggregate.add(value);
      else this.#distinct!.add(this.#distinctNumbers[i]!, value);
    }
  }

  /** Whether `spill` is to be called before more rows are added. */
  get isFull(): boolean {
    return this.#distinct?.isFull === true;
  }

  /** Makes room for the values of more rows. */
  *spill(): Steps {
    yield* this.#distinct!.spill();
  }

  /** Takes in the states of other rows of the group; throws UNSUPPORTED_AGGREGATION. */
  merge(partials: readonly PartialAggregate[]): void {
    this.#aggregates ??= this.#create(this.#layout);
    partials.forEach((partial, i) => this.#aggregates![i]!.merge(partial));
  }

  /** Returns the states. */
  partials(): PartialAggregate[] {
    return this.#requests.map(({ argument }, i) =>
      argument === undefined && this.#numRows > 0 ? [this.#numRows, null] : this.#aggregates![i]!.partial(),
    );
  }

  /** Returns the results of the group, which has no distinct counts. */
  results(): unknown[] {
    return this.#results([]);
  }

  /** Returns the results of the group, whatever they are. */
  *finishGroup(): Steps<unknown[]> {
    return this.#results(this.#distinct === undefined ? [] : yield* this.#distinct.finishGroup());
  }

  /** Gives back memory and files. */
  close(): void {
    this.#distinct?.close();
  }

  #results(distinct: readonly number[]): unknown[] {
    this.#aggregates ??= this.#create(this.#layout);
    return this.#requests.map(({ argument }, i) => {
      if (argument === undefined && this.#numRows > 0) return this.#numRows;
      const aggregate = this.#aggregates![i];
      return aggregate === undefined ? distinct[this.#distinctNumbers[i]!] : aggregate.result();
    });
  }

  /** The order of values is that of the field's type in the layout that came first. */
  #create(layout: StreamLayout | undefined): (ValueAggregate | undefined)[] {
    return this.#requests.map(({ aggregate, argument }) => {
      if (aggregate === "countDistinct") return undefined;
      if (typeof argument !== "string") {
        const field = argument === undefined ? aggregate : expressionText(argument);
        return new ValueAggregate(aggregate, field, compareValues);
      }
      const compare = layout === undefined ? compareValues : orderOfField(pathInRow(argument, this.#value), layout);
      return new ValueAggregate(aggregate, argument, compare);
    });
  }
}

/** Reads the argument of an aggregate of rows. */
class ArgumentReader {
  readonly #argument: AggregateRequest["argument"];
  readonly #value: ValuePosition;
  readonly #field: RowFieldReader | undefined;
  readonly #expressions: (RowExpression | undefined)[] = [];

  constructor(argument: AggregateRequest["argument"], value: ValuePosition) {
    this.#argument = argument;
    this.#value = value;
    this.#field = typeof argument === "string" ? new RowFieldReader(pathInRow(argument, value)) : undefined;
  }

  read(memory: Memory, slot: number, layout: StreamLayout): unknown {
    if (this.#field !== undefined) return this.#field.read(memory, slot, layout);
    return (this.#expressions[layout.index] ?? this.#add(layout))(memory, slot);
  }

  #add(layout: StreamLayout): RowExpression {
    const argument = this.#argument;
    const made =
      argument === undefined || typeof argument === "string"
        ? (): null => null
        : rowExpressionOf(argument, this.#value, layout);
    this.#expressions[layout.index] = made;
    return made;
  }
}
