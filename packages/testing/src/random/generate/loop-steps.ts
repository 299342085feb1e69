/**
 * Draws bulk and delta iterations. The records of a loop keep one shape whatever the superstep, with nothing known about
 * the size of its numbers; so a step is made of operators that give back the shape that they take. The number of supersteps is
 * small and fixed, and the number of records is bounded: a step that multiplies records ends with one per key.
 *
 * Most steps change fields by what is not idempotent (`x * 3 + 1`, the number of the superstep), so that one superstep too
 * many or too few, or one over stale records, shows in the result.
 */
import type { RuntimeContext } from "@millrace/core";
import { filterFunction, manyFunction, mapFunction, pairFunction, reduceFunction } from "../functions/forms.js";
import { drawRecordMerge, hashText } from "../functions/group-functions.js";
import { bagHash, drawPredicate, type RecordMapper } from "../functions/record-mapper.js";
import { unariesOf } from "../functions/unary.js";
import { call, input, type PlanNode, value } from "../plan-spec.js";
import { pathOf, readField, readText, type Shape, sameShape } from "../types/shape.js";
import { afterFunction, hasCustom, typeText, unbounded, type ValueField, withoutNull } from "../types/value-type.js";
import { MAX_RECORDS, type PlanDrawer } from "./plan-drawer.js";
import { drawJoinKeys } from "./random-key.js";

/** The most supersteps of a loop; more say nothing that three do not. @internal */
export const MAX_SUPERSTEPS = 5;
/** The most records of a loop: it is run many times, so it is small. @internal */
export const MAX_LOOP_RECORDS = 300;
/** The name of the one aggregator of a loop. @internal */
export const AGGREGATOR = "changes";

/** Returns the shape that the records of a loop keep. @internal */
export function loopShape(shape: Shape): Shape {
  return {
    kind: shape.kind,
    fields: shape.fields.map((f) => ({ name: f.name, type: unbounded(afterFunction(f.type)) })),
  };
}

/** Tells whether a loop can go over the records of a node. @internal */
export function canLoop(node: PlanNode): boolean {
  return (
    node.maxRecords <= MAX_LOOP_RECORDS &&
    node.shape.kind !== "scalar" &&
    !node.shape.fields.some((f) => hasCustom(f.type) || f.type.kind === "any")
  );
}

/** Is a loop whose step is drawn. @internal */
export interface Loop {
  readonly plan: PlanDrawer;
  readonly shape: Shape;
  /** The partial solution or the workset. */
  readonly start: PlanNode;
  readonly hasAggregator: boolean;
}

type Step = (loop: Loop, current: PlanNode) => PlanNode | undefined;

/** Draws one more operator of a step. @internal */
export function drawStep(loop: Loop, current: PlanNode): PlanNode {
  const steps: readonly Step[] = [changing, changing, filtering, reducing, distinguishing, joining, adding, marking];
  return loop.plan.random.pick(steps)(loop, current) ?? changing(loop, current);
}

/** Returns the functions that give a field's own type back, all but the identity. */
function closedUnaries(field: ValueField) {
  return unariesOf(field.type)
    .slice(1)
    .filter((f) => typeText(afterFunction(f.result)) === typeText(field.type));
}

/** Changes a field: mostly by what no superstep does twice, else by a function of the field alone. @internal */
export function changing(loop: Loop, current: PlanNode): PlanNode {
  const { plan, shape } = loop;
  const mixable = shape.fields.filter(isMixable);
  if (mixable.length > 0 && (loop.hasAggregator || plan.random.chance(0.8)))
    return mixing(loop, current, plan.random.pick(mixable));
  const candidates = shape.fields.filter((f) => closedUnaries(f).length > 0);
  if (candidates.length === 0) return mapped(loop, current, keeping(shape));
  const field = plan.random.pick(candidates);
  const unary = plan.random.pick(closedUnaries(field));
  const place = readText("r", field.name);
  return mapped(loop, current, {
    shape,
    before: `${place} = ${unary.text(place)}; `,
    text: "r",
    features: ["mutates its record"],
    apply: (record) => {
      (record as Record<string, unknown>)[field.name] = unary.apply(readField(record, field.name)) ?? null;
      return record;
    },
  });
}

