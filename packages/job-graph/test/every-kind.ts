import type { ExpressionNode } from "@millrace/core";
import {
  type ChainedSpec,
  type DriverSpec,
  type JobGraph,
  JobGraphBuilder,
  type OperatorInfo,
  type PairResultSpec,
} from "../src/index.js";

const operator: OperatorInfo = {
  id: 7,
  name: "Map at job.ts:1:2",
  location: { file: "job.ts", line: 1, column: 2 },
  parameters: { limit: 3, name: "x", isStrict: true },
  resultType: {
    row: [
      ["id", "int32"],
      ["tags", { array: "string" }],
      ["price", { decimal: [9, 2] }],
    ],
  },
};

/** An expression with every kind of constant. */
export const expression: ExpressionNode = {
  op: "call",
  name: "in",
  args: [
    { op: "column", path: "a.b" },
    ...[null, true, 1.5, 2n ** 70n, "text", new Date(5), Number.NaN, -0, Number.NEGATIVE_INFINITY].map(
      (value) => ({ op: "literal", value }) as const,
    ),
    { op: "parameter", name: "secret", value: "s3cret" },
    { op: "call", name: "cast", args: [{ op: "column", path: "*" }], target: "int64" },
  ],
};

const chain: readonly ChainedSpec[] = [
  { operator, kind: "map", function: 0 },
  { operator, kind: "flatMap", function: 0 },
  { operator, kind: "filter", function: 0 },
  { operator, kind: "filterExpression", expression },
  { operator, kind: "project", fields: ["a", "b"] },
  { operator, kind: "select", columns: [{ name: "x", expression }] },
  {
    operator,
    kind: "attachKey",
    parts: [
      { kind: "field", path: "a" },
      { kind: "selector", function: 0 },
      { kind: "tuple", parts: [{ kind: "expression", expression }] },
    ],
  },
  { operator, kind: "detachKey", position: 3 },
];

const keys = [{ path: "0" }, { path: "1", order: "descending" }] as const;
const group = { keys, value: 2 };
const all = { keys: undefined, value: undefined };
const sorted = { local: { kind: "sort", keys } } as const;
const taken = { local: { kind: "materialize" } } as const;
const pairKeys = { leftKeys: keys, rightKeys: keys, leftValue: 2, rightValue: undefined };
const results: readonly PairResultSpec[] = [
  { kind: "pair" },
  { kind: "function", function: 0 },
  { kind: "flatFunction", function: 0 },
  { kind: "left" },
  {
    kind: "projection",
    shape: "row",
    fields: [
      { side: "first", path: "a", name: "x" },
      { side: "second", path: "*", name: undefined },
    ],
  },
];

