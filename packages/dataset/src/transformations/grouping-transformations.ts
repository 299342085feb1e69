import {
  AggregateOperator,
  type CombineHint,
  DistinctOperator,
  type FieldAggregation,
  FirstOperator,
  GroupCombineOperator,
  type GroupingSpec,
  GroupReduceOperator,
  type KeyPart,
  type NamedAggregate,
  type Operator,
  ReduceOperator,
  SelectByOperator,
  SummarizeOperator,
  type UserFunction,
} from "@millrace/common-api";
import { isExpression, parseFieldPath, resolveField } from "@millrace/core";
import type { Aggregate } from "../aggregates/aggregates.js";
import { expressionOf } from "../expressions/expression-of.js";
import { userFunction } from "../functions/user-functions.js";
import { declaredTypeOf } from "../keys/declared-type.js";
import { fieldOf, fieldsOf, keysOf } from "../keys/key-parts.js";
import { describe, OperatorCall } from "../operators/operator-call.js";

/** Is the grouping of a data set that is not grouped: one group. @internal */
export const ONE_GROUP: GroupingSpec = { keys: undefined, order: [], partitioner: undefined };

const NUMERIC_KINDS: ReadonlySet<string> = new Set(["int32", "int64", "float64", "decimal", "any", "custom"]);
const AGGREGATES: ReadonlySet<unknown> = new Set(["sum", "min", "max", "avg", "count", "countDistinct"]);

const COMBINE_HINTS: readonly CombineHint[] = ["optimizer-chooses", "sort", "hash", "none"];

/** @internal */
export function reduceOperator(
  input: Operator,
  grouping: GroupingSpec,
  fn: unknown,
  hint: CombineHint | undefined,
): ReduceOperator {
  const call = new OperatorCall("Reduce");
  const target = userFunction(fn, { method: "reduce", result: "record" }, call);
  const operator = new ReduceOperator(input, grouping, target, call);
  if (hint !== undefined) operator.combineHint = combineHintOf(hint, call);
  return operator;
}

/** Throws INVALID_HINT for a hint that is none. @internal */
export function combineHintOf(given: unknown, call: OperatorCall): CombineHint {
  if ((COMBINE_HINTS as readonly unknown[]).includes(given)) return given as CombineHint;
  throw call.error({
    code: "INVALID_HINT",
    what: `${describe(given)} is no way to combine`,
    expected: `one of ${COMBINE_HINTS.join(", ")}`,
  });
}

/** @internal */
export function groupReduceOperator(input: Operator, grouping: GroupingSpec, fn: unknown): GroupReduceOperator {
  const call = new OperatorCall("GroupReduce");
  const target = userFunction(fn, { method: "reduceGroup", result: "records" }, call);
  return new GroupReduceOperator(input, grouping, target, combineOf(fn, call), call);
}

function combineOf(fn: unknown, call: OperatorCall): UserFunction | undefined {
  if (typeof fn !== "object" || fn === null || !("combine" in fn) || fn.combine === undefined) return undefined;
  return userFunction(fn, { method: "combine", result: "records" }, call);
}

/** @internal */
export function groupCombineOperator(input: Operator, grouping: GroupingSpec, fn: unknown): GroupCombineOperator {
  const call = new OperatorCall("GroupCombine");
  const target = userFunction(fn, { method: "combine", result: "records" }, call);
  return new GroupCombineOperator(input, grouping, target, call);
}

/** Aggregates fields in place; `earlier` are the aggregations that `andSum` and its kin add to. @internal */
export function aggregateOperator(
  input: Operator,
  grouping: GroupingSpec,
  aggregation: FieldAggregation["aggregation"],
  field: unknown,
  earlier: readonly FieldAggregation[] = [],
): AggregateOperator {
  const call = new OperatorCall(aggregation === "sum" ? "Sum" : aggregation === "min" ? "Min" : "Max");
  const path = aggregatedField(input, aggregation, field, call);
  const added: FieldAggregation = { aggregation, field: path };
  return new AggregateOperator(input, grouping, [...earlier, added], call);
}

function aggregatedField(input: Operator, aggregation: string, field: unknown, call: OperatorCall): string {
  const path = fieldOf(field, input, call);
  const type = declaredTypeOf(input);
  const found = type === undefined ? undefined : resolveField(type, path).type;
  const needsNumber = aggregation === "sum" || aggregation === "avg";
  if (found !== undefined && needsNumber && !NUMERIC_KINDS.has(found.kind)) {
    throw call.error(
      {
        code: "UNSUPPORTED_AGGREGATION",
        what: `${aggregation} is asked for over a field of type ${String(found)}`,
        expected: "a field of type int32, int64, float64 or decimal",
      },
      path.text,
    );
  }
  return path.text;
}

