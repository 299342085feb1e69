/** Puts logical plans together and runs them, so that tests read as programs without the fluent API. */
import {
  type AggregateName,
  AggregateOperator,
  type AsyncOptions,
  BulkIterationOperator,
  CoGroupOperator,
  CoGroupRawOperator,
  CollectionSourceOperator,
  CollectOperator,
  CrossOperator,
  DeltaIterationOperator,
  DistinctOperator,
  type FieldAggregation,
  FilterOperator,
  FirstOperator,
  FlatMapOperator,
  functionSettingsOf,
  GroupCombineOperator,
  type GroupingSpec,
  GroupReduceOperator,
  JoinOperator,
  type JoinSpec,
  type Keys,
  MapAsyncOperator,
  MapOperator,
  MapPartitionOperator,
  type NamedAggregate,
  type Operator,
  type OperatorCommon,
  OrderByOperator,
  type Ordering,
  type PairResult,
  type Partitioning,
  PartitionOperator,
  Plan,
  ProjectOperator,
  ReduceOperator,
  SelectByOperator,
  SelectOperator,
  SinkOperator,
  SortPartitionOperator,
  SourceOperator,
  SummarizeOperator,
  UnionOperator,
  type UserFunction,
} from "@millrace/common-api";
import type {
  EnvironmentOptions,
  ExpressionNode,
  Host,
  JobOptions,
  JobResult,
  RuntimeContext,
  Sink,
  Source,
  SourceSplit,
  TypeInformation,
} from "@millrace/core";
import { collectionEngine } from "../src/index.js";
import { plainHost } from "./plain-host.js";

// biome-ignore lint/suspicious/noExplicitAny: records of tests are of many types, and functions over them are checked by running
export type Rec = any;
type Fn = (...args: Rec[]) => unknown;
type Code = Fn | object;

const common = (name: string): OperatorCommon => ({ name, location: { file: "job.ts", line: 1, column: 1 } });
export const udf = (target: Code, method: string): UserFunction => ({ target: target as Fn, method });

export type KeyLike = string | Fn | ExpressionNode;

export function keysOf(...keys: KeyLike[]): Keys {
  return keys.map((key) => {
    if (typeof key === "string") return { kind: "field", path: key };
    if (typeof key === "function") return { kind: "selector", function: udf(key, "getKey") };
    return { kind: "expression", expression: key, name: undefined };
  });
}

export function orderOf(...parts: string[]): Ordering {
  return parts.map((part) => ({
    key: { kind: "field", path: part.replace(/^-/, "") },
    order: part.startsWith("-") ? "descending" : "ascending",
  }));
}

export function grouped(keys: KeyLike[] | undefined, order: Ordering = [], partitioner?: Fn): GroupingSpec {
  return {
    keys: keys === undefined ? undefined : keysOf(...keys),
    order,
    partitioner: partitioner as GroupingSpec["partitioner"],
  };
}

/** Wraps an operator, so that programs can be chained. */
export class Flow {
  readonly operator: Operator;

  constructor(operator: Operator) {
    this.operator = operator;
  }

  parallel(parallelism: number): this {
    this.operator.settings.parallelism = parallelism;
    return this;
  }

  returns(type: TypeInformation<unknown>): this {
    this.operator.settings.resultType = type;
    return this;
  }

  named(name: string): this {
    this.operator.settings.name = name;
    return this;
  }

  withBroadcast(flow: Flow, name?: string): this {
    functionSettingsOf(this.operator)?.broadcastInputs.push({ name, operator: flow.operator });
    return this;
  }

