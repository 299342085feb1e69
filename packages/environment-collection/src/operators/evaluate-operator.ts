import type { LogicalOperator } from "@millrace/common-api";
import type { OperatorRun } from "../execution/operator-run.js";
import type { Partitions } from "../execution/partitions.js";
import { aggregate } from "./aggregate.js";
import { coGroup, coGroupRaw } from "./co-group.js";
import { cross, union } from "./cross-and-union.js";
import { join } from "./join.js";
import { distinct, first, selectBy } from "./keep-operators.js";
import { mapAsync } from "./map-async.js";
import { orderBy, partition, sortPartition } from "./partition-operators.js";
import { mapPartition, overRecords } from "./record-operators.js";
import { groupCombine, groupReduce, reduce } from "./reduce.js";
import { collectionSource, source } from "./source.js";
import { summarize } from "./summarize.js";

/** Is an operator that computes something; the others pass on what the attempt itself holds. */
type ComputingOperator = Exclude<LogicalOperator, { kind: PassingKind }>;

/** Names sinks, iterations and their placeholders, which the evaluation of the plan handles itself. */
export type PassingKind =
  | "sink"
  | "collect"
  | "bulkIteration"
  | "partialSolution"
  | "deltaIteration"
  | "workset"
  | "solutionSet";

/** Evaluates an operator over the results of those that it reads. */
export function evaluateOperator(run: OperatorRun<ComputingOperator>): Partitions | Promise<Partitions> {
  const { operator } = run;
  // A switch narrows the operator, not the run that has it.
  const of = <O extends ComputingOperator>(_narrowed: O): OperatorRun<O> => run as unknown as OperatorRun<O>;
  switch (operator.kind) {
    case "source":
      return source(of(operator));
    case "collectionSource":
      return collectionSource(of(operator));
    case "map":
    case "flatMap":
    case "filter":
    case "project":
    case "select":
      return overRecords(of(operator));
    case "mapPartition":
      return mapPartition(of(operator));
    case "mapAsync":
      return mapAsync(of(operator));
    case "reduce":
      return reduce(of(operator));
    case "groupReduce":
      return groupReduce(of(operator));
    case "groupCombine":
      return groupCombine(of(operator));
    case "aggregate":
      return aggregate(of(operator));
    case "summarize":
      return summarize(of(operator));
    case "selectBy":
      return selectBy(of(operator));
    case "distinct":
      return distinct(of(operator));
    case "first":
      return first(of(operator));
    case "join":
      return join(of(operator));
    case "coGroup":
      return coGroup(of(operator));
    case "coGroupRaw":
      return coGroupRaw(of(operator));
    case "cross":
      return cross(of(operator));
    case "union":
      return union(of(operator));
    case "partition":
      return partition(of(operator));
    case "sortPartition":
      return sortPartition(of(operator));
    case "orderBy":
      return orderBy(of(operator));
  }
}
