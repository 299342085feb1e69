/** Draws operators with two inputs. */
import { keyText } from "@millrace/core";
import { manyFunction, pairFunction } from "../functions/forms.js";
import { drawGroupPairMapper, drawPairMapper, type MissingSides, missable } from "../functions/pair-functions.js";
import { type Argument, type Call, call, input, type PlanNode, value } from "../plan-spec.js";
import type { JoinKind, Relation } from "../relation.js";
import { commonShape, pathOf, recordType, type Shape, sameShape, tupleShape, undeclaredShape } from "../types/shape.js";
import { COUNT, nullable, STRING, type ValueField } from "../types/value-type.js";
import { MAX_RECORDS, type PlanDrawer } from "./plan-drawer.js";
import { directionOf, drawJoinKeys, drawPartitioner, type KeyDraft, type SortDraft, totalOrder } from "./random-key.js";

const JOIN_KINDS: readonly JoinKind[] = [
  "join",
  "join",
  "join",
  "leftOuterJoin",
  "rightOuterJoin",
  "fullOuterJoin",
  "semiJoin",
  "antiJoin",
];

/** Hints that each kind of join takes (B043): a side that is sent everywhere must not be the one whose misses count. */
const HINTS: Readonly<Record<JoinKind, readonly string[]>> = {
  join: [
    "broadcast-hash-first",
    "broadcast-hash-second",
    "repartition-hash-first",
    "repartition-hash-second",
    "repartition-sort-merge",
  ],
  leftOuterJoin: [
    "broadcast-hash-second",
    "repartition-hash-first",
    "repartition-hash-second",
    "repartition-sort-merge",
  ],
  rightOuterJoin: [
    "broadcast-hash-first",
    "repartition-hash-first",
    "repartition-hash-second",
    "repartition-sort-merge",
  ],
  fullOuterJoin: ["repartition-hash-first", "repartition-hash-second", "repartition-sort-merge"],
  semiJoin: [],
  antiJoin: [],
};

const MISSING: Readonly<Record<JoinKind, MissingSides>> = {
  join: { left: false, right: false },
  leftOuterJoin: { left: false, right: true },
  rightOuterJoin: { left: true, right: false },
  fullOuterJoin: { left: true, right: true },
  semiJoin: { left: false, right: false },
  antiJoin: { left: false, right: false },
};

/** Returns how many records a join of these sides has at most. */
function joinBound(kind: JoinKind, left: PlanNode, right: PlanNode): number {
  if (kind === "semiJoin" || kind === "antiJoin") return left.maxRecords;
  return left.maxRecords * right.maxRecords + left.maxRecords + right.maxRecords;
}

/** Draws a join of any kind, with any of its results. @internal */
export function drawJoin(plan: PlanDrawer): PlanNode | undefined {
  const kind = plan.random.pick(JOIN_KINDS);
  const left = plan.pick();
  const right = left && plan.pick((n) => joinBound(kind, left, n) <= MAX_RECORDS);
  const keys = right && drawJoinKeys(plan.random, left.shape, right.shape, plan.isRelational);
  if (left === undefined || right === undefined || keys === undefined) return undefined;
  plan.countKeys([...keys.left, ...keys.right]);
  const isFiltering = kind === "semiJoin" || kind === "antiJoin";
  const partitioner = isFiltering ? [] : drawPartitioner(plan.random, keys.left);
  const result = drawJoinResult(plan, kind, left.shape, right.shape);
  return plan.add({
    operator: kind,
    inputs: [left, right],
    calls: [openJoin(plan, kind), ...whereEqualTo(keys.left, keys.right), ...partitioner, ...result.calls],
    shape: result.shape,
    maxRecords: joinBound(kind, left, right),
    relation: joinRelation(kind, keys, result.relation),
  });
}

function joinRelation(
  kind: JoinKind,
  keys: { readonly left: readonly KeyDraft[]; readonly right: readonly KeyDraft[] },
  columns: JoinColumns | undefined,
): Relation | undefined {
  const isByFields = [...keys.left, ...keys.right].every((key) => key.field !== undefined);
  if (columns === undefined || !isByFields) return undefined;
  return {
    kind: "join",
    type: kind,
    keys: keys.left.map((key, i) => ({ left: key.field as string, right: keys.right[i]!.field as string })),
    columns,
  };
}

type JoinColumns = Extract<Relation, { kind: "join" }>["columns"];

function openJoin(plan: PlanDrawer, kind: JoinKind): Call {
  if (kind === "join" && plan.random.chance(0.15)) {
    return { method: plan.random.pick(["joinWithTiny", "joinWithHuge"]), args: [input(1)], withoutHint: "join" };
  }
  const hints = HINTS[kind];
  const hint: Argument[] =
    hints.length > 0 && plan.random.chance(0.4) ? [{ kind: "hint", value: plan.random.pick(hints) }] : [];
  return call(kind, input(1), ...hint);
}