  map(fn: Code) {
    return new Flow(new MapOperator(this.operator, udf(fn, "map"), common("Map")));
  }
  flatMap(fn: Code) {
    return new Flow(new FlatMapOperator(this.operator, udf(fn, "flatMap"), common("FlatMap")));
  }
  mapPartition(fn: Code) {
    return new Flow(new MapPartitionOperator(this.operator, udf(fn, "mapPartition"), common("MapPartition")));
  }
  filter(fn: Code | ExpressionNode) {
    const predicate = typeof fn === "object" && "op" in fn ? (fn as ExpressionNode) : udf(fn, "filter");
    return new Flow(new FilterOperator(this.operator, predicate, common("Filter")));
  }
  mapAsync(fn: Code, options: Partial<AsyncOptions> = {}) {
    const all = {
      concurrency: 4,
      timeoutMs: undefined,
      numRetries: 0,
      retryDelayMs: () => 10,
      isOrdered: true,
      ...options,
    };
    return new Flow(new MapAsyncOperator(this.operator, udf(fn, "map"), all, common("MapAsync")));
  }
  project(...fields: string[]) {
    return new Flow(new ProjectOperator(this.operator, fields, common("Project")));
  }
  select(columns: Record<string, ExpressionNode>) {
    const list = Object.entries(columns).map(([name, expression]) => ({ name, expression }));
    return new Flow(new SelectOperator(this.operator, list, common("Select")));
  }
  reduce(keys: KeyLike[] | undefined, fn: Code) {
    return new Flow(new ReduceOperator(this.operator, grouped(keys), udf(fn, "reduce"), common("Reduce")));
  }
  groupReduce(grouping: GroupingSpec, fn: Code, combine?: Code) {
    const combiner = combine === undefined ? undefined : udf(combine, "combine");
    return new Flow(
      new GroupReduceOperator(this.operator, grouping, udf(fn, "reduceGroup"), combiner, common("GroupReduce")),
    );
  }
  groupCombine(grouping: GroupingSpec, fn: Code) {
    return new Flow(new GroupCombineOperator(this.operator, grouping, udf(fn, "combine"), common("GroupCombine")));
  }
  aggregate(keys: KeyLike[] | undefined, ...aggregations: [FieldAggregation["aggregation"], string][]) {
    const list = aggregations.map(([aggregation, field]) => ({ aggregation, field }));
    return new Flow(new AggregateOperator(this.operator, grouped(keys), list, common("Aggregate")));
  }
  summarize(
    keys: KeyLike[] | undefined,
    aggregates: Record<string, [AggregateName] | [AggregateName, string | ExpressionNode]>,
    shape: "row" | "tuple" = "row",
  ) {
    const list: NamedAggregate[] = Object.entries(aggregates).map(([name, [aggregate, argument]]) => ({
      name,
      aggregate,
      argument,
    }));
    return new Flow(new SummarizeOperator(this.operator, grouped(keys), list, shape, common("Summarize")));
  }
  selectBy(keys: KeyLike[] | undefined, extreme: "min" | "max", ...fields: string[]) {
    return new Flow(new SelectByOperator(this.operator, grouped(keys), extreme, fields, common("SelectBy")));
  }
  distinct(...keys: KeyLike[]) {
    return new Flow(
      new DistinctOperator(this.operator, keysOf(...(keys.length === 0 ? ["*"] : keys)), common("Distinct")),
    );
  }
  first(count: number, grouping: GroupingSpec = grouped(undefined)) {
    return new Flow(new FirstOperator(this.operator, grouping, count, common("First")));
  }
  join(
    right: Flow,
    leftKeys: KeyLike[],
    rightKeys: KeyLike[],
    result: PairResult | Fn = { kind: "pair" },
    more: Partial<JoinSpec> = {},
  ) {
    const spec: JoinSpec = {
      joinType: "inner",
      leftKeys: keysOf(...leftKeys),
      rightKeys: keysOf(...rightKeys),
      hint: "optimizer-chooses",
      partitioner: undefined,
      result: typeof result === "function" ? { kind: "function", function: udf(result, "join") } : result,
      ...more,
    };
    return new Flow(new JoinOperator(this.operator, right.operator, spec, common("Join")));
  }
  coGroup(right: Flow, leftKeys: KeyLike[], rightKeys: KeyLike[], fn: Code, orders: [Ordering, Ordering] = [[], []]) {
    const spec = {
      leftKeys: keysOf(...leftKeys),
      rightKeys: keysOf(...rightKeys),
      leftOrder: orders[0],
      rightOrder: orders[1],
      partitioner: undefined,
      function: udf(fn, "coGroup"),
    };
    return new Flow(new CoGroupOperator(this.operator, right.operator, spec, common("CoGroup")));
  }
  coGroupRaw(right: Flow, leftKeys: KeyLike[] | undefined, rightKeys: KeyLike[] | undefined, fn: Code) {
    const left = leftKeys === undefined ? undefined : keysOf(...leftKeys);
    const other = rightKeys === undefined ? undefined : keysOf(...rightKeys);
    return new Flow(
      new CoGroupRawOperator(this.operator, right.operator, left, other, udf(fn, "coGroup"), common("CoGroupRaw")),
    );
  }
  cross(right: Flow, result: PairResult | Fn = { kind: "pair" }) {
    const pairs: PairResult =
      typeof result === "function" ? { kind: "function", function: udf(result, "cross") } : result;
    return new Flow(new CrossOperator(this.operator, right.operator, "optimizer-chooses", pairs, common("Cross")));
  }
  union(right: Flow) {
    return new Flow(new UnionOperator(this.operator, right.operator, common("Union")));
  }
  partition(partitioning: Partitioning) {
    return new Flow(new PartitionOperator(this.operator, partitioning, common("Partition")));
  }
  sortPartition(...parts: string[]) {
    return new Flow(new SortPartitionOperator(this.operator, orderOf(...parts), common("SortPartition")));
  }
  orderBy(...parts: string[]) {
    return new Flow(new OrderByOperator(this.operator, orderOf(...parts), common("OrderBy")));
  }
  iterate(maxIterations: number): Bulk {
    return new Bulk(new BulkIterationOperator(this.operator, maxIterations, common("Bulk iteration")));
  }
  iterateDelta(workset: Flow, maxIterations: number, ...keys: KeyLike[]): Delta {
    return new Delta(
      new DeltaIterationOperator(
        this.operator,
        workset.operator,
        maxIterations,
        keysOf(...keys),
        common("Delta iteration"),
      ),
    );
  }

