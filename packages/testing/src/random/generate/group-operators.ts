/** Draws operators that group their input. */
import { keyText, RichGroupReduceFunction } from "@millrace/core";
import { expressionText, makeAggregate } from "../fluent-api.js";
import { manyFunction, reduceFunction } from "../functions/forms.js";
import { drawRecordMerge, drawSummary, exactSumType, type GroupSummary } from "../functions/group-functions.js";
import {
  type Argument,
  type Call,
  call,
  code,
  type FunctionSpec,
  type OrderPart,
  type PlanNode,
  value,
} from "../plan-spec.js";
import type { AggregateFunction, Expression } from "../relation.js";
import { pathOf, readField, type Shape, tupleShape, uniqueName } from "../types/shape.js";
import {
  ANY_NUMBER,
  COUNT,
  mayBeNull,
  nullable,
  STRING,
  type ValueField,
  type ValueType,
  withoutNull,
} from "../types/value-type.js";
import type { PlanDrawer } from "./plan-drawer.js";
import { drawColumn, plainColumn } from "./random-expression.js";
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

/** Returns the call that groups, and counts its keys. */
function groupBy(plan: PlanDrawer, keys: readonly KeyDraft[]): Call {
  plan.countKeys(keys);
  return call("groupBy", ...keys.map((key) => key.argument));
}

function sortGroup(sorts: readonly SortDraft[]): Call[] {
  return sorts.map((sort) => call("sortGroup", sort.key.argument, directionOf(sort)));
}

