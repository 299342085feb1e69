/**
 * Engines with one mistake each: the collection engine, given a plan that was changed first. They show that the kit
 * catches mistakes; each is the kind of mistake that real engines make.
 */
import {
  type AnyFunction,
  DistinctOperator,
  functionSettingsOf,
  type GroupingSpec,
  type KeyPart,
  type Keys,
  type LogicalOperator,
  MapOperator,
  MapPartitionOperator,
  type Operator,
  type Ordering,
  PartitionOperator,
  type Plan,
  type UserFunction,
} from "@millrace/common-api";
import { type Engine, fieldValue, type Host, parseFieldPath, type RuntimeContext } from "@millrace/core";
import { collectionEngine } from "@millrace/environment-collection";
import { change, type Rewrite, rewritePlan } from "./rewrite-plan.js";

/** Is one engine that is wrong, with a name that says how. */
export interface WrongEngine {
  readonly name: string;
  readonly create: (host: Host) => Engine<Plan>;
}

function wrong(name: string, rewrite: Rewrite): WrongEngine {
  return wrongPlan(name, () => rewrite);
}

function wrongPlan(name: string, rewriteFor: (plan: Plan) => Rewrite): WrongEngine {
  return {
    name,
    create: (host) => {
      const inner = collectionEngine(host);
      return {
        name: inner.name,
        host,
        defaultParallelism: (options) => inner.defaultParallelism(options),
        start: (plan, job) => inner.start(rewritePlan(plan, rewriteFor(plan)), job),
        explain: (plan, options) => inner.explain(plan, options),
        close: () => inner.close(),
      };
    },
  };
}

const COMMON = { name: "wrong", location: undefined };

/** Puts a function of whole partitions behind an operator. */
function then(operator: Operator, fn: (values: readonly unknown[]) => readonly unknown[]): Operator {
  const target = (values: Iterable<unknown>): readonly unknown[] => fn([...values]);
  const added = new MapPartitionOperator(operator, { target: target as AnyFunction, method: "mapPartition" }, COMMON);
  added.settings.parallelism = operator.settings.parallelism;
  return added;
}

type MapValue = (value: unknown) => unknown;

/** Replaces the value of every part of a key. */
function mappedKeys(keys: Keys, map: MapValue): Keys {
  return keys.map((part) => mappedKey(part, map));
}

function mappedKey(part: KeyPart, map: MapValue): KeyPart {
  if (part.kind === "expression") return part;
  return { kind: "selector", function: { target: mappedSelector(part, map), method: "getKey" } };
}

function mappedSelector(part: Exclude<KeyPart, { kind: "expression" }>, map: MapValue): AnyFunction {
  if (part.kind === "selector") {
    const select = part.function.target as unknown as MapValue;
    return ((record: unknown) => map(select(record))) as AnyFunction;
  }
  const path = parseFieldPath(part.path);
  return ((record: unknown) => map(path.isWildcard ? record : fieldValue(record, path))) as AnyFunction;
}

function mappedOrder(ordering: Ordering, map: MapValue): Ordering {
  return ordering.map(({ key, order }) => ({ key: mappedKey(key, map), order }));
}

/** Changes the order of every operator that sorts. */
function withOrders(operator: LogicalOperator, map: (ordering: Ordering) => Ordering): Operator {
  if ("ordering" in operator) return change(operator, { ordering: map(operator.ordering) });
  if ("grouping" in operator) {
    return change(operator, { grouping: { ...operator.grouping, order: map(operator.grouping.order) } });
  }
  if (operator.kind !== "coGroup") return operator;
  return change(operator, { leftOrder: map(operator.leftOrder), rightOrder: map(operator.rightOrder) });
}

/** Changes the keys of every operator that groups or joins, save where a delta iteration needs them as they are. */
function withKeys(operator: LogicalOperator, map: (keys: Keys) => Keys): Operator {
  // The fields of a named aggregate's key are named by it.
  if (operator.kind === "summarize") return operator;
  if ("grouping" in operator) {
    const { grouping } = operator as { grouping: GroupingSpec };
    return change(operator, { grouping: { ...grouping, keys: grouping.keys && map(grouping.keys) } });
  }
  if (operator.kind !== "join" && operator.kind !== "coGroup") return operator;
  if (operator.inputs.some((input) => input.kind === "solutionSet")) return operator;
  return change(operator, { leftKeys: map(operator.leftKeys), rightKeys: map(operator.rightKeys) });
}

/** Replaces a plain function; function objects stay. */
function withFunction(operator: LogicalOperator, wrap: (fn: (...args: unknown[]) => unknown) => unknown): Operator {
  const fn = (operator as unknown as { function: UserFunction }).function;
  if (typeof fn.target !== "function") return operator;
  return change(operator, { function: { ...fn, target: wrap(fn.target as (...args: unknown[]) => unknown) } });
}