/** Returns a graph in which every kind of driver, chained operator, strategy and iteration stands, and is right. It names objects 0 to 2. */
export function graphOfEveryKind(): JobGraph {
  const graph = new JobGraphBuilder("every kind");
  const one = (driver: DriverSpec, from: number, settings = {}): number =>
    graph.add(driver, [graph.input(from, settings)]);
  const source = graph.add({ kind: "source", source: 1, parameters: { path: "x" } }, [], { chain });
  const records = graph.add({ kind: "collection", records: 2 }, [], { operator });
  const union = graph.add({ kind: "forward" }, [graph.input([source, { source: records, mode: "blocking" }])], {
    parallelism: 7,
  });
  one({ kind: "mapPartition", function: 0 }, records, taken);
  const options = { concurrency: 3, timeoutMs: 10, numRetries: 1, retryDelayMs: 0, isOrdered: false };
  one({ kind: "mapAsync", function: 0, options }, records);
  one({ kind: "reduce", function: 0, group, strategy: "hash" }, records);
  one({ kind: "reduceCombine", function: 0, group, strategy: "sorted" }, records, sorted);
  one({ kind: "groupReduce", function: 0, group, strategy: "sorted" }, records, sorted);
  one({ kind: "groupReduce", function: 0, group: all, strategy: "all" }, records, taken);
  one({ kind: "groupCombine", function: 0, group, order: [], keepsKeys: true }, records);
  one({ kind: "aggregate", aggregations: [{ aggregation: "sum", field: "a" }], group, strategy: "hash" }, records);
  one(
    {
      kind: "summarize",
      aggregates: [
        { name: "n", aggregate: "count", argument: undefined },
        { name: "s", aggregate: "sum", argument: "a" },
        { name: "t", aggregate: "avg", argument: expression },
      ],
      keyNames: [
        { part: 0, shape: { kind: "field", path: "a.b" } },
        { part: 1, shape: { kind: "named", name: "k" } },
        { part: 1, shape: { kind: "spread" } },
      ],
      shape: "row",
      group,
      strategy: "hash",
    },
    records,
  );
  one({ kind: "selectBy", extreme: "min", fields: ["a"], group: all, strategy: "all" }, records);
  one({ kind: "distinct", group, strategy: "hash" }, records);
  one({ kind: "first", count: 3, group, strategy: "sorted" }, records, sorted);
  for (const result of results) {
    graph.add({ kind: "join", joinType: "inner", strategy: "merge", ...pairKeys, result }, [
      graph.input(records, sorted),
      graph.input(records, sorted),
    ]);
    graph.add({ kind: "cross", inner: "second", result }, [records, graph.input(records, taken)]);
  }
  graph.add({ kind: "coGroup", ...pairKeys, function: 0, solution: undefined }, [
    graph.input(records, sorted),
    graph.input(records, sorted),
  ]);
  graph.add({ kind: "coGroupRaw", function: 0 }, [graph.input(records, taken), graph.input(records, taken)]);
  const borders = one({ kind: "rangeBorders", keys, numPartitions: 7 }, records);
  const ships = [
    { kind: "hash", keys },
    { kind: "custom", key: { path: "0" }, partitioner: 0 },
    { kind: "range", keys, borders: { kind: "sampled", vertex: borders } },
    { kind: "range", keys, borders: { kind: "distribution", distribution: 0 } },
    { kind: "broadcast" },
    { kind: "rebalance" },
  ] as const;
  for (const ship of ships) {
    graph.add({ kind: "forward" }, [graph.input(records, {}, ship)], { parallelism: 7 });
  }
  bulkIteration(graph, records);
  deltaIteration(graph, records);
  const gathered = { isInOrder: true, edges: undefined } as const;
  const inOrder = graph.input([{ source: union, mode: "blocking" }], { isInOrder: gathered.isInOrder });
  graph.add({ kind: "collect", index: 0 }, [inOrder]);
  one({ kind: "sink", sink: 1, parameters: undefined }, union);
  return graph.build();
}

function bulkIteration(graph: JobGraphBuilder, initial: number): void {
  const iteration = graph.addIteration("bulk", {
    aggregators: [{ name: "sum", factory: 0, convergence: 0 }],
  });
  const head = graph.add({ kind: "bulkHead" }, [initial], { iteration });
  const step = graph.add({ kind: "forward" }, [head], {
    iteration,
    chain: [{ operator, kind: "map", function: 0 }],
    broadcasts: [graph.broadcast(initial, { operatorId: 7, name: "all", input: { ...constantInput(initial) } })],
  });
  graph.add({ kind: "bulkTail" }, [step], { iteration });
  graph.add({ kind: "terminationTail" }, [step], { iteration });
  graph.add({ kind: "forward" }, [graph.input([{ source: head, output: 1 }])]);
}

function constantInput(source: number) {
  const edges = [{ source, output: 0, ship: { kind: "broadcast" }, mode: "pipelined" }] as const;
  return { edges, local: { kind: "materialize" }, memoryWeight: 1, isInOrder: false, isConstant: true } as const;
}

function deltaIteration(graph: JobGraphBuilder, initial: number): void {
  const iteration = graph.addIteration("delta");
  const head = graph.add({ kind: "deltaHead", keys, value: 2 }, [initial, initial], { iteration });
  const join = graph.add(
    { kind: "join", joinType: "inner", strategy: "solution-second", ...pairKeys, result: { kind: "pair" } },
    [head],
    { iteration },
  );
  const coGroup = graph.add(
    { kind: "coGroup", ...pairKeys, function: 0, solution: "first" },
    [graph.input(join, sorted)],
    { iteration },
  );
  graph.add({ kind: "worksetTail" }, [coGroup], { iteration });
  graph.add({ kind: "solutionTail", keys, value: undefined }, [coGroup], { iteration });
}
