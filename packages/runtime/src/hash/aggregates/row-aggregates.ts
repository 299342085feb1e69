import { compareValues, expressionText, type Memory } from "@millrace/core";
import type { ValuePosition } from "@millrace/job-graph";
import type { RowExpression } from "../../expressions/index.js";
import { pathInRow, RowFieldReader } from "../../rows/record-reader.js";
import type { StreamLayout } from "../../rows/stream-layout.js";
import { rowExpressionOf } from "./column.js";
import type { AggregateRequest } from "./slot-aggregates.js";
import { orderOfField, type PartialAggregate, ValueAggregate } from "./value-aggregate.js";

/** Computes the aggregates of one group over values of any kind, row by row. */
export class RowAggregates {
  readonly #requests: readonly AggregateRequest[];
  readonly #readers: readonly ArgumentReader[];
  readonly #value: ValuePosition;
  readonly #layout: StreamLayout | undefined;
  #aggregates: readonly ValueAggregate[] | undefined;
  #numRows = 0;

  /**
   * @param value - where the record lies in the rows, to which the arguments refer
   * @param layout - that of the records, when only states will be merged
   */
  constructor(requests: readonly AggregateRequest[], value: ValuePosition, layout?: StreamLayout) {
    this.#requests = requests;
    this.#value = value;
    this.#layout = layout;
    this.#readers = requests.map(({ argument }) => new ArgumentReader(argument, value));
  }

  /** Begins a group. */
  clear(): void {
    this.#numRows = 0;
    for (const aggregate of this.#aggregates ?? []) aggregate.clear();
  }

  /** Takes in a row; throws UNSUPPORTED_AGGREGATION. */
  add(memory: Memory, slot: number, layout: StreamLayout): void {
    this.#numRows++;
    this.#aggregates ??= this.#create(layout);
    for (let i = 0; i < this.#readers.length; i++) {
      this.#aggregates[i]!.add(this.#readers[i]!.read(memory, slot, layout));
    }
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

  /** Returns the results of the group. */
  results(): unknown[] {
    this.#aggregates ??= this.#create(this.#layout);
    return this.#requests.map(({ argument }, i) =>
      argument === undefined && this.#numRows > 0 ? this.#numRows : this.#aggregates![i]!.result(),
    );
  }

  /** The order of values is that of the field's type in the layout that came first. */
  #create(layout: StreamLayout | undefined): ValueAggregate[] {
    return this.#requests.map(({ aggregate, argument }) => {
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