function whereEqualTo(left: readonly KeyDraft[], right: readonly KeyDraft[]): Call[] {
  return [call("where", ...left.map((k) => k.argument)), call("equalTo", ...right.map((k) => k.argument))];
}

interface JoinResult {
  readonly calls: readonly Call[];
  readonly shape: Shape;
  /** The columns of the result in SQL; undefined where there is no such thing. */
  readonly relation: JoinColumns | undefined;
}

function drawJoinResult(plan: PlanDrawer, kind: JoinKind, left: Shape, right: Shape): JoinResult {
  if (kind === "semiJoin" || kind === "antiJoin") return { calls: [], shape: left, relation: [] };
  const missing = MISSING[kind];
  const ticket = plan.isRelational ? 4 : plan.random.below(10);
  if (ticket < 2) return barePair(left, right, missing);
  if (ticket < 5 && left.kind === "row" && right.kind === "row") return drawProjection(plan, left, right, missing);
  if (ticket < 7) return drawFlatResult(plan, left, right, missing);
  const mapper = drawPairMapper(plan.random, left, right, missing);
  const fn = pairFunction(plan.random, mapper.text, mapper.features, mapper.apply, true);
  return {
    calls: [call("with", plan.functionArgument(fn)), ...plan.settings(mapper.shape)],
    shape: mapper.shape,
    relation: undefined,
  };
}

function barePair(left: Shape, right: Shape, missing: MissingSides): JoinResult {
  const shape = tupleShape([missable(recordType(left), missing.left), missable(recordType(right), missing.right)]);
  return { calls: [], shape, relation: undefined };
}

function drawFlatResult(plan: PlanDrawer, left: Shape, right: Shape, missing: MissingSides): JoinResult {
  const mapper = drawPairMapper(plan.random, left, right, missing);
  const fn = manyFunction<[unknown, unknown]>(
    plan.random,
    "flatJoin",
    "l, r",
    `[${mapper.text}]`,
    mapper.features,
    function* (_, l, r) {
      yield mapper.apply(l, r);
    },
  );
  return { calls: [call("flatWith", plan.functionArgument(fn))], shape: mapper.shape, relation: undefined };
}

/** Takes some fields of each side, none twice: the result is a row by their names. */
function drawProjection(plan: PlanDrawer, left: Shape, right: Shape, missing: MissingSides): JoinResult {
  const first = plan.random.sample(left.fields, 1, 3);
  const second = plan.random.sample(
    right.fields.filter((f) => !first.some((l) => l.name === f.name)),
    0,
    3,
  );
  const calls = [call("projectFirst", ...first.map((f) => value(pathOf(left, f.name))))];
  if (second.length > 0) calls.push(call("projectSecond", ...second.map((f) => value(pathOf(right, f.name)))));
  const projected = (fields: readonly ValueField[], isMissing: boolean): ValueField[] =>
    fields.map((f) => ({
      name: f.name,
      type: isMissing || f.type.kind === "optional" ? nullable(withoutOptional(f)) : f.type,
    }));
  return {
    calls,
    shape: { kind: "row", fields: [...projected(first, missing.left), ...projected(second, missing.right)] },
    relation: [
      ...first.map((f) => ({ side: "left" as const, name: f.name })),
      ...second.map((f) => ({ side: "right" as const, name: f.name })),
    ],
  };
}

function withoutOptional(field: ValueField): ValueField["type"] {
  return field.type.kind === "optional" ? { kind: "nullable", inner: field.type.inner } : field.type;
}

/** Draws `coGroup`, with sorts of either side. @internal */
export function drawCoGroup(plan: PlanDrawer): PlanNode | undefined {
  const left = plan.pick();
  const right = left && plan.pick();
  const keys = right && drawJoinKeys(plan.random, left.shape, right.shape);
  if (left === undefined || right === undefined || keys === undefined) return undefined;
  plan.countKeys([...keys.left, ...keys.right]);
  const [leftSort, rightSort] = [drawSort(plan, left.shape), drawSort(plan, right.shape)];
  const mapper = drawGroupPairMapper(plan.random, left.shape, {
    left: leftSort?.key.field,
    right: rightSort?.key.field,
  });
  const fn = manyFunction<[Iterable<unknown>, Iterable<unknown>]>(
    plan.random,
    "coGroup",
    "left, right",
    mapper.text,
    mapper.features,
    function* (_, l, r) {
      yield* mapper.apply(l, r);
    },
  );
  const sorts = [
    ...(leftSort === undefined ? [] : [call("sortFirstGroup", leftSort.key.argument, directionOf(leftSort))]),
    ...(rightSort === undefined ? [] : [call("sortSecondGroup", rightSort.key.argument, directionOf(rightSort))]),
  ];
  return plan.add({
    operator: "coGroup",
    inputs: [left, right],
    calls: [
      call("coGroup", input(1)),
      ...whereEqualTo(keys.left, keys.right),
      ...sorts,
      ...drawPartitioner(plan.random, keys.left),
      call("with", plan.functionArgument(fn)),
      ...plan.settings(mapper.shape),
    ],
    shape: mapper.shape,
    maxRecords: left.maxRecords + right.maxRecords,
  });
}