function keeping(shape: Shape): RecordMapper {
  return { shape, before: "", text: "r", features: [], apply: (r) => r };
}

/** Tells whether an integer can be mixed into a field. @internal */
export function isMixable(field: ValueField): boolean {
  return ["number", "int64", "string", "boolean"].includes(withoutNull(field.type).kind);
}

type Mixture = "superstep" | "aggregator" | "broadcast set";

const MIXTURE_TEXTS: Readonly<Record<Mixture, string>> = {
  superstep: "context.getSuperstepNumber()",
  aggregator: "aggregated(context)",
  "broadcast set": 'bagHash(context.getBroadcastVariable("all"))',
};

/** Mixes into a field the number of the superstep, an aggregate, or all records as they were when the superstep began. */
function mixing(loop: Loop, current: PlanNode, field: ValueField): PlanNode {
  const { plan, shape } = loop;
  const mixture = plan.random.pick<Mixture>(
    loop.hasAggregator ? ["aggregator", "broadcast set"] : ["superstep", "superstep", "broadcast set"],
  );
  const place = readText("r", field.name);
  const fn = mapFunction(plan.random, {
    shape,
    before: `${place} = mixed(${place}, ${MIXTURE_TEXTS[mixture]}); `,
    text: "r",
    features: ["mutates its record", mixture],
    apply: (record, context) => {
      const row = record as Record<string, unknown>;
      row[field.name] = mixed(readField(record, field.name), readMixture(mixture, context)) ?? null;
      return row;
    },
  });
  const isBroadcast = mixture === "broadcast set";
  return plan.add({
    operator: "map",
    inputs: isBroadcast ? [current, loop.start] : [current],
    calls: [
      call("map", plan.functionArgument(fn)),
      ...(isBroadcast ? [call("withBroadcastSet", input(1), value("all"))] : []),
    ],
    shape,
    maxRecords: current.maxRecords,
  });
}

function readMixture(mixture: Mixture, context: RuntimeContext): number {
  if (mixture === "superstep") return context.getSuperstepNumber();
  return mixture === "aggregator" ? aggregated(context) : bagHash(context.getBroadcastVariable("all"));
}

/** Mixes an integer into a value of any kind, and gives one of that kind; null stays null. */
function mixed(current: unknown, added: number): unknown {
  switch (typeof current) {
    case "number":
      return Number.isInteger(current) ? (Math.imul(current, 3) + added) | 0 : current + (added & 7);
    case "bigint":
      return BigInt.asIntN(64, current * 3n + BigInt(added));
    case "string":
      return (hashText(added, current) >>> 0).toString(36);
    case "boolean":
      return current !== (added % 2 === 0);
    default:
      return current;
  }
}

/** Adds 1 to the aggregate of this superstep and returns that of the previous one. */
function aggregated(context: RuntimeContext): number {
  context.getIterationAggregator<bigint>(AGGREGATOR).aggregate(1n);
  return Number(context.getPreviousIterationAggregate<bigint>(AGGREGATOR) ?? -1n);
}

function mapped(loop: Loop, current: PlanNode, mapper: RecordMapper): PlanNode {
  return loop.plan.add({
    operator: "map",
    inputs: [current],
    calls: [call("map", loop.plan.functionArgument(mapFunction(loop.plan.random, mapper)))],
    shape: loop.shape,
    maxRecords: current.maxRecords,
  });
}

/** Keeps some records. @internal */
export function filtering(loop: Loop, current: PlanNode): PlanNode {
  const { plan } = loop;
  const fn = filterFunction(plan.random, drawPredicate(plan.random, loop.shape));
  return plan.add({
    operator: "filter",
    inputs: [current],
    calls: [call("filter", plan.functionArgument(fn))],
    shape: loop.shape,
    maxRecords: current.maxRecords,
  });
}

/** Keeps one record per key: the merge of all. */
function reducing(loop: Loop, current: PlanNode): PlanNode | undefined {
  const key = loop.plan.random.pick(loop.shape.fields);
  return reducedBy(loop, current, key);
}

