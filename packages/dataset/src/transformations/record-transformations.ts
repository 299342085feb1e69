import {
  type AsyncOptions,
  FilterOperator,
  FlatMapOperator,
  MapAsyncOperator,
  MapOperator,
  MapPartitionOperator,
  type Operator,
  ProjectOperator,
  SelectOperator,
} from "@millrace/common-api";
import { checkOptions, isExpression, type OptionRules } from "@millrace/core";
import { expressionOf } from "../expressions/expression-of.js";
import { userFunction } from "../functions/user-functions.js";
import { fieldsOf } from "../keys/key-parts.js";
import { describe, OperatorCall } from "../operators/operator-call.js";

/** Says how `mapAsync` calls its function. @public */
export interface MapAsyncOptions {
  /** How many calls of one subtask may be pending at once; 16 by default. */
  readonly concurrency?: number;
  /** How long one call may take, in milliseconds; for ever by default. */
  readonly timeoutMs?: number;
  /** How often a failed or timed-out call is made again; 0 by default. */
  readonly numRetries?: number;
  /** How long to wait before retry `attempt` (1 is the first), in milliseconds; by default 100, doubled each time, at most 10,000. */
  readonly retryDelayMs?: number | ((attempt: number) => number);
  /** Whether results keep the order of their inputs; true by default. */
  readonly isOrdered?: boolean;
}

const ASYNC_OPTIONS: OptionRules<MapAsyncOptions> = {
  concurrency: "checked elsewhere",
  timeoutMs: "checked elsewhere",
  numRetries: "checked elsewhere",
  retryDelayMs: "checked elsewhere",
  isOrdered: "boolean",
};

const DEFAULT_CONCURRENCY = 16;
const FIRST_RETRY_DELAY_MS = 100;
const MAX_RETRY_DELAY_MS = 10_000;

/** @internal */
export function mapOperator(input: Operator, fn: unknown): MapOperator {
  const call = new OperatorCall("Map");
  return new MapOperator(input, userFunction(fn, { method: "map", result: "record" }, call), call);
}

/** @internal */
export function flatMapOperator(input: Operator, fn: unknown): FlatMapOperator {
  const call = new OperatorCall("FlatMap");
  return new FlatMapOperator(input, userFunction(fn, { method: "flatMap", result: "records" }, call), call);
}

/** @internal */
export function mapPartitionOperator(input: Operator, fn: unknown): MapPartitionOperator {
  const call = new OperatorCall("MapPartition");
  return new MapPartitionOperator(input, userFunction(fn, { method: "mapPartition", result: "records" }, call), call);
}

/** @internal */
export function filterOperator(input: Operator, predicate: unknown): FilterOperator {
  const call = new OperatorCall("Filter");
  if (isExpression(predicate)) return new FilterOperator(input, expressionOf(predicate, input, call), call);
  return new FilterOperator(input, userFunction(predicate, { method: "filter", result: "boolean" }, call), call);
}

/** @internal */
export function selectOperator(input: Operator, given: Readonly<Record<string, unknown>>): SelectOperator {
  const call = new OperatorCall("Select");
  const columns = Object.entries(given ?? {}).map(([name, expression]) => ({
    name,
    expression: expressionOf(expression, input, call),
  }));
  if (columns.length > 0) return new SelectOperator(input, columns, call);
  throw call.error({
    code: "INVALID_ARGUMENT",
    what: "No column is selected",
    expected: "at least one",
    fix: 'Write select({ total: col("price").times(col("quantity")) }).',
  });
}

/** @internal */
export function mapAsyncOperator(input: Operator, fn: unknown, options: MapAsyncOptions): MapAsyncOperator {
  const call = new OperatorCall("MapAsync");
  const target = userFunction(fn, { method: "map", result: "promise" }, call);
  return new MapAsyncOperator(input, target, asyncOptionsOf(options, call), call);
}

function asyncOptionsOf(options: MapAsyncOptions, call: OperatorCall): AsyncOptions {
  call.check(() => checkOptions("mapAsync", options, ASYNC_OPTIONS));
  const { concurrency = DEFAULT_CONCURRENCY, timeoutMs, numRetries = 0, retryDelayMs, isOrdered = true } = options;
  return {
    concurrency: call.requireInteger(concurrency, "concurrency", 1),
    timeoutMs: timeoutMs === undefined ? undefined : call.requireInteger(timeoutMs, "timeoutMs", 1),
    numRetries: call.requireInteger(numRetries, "numRetries", 0),
    retryDelayMs: retryDelayOf(retryDelayMs, call),
    isOrdered,
  };
}

function retryDelayOf(given: MapAsyncOptions["retryDelayMs"], call: OperatorCall): (attempt: number) => number {
  if (given === undefined) return (attempt) => Math.min(FIRST_RETRY_DELAY_MS * 2 ** (attempt - 1), MAX_RETRY_DELAY_MS);
  if (typeof given === "function") return given;
  if (typeof given === "number" && given >= 0) return () => given;
  throw call.error({
    code: "INVALID_ARGUMENT",
    what: `retryDelayMs is ${describe(given)}`,
    expected: "a number of milliseconds from 0, or a function of the attempt",
  });
}

/** @internal */
export function projectOperator(input: Operator, fields: readonly unknown[]): ProjectOperator {
  const call = new OperatorCall("Project");
  const paths = fieldsOf(fields, input, call);
  const texts = paths.map((path) => path.text);
  return new ProjectOperator(input, texts, call);
}
