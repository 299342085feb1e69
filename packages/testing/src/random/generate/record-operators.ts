/** Draws operators that look at one record, or one partition, at a time. */
import { keyText, RichMapPartitionFunction, type RuntimeContext } from "@millrace/core";
import { expressionText, makeExpression } from "../fluent-api.js";
import { filterFunction, manyFunction, mapFunction } from "../functions/forms.js";
import {
  drawMapper,
  drawPredicate,
  drawRepeats,
  identityMapper,
  type RecordMapper,
} from "../functions/record-mapper.js";
import { type Argument, type Call, call, code, input, type PlanNode, value } from "../plan-spec.js";
import { pathOf, propertyText, readField, type Shape, tupleShape, uniqueName } from "../types/shape.js";
import { COUNT, STRING, type ValueField, withoutNull } from "../types/value-type.js";
import { MAX_RECORDS, type PlanDrawer } from "./plan-drawer.js";
import { drawColumn, drawCondition, expressionArgument } from "./random-expression.js";

const BROADCAST_NAME = "side";

/** Draws a broadcast set for one function in five. */
function drawBroadcast(plan: PlanDrawer): PlanNode | undefined {
  return plan.random.chance(0.2) ? plan.pick((n) => n.maxRecords <= 200) : undefined;
}

function mapperOf(plan: PlanDrawer, source: PlanNode, broadcast: PlanNode | undefined): RecordMapper {
  return drawMapper(plan.random, source.shape, {
    broadcast: broadcast === undefined ? undefined : BROADCAST_NAME,
    isInIteration: false,
  });
}

/** Returns the inputs and calls of a function operator whose mapper may read the broadcast set. */
function withBroadcast(
  source: PlanNode,
  mapper: RecordMapper,
  broadcast: PlanNode | undefined,
): { inputs: PlanNode[]; calls: Call[] } {
  if (broadcast === undefined || !mapper.features.includes("broadcast set")) return { inputs: [source], calls: [] };
  return { inputs: [source, broadcast], calls: [call("withBroadcastSet", input(1), value(BROADCAST_NAME))] };
}

/** Draws `map`. @internal */
export function drawMap(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick();
  if (source === undefined) return undefined;
  const broadcast = drawBroadcast(plan);
  const mapper = mapperOf(plan, source, broadcast);
  const { inputs, calls } = withBroadcast(source, mapper, broadcast);
  const fn = plan.functionArgument(mapFunction(plan.random, mapper));
  return plan.add({
    operator: "map",
    inputs,
    calls: [call("map", fn), ...calls, ...plan.settings(mapper.shape)],
    shape: mapper.shape,
    maxRecords: source.maxRecords,
  });
}

/** Draws `mapAsync` with a function that answers after some turns of the loop, so that answers overtake each other. @internal */
export function drawMapAsync(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick();
  if (source === undefined) return undefined;
  const mapper = mapperOf(plan, source, undefined);
  const fn = {
    text: `async (r, context) => { await turns(r); ${mapper.before}return ${mapper.text}; }`,
    features: ["plain", ...mapper.features],
    make: () => async (record: unknown, context: RuntimeContext) => {
      for (let turns = keyText(record).length % 3; turns > 0; turns--) await undefined;
      return mapper.apply(record, context);
    },
  };
  return plan.add({
    operator: "mapAsync",
    inputs: [source],
    calls: [
      call("mapAsync", plan.functionArgument(fn), value({ concurrency: plan.random.between(1, 4) })),
      ...plan.parallelism(),
    ],
    shape: mapper.shape,
    maxRecords: source.maxRecords,
  });
}

/** Draws `filter`, by a function or an expression. @internal */
export function drawFilter(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick();
  if (source === undefined) return undefined;
  const isExpression = plan.isRelational || plan.random.chance(0.4);
  const condition = isExpression ? drawCondition(plan.random, source.shape) : undefined;
  if (condition !== undefined) plan.counts.add("function", "expression");
  const argument =
    condition === undefined
      ? plan.functionArgument(filterFunction(plan.random, drawPredicate(plan.random, source.shape)))
      : expressionArgument(condition);
  return plan.add({
    operator: "filter",
    inputs: [source],
    calls: [call("filter", argument), ...plan.parallelism()],
    shape: source.shape,
    maxRecords: source.maxRecords,
    relation: condition === undefined ? undefined : { kind: "filter", condition },
  });
}