/** @internal */
export function summarizeOperator(
  input: Operator,
  grouping: GroupingSpec,
  given: readonly unknown[],
): SummarizeOperator {
  const call = new OperatorCall("Aggregate");
  const isTuple = given.length !== 1 || isAggregate(given[0]);
  const named: [string, unknown][] = isTuple
    ? given.map((aggregate, index) => [String(index), aggregate])
    : Object.entries((given[0] ?? {}) as Record<string, unknown>);
  if (named.length === 0) {
    throw call.error({
      code: "INVALID_ARGUMENT",
      what: "No aggregate is given",
      expected: "at least one",
      fix: 'Write aggregate({ total: sum("amount"), n: count() }).',
    });
  }
  if (!isTuple)
    requireNames(
      grouping,
      named.map(([name]) => name),
      call,
    );
  const aggregates = named.map(([name, aggregate]) => namedAggregate(name, aggregate, input, call));
  return new SummarizeOperator(input, grouping, aggregates, isTuple ? "tuple" : "row", call);
}

/**
 * Throws INVALID_KEY when two parts of a key would both be called `key` in a row, and INVALID_ARGUMENT when an aggregate has the
 * name of a part.
 */
function requireNames({ keys = [] }: GroupingSpec, names: readonly string[], call: OperatorCall): void {
  const taken = new Set(keys.map(nameInRow));
  const clash = names.find((name) => taken.has(name));
  if (clash !== undefined) {
    throw call.error({
      code: "INVALID_ARGUMENT",
      what: `The aggregate ${JSON.stringify(clash)} has the name of a field of the key`,
      expected: "names that are not in the key",
    });
  }
  const unnamed = keys.filter(
    (part) => part.kind === "selector" || (part.kind === "expression" && part.name === undefined),
  );
  if (unnamed.length < 2) return;
  throw call.error({
    code: "INVALID_KEY",
    what: `The key has ${unnamed.length} parts without a name, which would all be called "key"`,
    expected: "at most one of them in a row of aggregates",
    fix: 'Name expressions by as("name"), write one key selector that returns a row, or ask for tuples: aggregate(sum("x"), count()).',
  });
}

/** Returns the name that a part of a key has in a row of aggregates; undefined for what has none, or has several. */
function nameInRow(part: KeyPart): string | undefined {
  if (part.kind === "expression") return part.name;
  const first = part.kind === "field" ? parseFieldPath(part.path).segments[0] : undefined;
  return first !== undefined && /^\d+$/.test(first) ? `f${first}` : first;
}

function isAggregate(value: unknown): value is Aggregate<string, unknown> {
  return typeof value === "object" && value !== null && "aggregate" in value && AGGREGATES.has(value.aggregate);
}

function namedAggregate(name: string, given: unknown, input: Operator, call: OperatorCall): NamedAggregate {
  if (!isAggregate(given)) {
    throw call.error({
      code: "INVALID_ARGUMENT",
      what: `The aggregate ${JSON.stringify(name)} is ${describe(given)}`,
      expected: "sum(field), min(field), max(field), avg(field), countDistinct(field) or count()",
    });
  }
  const aggregate = given.aggregate as NamedAggregate["aggregate"];
  if (aggregate === "count") return { name, aggregate, argument: undefined };
  if (isExpression(given.field)) return { name, aggregate, argument: expressionOf(given.field, input, call) };
  return { name, aggregate, argument: aggregatedField(input, aggregate, given.field, call) };
}

/** @internal */
export function selectByOperator(
  input: Operator,
  grouping: GroupingSpec,
  extreme: "min" | "max",
  fields: readonly unknown[],
): SelectByOperator {
  const call = new OperatorCall(extreme === "min" ? "MinBy" : "MaxBy");
  const paths = fieldsOf(fields, input, call).map((path) => path.text);
  return new SelectByOperator(input, grouping, extreme, paths, call);
}

/** Without keys the whole record is the key. @internal */
export function distinctOperator(input: Operator, given: readonly unknown[]): DistinctOperator {
  const call = new OperatorCall("Distinct");
  const keys = given.length === 0 ? [{ kind: "field" as const, path: "*" }] : keysOf(given, input, call);
  return new DistinctOperator(input, keys, call);
}

/** @internal */
export function firstOperator(input: Operator, grouping: GroupingSpec, count: number): FirstOperator {
  const call = new OperatorCall("First");
  return new FirstOperator(input, grouping, call.requireInteger(count, "n of first(n)", 1), call);
}