/** Draws `reduce`, of groups or of the whole input. @internal */
export function drawReduce(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick();
  if (source === undefined) return undefined;
  const keys = plan.random.chance(0.85) ? drawKeys(plan.random, source.shape) : [];
  const merge = drawRecordMerge(plan.random, source.shape, commonFields(keys), source.maxRecords);
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
  const common = commonFields(keys);
  const sorts = keys.length > 0 && plan.random.chance(0.4) ? drawSorts(plan, source.shape, common) : [];
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

const SUMMABLE = (maxRecords: number) => (f: ValueField) => exactSumType(f.type, maxRecords) !== undefined;
const COMPARABLE = (f: ValueField): boolean =>
  ["number", "int64", "string", "boolean", "timestamp", "decimal"].includes(f.type.kind);

/**
 * Draws an aggregation in place. All other fields of its result are those of some record of the group; so they must be
 * the key, and a projection to the key and the aggregated fields comes first where there are others.
 * @internal
 */
export function drawAggregateInPlace(plan: PlanDrawer): PlanNode | undefined {
  const isSummable = (n: PlanNode) => SUMMABLE(n.maxRecords);
  const source = plan.pick(
    (n) =>
      n.shape.kind !== "scalar" &&
      n.shape.fields.length >= 2 &&
      n.shape.fields.some((f) => isSummable(n)(f) || COMPARABLE(f)),
  );
  if (source === undefined) return undefined;
  const [first, ...more] = plan.random.shuffle(
    source.shape.fields.filter((f) => isSummable(source)(f) || COMPARABLE(f)),
  );
  const aggregated = [first as ValueField, ...more.slice(0, plan.random.below(2))];
  const rest = source.shape.fields.filter((f) => !aggregated.includes(f));
  const keys = plan.random.sample(rest, 1, 2);
  if (keys.length === 0) return undefined;
  if (rest.length === keys.length) return addAggregation(plan, source, keys, aggregated);
  const narrow = drawNarrowed(plan, source, [...keys, ...aggregated]);
  const fields = narrow.shape.fields;
  return addAggregation(plan, narrow, fields.slice(0, keys.length), fields.slice(keys.length));
}

function addAggregation(
  plan: PlanDrawer,
  source: PlanNode,
  keys: readonly ValueField[],
  aggregated: readonly ValueField[],
): PlanNode {
  const drafts = keys.map((field) => fieldKey(source.shape, field));
  const types = new Map<string, ValueType>();
  const calls = aggregated.map((field, i) => {
    const sumType = exactSumType(field.type, source.maxRecords);
    const kind =
      sumType !== undefined && (!COMPARABLE(field) || plan.random.chance(0.5))
        ? "sum"
        : plan.random.pick(["min", "max"]);
    if (kind === "sum") types.set(field.name, sumType as ValueType);
    const name = i === 0 ? kind : `and${kind[0]!.toUpperCase()}${kind.slice(1)}`;
    return call(name, value(pathOf(source.shape, field.name)));
  });
  return plan.add({
    operator: "aggregate in place",
    inputs: [source],
    calls: [groupBy(plan, drafts), ...calls],
    shape: {
      kind: source.shape.kind,
      fields: source.shape.fields.map((f) => ({ name: f.name, type: types.get(f.name) ?? f.type })),
    },
    maxRecords: source.maxRecords,
    isTied: true,
  });
}

/** Keeps some fields of a record, in this order. */
function drawNarrowed(plan: PlanDrawer, source: PlanNode, fields: readonly ValueField[]): PlanNode {
  const types = fields.map((f) => afterMap(f.type));
  if (source.shape.kind === "tuple") {
    return plan.add({
      operator: "project",
      inputs: [source],
      calls: [call("project", ...fields.map((f) => value(pathOf(source.shape, f.name))))],
      shape: tupleShape(types),
      maxRecords: source.maxRecords,
    });
  }
  const names = fields.map((f) => f.name);
  const fn: FunctionSpec = {
    text: `(r) => pick(r, ${names.map((n) => JSON.stringify(n)).join(", ")})`,
    features: ["plain"],
    make: () => (record: unknown) => Object.fromEntries(names.map((name) => [name, readField(record, name) ?? null])),
  };
  return plan.add({
    operator: "map",
    inputs: [source],
    calls: [call("map", plan.functionArgument(fn))],
    shape: { kind: "row", fields: names.map((name, i) => ({ name, type: types[i] as ValueType })) },
    maxRecords: source.maxRecords,
  });
}

function afterMap(type: ValueType): ValueType {
  return type.kind === "optional"
    ? { kind: "nullable", inner: type.inner }
    : type.kind === "custom"
      ? { kind: "custom", isDeclared: false }
      : type;
}

interface NamedDraft {
  readonly name: string;
  readonly function: AggregateFunction;
  readonly argument: Expression | undefined;
  readonly type: ValueType;
}

/** Draws named aggregates, of groups or of the whole input. @internal */
export function drawAggregateNamed(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick((n) => n.shape.kind !== "scalar");
  if (source === undefined) return undefined;
  const keys = plan.random.chance(0.85) ? drawNamedKeys(plan, source) : [];
  const keyNames = keys.map((k, i) => keyName(source.shape, k, keys, i));
  const named = drawNamed(plan, source, new Set(keyNames));
  const keyFields = keys.map((k, i) => ({ name: keyNames[i]!, type: afterMap(k.type) }));
  const isRelational = keys.every((k) => k.field !== undefined);
  return plan.add({
    operator: "aggregate named",
    inputs: [source],
    calls: [...(keys.length > 0 ? [groupBy(plan, keys)] : []), call("aggregate", namedArgument(named))],
    shape: { kind: "row", fields: [...keyFields, ...named.map(({ name, type }) => ({ name, type }))] },
    maxRecords: keys.length > 0 ? source.maxRecords : 1,
    relation: isRelational
      ? {
          kind: "aggregate",
          keys: keys.map((k, i) => ({ from: k.field as string, to: keyFields[i]!.name })),
          aggregates: named.map(({ name, function: fn, argument }) => ({ name, function: fn, argument })),
        }
      : undefined,
  });
}

/** Fields are given by their paths, and what is computed as expressions. */
function namedArgument(named: readonly NamedDraft[]): Argument {
  const texts = named.map(({ name, function: fn, argument }) => {
    if (argument === undefined) return `${name}: ${fn}()`;
    return `${name}: ${fn}(${argument.kind === "column" ? JSON.stringify(argument.path) : expressionText(argument)})`;
  });
  return code({
    text: `{ ${texts.join(", ")} }`,
    make: () =>
      Object.fromEntries(
        named.map(({ name, function: fn, argument }) => [
          name,
          makeAggregate(fn, argument?.kind === "column" ? argument.path : argument),
        ]),
      ),
  });
}

/** Fields by their names, or one selector of a scalar, which is called `key` in the result. */
function drawNamedKeys(plan: PlanDrawer, source: PlanNode): readonly KeyDraft[] {
  const drawn = plan.isRelational ? [] : drawKeys(plan.random, source.shape);
  if (
    drawn.length === 1 &&
    drawn[0]!.form === "selector" &&
    !["row", "tuple", "custom", "variant", "any"].includes(withoutNull(drawn[0]!.type).kind)
  ) {
    return drawn;
  }
  return plan.random.sample(source.shape.fields, 1, 2).map((field) => fieldKey(source.shape, field));
}

function keyName(shape: Shape, key: KeyDraft, keys: readonly KeyDraft[], index: number): string {
  if (key.field === undefined) return keys.length === 1 ? "key" : `key${index}`;
  return shape.kind === "tuple" ? `f${key.field}` : key.field;
}

function drawNamed(plan: PlanDrawer, source: PlanNode, taken: Set<string>): readonly NamedDraft[] {
  const named: NamedDraft[] = [{ name: "n", function: "count", argument: undefined, type: COUNT }];
  for (const [i, field] of plan.random.sample(source.shape.fields, 0, 3).entries()) {
    const isComputed = plan.random.chance(0.3);
    const { expression, type } = isComputed
      ? drawColumn(plan.random, source.shape, field)
      : plainColumn(source.shape, field);
    if (expression.kind !== "column") plan.counts.add("function", "expression");
    const choices = namedChoices(expression, type, i, source.maxRecords);
    if (choices.length > 0) named.push(plan.random.pick(choices));
  }
  return named.map((draft) => ({ ...draft, name: uniqueName(draft.name, taken) }));
}

function namedChoices(argument: Expression, type: ValueType, index: number, maxRecords: number): readonly NamedDraft[] {
  const inner = withoutNull(type);
  const choices: NamedDraft[] = [];
  if (COMPARABLE({ name: "", type: inner })) {
    choices.push(
      { name: `min${index}`, function: "min", argument, type: nullable(type) },
      { name: `max${index}`, function: "max", argument, type: nullable(type) },
      { name: `distinct${index}`, function: "countDistinct", argument, type: COUNT },
    );
  }
  const sumType = exactSumType(inner, maxRecords);
  if (sumType !== undefined) choices.push({ name: `sum${index}`, function: "sum", argument, type: nullable(sumType) });
  if (sumType?.kind === "number") {
    choices.push({ name: `avg${index}`, function: "avg", argument, type: nullable(ANY_NUMBER) });
  }
  return choices;
}

/** Draws `minBy` or `maxBy` over all fields that the key does not have, so that only one record can win. @internal */
export function drawSelectBy(plan: PlanDrawer): PlanNode | undefined {
  const isOrdered = (f: ValueField): boolean =>
    COMPARABLE({ name: f.name, type: withoutNull(f.type) }) ||
    withoutNull(f.type).kind === "bytes" ||
    withoutNull(f.type).kind === "enum";
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

/** Returns what a node promises about its order. @internal */
export function orderPartsOf(sorts: readonly SortDraft[]): readonly OrderPart[] {
  return sorts.map(({ key, isDescending }) => ({ read: key.read, isDescending }));
}