/** Draws `flatMap`: some copies of a mapped record, the very same object each time, or the elements of an array. @internal */
export function drawFlatMap(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick((n) => n.maxRecords * 3 <= MAX_RECORDS);
  if (source === undefined) return undefined;
  const arrays = source.shape.fields.filter((f) => withoutNull(f.type).kind === "array");
  if (arrays.length > 0 && plan.random.chance(0.6)) return drawExplode(plan, source, plan.random.pick(arrays));
  const repeats = drawRepeats(plan.random, source.shape);
  const broadcast = drawBroadcast(plan);
  const mapper = mapperOf(plan, source, broadcast);
  const { inputs, calls } = withBroadcast(source, mapper, broadcast);
  const fn = manyFunction<[unknown]>(
    plan.random,
    "flatMap",
    "r",
    `repeat(${repeats.text}, { ${mapper.before}${mapper.text} })`,
    mapper.features,
    function* (context, record) {
      const count = repeats.count(record);
      const result = mapper.apply(record, context);
      for (let i = 0; i < count; i++) yield result;
    },
  );
  return plan.add({
    operator: "flatMap",
    inputs,
    calls: [call("flatMap", plan.functionArgument(fn)), ...calls, ...plan.settings(mapper.shape)],
    shape: mapper.shape,
    maxRecords: source.maxRecords * 3,
  });
}

function drawExplode(plan: PlanDrawer, source: PlanNode, field: ValueField): PlanNode {
  const array = withoutNull(field.type);
  const element = array.kind === "array" ? array.element : STRING;
  const fn = manyFunction<[unknown]>(
    plan.random,
    "flatMap",
    "r",
    `elements(r, ${JSON.stringify(field.name)})`,
    [],
    function* (_, record) {
      const values = (readField(record, field.name) ?? []) as readonly unknown[];
      for (const each of values.slice(0, 3)) yield { size: values.length, value: each ?? null };
    },
  );
  const shape: Shape = {
    kind: "row",
    fields: [
      { name: "size", type: COUNT },
      { name: "value", type: element },
    ],
  };
  return plan.add({
    operator: "flatMap",
    inputs: [source],
    calls: [call("flatMap", plan.functionArgument(fn))],
    shape,
    maxRecords: source.maxRecords * 3,
  });
}

/**
 * Draws `mapPartition`. What it gives must not depend on how records are spread: it maps each record by itself, once or many
 * times; or it counts in the one partition that there is; or it tells how often its object was called, which is once.
 * @internal
 */
export function drawMapPartition(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick();
  if (source === undefined) return undefined;
  const ticket = plan.random.below(10);
  if (ticket < 3) return drawPartitionCount(plan, source);
  if (ticket < 5) return drawCallCount(plan, source);
  return drawPartitionMap(plan, source);
}

function drawPartitionMap(plan: PlanDrawer, source: PlanNode): PlanNode {
  const mapper = mapperOf(plan, source, undefined);
  const copies = source.maxRecords * 20 <= MAX_RECORDS && plan.random.chance(0.4) ? 20 : 1;
  const fn = manyFunction<[Iterable<unknown>]>(
    plan.random,
    "mapPartition",
    "values",
    `values.flatMap((r) => repeat(${copies}, { ${mapper.before}${mapper.text} }))`,
    copies > 1 ? ["many outputs", ...mapper.features] : mapper.features,
    function* (context, values) {
      for (const record of values) {
        const result = mapper.apply(record, context);
        for (let i = 0; i < copies; i++) yield result;
      }
    },
  );
  return plan.add({
    operator: "mapPartition",
    inputs: [source],
    calls: [call("mapPartition", plan.functionArgument(fn)), ...plan.settings(mapper.shape)],
    shape: mapper.shape,
    maxRecords: source.maxRecords * copies,
  });
}

