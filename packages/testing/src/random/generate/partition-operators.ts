/**
 * Draws operators that move or sort records. What they do shows only in what follows: a function of whole partitions that
 * finds all records of a key together, or in order.
 */
import { keyText } from "@millrace/core";
import { manyFunction } from "../functions/forms.js";
import { type Argument, type Call, call, type PlanNode, value } from "../plan-spec.js";
import type { Shape } from "../types/shape.js";
import { COUNT, hasCustom, STRING, type ValueField } from "../types/value-type.js";
import { orderPartsOf } from "./grouping.js";
import type { PlanDrawer } from "./plan-drawer.js";
import {
  directionOf,
  drawKeyOf,
  drawKeys,
  fieldKey,
  type KeyDraft,
  partitionerArgument,
  type SortDraft,
  totalOrder,
} from "./random-key.js";
import { drawReduceGroupOf } from "./reduce-operators.js";

/** Draws `rebalance`. @internal */
export function drawRebalance(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick();
  if (source === undefined) return undefined;
  return plan.add({
    operator: "rebalance",
    inputs: [source],
    calls: [call("rebalance")],
    shape: source.shape,
    maxRecords: source.maxRecords,
  });
}

/** Draws a partitioning by a key; half of them are followed by a count per key and partition. @internal */
export function drawPartitioning(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick();
  if (source === undefined) return undefined;
  const operator = plan.random.pick(["partitionByHash", "partitionByHash", "partitionByRange", "partitionCustom"]);
  const keys =
    operator === "partitionByHash"
      ? drawKeys(plan.random, source.shape)
      : [drawKeyOf(plan.random, source.shape, plan.random.pick(source.shape.fields))];
  plan.countKeys(keys);
  const args: Argument[] = keys.map((key) => key.argument);
  if (operator === "partitionCustom") args.unshift(partitionerArgument());
  const isCounted = plan.random.chance(0.6);
  const moved = plan.add({
    operator,
    inputs: [source],
    // The count must run where the records are.
    calls: [call(operator, ...args), ...(isCounted ? [] : plan.parallelism())],
    shape: source.shape,
    maxRecords: source.maxRecords,
  });
  if (isCounted) return drawCountPerKey(plan, moved, keys);
  // An engine may reuse the partitioning; half of it, or that of another key, would not do.
  const isReused = source.shape.kind !== "scalar" && plan.random.chance(0.6);
  return isReused
    ? drawReduceGroupOf(plan, moved, plan.random.sample(keys, 1, keys.length), plan.random.chance(0.7))
    : moved;
}

/** Counts the records of each key in each partition: the counts are of whole groups only if no key is in two partitions. */
function drawCountPerKey(plan: PlanDrawer, source: PlanNode, keys: readonly KeyDraft[]): PlanNode {
  const read = (record: unknown): string => keyText(keys.map((key) => key.read(record) ?? null));
  const fn = manyFunction<[Iterable<unknown>]>(
    plan.random,
    "mapPartition",
    "values",
    "countPerKey(values)",
    [],
    function* (_, values) {
      const counts = new Map<string, number>();
      for (const record of values) counts.set(read(record), (counts.get(read(record)) ?? 0) + 1);
      for (const [key, count] of counts) yield { key, count };
    },
  );
  return plan.add({
    operator: "mapPartition",
    inputs: [source],
    calls: [call("mapPartition", plan.functionArgument(fn))],
    shape: {
      kind: "row",
      fields: [
        { name: "key", type: STRING },
        { name: "count", type: COUNT },
      ],
    },
    maxRecords: source.maxRecords,
    isTied: true,
  });
}

