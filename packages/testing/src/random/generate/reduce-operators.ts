/** Draws operators that reduce groups by functions. */
import { keyText, RichGroupReduceFunction } from "@millrace/core";
import { manyFunction, reduceFunction } from "../functions/forms.js";
import { drawRecordMerge, drawSummary, type GroupSummary } from "../functions/group-functions.js";
import { type Argument, call, type FunctionSpec, type PlanNode, value } from "../plan-spec.js";
import { pathOf, type Shape } from "../types/shape.js";
import { COUNT, mayBeNull, nullable, type ValueField, type ValueType } from "../types/value-type.js";
import { groupBy, sortGroup } from "./grouping.js";
import type { PlanDrawer } from "./plan-drawer.js";
import {
  commonFields,
  drawKeys,
  drawPartitioner,
  fieldKey,
  type KeyDraft,
  type SortDraft,
  totalOrder,
} from "./random-key.js";

/** Draws `reduce`, of groups or of the whole input. @internal */
export function drawReduce(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick();
  if (source === undefined) return undefined;
  const keys = plan.random.chance(0.85) ? drawKeys(plan.random, source.shape) : [];
  // A reduce keeps the key: where that is the whole record, it changes nothing.
  const isWhole = keys.some(({ form }) => form === "whole record");
  const kept = isWhole ? new Set(source.shape.fields.map(({ name }) => name)) : commonFields(keys);
  const merge = drawRecordMerge(plan.random, source.shape, kept, source.maxRecords);
  const fn = reduceFunction(plan.random, merge.text, merge.features, merge.apply);
  const hint: Argument[] =
    keys.length > 0 && plan.random.chance(0.3)
      ? [{ kind: "hint", value: plan.random.pick(["sort", "hash", "none"]) }]
      : [];
  return plan.add({
    operator: "reduce",
    inputs: [source],
    calls: [...(keys.length > 0 ? [groupBy(plan, keys)] : []), call("reduce", plan.functionArgument(fn), ...hint)],
    shape: merge.shape,
    maxRecords: keys.length > 0 ? source.maxRecords : 1,
  });
}

/** Draws `reduceGroup`, sorted or not, with a combiner or not. @internal */
export function drawReduceGroup(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick();
  if (source === undefined) return undefined;
  const keys = plan.random.chance(0.9) ? drawKeys(plan.random, source.shape) : [];
  if (keys.length > 0 && plan.random.chance(0.2)) return drawOncePerKey(plan, source, keys);
  return drawReduceGroupOf(plan, source, keys, plan.random.chance(0.4));
}

/** Draws `reduceGroup` of a data set by a key, sorted if it is asked for; without parts, of all records. @internal */
export function drawReduceGroupOf(
  plan: PlanDrawer,
  source: PlanNode,
  keys: readonly KeyDraft[],
  isSorted: boolean,
): PlanNode {
  const common = commonFields(keys);
  const sorts = keys.length > 0 && isSorted ? drawSorts(plan, source.shape, common) : [];
  const sorted = sorts.flatMap((sort) => (sort.key.field === undefined ? [] : [sort.key.field]));
  const summary = drawSummary(plan.random, source.shape, common, sorted, source.maxRecords);
  const fn = manyFunction<[Iterable<unknown>]>(
    plan.random,
    "reduceGroup",
    "values",
    `[${summary.text}]`,
    summary.features,
    function* (_, values) {
      yield summary.apply(values);
    },
  );
  const grouping =
    keys.length > 0 ? [groupBy(plan, keys), ...sortGroup(sorts), ...drawPartitioner(plan.random, keys)] : [];
  return plan.add({
    operator: "reduceGroup",
    inputs: [source],
    calls: [
      ...grouping,
      call("reduceGroup", plan.functionArgument(fn)),
      ...(keys.length > 0 ? plan.settings(summary.shape) : []),
    ],
    shape: summary.shape,
    maxRecords: keys.length > 0 ? source.maxRecords : 1,
  });
}

/** Draws an order of some fields; the function looks at those only, so that records that tie may come in any order. */
function drawSorts(plan: PlanDrawer, shape: Shape, except: ReadonlySet<string>): readonly SortDraft[] {
  return totalOrder(plan.random, shape, except).slice(0, plan.random.between(1, 3));
}