  /** Runs the program and returns its records, partition after partition. */
  async collect(options: RunOptions = {}): Promise<Rec[]> {
    return (await run([this], options)).records[0] as Rec[];
  }

  /** Runs the program and returns how its records lie. */
  async partitions(options: RunOptions = {}): Promise<Rec[][]> {
    const marked = this.operator;
    const parallelism = marked.settings.parallelism ?? options.environment?.parallelism ?? 1;
    const seen = new Flow(marked)
      .mapPartition((values: Iterable<Rec>, _out: unknown, context: RuntimeContext) => [
        [context.subtaskIndex, [...values]],
      ])
      .parallel(parallelism);
    const records = await seen.collect(options);
    return records.map(([, values]) => values);
  }
}

export class Bulk extends Flow {
  readonly iteration: BulkIterationOperator;

  constructor(iteration: BulkIterationOperator) {
    super(iteration.partialSolution);
    this.iteration = iteration;
  }

  closeWith(next: Flow, termination?: Flow): Flow {
    this.iteration.step = { next: next.operator, termination: termination?.operator };
    return new Flow(this.iteration);
  }
}

export class Delta {
  readonly iteration: DeltaIterationOperator;
  readonly solutionSet: Flow;
  readonly workset: Flow;

  constructor(iteration: DeltaIterationOperator) {
    this.iteration = iteration;
    this.solutionSet = new Flow(iteration.solutionSet);
    this.workset = new Flow(iteration.workset);
  }

  closeWith(delta: Flow, nextWorkset: Flow): Flow {
    this.iteration.step = { delta: delta.operator, nextWorkset: nextWorkset.operator };
    return new Flow(this.iteration);
  }
}

export function from(...records: unknown[]): Flow {
  return fromIterable(records);
}

export function fromIterable(records: Iterable<unknown>): Flow {
  return new Flow(new CollectionSourceOperator(records, common("Collection")));
}

export function fromSource<S extends SourceSplit>(source: Source<unknown, S>): Flow {
  return new Flow(new SourceOperator(source as unknown as Source<unknown>, common(source.name)));
}

export function sinkInto(flow: Flow, sink: Sink<unknown>): SinkOperator {
  return new SinkOperator(flow.operator, sink, common(sink.name));
}

export interface RunOptions extends Partial<Omit<JobOptions, "environment">> {
  readonly environment?: EnvironmentOptions;
  readonly host?: Host;
}

export function planOf(flows: readonly (Flow | SinkOperator)[], name = "test job"): Plan {
  return new Plan(
    name,
    flows.map((each) => (each instanceof Flow ? new CollectOperator(each.operator, common("Collect")) : each)),
  );
}

/** Runs a program with several results and returns those of the collecting sinks, in order. */
export async function run(
  flows: readonly (Flow | SinkOperator)[],
  options: RunOptions = {},
): Promise<{ records: Rec[][]; result: JobResult }> {
  const job = start(flows, options);
  const result = await job.result();
  const records: Rec[][] = [];
  for (let index = 0; index < flows.filter((each) => each instanceof Flow).length; index++) {
    const all: Rec[] = [];
    for await (const batch of job.records(index)) all.push(...batch);
    records.push(all);
  }
  return { records, result };
}

export function start(flows: readonly (Flow | SinkOperator)[], options: RunOptions = {}) {
  const { host, ...job } = options;
  return collectionEngine(host ?? plainHost()).start(planOf(flows), {
    name: "test job",
    environment: {},
    cachedFiles: new Map(),
    ...job,
  });
}

export const col = (path: string): ExpressionNode => ({ op: "column", path });
export const lit = (value: null | boolean | number | bigint | string | Date): ExpressionNode => ({
  op: "literal",
  value,
});
export function call(name: Extract<ExpressionNode, { op: "call" }>["name"], ...args: ExpressionNode[]): ExpressionNode {
  return { op: "call", name, args };
}