/** Draws `sortPartition` of the only partition, or of partitions by a key; a function of the partition sees the order. @internal */
export function drawSortPartition(plan: PlanDrawer): PlanNode | undefined {
  // A sort of sorted partitions would only refine their order.
  const canSort = (n: PlanNode): boolean => n.shape.kind !== "scalar" && n.operator !== "sortPartition";
  const isOfSource = plan.random.chance(0.5);
  const source = plan.pick((n) => canSort(n) && (!isOfSource || n.records !== undefined));
  if (source === undefined) return undefined;
  const isSingle = plan.random.chance(0.6);
  // Only of a collection is it known in what order the sort receives the records, which decides ties.
  const isStable = isSingle && source.records !== undefined && plan.random.chance(0.8);
  const total = totalOrder(plan.random, source.shape);
  const sorts = isStable ? total.slice(0, 1) : total;
  const calls: Call[] = sorts.map((sort) => call("sortPartition", sort.key.argument, directionOf(sort)));
  if (isSingle) plan.counts.add("plan", "order promised");
  if (isStable) plan.counts.add("plan", "stable sort");
  const sorted = plan.add({
    operator: "sortPartition",
    inputs: [source],
    calls: isSingle ? [...calls, call("setParallelism", value(1))] : calls,
    shape: source.shape,
    maxRecords: source.maxRecords,
    ...(isSingle ? { order: orderPartsOf(sorts) } : {}),
    isSequence: isStable,
    isTied: isStable,
  });
  return plan.random.chance(0.5) && isSingle ? drawNumbered(plan, sorted) : sorted;
}

/** Numbers the records of the only partition in their order. */
function drawNumbered(plan: PlanDrawer, source: PlanNode): PlanNode {
  const field = plan.random.pick(source.shape.fields) as ValueField;
  const read = fieldKey(source.shape, field).read;
  const fn = manyFunction<[Iterable<unknown>]>(
    plan.random,
    "mapPartition",
    "values",
    "numbered(values)",
    [],
    function* (_, values) {
      let number = 0;
      for (const record of values) yield { number: number++, text: keyText(read(record)).slice(0, 40) };
    },
  );
  return plan.add({
    operator: "mapPartition",
    inputs: [source],
    calls: [call("mapPartition", plan.functionArgument(fn)), call("setParallelism", value(1))],
    shape: {
      kind: "row",
      fields: [
        { name: "number", type: COUNT },
        { name: "text", type: STRING },
      ],
    },
    maxRecords: source.maxRecords,
    isTied: true,
  });
}

/** Draws `orderBy`: by all fields or by some, whose order is then all that is promised. @internal */
export function drawOrderBy(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick();
  if (source === undefined) return undefined;
  const all = totalOrder(plan.random, source.shape);
  const sorts: readonly SortDraft[] =
    plan.isRelational || plan.random.chance(0.5) ? all : [drawSort(plan, source.shape)];
  const [first, ...others] = sorts as [SortDraft, ...SortDraft[]];
  plan.countKeys(sorts.map((s) => s.key));
  plan.counts.add("plan", "order promised");
  return plan.add({
    operator: "orderBy",
    inputs: [source],
    calls: [
      call("orderBy", first.key.argument, directionOf(first)),
      ...others.map((s) => call("thenBy", s.key.argument, directionOf(s))),
    ],
    shape: source.shape,
    maxRecords: source.maxRecords,
    order: orderPartsOf(sorts),
    relation: { kind: "same" },
  });
}

function drawSort(plan: PlanDrawer, shape: Shape): SortDraft {
  return { key: drawKeyOf(plan.random, shape, plan.random.pick(shape.fields)), isDescending: plan.random.chance(0.5) };
}

/** Draws `zipWithIndex` of records in a total order, whose indexes are then known. @internal */
export function drawZipWithIndex(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick((n) => n.shape.kind !== "scalar" && !n.shape.fields.some((f) => hasCustom(f.type)));
  if (source === undefined) return undefined;
  const [first, ...others] = totalOrder(plan.random, source.shape) as [SortDraft, ...SortDraft[]];
  const fn = {
    text: "([index, r]) => ({ index: Number(index), text: keyText(r) })",
    features: ["plain"],
    make: () => (pair: unknown) => {
      const [index, record] = pair as [number | bigint, unknown];
      return { index: Number(index), text: keyText(record).slice(0, 60) };
    },
  };
  plan.counts.add("operator", "orderBy");
  return plan.add({
    operator: "zipWithIndex",
    inputs: [source],
    calls: [
      call("orderBy", first.key.argument, directionOf(first)),
      ...others.map((s) => call("thenBy", s.key.argument, directionOf(s))),
      call("zipWithIndex"),
      call("map", plan.functionArgument(fn)),
    ],
    shape: {
      kind: "row",
      fields: [
        { name: "index", type: COUNT },
        { name: "text", type: STRING },
      ],
    },
    maxRecords: source.maxRecords,
  });
}
