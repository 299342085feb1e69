/** Draws operators that keep some records of a group as they are. */
import { keyText } from "@millrace/core";
import { call, type FunctionSpec, type PlanNode, value } from "../plan-spec.js";
import { pathOf } from "../types/shape.js";
import { STRING, type ValueField, withoutNull } from "../types/value-type.js";
import { groupBy, isComparable, sortGroup } from "./grouping.js";
import type { PlanDrawer } from "./plan-drawer.js";
import {
  commonFields,
  directionOf,
  drawKeys,
  drawPartitioner,
  fieldKey,
  type KeyDraft,
  type SortDraft,
  totalOrder,
} from "./random-key.js";

/** Draws `minBy` or `maxBy` over all fields that the key does not have, so that only one record can win. @internal */
export function drawSelectBy(plan: PlanDrawer): PlanNode | undefined {
  const isOrdered = (f: ValueField): boolean =>
    isComparable(withoutNull(f.type)) || withoutNull(f.type).kind === "bytes" || withoutNull(f.type).kind === "enum";
  const source = plan.pick((n) => n.shape.kind !== "scalar" && n.shape.fields.filter((f) => !isOrdered(f)).length <= 2);
  if (source === undefined) return undefined;
  const unordered = source.shape.fields.filter((f) => !isOrdered(f));
  const keyed = unordered.length > 0 ? unordered : plan.random.sample(source.shape.fields, 0, 2);
  const fields = plan.random.shuffle(source.shape.fields.filter((f) => !keyed.includes(f)));
  if (fields.length === 0) return undefined;
  const keys = keyed.map((field) => fieldKey(source.shape, field));
  const operator = plan.random.pick(["minBy", "maxBy"]);
  return plan.add({
    operator,
    inputs: [source],
    calls: [
      ...(keys.length > 0 ? [groupBy(plan, keys)] : []),
      call(operator, ...fields.map((f) => value(pathOf(source.shape, f.name)))),
    ],
    shape: source.shape,
    maxRecords: keys.length > 0 ? source.maxRecords : 1,
  });
}

/**
 * Draws `distinct`: of whole records, or of a key, of which a map then keeps the key and nothing else, since nobody promises
 * which record of a key stays.
 * @internal
 */
export function drawDistinct(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick();
  if (source === undefined) return undefined;
  if (plan.isRelational || plan.random.chance(0.5) || source.shape.kind === "scalar") {
    return plan.add({
      operator: "distinct",
      inputs: [source],
      calls: [call("distinct"), ...plan.parallelism()],
      shape: source.shape,
      maxRecords: source.maxRecords,
      relation: { kind: "distinct" },
    });
  }
  const keys = drawKeys(plan.random, source.shape);
  plan.countKeys(keys);
  const representatives = plan.add({
    operator: "distinct",
    inputs: [source],
    calls: [call("distinct", ...keys.map((key) => key.argument))],
    shape: source.shape,
    maxRecords: source.maxRecords,
    isHandle: true,
  });
  return plan.add({
    operator: "map",
    inputs: [representatives],
    calls: [call("map", plan.functionArgument(keyTextFunction(keys)))],
    shape: { kind: "row", fields: [{ name: "key", type: STRING }] },
    maxRecords: source.maxRecords,
  });
}

function keyTextFunction(keys: readonly KeyDraft[]): FunctionSpec {
  return {
    text: `(r) => ({ key: keyText([${keys.map((k) => (k.argument.kind === "code" ? k.argument.text : JSON.stringify((k.argument as { value: unknown }).value))).join(", ")}]) })`,
    features: ["plain"],
    make: () => (record: unknown) => ({ key: keyText(keys.map((key) => key.read(record) ?? null)) }),
  };
}

/**
 * Draws `first(n)` in no order, whose records a map then makes all the same, since nobody promises which they are. What comes before it may be
 * computed as far as it is needed.
 * @internal
 */
export function drawFirstOfAny(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick();
  if (source === undefined) return undefined;
  const count = plan.random.pick([1, 2, 10, 200]);
  const maxRecords = Math.min(count, source.maxRecords);
  const kept = plan.add({
    operator: "first of any",
    inputs: [source],
    calls: [call("first", value(count))],
    shape: source.shape,
    maxRecords,
    isHandle: true,
    endsEarly: true,
  });
  const alike: FunctionSpec = {
    text: `() => ({ key: "kept" })`,
    features: ["plain"],
    make: () => () => ({ key: "kept" }),
  };
  return plan.add({
    operator: "map",
    inputs: [kept],
    calls: [call("map", plan.functionArgument(alike)), ...plan.parallelism()],
    shape: { kind: "row", fields: [{ name: "key", type: STRING }] },
    maxRecords,
  });
}

/** Draws `first(n)` after a total order: of groups, or of the whole input. @internal */
export function drawFirst(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick((n) => n.shape.kind !== "scalar");
  if (source === undefined) return undefined;
  const count = plan.random.between(1, 5);
  if (plan.isRelational || plan.random.chance(0.5)) return drawFirstOfAll(plan, source, count);
  const keys = drawKeys(plan.random, source.shape);
  const sorts = totalOrder(plan.random, source.shape, commonFields(keys));
  return plan.add({
    operator: "first",
    inputs: [source],
    calls: [
      groupBy(plan, keys),
      ...sortGroup(sorts),
      ...drawPartitioner(plan.random, keys),
      call("first", value(count)),
    ],
    shape: source.shape,
    maxRecords: source.maxRecords,
  });
}

function drawFirstOfAll(plan: PlanDrawer, source: PlanNode, count: number): PlanNode {
  const sorts = totalOrder(plan.random, source.shape);
  const [first, ...others] = sorts as [SortDraft, ...SortDraft[]];
  plan.counts.add("operator", "orderBy");
  return plan.add({
    operator: "first",
    inputs: [source],
    calls: [
      call("orderBy", first.key.argument, directionOf(first)),
      ...others.map((sort) => call("thenBy", sort.key.argument, directionOf(sort))),
      call("first", value(count)),
    ],
    shape: source.shape,
    maxRecords: Math.min(count, source.maxRecords),
    relation: {
      kind: "first",
      count,
      sorts: sorts.map((s) => ({ field: s.key.field as string, isDescending: s.isDescending })),
    },
  });
}
