import type { ExpressionNode } from "@millrace/core";
import type { UserFunction } from "../functions/user-function.js";
import type { Keys, Ordering, Partitioner } from "../keys/keys.js";
import {
  type FunctionSettings,
  newFunctionSettings,
  type Operator,
  type OperatorCommon,
  SingleInputOperator,
} from "./operator.js";

/** Says how an operator groups its input. @public */
export interface GroupingSpec {
  /** The key; undefined makes the whole input one group, read by one subtask. */
  readonly keys: Keys | undefined;
  /** The order within each group; empty for the order of arrival. */
  readonly order: Ordering;
  /** Decides where a group goes; undefined means by the partition hash. One-part keys only. */
  readonly partitioner: Partitioner<unknown> | undefined;
}

/** Is an operator that groups its input. @public */
export abstract class GroupedOperator extends SingleInputOperator {
  /** Says what belongs together, in which order, and where it goes. */
  readonly grouping: GroupingSpec;

  protected constructor(input: Operator, grouping: GroupingSpec, common: OperatorCommon) {
    super(input, common);
    this.grouping = grouping;
    if (grouping.keys === undefined) this.settings.parallelism = 1;
  }
}

/** Advises how a reduce is combined before records are moved (B078). @public */
export type CombineHint = "optimizer-chooses" | "sort" | "hash" | "none";

/**
 * Folds each group to one record with `reduce(first, second, context)`; a group of one record is that record, and an empty
 * input has no result (B025, B070).
 * @public
 */
export class ReduceOperator extends GroupedOperator {
  readonly kind = "reduce";
  /** Called as `reduce(first, second, context)`. */
  readonly function: UserFunction;
  /** Advises how to combine; never changes the result. */
  combineHint: CombineHint = "optimizer-chooses";
  /** What was declared for the function: broadcast sets, parameters, semantic properties. */
  readonly functionSettings: FunctionSettings = newFunctionSettings();

  constructor(input: Operator, grouping: GroupingSpec, fn: UserFunction, common: OperatorCommon) {
    super(input, grouping, common);
    this.function = fn;
  }
}

/** Calls `reduceGroup(values, out, context)` once per group; not at all for an empty input (B026, B071). @public */
export class GroupReduceOperator extends GroupedOperator {
  readonly kind = "groupReduce";
  /** Called as `reduceGroup(values, out, context)`. */
  readonly function: UserFunction;
  /** Called as `combine(values, out, context)` on parts of groups, any number of times; undefined when there is none (B072). */
  readonly combine: UserFunction | undefined;
  /** What was declared for the function: broadcast sets, parameters, semantic properties. */
  readonly functionSettings: FunctionSettings = newFunctionSettings();

  constructor(
    input: Operator,
    grouping: GroupingSpec,
    fn: UserFunction,
    combine: UserFunction | undefined,
    common: OperatorCommon,
  ) {
    super(input, grouping, common);
    this.function = fn;
    this.combine = combine;
  }
}

/** Calls `combine(values, out, context)` on parts of groups where they lie; a key may have several results (B027). @public */
export class GroupCombineOperator extends SingleInputOperator {
  readonly kind = "groupCombine";
  /** Says what belongs together, and in which order. */
  readonly grouping: GroupingSpec;
  /** Called as `combine(values, out, context)`. */
  readonly function: UserFunction;
  /** What was declared for the function: broadcast sets, parameters, semantic properties. */
  readonly functionSettings: FunctionSettings = newFunctionSettings();

  constructor(input: Operator, grouping: GroupingSpec, fn: UserFunction, common: OperatorCommon) {
    super(input, common);
    this.grouping = grouping;
    this.function = fn;
  }
}

/** Replaces fields by an aggregate over the group; all other fields are those of the group's last record (B028, B029). @public */
export class AggregateOperator extends GroupedOperator {
  readonly kind = "aggregate";
  /** In order; a later one on the same field replaces an earlier one. Never empty. */
  readonly aggregations: readonly FieldAggregation[];

  constructor(
    input: Operator,
    grouping: GroupingSpec,
    aggregations: readonly FieldAggregation[],
    common: OperatorCommon,
  ) {
    super(input, grouping, common);
    this.aggregations = aggregations;
  }
}

/** Aggregates one field in place. @public */
export interface FieldAggregation {
  /** Names the aggregate. */
  readonly aggregation: "sum" | "min" | "max";
  /** The field path, read and replaced. */
  readonly field: string;
}

/** Names an aggregate function of {@link SummarizeOperator}. @public */
export type AggregateName = "sum" | "min" | "max" | "avg" | "count" | "countDistinct";

/** Is one named aggregate. `argument` is undefined for `count`, which counts records. @public */
export interface NamedAggregate {
  /** The field of the result; unused when the result is a tuple. */
  readonly name: string;
  /** Names the aggregate. */
  readonly aggregate: AggregateName;
  /** A field path or an expression; undefined for `count`. */
  readonly argument: string | ExpressionNode | undefined;
}

/**
 * Makes one record of each group: the key's fields, then named aggregates. An ungrouped one has exactly one result, also for
 * an empty input.
 * @public
 */
export class SummarizeOperator extends GroupedOperator {
  readonly kind = "summarize";
  /** The aggregates, in the order of the result. Never empty. */
  readonly aggregates: readonly NamedAggregate[];
  /** `row` keeps key fields in shape and names aggregates; `tuple` is keys, then aggregates, by position. */
  readonly shape: "row" | "tuple";

  constructor(
    input: Operator,
    grouping: GroupingSpec,
    aggregates: readonly NamedAggregate[],
    shape: "row" | "tuple",
    common: OperatorCommon,
  ) {
    super(input, grouping, common);
    this.aggregates = aggregates;
    this.shape = shape;
  }
}

/** Keeps the record of each group that is least or greatest in `fields`, the first of equals (B032). @public */
export class SelectByOperator extends GroupedOperator {
  readonly kind = "selectBy";
  /** Whether the least or the greatest record is kept. */
  readonly extreme: "min" | "max";
  /** Field paths, compared one after the other. Never empty. */
  readonly fields: readonly string[];

  constructor(
    input: Operator,
    grouping: GroupingSpec,
    extreme: "min" | "max",
    fields: readonly string[],
    common: OperatorCommon,
  ) {
    super(input, grouping, common);
    this.extreme = extreme;
    this.fields = fields;
  }
}

/** Keeps the first record of each key (B034). @public */
export class DistinctOperator extends SingleInputOperator {
  readonly kind = "distinct";
  /** What makes two records the same. */
  readonly keys: Keys;

  constructor(input: Operator, keys: Keys, common: OperatorCommon) {
    super(input, common);
    this.keys = keys;
  }
}

/** Keeps the first `count` records of the input, or of each group (B033). @public */
export class FirstOperator extends GroupedOperator {
  readonly kind = "first";
  /** At least 1. */
  readonly count: number;

  constructor(input: Operator, grouping: GroupingSpec, count: number, common: OperatorCommon) {
    super(input, grouping, common);
    this.count = count;
  }
}