function drawSort(plan: PlanDrawer, shape: Shape): SortDraft | undefined {
  return shape.kind !== "scalar" && plan.random.chance(0.4) ? totalOrder(plan.random, shape)[0] : undefined;
}

/** Draws a coGroup of whole partitions, whose function finds the groups itself: all records of a key must be in one place. @internal */
export function drawCoGroupPartitions(plan: PlanDrawer): PlanNode | undefined {
  const left = plan.pick();
  const right = left && plan.pick();
  const keys = right && drawJoinKeys(plan.random, left.shape, right.shape);
  if (left === undefined || right === undefined || keys === undefined) return undefined;
  plan.countKeys([...keys.left, ...keys.right]);
  const textOf = (parts: readonly KeyDraft[], record: unknown): string =>
    keyText(keyValues(parts.map((part) => part.read(record))));
  const fn = manyFunction<[Iterable<unknown>, Iterable<unknown>]>(
    plan.random,
    "coGroup",
    "left, right",
    "sizesPerKey(left, right)",
    [],
    function* (_, l, r) {
      const sizes = new Map<string, { left: number; right: number }>();
      const sizeOf = (key: string) => sizes.get(key) ?? { left: 0, right: 0 };
      for (const record of l) {
        const key = textOf(keys.left, record);
        sizes.set(key, { ...sizeOf(key), left: sizeOf(key).left + 1 });
      }
      for (const record of r) {
        const key = textOf(keys.right, record);
        sizes.set(key, { ...sizeOf(key), right: sizeOf(key).right + 1 });
      }
      for (const [key, size] of sizes) yield { key, ...size };
    },
  );
  return plan.add({
    operator: "coGroupPartitions",
    inputs: [left, right],
    calls: [
      call("coGroupPartitionsBy", input(1)),
      ...whereEqualTo(keys.left, keys.right),
      call("with", plan.functionArgument(fn)),
    ],
    shape: {
      kind: "row",
      fields: [
        { name: "key", type: STRING },
        { name: "left", type: COUNT },
        { name: "right", type: COUNT },
      ],
    },
    maxRecords: left.maxRecords + right.maxRecords,
  });
}

/** A selector that returns a tuple is as many parts. */
function keyValues(values: readonly unknown[]): readonly unknown[] {
  const [only] = values;
  return values.length === 1 && Array.isArray(only)
    ? (only as readonly unknown[])
    : values.map((value) => value ?? null);
}

/** Draws `cross` of small inputs. @internal */
export function drawCross(plan: PlanDrawer): PlanNode | undefined {
  const left = plan.pick((n) => n.maxRecords <= 200);
  const right = left && plan.pick((n) => n.maxRecords * left.maxRecords <= 1500);
  if (left === undefined || right === undefined) return undefined;
  const open: Call = plan.random.chance(0.3)
    ? { method: plan.random.pick(["crossWithTiny", "crossWithHuge"]), args: [input(1)], withoutHint: "cross" }
    : call("cross", input(1));
  const result = drawCrossResult(plan, left.shape, right.shape);
  return plan.add({
    operator: "cross",
    inputs: [left, right],
    calls: [open, ...result.calls],
    shape: result.shape,
    maxRecords: left.maxRecords * right.maxRecords,
  });
}

function drawCrossResult(plan: PlanDrawer, left: Shape, right: Shape): JoinResult {
  const missing = MISSING.join;
  const ticket = plan.random.below(4);
  if (ticket === 0) return barePair(left, right, missing);
  if (ticket === 1 && left.kind === "row" && right.kind === "row") return drawProjection(plan, left, right, missing);
  const mapper = drawPairMapper(plan.random, left, right, missing);
  const fn = pairFunction(plan.random, mapper.text, mapper.features, mapper.apply, false);
  return { calls: [call("with", plan.functionArgument(fn))], shape: mapper.shape, relation: undefined };
}

/** Draws `union`: of data sets of one type, or with fields of several types. @internal */
export function drawUnion(plan: PlanDrawer): PlanNode | undefined {
  const left = plan.pick();
  const fits = (n: PlanNode): boolean =>
    left !== undefined &&
    commonShape(left.shape, n.shape) !== undefined &&
    left.maxRecords + n.maxRecords <= MAX_RECORDS;
  const right =
    left &&
    (plan.pick((n) => fits(n) && sameShape(left.shape, n.shape) && n !== left) ??
      (plan.isRelational ? undefined : plan.pick(fits)));
  if (left === undefined || right === undefined) return undefined;
  const shape = commonShape(left.shape, right.shape) as Shape;
  if (shape.fields.some((f) => f.type.kind === "any")) plan.counts.add("data", "several layouts in one field");
  return plan.add({
    operator: "union",
    inputs: [left, right],
    calls: [call("union", input(1))],
    shape: undeclaredShape(shape),
    maxRecords: left.maxRecords + right.maxRecords,
    relation: { kind: "union" },
  });
}
