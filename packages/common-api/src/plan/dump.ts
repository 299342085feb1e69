/**
 * Writes a plan as JSON, for tools and for plans that are kept or compared. Ids are the positions of the operators, so the dump of
 * a program is the same in every run. Captured values are not in it: functions show their names, parameters of expressions
 * theirs.
 */
import { type ExpressionNode, type LiteralValue, type TypeJson, typeToJson } from "@millrace/core";
import type { SourceLocation, UserFunction } from "../functions/user-function.js";
import type { KeyPart, Keys, Ordering } from "../keys/keys.js";
import type { GroupingSpec } from "../operators/grouping-operators.js";
import { type LogicalOperator, logical, type OperatorKind } from "../operators/logical-operator.js";
import type { Operator, SemanticProperties } from "../operators/operator.js";
import type { Partitioning } from "../operators/partition-operators.js";
import type { PairResult } from "../operators/two-input-operators.js";
import { functionSettingsOf } from "./dependencies.js";
import type { Plan } from "./plan.js";

/** Is anything that JSON can hold. @public */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** Is a plan as JSON. @public */
export interface PlanDump {
  /** Changes when a reader of the format would have to change. */
  readonly version: 1;
  /** The name of the job. */
  readonly jobName: string;
  /** Each after those that it reads. */
  readonly operators: readonly OperatorDump[];
  /** The ids of the sinks, in the order of the plan. */
  readonly sinks: readonly number[];
}

/** Is an operator as JSON. @public */
export interface OperatorDump {
  /** Its position among the operators of the plan. */
  readonly id: number;
  /** Names the subclass. */
  readonly kind: OperatorKind;
  /** The name in plans and errors. */
  readonly name: string;
  /** Where the user's program made it; absent when that is not known. */
  readonly location?: SourceLocation;
  /** Absent when the environment's counts. */
  readonly parallelism?: number;
  /** The declared type of its results. */
  readonly resultType?: TypeJson;
  /** The ids of the operators that it reads, in order. */
  readonly inputs: readonly number[];
  /** The data sets that every subtask reads as a whole; absent when there are none. */
  readonly broadcasts?: readonly { readonly name: string | null; readonly input: number }[];
  /** What was declared of its function; absent when nothing was. */
  readonly semantics?: SemanticProperties;
  /** What belongs to the kind: keys, orders, expressions, hints, functions by name. */
  readonly details: { readonly [name: string]: JsonValue };
}

/** Returns a plan as JSON. @public */
export function dumpPlan(plan: Plan): PlanDump {
  return {
    version: 1,
    jobName: plan.jobName,
    operators: plan.operators.map((operator) => dumpOperator(operator, plan)),
    sinks: plan.sinks.map((sink) => plan.idOf(sink)),
  };
}

function dumpOperator(operator: Operator, plan: Plan): OperatorDump {
  const { settings, location } = operator;
  const functionSettings = functionSettingsOf(operator);
  const broadcasts = (functionSettings?.broadcastInputs ?? []).map((input) => ({
    name: input.name ?? null,
    input: plan.idOf(input.operator),
  }));
  const semantics = functionSettings?.semantics;
  const hasSemantics = semantics !== undefined && semantics.forwardedFields.length + semantics.readFields.length > 0;
  return {
    id: plan.idOf(operator),
    kind: logical(operator).kind,
    name: settings.name,
    ...(location === undefined ? {} : { location }),
    ...(settings.parallelism === undefined ? {} : { parallelism: settings.parallelism }),
    ...(settings.resultType === undefined ? {} : { resultType: typeToJson(settings.resultType) }),
    inputs: operator.inputs.map((input) => plan.idOf(input)),
    ...(broadcasts.length === 0 ? {} : { broadcasts }),
    ...(hasSemantics ? { semantics } : {}),
    details: detailsOf(logical(operator), plan),
  };
}

type Details = { readonly [name: string]: JsonValue };