const nullLast: MapValue = (value) => (value === null || value === undefined ? [1] : [0, value]);

function mapFields(record: unknown, map: MapValue): unknown {
  if (Array.isArray(record)) return record.map(map);
  if (typeof record !== "object" || record === null) return map(record);
  if (Object.getPrototypeOf(record) !== Object.prototype) return map(record);
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

/** Calls a function of groups or partitions only where the first of its arguments has records. */
function notForEmpty(operator: LogicalOperator): Operator {
  return withFunction(operator, (fn) => (values: Iterable<unknown>, ...rest: unknown[]) => {
    const records = [...values];
    return records.length === 0 ? [] : fn(records, ...rest);
  });
}

/** Is the collection engine behind a copied plan, with no mistake: what shows that the copying makes none. */
export const copyingEngine: WrongEngine = wrong("copies the plan", (op) => op);

/** Lists the engines. */
export const wrongEngines: readonly WrongEngine[] = [
  wrong("loses the last record of a flatMap's full partition", (op) =>
    op.kind === "flatMap" ? then(op, (values) => (values.length > 8 ? values.slice(0, -1) : values)) : op,
  ),
  wrong("gives a record of a union twice", (op) =>
    op.kind === "union" ? then(op, (values) => (values.length > 3 ? [values[0], ...values] : values)) : op,
  ),
  wrong("puts nulls last in every order", (op) => withOrders(op, (ordering) => mappedOrder(ordering, nullLast))),
  wrong("forgets all but the first key of an order", (op) => withOrders(op, (ordering) => ordering.slice(0, 1))),
  wrong("orders ascending only", (op) =>
    withOrders(op, (ordering) => ordering.map(({ key }) => ({ key, order: "ascending" as const }))),
  ),
  wrong("orders numbers by their text", (op) =>
    withOrders(op, (ordering) => mappedOrder(ordering, (value) => (typeof value === "number" ? String(value) : value))),
  ),
  wrong("gives the partial solution of the superstep before the last", (op) =>
    op.kind === "bulkIteration" && op.maxIterations > 1 ? change(op, { maxIterations: op.maxIterations - 1 }) : op,
  ),
  wrong("reads the first partial solution as a broadcast set in every superstep", (op) => {
    if (op.kind !== "bulkIteration" || op.step === undefined) return op;
    for (const broadcast of broadcastsOf(op.step.next)) {
      if (broadcast.operator === op.partialSolution) broadcast.operator = op.input;
    }
    return op;
  }),
  wrong("ignores the termination criterion", (op) =>
    op.kind === "bulkIteration" && op.step !== undefined
      ? change(op, { step: { ...op.step, termination: undefined } })
      : op,
  ),
  wrong("keeps the first record of a key in the initial solution set", (op) =>
    op.kind === "deltaIteration"
      ? change(op, { inputs: [new DistinctOperator(op.left, op.keys, COMMON), op.right] })
      : op,
  ),
  wrong("runs one superstep of a delta iteration too few", (op) =>
    op.kind === "deltaIteration" && op.maxIterations > 1 ? change(op, { maxIterations: op.maxIterations - 1 }) : op,
  ),
  wrong("matches null keys in joins", (op) =>
    op.kind === "join" ? withKeys(op, (keys) => mappedKeys(keys, (value) => value ?? "null")) : op,
  ),
  wrong("takes -0 and 0 for different keys", (op) =>
    withKeys(op, (keys) => mappedKeys(keys, (value) => (Object.is(value, -0) ? "-0" : value))),
  ),
  wrong("takes every NaN for another key", (op) => {
    const seen = { count: 0 };
    return withKeys(op, (keys) => mappedKeys(keys, (value) => (Number.isNaN(value) ? `NaN ${seen.count++}` : value)));
  }),
  wrong("groups by the first part of a key", (op) =>
    "grouping" in op ? withKeys(op, (keys) => keys.slice(0, 1)) : op,
  ),
  wrong("gives no unmatched right records in a full outer join", (op) =>
    op.kind === "join" && op.joinType === "full-outer" ? change(op, { joinType: "left-outer" }) : op,
  ),
  wrong("runs a left outer join as an inner one", (op) =>
    op.kind === "join" && op.joinType === "left-outer" ? change(op, { joinType: "inner" }) : op,
  ),
  wrong("gives a record of a semi join once per match", (op) =>
    op.kind === "join" && op.joinType === "semi" ? change(op, { joinType: "inner" }) : op,
  ),
  wrong("gives nothing for a key that only the right side of a coGroup has", (op) =>
    op.kind === "coGroup" ? notForEmpty(op) : op,
  ),
  wrong("loses duplicates under a sort-merge hint", (op) =>
    op.kind === "join" && op.hint === "repartition-sort-merge"
      ? change(op, { inputs: [new DistinctOperator(op.left, [{ kind: "field", path: "*" }], COMMON), op.right] })
      : op,
  ),
  wrong("does not call mapPartition for an empty partition", (op) =>
    op.kind === "mapPartition" ? notForEmpty(op) : op,
  ),
  wrong("spreads records of one key when it partitions by hash", (op) =>
    op.kind === "partition" && op.partitioning.kind === "hash"
      ? new PartitionOperator(op.input, { kind: "rebalance" }, COMMON)
      : op,
  ),
  wrong("shares one rich function object between subtasks", (op) => {
    const fn = (op as unknown as { function?: UserFunction }).function;
    if (fn === undefined || typeof fn.target !== "object") return op;
    return change(op, { function: { ...fn, target: sharedObject(fn.target) } });
  }),
  wrongPlan("shows a consumer what another one changed in its record", sharingRewrite),
  wrong("adds bigints as numbers", (op) =>
    op.kind === "aggregate" || op.kind === "summarize"
      ? change(op, { inputs: [then(op.input, (values) => values.map((record) => mapFields(record, rounded)))] })
      : op,
  ),
  wrong("replaces lone surrogates, as UTF-8 does", (op) =>
    op.kind === "collectionSource" ? then(op, (values) => values.map((record) => mapFields(record, wellFormed))) : op,
  ),
  wrong("takes an invalid date for the first of 1970", (op) =>
    op.kind === "collectionSource" ? then(op, (values) => values.map((record) => mapFields(record, validDate))) : op,
  ),
  wrong("sorts partitions unstably", (op) =>
    op.kind === "sortPartition" ? change(op, { inputs: [then(op.input, (values) => [...values].reverse())] }) : op,
  ),
  wrong("loses a record when a join reads a union", (op) =>
    op.kind === "join" && op.left.kind === "union"
      ? change(op, { inputs: [then(op.left, (values) => values.slice(1)), op.right] })
      : op,
  ),
  wrong("does not sort the groups of an input that it takes for sorted", (op) =>
    "grouping" in op && op.input.kind === "partition" ? withOrders(op, () => []) : op,
  ),
  wrong("forgets the partitioner of a grouping, and the order with it", (op) =>
    "grouping" in op && op.grouping.partitioner !== undefined ? withOrders(op, () => []) : op,
  ),
  wrong("gives one record too many", (op) => (op.kind === "first" ? change(op, { count: op.count + 1 }) : op)),
  wrong("takes the greatest for minBy", (op) => (op.kind === "selectBy" ? change(op, { extreme: "max" }) : op)),
];

interface MutableBroadcast {
  operator: Operator;
}

function broadcastsOf(operator: Operator): readonly MutableBroadcast[] {
  const own = (functionSettingsOf(operator)?.broadcastInputs ?? []) as readonly MutableBroadcast[];
  return [...own, ...operator.inputs.flatMap(broadcastsOf)];
}

function rounded(value: unknown): unknown {
  return typeof value === "bigint" ? BigInt(Number(value)) : value;
}

function wellFormed(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/\p{Surrogate}/gu, "\ufffd") : value;
}