/** The one subtask gives one record, also for an empty input: it is called for every partition. */
function drawPartitionCount(plan: PlanDrawer, source: PlanNode): PlanNode {
  const fn = manyFunction<[Iterable<unknown>]>(
    plan.random,
    "mapPartition",
    "values",
    "[{ count: count(values) }]",
    [],
    function* (_, values) {
      let count = 0;
      for (const _record of values) count++;
      yield { count };
    },
  );
  return plan.add({
    operator: "mapPartition",
    inputs: [source],
    calls: [call("mapPartition", plan.functionArgument(fn)), call("setParallelism", value(1))],
    shape: { kind: "row", fields: [{ name: "count", type: COUNT }] },
    maxRecords: 1,
  });
}

/** Each of three subtasks has an object of its own, so each says that it was called once and opened once. */
function drawCallCount(plan: PlanDrawer, source: PlanNode): PlanNode {
  const fn = {
    text: "new (class extends RichMapPartitionFunction { calls = 0; opened = 0; open() { this.opened++; } mapPartition(values) { return [{ calls: ++this.calls, opened: this.opened }]; } })()",
    features: ["rich", "rich with state", "returns an array"],
    make: () =>
      new (class extends RichMapPartitionFunction<unknown, unknown> {
        calls = 0;
        opened = 0;

        override open(): void {
          this.opened++;
        }

        override mapPartition(_values: Iterable<unknown>): unknown[] {
          this.calls++;
          return [{ calls: this.calls, opened: this.opened }];
        }
      })(),
  };
  return plan.add({
    operator: "mapPartition",
    inputs: [source],
    calls: [call("mapPartition", plan.functionArgument(fn)), call("setParallelism", value(3))],
    shape: {
      kind: "row",
      fields: [
        { name: "calls", type: COUNT },
        { name: "opened", type: COUNT },
      ],
    },
    maxRecords: 3,
  });
}

/** Draws `project`: some fields, of parts too, as a tuple; fields may repeat. @internal */
export function drawProject(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick((n) => n.shape.kind !== "scalar");
  if (source === undefined) return undefined;
  const fields = plan.random.sample(source.shape.fields, 1, 4);
  if (plan.random.chance(0.2)) fields.push(plan.random.pick(fields));
  // An absent field of a row is null in a tuple.
  const types = fields.map(({ type }) =>
    type.kind === "optional" ? ({ kind: "nullable", inner: type.inner } as const) : type,
  );
  return plan.add({
    operator: "project",
    inputs: [source],
    calls: [call("project", ...fields.map((f) => value(pathOf(source.shape, f.name))))],
    shape: tupleShape(types),
    maxRecords: source.maxRecords,
  });
}

/** Draws `select`: a row of expressions. @internal */
export function drawSelect(plan: PlanDrawer): PlanNode | undefined {
  const source = plan.pick((n) => n.shape.kind !== "scalar");
  if (source === undefined) return undefined;
  const taken = new Set<string>();
  const columns = plan.random.sample(source.shape.fields, 1, 4).map((field) => ({
    name: uniqueName(/^[a-z]\w*$/.test(field.name) && plan.random.chance(0.8) ? field.name : "s", taken),
    ...drawColumn(plan.random, source.shape, field),
  }));
  plan.counts.add("function", "expression");
  const argument: Argument = code({
    text: `{ ${columns.map((c) => `${propertyText(c.name)}: ${expressionText(c.expression)}`).join(", ")} }`,
    make: () => Object.fromEntries(columns.map((c) => [c.name, makeExpression(c.expression)])),
  });
  return plan.add({
    operator: "select",
    inputs: [source],
    calls: [call("select", argument)],
    shape: { kind: "row", fields: columns.map(({ name, type }) => ({ name, type })) },
    maxRecords: source.maxRecords,
    relation: { kind: "select", columns: columns.map(({ name, expression }) => ({ name, expression })) },
  });
}

/** Draws `map` of the record to itself, for shapes that another operator needs undeclared. @internal */
export function identityOf(plan: PlanDrawer, source: PlanNode): PlanNode {
  const mapper = identityMapper(source.shape);
  return plan.add({
    operator: "map",
    inputs: [source],
    calls: [call("map", plan.functionArgument(mapFunction(plan.random, mapper)))],
    shape: mapper.shape,
    maxRecords: source.maxRecords,
  });
}
