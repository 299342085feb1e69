import { expressionText, fieldText } from "@millrace/core";
import type { KeyPart, Keys, Ordering } from "../keys/keys.js";
import type { FieldAggregation, GroupingSpec, NamedAggregate } from "../operators/grouping-operators.js";
import { type LogicalOperator, logical } from "../operators/logical-operator.js";
import type { Operator } from "../operators/operator.js";
import type { Partitioning } from "../operators/partition-operators.js";
import type { JoinOperator, PairResult } from "../operators/two-input-operators.js";

/** Returns what an operator does beyond its kind, such as `by word` or `amount > 10`; empty when its kind says it all. @internal */
export function operatorText(operator: Operator): string {
  const node = logical(operator);
  const parts = [detailsOf(node), hintOf(node)].filter((part) => part !== "");
  return parts.join(", ");
}

function detailsOf(node: LogicalOperator): string {
  switch (node.kind) {
    case "filter":
      return "op" in node.predicate ? expressionText(node.predicate) : "";
    case "project":
      return node.fields.map(fieldText).join(", ");
    case "select":
      return node.columns.map(({ name, expression }) => `${name} = ${expressionText(expression)}`).join(", ");
    case "mapAsync":
      return `${node.options.concurrency} at a time${node.options.isOrdered ? "" : ", in any order"}`;
    case "reduce":
    case "groupReduce":
    case "groupCombine":
      return groupingText(node.grouping);
    case "aggregate":
      return joined(node.aggregations.map(aggregationText).join(", "), groupingText(node.grouping));
    case "summarize":
      return joined(node.aggregates.map(namedAggregateText).join(", "), groupingText(node.grouping));
    case "selectBy":
      return joined(`${node.extreme} of ${node.fields.map(fieldText).join(", ")}`, groupingText(node.grouping));
    case "first":
      return joined(String(node.count), groupingText(node.grouping));
    case "distinct":
      return `by ${keysText(node.keys)}`;
    case "join":
      return joined(joinText(node), resultText(node.result));
    case "coGroup":
      return joined(pairedKeysText(node.leftKeys, node.rightKeys), sidesOrderText(node.leftOrder, node.rightOrder));
    case "coGroupRaw":
      return pairedKeysText(node.leftKeys ?? [], node.rightKeys ?? []);
    case "cross":
      return resultText(node.result);
    case "partition":
      return partitioningText(node.partitioning);
    case "sortPartition":
    case "orderBy":
      return orderingText(node.ordering);
    case "sink":
      return node.localOrder.length === 0 ? "" : `each part sorted by ${orderingText(node.localOrder)}`;
    case "bulkIteration":
      return `at most ${node.maxIterations} supersteps`;
    case "deltaIteration":
      return `at most ${node.maxIterations} supersteps, solution set by ${keysText(node.keys)}`;
    case "source":
    case "collectionSource":
    case "collect":
    case "map":
    case "flatMap":
    case "mapPartition":
    case "union":
    case "partialSolution":
    case "workset":
    case "solutionSet":
      return "";
  }
}

function hintOf(node: LogicalOperator): string {
  if (node.kind === "join" || node.kind === "cross")
    return node.hint === "optimizer-chooses" ? "" : `hint ${node.hint}`;
  return node.kind === "reduce" && node.combineHint !== "optimizer-chooses" ? `combine hint ${node.combineHint}` : "";
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}

/** Returns the text of a key, such as `state, lower(name)`. @internal */
export function keysText(keys: Keys): string {
  return keys.map(partText).join(", ");
}

function partText(part: KeyPart): string {
  switch (part.kind) {
    case "field":
      return fieldText(part.path);
    case "selector":
      return selectorText(part);
    case "expression":
      return part.name === undefined
        ? expressionText(part.expression)
        : `${part.name} = ${expressionText(part.expression)}`;
  }
}

function selectorText({ function: { target } }: Extract<KeyPart, { kind: "selector" }>): string {
  const name = typeof target === "function" ? target.name : (target.constructor?.name ?? "");
  return name === "" ? "a selector" : `selector ${name}`;
}

/** Returns the text of an order, such as `price descending, id`. @internal */
export function orderingText(ordering: Ordering): string {
  return ordering
    .map(({ key, order }) => (order === "ascending" ? partText(key) : `${partText(key)} descending`))
    .join(", ");
}

function groupingText({ keys, order, partitioner }: GroupingSpec): string {
  return joined(
    keys === undefined ? "" : `by ${keysText(keys)}`,
    order.length === 0 ? "" : `sorted by ${orderingText(order)}`,
    partitioner === undefined ? "" : "with a partitioner",
  );
}

function aggregationText({ aggregation, field }: FieldAggregation): string {
  return `${aggregation}(${fieldText(field)})`;
}

function namedAggregateText({ name, aggregate, argument }: NamedAggregate): string {
  const inner =
    argument === undefined ? "" : typeof argument === "string" ? fieldText(argument) : expressionText(argument);
  return `${name} = ${aggregate}(${inner})`;
}

function joinText({ joinType, leftKeys, rightKeys, partitioner }: JoinOperator): string {
  return joined(joinType, pairedKeysText(leftKeys, rightKeys), partitioner === undefined ? "" : "with a partitioner");
}

function pairedKeysText(left: Keys, right: Keys): string {
  if (left.length === 0) return "";
  if (left.length !== right.length) return `on (${keysText(left)}) = (${keysText(right)})`;
  return `on ${left.map((part, index) => `${partText(part)} = ${partText(right[index] as KeyPart)}`).join(" and ")}`;
}

function sidesOrderText(left: Ordering, right: Ordering): string {
  return joined(
    left.length === 0 ? "" : `left sorted by ${orderingText(left)}`,
    right.length === 0 ? "" : `right sorted by ${orderingText(right)}`,
  );
}

function resultText(result: PairResult): string {
  if (result.kind !== "projection") return "";
  return `to ${result.fields.map(({ side, path }) => `${side}.${fieldText(path)}`).join(", ")}`;
}

function partitioningText(partitioning: Partitioning): string {
  switch (partitioning.kind) {
    case "rebalance":
      return "round robin";
    case "hash":
      return `by hash of ${keysText(partitioning.keys)}`;
    case "custom":
      return `by a partitioner of ${keysText(partitioning.keys)}`;
    case "range":
      return `by range of ${orderingText(partitioning.ordering)}`;
  }
}