function validDate(value: unknown): unknown {
  return value instanceof Date && Number.isNaN(value.getTime()) ? new Date(0) : value;
}

/** Returns the object with a `clone` whose copies have all their fields in common. */
function sharedObject(target: object): object {
  const prototype = Object.create(Object.getPrototypeOf(target) as object, {
    clone: {
      value(this: object) {
        return new Proxy(this, {});
      },
    },
  }) as object;
  return Object.assign(Object.create(prototype) as object, target);
}

/** All consumers of a data set but one map get the records as the map left them. */
function sharingRewrite(plan: Plan): Rewrite {
  const mutators = new Map<Operator, MapOperator>();
  for (const operator of plan.operators) {
    if (!(operator instanceof MapOperator) || typeof operator.function.target !== "function") continue;
    if (operator.functionSettings.broadcastInputs.length === 0) mutators.set(operator.input, operator);
  }
  return (copy, original) => {
    const inputs = copy.inputs.map((input, i) => {
      const first = mutators.get(original.inputs[i] as Operator);
      return first === undefined || first === (original as Operator) ? input : mutatedBy(first, input);
    });
    return change(copy, { inputs });
  };
}

function mutatedBy({ function: fn }: MapOperator, input: Operator): Operator {
  if (input.kind === "solutionSet") return input;
  const mutate = fn.target as unknown as (record: unknown, context: unknown) => unknown;
  const target = (record: unknown, context: unknown): unknown => {
    mutate(record, withoutAccumulators(context as RuntimeContext));
    return record;
  };
  return new MapOperator(input, { target: target as AnyFunction, method: "map" }, COMMON);
}

/** Returns the context with accumulators that nobody reads. */
function withoutAccumulators(context: RuntimeContext): RuntimeContext {
  return new Proxy(context, {
    get: (target, name) => {
      if (name === "getAccumulator") return () => ({ add: () => undefined });
      const member = Reflect.get(target, name, target) as unknown;
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
}