function detailsOf(node: LogicalOperator, plan: Plan): Details {
  switch (node.kind) {
    case "source":
      return { source: node.source.name };
    case "sink":
      return { sink: node.sink.name, localOrder: dumpOrdering(node.localOrder) };
    case "filter":
      return "op" in node.predicate
        ? { expression: dumpExpression(node.predicate) }
        : { function: dumpFunction(node.predicate) };
    case "map":
    case "flatMap":
    case "mapPartition":
      return { function: dumpFunction(node.function) };
    case "mapAsync": {
      const { concurrency, timeoutMs, numRetries, isOrdered } = node.options;
      return {
        function: dumpFunction(node.function),
        concurrency,
        timeoutMs: timeoutMs ?? null,
        numRetries,
        isOrdered,
      };
    }
    case "project":
      return { fields: node.fields };
    case "select":
      return {
        columns: node.columns.map(({ name, expression }) => ({ name, expression: dumpExpression(expression) })),
      };
    case "reduce":
      return { ...dumpGrouping(node.grouping), function: dumpFunction(node.function), combineHint: node.combineHint };
    case "groupReduce":
      return {
        ...dumpGrouping(node.grouping),
        function: dumpFunction(node.function),
        combine: node.combine === undefined ? null : dumpFunction(node.combine),
      };
    case "groupCombine":
      return { ...dumpGrouping(node.grouping), function: dumpFunction(node.function) };
    case "aggregate":
      return {
        ...dumpGrouping(node.grouping),
        aggregations: node.aggregations.map(({ aggregation, field }) => ({ aggregation, field })),
      };
    case "summarize":
      return {
        ...dumpGrouping(node.grouping),
        shape: node.shape,
        aggregates: node.aggregates.map(({ name, aggregate, argument }) => ({
          name,
          aggregate,
          argument: typeof argument === "object" ? dumpExpression(argument) : (argument ?? null),
        })),
      };
    case "selectBy":
      return { ...dumpGrouping(node.grouping), extreme: node.extreme, fields: node.fields };
    case "distinct":
      return { keys: dumpKeys(node.keys) };
    case "first":
      return { ...dumpGrouping(node.grouping), count: node.count };
    case "join":
      return {
        joinType: node.joinType,
        leftKeys: dumpKeys(node.leftKeys),
        rightKeys: dumpKeys(node.rightKeys),
        hint: node.hint,
        hasPartitioner: node.partitioner !== undefined,
        result: dumpResult(node.result),
      };
    case "coGroup":
      return {
        leftKeys: dumpKeys(node.leftKeys),
        rightKeys: dumpKeys(node.rightKeys),
        leftOrder: dumpOrdering(node.leftOrder),
        rightOrder: dumpOrdering(node.rightOrder),
        hasPartitioner: node.partitioner !== undefined,
        function: dumpFunction(node.function),
      };
    case "coGroupRaw":
      return {
        leftKeys: node.leftKeys === undefined ? null : dumpKeys(node.leftKeys),
        rightKeys: node.rightKeys === undefined ? null : dumpKeys(node.rightKeys),
        function: dumpFunction(node.function),
      };
    case "cross":
      return { hint: node.hint, result: dumpResult(node.result) };
    case "partition":
      return dumpPartitioning(node.partitioning);
    case "sortPartition":
    case "orderBy":
      return { ordering: dumpOrdering(node.ordering) };
    case "bulkIteration":
      return {
        maxIterations: node.maxIterations,
        partialSolution: idIfThere(node.partialSolution, plan),
        next: idIfThere(node.step?.next, plan),
        termination: idIfThere(node.step?.termination, plan),
        aggregators: node.aggregators.map(({ name }) => name),
      };
    case "deltaIteration":
      return {
        maxIterations: node.maxIterations,
        keys: dumpKeys(node.keys),
        solutionSet: idIfThere(node.solutionSet, plan),
        workset: idIfThere(node.workset, plan),
        delta: idIfThere(node.step?.delta, plan),
        nextWorkset: idIfThere(node.step?.nextWorkset, plan),
        isSolutionSetUnmanaged: node.isSolutionSetUnmanaged,
        aggregators: node.aggregators.map(({ name }) => name),
      };
    case "collectionSource":
    case "collect":
    case "union":
    case "partialSolution":
    case "workset":
    case "solutionSet":
      return {};
  }
}

/** A placeholder that nothing reads is not part of the plan. */
function idIfThere(operator: Operator | undefined, plan: Plan): number | null {
  return operator !== undefined && plan.operators.includes(operator) ? plan.idOf(operator) : null;
}

function dumpGrouping({ keys, order, partitioner }: GroupingSpec): Details {
  return {
    keys: keys === undefined ? null : dumpKeys(keys),
    order: dumpOrdering(order),
    hasPartitioner: partitioner !== undefined,
  };
}

function dumpKeys(keys: Keys): JsonValue {
  return keys.map(dumpPart);
}

function dumpPart(part: KeyPart): JsonValue {
  switch (part.kind) {
    case "field":
      return { field: part.path };
    case "selector":
      return { selector: dumpFunction(part.function) };
    case "expression":
      return { expression: dumpExpression(part.expression), name: part.name ?? null };
  }
}

function dumpOrdering(ordering: Ordering): JsonValue {
  return ordering.map(({ key, order }) => ({ key: dumpPart(key), order }));
}

function dumpFunction({ target, method }: UserFunction): JsonValue {
  return typeof target === "function"
    ? { name: target.name, method }
    : { class: target.constructor?.name ?? null, method };
}

function dumpResult(result: PairResult): JsonValue {
  switch (result.kind) {
    case "pair":
    case "left":
      return { kind: result.kind };
    case "function":
    case "flatFunction":
      return { kind: result.kind, function: dumpFunction(result.function) };
    case "projection":
      return {
        kind: result.kind,
        shape: result.shape,
        fields: result.fields.map(({ side, path, name }) => ({ side, path, name: name ?? null })),
      };
  }
}

function dumpPartitioning(partitioning: Partitioning): Details {
  switch (partitioning.kind) {
    case "rebalance":
      return { partitioning: partitioning.kind };
    case "hash":
    case "custom":
      return { partitioning: partitioning.kind, keys: dumpKeys(partitioning.keys) };
    case "range":
      return {
        partitioning: partitioning.kind,
        ordering: dumpOrdering(partitioning.ordering),
        hasDistribution: partitioning.distribution !== undefined,
      };
  }
}

function dumpExpression(node: ExpressionNode): JsonValue {
  switch (node.op) {
    case "column":
      return { column: node.path };
    case "parameter":
      return { parameter: node.name };
    case "literal":
      return { literal: dumpLiteral(node.value) };
    case "call":
      return {
        call: node.name,
        args: node.args.map(dumpExpression),
        ...(node.target === undefined ? {} : { target: node.target }),
      };
  }
}

/** What JSON has no form for is a one-field object named by its type. */
function dumpLiteral(value: LiteralValue): JsonValue {
  if (typeof value === "bigint") return { int64: String(value) };
  if (value instanceof Date) return { timestamp: Number.isNaN(value.getTime()) ? null : value.getTime() };
  if (typeof value !== "number") return value;
  return Number.isFinite(value) && !Object.is(value, -0)
    ? value
    : { float64: Object.is(value, -0) ? "-0" : String(value) };
}
