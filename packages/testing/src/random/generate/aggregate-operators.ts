/** Draws aggregates, in place and named. */
import { expressionText, makeAggregate } from "../fluent-api.js";
import { exactSumType } from "../functions/group-functions.js";
import { type Argument, call, code, type FunctionSpec, type PlanNode, value } from "../plan-spec.js";
import type { AggregateFunction, Expression } from "../relation.js";
import { pathOf, readField, type Shape, tupleShape, uniqueName } from "../types/shape.js";
import {
  ANY_NUMBER,
  afterFunction,
  COUNT,
  nullable,
  type ValueField,
  type ValueType,
  withoutNull,
} from "../types/value-type.js";
import { groupBy, isComparable } from "./grouping.js";
import type { PlanDrawer } from "./plan-drawer.js";
import { drawColumn, plainColumn } from "./random-expression.js";
import { drawKeys, fieldKey, type KeyDraft } from "./random-key.js";

/**
 * Draws an aggregation in place. All other fields of its result are those of some record of the group; so they must be
 * the key, and a projection to the key and the aggregated fields comes first where there are others.
 * @internal
 */
export function drawAggregateInPlace(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick(
    (n) => n.shape.kind !== "scalar" && n.shape.fields.length >= 2 && n.shape.fields.some((f) => isComparable(f.type)),
  );
  if (source === undefined) return undefined;
  const [first, ...more] = plan.random.shuffle(source.shape.fields.filter((f) => isComparable(f.type)));
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
    const kind = sumType !== undefined && plan.random.chance(0.5) ? "sum" : plan.random.pick(["min", "max"]);
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
  const types = fields.map((f) => afterFunction(f.type));
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
  const keyFields = keys.map((k, i) => ({ name: keyNames[i]!, type: afterFunction(k.type) }));
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
  if (isComparable(inner)) {
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