/** A rich function remembers the keys that it was called with: no subtask sees a key twice, and no other subtask sees it. */
function drawOncePerKey(plan: PlanDrawer, source: PlanNode, keys: readonly KeyDraft[]): PlanNode {
  const read = (record: unknown): string => keyText(keys.map((key) => key.read(record) ?? null));
  const keyCode = `keyText([${keys.map((key) => (key.argument.kind === "code" ? key.argument.text : JSON.stringify(key.argument))).join(", ")}])`;
  const fn: FunctionSpec = {
    text: `new (class extends RichGroupReduceFunction { seen = new Map(); open() { this.seen = new Map(); } reduceGroup(values) { const [first, ...others] = values; /* key: ${keyCode} */ const times = (this.seen.get(key) ?? 0) + 1; this.seen.set(key, times); return [{ times, size: 1 + others.length }]; } })()`,
    features: ["rich", "rich with state", "returns an array"],
    make: () =>
      new (class extends RichGroupReduceFunction<unknown, unknown> {
        seen = new Map<string, number>();

        override open(): void {
          this.seen = new Map();
        }

        override reduceGroup(values: Iterable<unknown>): unknown[] {
          const [first, ...others] = values;
          const key = read(first);
          const times = (this.seen.get(key) ?? 0) + 1;
          this.seen.set(key, times);
          return [{ times, size: 1 + others.length }];
        }
      })(),
  };
  return plan.add({
    operator: "reduceGroup",
    inputs: [source],
    calls: [groupBy(plan, keys), call("reduceGroup", plan.functionArgument(fn))],
    shape: {
      kind: "row",
      fields: [
        { name: "times", type: COUNT },
        { name: "size", type: COUNT },
      ],
    },
    maxRecords: source.maxRecords,
  });
}

/**
 * Draws `combineGroup`, which may give several partial results per key, and the reduce over the partial results that makes
 * one of them.
 * @internal
 */
export function drawCombineGroup(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick((n) => n.shape.kind !== "scalar");
  if (source === undefined) return undefined;
  const field = plan.random.pick(source.shape.fields);
  const keys = [fieldKey(source.shape, field)];
  const summary = drawSummary(plan.random, source.shape, new Set([field.name]), [], source.maxRecords);
  const partial = plan.add({
    operator: "combineGroup",
    inputs: [source],
    calls: [groupBy(plan, keys), call("combineGroup", plan.functionArgument(combineFunction(plan, summary)))],
    shape: summary.shape,
    maxRecords: source.maxRecords,
    isHandle: true,
  });
  return drawMergeOfPartials(plan, partial, summary, field);
}

function combineFunction(plan: PlanDrawer, summary: GroupSummary): FunctionSpec {
  return manyFunction<[Iterable<unknown>]>(
    plan.random,
    "combineGroup",
    "values",
    `[${summary.text}]`,
    summary.features,
    function* (_, values) {
      yield summary.apply(values);
    },
  );
}

/** Counts are added, and every other column is merged by the operation that made it. */
function drawMergeOfPartials(plan: PlanDrawer, partial: PlanNode, summary: GroupSummary, field: ValueField): PlanNode {
  const keyColumn = summary.shape.fields[0] as ValueField;
  const fn = reduceFunction(plan.random, "merge(a, b)", [], (a, b) =>
    summary.merge(a as Record<string, unknown>, b as Record<string, unknown>),
  );
  return plan.add({
    operator: "reduce",
    inputs: [partial],
    calls: [call("groupBy", value(pathOf(partial.shape, keyColumn.name))), call("reduce", plan.functionArgument(fn))],
    shape: {
      kind: "row",
      fields: summary.shape.fields.map((f, i) =>
        i === 0 ? { name: f.name, type: nullableLike(f.type, field.type) } : f,
      ),
    },
    maxRecords: partial.maxRecords,
  });
}

function nullableLike(type: ValueType, other: ValueType): ValueType {
  return mayBeNull(other) ? nullable(type) : type;
}
