/**
 * Makes the physical plan of a logical one by fixed rules, with no look at sizes: what an optimizer will do better.
 *
 * 1. Operators over one record are fused behind what gives their records, where nobody else reads it and partitions stay.
 * 2. Groups and joins bring records of equal keys together by the hash of the key, and find them in hash tables; whatever needs an
 *    order, within groups or of both sides, sorts. Hints of joins and crosses are followed. A union is no vertex: who reads it
 *    reads both of its inputs.
 * 3. Keys that are computed are attached to the records before they are moved, and taken off behind (see keyed-stream.ts).
 * 4. What an iteration reads from outside is taken in once and kept.
 * 5. Inputs that could wait for each other for ever are taken in (see deadlock-freedom.ts).
 */
import {
  type CollectOperator,
  type IterationOperator,
  type LogicalOperator,
  logical,
  type Operator,
  type Plan,
  parallelismOf,
  placeholdersOf,
  recordTypesOf,
} from "@millrace/common-api";
import type { ExecutionMode, TypeInformation } from "@millrace/core";
import { checkJobGraph, type JobGraph } from "@millrace/job-graph";
import { preventDeadlocks } from "./deadlock-freedom.js";
import * as endpoints from "./endpoint-operators.js";
import type { VertexDraft } from "./graph-draft.js";
import * as groups from "./group-operators.js";
import { iterationHead, iterationResult } from "./iteration-operators.js";
import { JobTable, type Replace } from "./job-table.js";
import * as pairs from "./pair-operators.js";
import * as partitions from "./partition-operators.js";
import { chained, mapAsync, mapPartition } from "./record-operators.js";
import { Translation } from "./translation.js";

/** Is a physical plan, with the table of what it names. @beta */
export interface TranslatedPlan {
  /** The plan. */
  readonly graph: JobGraph;
  /** What it names. */
  readonly objects: JobTable;
}

/** Says how plans are translated. @beta */
export interface TranslateSettings {
  /** The parallelism of operators that say nothing. */
  readonly defaultParallelism: number;
  /** Which exchanges are written down as a whole before they are read; `pipelined` when left out. */
  readonly executionMode?: ExecutionMode | undefined;
  /** The types of records, as far as they are known; found out when left out. */
  readonly recordTypes?: ReadonlyMap<Operator, TypeInformation<unknown>> | undefined;
  /** Gives what runs in place of a function of the plan. */
  readonly replace?: Replace | undefined;
}

/** Returns a physical plan that gives what the logical one means. Throws when no plan can. @beta */
export function translatePlan(plan: Plan, settings: TranslateSettings): TranslatedPlan {
  const objects = new JobTable(plan, settings.replace);
  const parallelism = parallelismOf(plan, settings.defaultParallelism);
  const types = settings.recordTypes ?? recordTypesOf(plan);
  const translation = new Translation(plan, parallelism, types, objects);
  const heads = new Map<IterationOperator, VertexDraft>();
  for (const operator of plan.operators) translateOperator(translation, logical(operator), heads);
  preventDeadlocks(translation.draft.vertices);
  const graph = translation.draft.finished(plan.jobName, settings.executionMode ?? "pipelined");
  checkJobGraph(graph, objects.length);
  return { graph, objects };
}

function translateOperator(
  translation: Translation,
  node: LogicalOperator,
  heads: Map<IterationOperator, VertexDraft>,
): void {
  switch (node.kind) {
    case "sink":
      endpoints.sink(translation, node);
      break;
    case "collect":
      endpoints.collect(translation, node, indexOfCollector(translation.plan, node));
      break;
    case "partialSolution":
    case "workset":
    case "solutionSet":
      headOf(translation, iterationAround(translation.plan, node), heads);
      break;
    case "bulkIteration":
    case "deltaIteration":
      translation.setStream(node, iterationResult(translation, node, headOf(translation, node, heads)));
      break;
    default:
      translation.setStream(node, streamOf(translation, node));
  }
}

type Computing = Exclude<
  LogicalOperator,
  { kind: "sink" | "collect" | "partialSolution" | "workset" | "solutionSet" | "bulkIteration" | "deltaIteration" }
>;

function streamOf(translation: Translation, node: Computing) {
  switch (node.kind) {
    case "source":
      return endpoints.source(translation, node);
    case "collectionSource":
      return endpoints.collectionSource(translation, node);
    case "map":
    case "flatMap":
    case "filter":
    case "project":
    case "select":
      return chained(translation, node);
    case "mapPartition":
      return mapPartition(translation, node);
    case "mapAsync":
      return mapAsync(translation, node);
    case "reduce":
      return groups.reduce(translation, node);
    case "groupReduce":
      return groups.groupReduce(translation, node);
    case "groupCombine":
      return groups.groupCombine(translation, node);
    case "aggregate":
      return groups.aggregate(translation, node);
    case "summarize":
      return groups.summarize(translation, node);
    case "selectBy":
      return groups.selectBy(translation, node);
    case "distinct":
      return groups.distinct(translation, node);
    case "first":
      return groups.first(translation, node);
    case "join":
      return pairs.join(translation, node);
    case "coGroup":
      return pairs.coGroup(translation, node);
    case "coGroupRaw":
      return pairs.coGroupRaw(translation, node);
    case "cross":
      return pairs.cross(translation, node);
    case "union":
      return pairs.union(translation, node);
    case "partition":
      return partitions.partition(translation, node);
    case "sortPartition":
      return partitions.sortPartition(translation, node);
    case "orderBy":
      return partitions.orderBy(translation, node);
  }
}

/** A step need not read the state; its head is there all the same. */
function headOf(
  translation: Translation,
  iteration: IterationOperator,
  heads: Map<IterationOperator, VertexDraft>,
): VertexDraft {
  const known = heads.get(iteration);
  if (known !== undefined) return known;
  const head = iterationHead(translation, iteration);
  heads.set(iteration, head);
  return head;
}

function iterationAround(plan: Plan, placeholder: Operator): IterationOperator {
  const bodies = [...plan.iterations.values()];
  return bodies.find(({ iteration }) => placeholdersOf(iteration).includes(placeholder))
    ?.iteration as IterationOperator;
}

function indexOfCollector(plan: Plan, collector: CollectOperator): number {
  return plan.sinks.filter(({ kind }) => kind === "collect").indexOf(collector);
}
