import type { Keys, Ordering } from "../keys/keys.js";
import { logical } from "../operators/logical-operator.js";
import type { Operator } from "../operators/operator.js";
import type { AnyFunction, UserFunction } from "./user-function.js";

/**
 * Returns all code of the user that an operator would run, in the order of its declaration: its function, its combiner,
 * key selectors and partitioners. Sources and sinks are not among it.
 * @public
 */
export function userFunctionsOf(operator: Operator): readonly UserFunction[] {
  const node = logical(operator);
  switch (node.kind) {
    case "map":
    case "flatMap":
    case "mapPartition":
    case "mapAsync":
      return [node.function];
    case "filter":
      return "op" in node.predicate ? [] : [node.predicate];
    case "reduce":
      return [node.function, ...ofGrouping(node.grouping)];
    case "groupReduce":
      return [node.function, ...(node.combine === undefined ? [] : [node.combine]), ...ofGrouping(node.grouping)];
    case "groupCombine":
      return [node.function, ...ofGrouping(node.grouping)];
    case "aggregate":
    case "summarize":
    case "selectBy":
    case "first":
      return ofGrouping(node.grouping);
    case "distinct":
      return ofKeys(node.keys);
    case "join":
      return [
        ...ofResult(node.result),
        ...ofKeys(node.leftKeys),
        ...ofKeys(node.rightKeys),
        ...ofPlainFunction(node.partitioner, "partition"),
      ];
    case "coGroup":
      return [
        node.function,
        ...ofKeys(node.leftKeys),
        ...ofKeys(node.rightKeys),
        ...ofOrdering(node.leftOrder),
        ...ofOrdering(node.rightOrder),
        ...ofPlainFunction(node.partitioner, "partition"),
      ];
    case "coGroupRaw":
      return [node.function, ...ofKeys(node.leftKeys), ...ofKeys(node.rightKeys)];
    case "cross":
      return ofResult(node.result);
    case "partition":
      return ofPartitioning(node.partitioning);
    case "sortPartition":
    case "orderBy":
      return ofOrdering(node.ordering);
    case "sink":
      return ofOrdering(node.localOrder);
    case "bulkIteration":
    case "deltaIteration":
      return node.aggregators.flatMap((each) => [
        ...ofPlainFunction(each.factory, "createAggregator"),
        ...ofPlainFunction(each.convergence, "isConverged"),
      ]);
    case "source":
    case "collectionSource":
    case "collect":
    case "project":
    case "select":
    case "union":
    case "partialSolution":
    case "workset":
    case "solutionSet":
      return [];
  }
}

type Node = ReturnType<typeof logical>;

function ofGrouping(grouping: Extract<Node, { kind: "reduce" }>["grouping"]): readonly UserFunction[] {
  return [
    ...ofKeys(grouping.keys),
    ...ofOrdering(grouping.order),
    ...ofPlainFunction(grouping.partitioner, "partition"),
  ];
}

function ofKeys(keys: Keys | undefined): readonly UserFunction[] {
  return (keys ?? []).flatMap((part) => (part.kind === "selector" ? [part.function] : []));
}

function ofOrdering(ordering: Ordering): readonly UserFunction[] {
  return ofKeys(ordering.map((part) => part.key));
}

function ofResult(result: Extract<Node, { kind: "join" }>["result"]): readonly UserFunction[] {
  return result.kind === "function" || result.kind === "flatFunction" ? [result.function] : [];
}

function ofPartitioning(partitioning: Extract<Node, { kind: "partition" }>["partitioning"]): readonly UserFunction[] {
  switch (partitioning.kind) {
    case "rebalance":
      return [];
    case "hash":
      return ofKeys(partitioning.keys);
    case "custom":
      return [...ofKeys(partitioning.keys), ...ofPlainFunction(partitioning.partitioner, "partition")];
    case "range": {
      const { ordering, distribution } = partitioning;
      const boundary = distribution === undefined ? [] : [{ target: distribution, method: "boundary" }];
      return [...ofOrdering(ordering), ...boundary];
    }
  }
}

function ofPlainFunction(target: AnyFunction | undefined, method: string): readonly UserFunction[] {
  return target === undefined ? [] : [{ target, method }];
}
