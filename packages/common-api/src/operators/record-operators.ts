import type { ExpressionNode } from "@millrace/core";
import type { UserFunction } from "../functions/user-function.js";
import {
  type FunctionSettings,
  newFunctionSettings,
  type Operator,
  type OperatorCommon,
  SingleInputOperator,
} from "./operator.js";

/** Calls `map(value, context)` for each record; its result takes the record's place (B020). @public */
export class MapOperator extends SingleInputOperator {
  readonly kind = "map";
  /** Called as `map(value, context)`. */
  readonly function: UserFunction;
  /** What was declared for the function: broadcast sets, parameters, semantic properties. */
  readonly functionSettings: FunctionSettings = newFunctionSettings();

  constructor(input: Operator, fn: UserFunction, common: OperatorCommon) {
    super(input, common);
    this.function = fn;
  }
}

/** Calls `flatMap(value, out, context)` for each record; what it returns and what it writes to `out` are the results (B022). @public */
export class FlatMapOperator extends SingleInputOperator {
  readonly kind = "flatMap";
  /** Called as `flatMap(value, out, context)`. */
  readonly function: UserFunction;
  /** What was declared for the function: broadcast sets, parameters, semantic properties. */
  readonly functionSettings: FunctionSettings = newFunctionSettings();

  constructor(input: Operator, fn: UserFunction, common: OperatorCommon) {
    super(input, common);
    this.function = fn;
  }
}

/** Calls `mapPartition(values, out, context)` once per subtask, also for an empty partition (B021). @public */
export class MapPartitionOperator extends SingleInputOperator {
  readonly kind = "mapPartition";
  /** Called as `mapPartition(values, out, context)`. */
  readonly function: UserFunction;
  /** What was declared for the function: broadcast sets, parameters, semantic properties. */
  readonly functionSettings: FunctionSettings = newFunctionSettings();

  constructor(input: Operator, fn: UserFunction, common: OperatorCommon) {
    super(input, common);
    this.function = fn;
  }
}

/** Keeps the records for which `filter(value, context)` or the expression is true (B023). @public */
export class FilterOperator extends SingleInputOperator {
  readonly kind = "filter";
  /** Called as `filter(value, context)`, or evaluated; only true keeps a record. */
  readonly predicate: UserFunction | ExpressionNode;
  /** What was declared for the function: broadcast sets, parameters, semantic properties. */
  readonly functionSettings: FunctionSettings = newFunctionSettings();

  constructor(input: Operator, predicate: UserFunction | ExpressionNode, common: OperatorCommon) {
    super(input, common);
    this.predicate = predicate;
  }
}

/** Says how `mapAsync` calls its function. @public */
export interface AsyncOptions {
  /** How many calls of one subtask may be pending at once, at least 1. */
  readonly concurrency: number;
  /** How long one call may take, in milliseconds; undefined for ever. */
  readonly timeoutMs: number | undefined;
  /** How often a failed or timed-out call is made again, at least 0. */
  readonly numRetries: number;
  /** How long to wait before call number `attempt` (1 is the first retry), in milliseconds. */
  readonly retryDelayMs: (attempt: number) => number;
  /** Whether results keep the order of their inputs. */
  readonly isOrdered: boolean;
}

/** Calls `map(value, context, signal)` for each record, several at a time; its promise's value takes the record's place. @public */
export class MapAsyncOperator extends SingleInputOperator {
  readonly kind = "mapAsync";
  /** Called as `map(value, context, signal)`. */
  readonly function: UserFunction;
  /** Says how many calls may be pending, how long they may take, and what happens when they fail. */
  readonly options: AsyncOptions;
  /** What was declared for the function: broadcast sets, parameters, semantic properties. */
  readonly functionSettings: FunctionSettings = newFunctionSettings();

  constructor(input: Operator, fn: UserFunction, options: AsyncOptions, common: OperatorCommon) {
    super(input, common);
    this.function = fn;
    this.options = options;
  }
}

/** Keeps some fields of each record, as a tuple in this order; fields may repeat (B024). @public */
export class ProjectOperator extends SingleInputOperator {
  readonly kind = "project";
  /** Field paths, never empty. */
  readonly fields: readonly string[];

  constructor(input: Operator, fields: readonly string[], common: OperatorCommon) {
    super(input, common);
    this.fields = fields;
  }
}

/** Makes a row of expressions over each record. @public */
export class SelectOperator extends SingleInputOperator {
  readonly kind = "select";
  /** The fields of the result, in order. */
  readonly columns: readonly { readonly name: string; readonly expression: ExpressionNode }[];

  constructor(
    input: Operator,
    columns: readonly { readonly name: string; readonly expression: ExpressionNode }[],
    common: OperatorCommon,
  ) {
    super(input, common);
    this.columns = columns;
  }
}