/** Keeps one record per value of a field, if merges give the loop's shape back. @internal */
export function reducedBy(loop: Loop, current: PlanNode, key: ValueField): PlanNode | undefined {
  const { plan, shape } = loop;
  const merge = drawRecordMerge(plan.random, shape, new Set([key.name]), current.maxRecords);
  if (!sameShape(merge.shape, shape)) return undefined;
  const fn = reduceFunction(plan.random, merge.text, merge.features, merge.apply);
  return plan.add({
    operator: "reduce",
    inputs: [current],
    calls: [call("groupBy", value(pathOf(shape, key.name))), call("reduce", plan.functionArgument(fn))],
    shape,
    maxRecords: current.maxRecords,
  });
}

function distinguishing(loop: Loop, current: PlanNode): PlanNode {
  return loop.plan.add({
    operator: "distinct",
    inputs: [current],
    calls: [call("distinct")],
    shape: loop.shape,
    maxRecords: current.maxRecords,
  });
}

/** Joins with a data set from outside, whose field replaces one of the record, and keeps one record per key. */
function joining(loop: Loop, current: PlanNode): PlanNode | undefined {
  const { plan, shape } = loop;
  const constant = plan.pick((n) => n.scope === undefined && n.maxRecords * MAX_LOOP_RECORDS <= MAX_RECORDS * 4);
  const keys = constant && drawJoinKeys(plan.random, shape, constant.shape);
  if (constant === undefined || keys === undefined) return undefined;
  const pairs = shape.fields.flatMap((f) =>
    constant.shape.fields
      .filter((c) => typeText(afterFunction(c.type)) === typeText(f.type))
      .map((c) => ({ to: f, from: c })),
  );
  if (pairs.length === 0) return undefined;
  const { to, from } = plan.random.pick(pairs);
  plan.countKeys([...keys.left, ...keys.right]);
  const fn = pairFunction(
    plan.random,
    `{ ${readText("l", to.name)} = ${readText("r", from.name)}; return l; }`,
    ["mutates its record"],
    (l, r) => {
      (l as Record<string, unknown>)[to.name] = readField(r, from.name) ?? null;
      return l;
    },
    true,
  );
  const joined = plan.add({
    operator: "join",
    inputs: [current, constant],
    calls: [
      call("join", input(1)),
      call("where", ...keys.left.map((k) => k.argument)),
      call("equalTo", ...keys.right.map((k) => k.argument)),
      call("with", plan.functionArgument(fn)),
    ],
    shape,
    maxRecords: current.maxRecords,
    isHandle: true,
  });
  return reducedBy(loop, joined, plan.random.pick(shape.fields)) ?? distinguishing(loop, joined);
}

/** Adds a data set from outside in every superstep. */
function adding(loop: Loop, current: PlanNode): PlanNode | undefined {
  const { plan, shape } = loop;
  const constant = plan.pick(
    (n) =>
      n.scope === undefined && sameShape(loopShape(n.shape), shape) && sameShape(n.shape, shape) && n.maxRecords <= 60,
  );
  if (constant === undefined) return undefined;
  const united = plan.add({
    operator: "union",
    inputs: [current, constant],
    calls: [call("union", input(1))],
    shape,
    maxRecords: current.maxRecords,
    isHandle: true,
  });
  return distinguishing(loop, united);
}

/** Keeps the records whose key an outside data set has, or has not. */
function marking(loop: Loop, current: PlanNode): PlanNode | undefined {
  const { plan, shape } = loop;
  const constant = plan.pick((n) => n.scope === undefined);
  const keys = constant && drawJoinKeys(plan.random, shape, constant.shape);
  if (constant === undefined || keys === undefined) return undefined;
  const keepsMatched = plan.random.chance(0.5);
  const fn = manyFunction<[Iterable<unknown>, Iterable<unknown>]>(
    plan.random,
    "coGroup",
    "left, right",
    `isEmpty(right) === ${!keepsMatched} ? left : []`,
    [],
    function* (_, left, right) {
      if ([...right].length > 0 === keepsMatched) yield* left;
    },
  );
  return plan.add({
    operator: "coGroup",
    inputs: [current, constant],
    calls: [
      call("coGroup", input(1)),
      call("where", ...keys.left.map((k) => k.argument)),
      call("equalTo", ...keys.right.map((k) => k.argument)),
      call("with", plan.functionArgument(fn)),
    ],
    shape,
    maxRecords: current.maxRecords,
  });
}
