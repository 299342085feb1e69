import { describe, expect, test } from "vitest";
import {
  checkJobGraph,
  explainJobGraph,
  type JobGraph,
  JobGraphBuilder,
  type JobVertex,
  jobGraphFromJson,
  jobGraphToJson,
} from "../src/index.js";
import { graphOfEveryKind } from "./every-kind.js";

const keys = [{ path: "a" }];
const group = { keys, value: undefined };
const all = { keys: undefined, value: undefined };

function refusal(graph: JobGraph | JobGraphBuilder, numObjects = 10): string {
  try {
    checkJobGraph(graph instanceof JobGraphBuilder ? graph.build() : graph, numObjects);
  } catch (error) {
    expect(error).toMatchObject({ code: "INVALID_JOB_GRAPH" });
    return (error as Error).message;
  }
  throw new Error("the graph was taken");
}

/** Returns a builder with a source of records, vertex 0. */
function started(parallelism = 1): JobGraphBuilder {
  const graph = new JobGraphBuilder();
  graph.add({ kind: "collection", records: 0 }, [], { parallelism });
  return graph;
}

function withVertex(graph: JobGraph, id: number, change: Partial<JobVertex>): JobGraph {
  return { ...graph, vertices: graph.vertices.map((each) => (each.id === id ? { ...each, ...change } : each)) };
}

test("a graph with every kind of part is right", () => {
  checkJobGraph(graphOfEveryKind(), 3);
});

test("an empty graph is right", () => {
  checkJobGraph(new JobGraphBuilder().build(), 0);
});

test("a chain of many thousand vertices is right", () => {
  const graph = started();
  for (let id = 0; id < 20_000; id++) graph.add({ kind: "forward" }, [id]);
  checkJobGraph(graph.build(), 1);
});

describe("vertices and edges", () => {
  test("[J10] the id of a vertex is its position", () => {
    expect(refusal(withVertex(started().build(), 0, { id: 1 }))).toContain("id 1 at position 0");
  });

  test("[J10] a vertex reads none behind it, not itself, and none that is not there", () => {
    for (const source of [1, 2, 99]) {
      const graph = started();
      graph.add({ kind: "forward" }, [graph.input([{ source, ship: { kind: "rebalance" } }])]);
      graph.add({ kind: "forward" }, [0]);
      expect(refusal(graph)).toContain("no cycles");
    }
  });

  test("[J11] every kind has its number of inputs", () => {
    for (const inputs of [[], [0, 0]]) {
      const graph = started();
      graph.add({ kind: "forward" }, inputs);
      expect(refusal(graph)).toContain(`${inputs.length} inputs`);
    }
    const graph = started();
    graph.add({ kind: "cross", inner: "first", result: { kind: "pair" } }, [0]);
    expect(refusal(graph)).toContain("2 for cross");
  });

  test("[J11] an input has an edge", () => {
    const graph = started();
    graph.add({ kind: "forward" }, [graph.input([])]);
    expect(refusal(graph)).toContain("without edges");
  });

  test("[J12] nobody reads a collector, and only heads have a second output", () => {
    const graph = started();
    graph.add({ kind: "collect", index: 0 }, [0]);
    graph.add({ kind: "forward" }, [1]);
    expect(refusal(graph)).toContain("output 0 of collect");
    const second = started();
    second.add({ kind: "forward" }, [second.input([{ source: 0, output: 1 }])]);
    expect(refusal(second)).toContain("output 1");
  });

  test("[J12] a collector has no chain", () => {
    const graph = started();
    const chain = [{ operator: graph.operator("Map"), kind: "map", function: 0 }] as const;
    graph.add({ kind: "collect", index: 0 }, [0], { chain });
    expect(refusal(graph)).toContain("no chain");
  });

  test("[J13] a forward edge has as many tasks on both sides", () => {
    const graph = started(2);
    graph.add({ kind: "forward" }, [graph.input(0, {}, { kind: "forward" })], { parallelism: 3 });
    expect(refusal(graph)).toContain("2 tasks to 3");
  });

  test("[J13] there is at least one task", () => {
    expect(refusal(started(0))).toContain("0 tasks");
  });

  test("[J14] a broadcast set is broadcast, to an operator of the vertex", () => {
    const graph = started();
    const foreign = graph.broadcast(0, { operatorId: 5 });
    graph.add({ kind: "forward" }, [0], { broadcasts: [foreign] });
    expect(refusal(graph)).toContain("operator 5");
    const forwarded = started();
    const input = {
      ...foreign.input,
      edges: foreign.input.edges.map((each) => ({ ...each, ship: { kind: "forward" } as const })),
    };
    forwarded.add({ kind: "forward" }, [0], { broadcasts: [{ ...foreign, operatorId: 1, input }] });
    expect(refusal(forwarded)).toContain("broadcast");
  });

  test("[J15] borders come from a vertex that gives them, for as many partitions", () => {
    const graph = started();
    const borders = { kind: "sampled", vertex: 0 } as const;
    graph.add({ kind: "forward" }, [graph.input(0, {}, { kind: "range", keys, borders })], { parallelism: 2 });
    expect(refusal(graph)).toContain("borders from vertex 0");
    const other = started();
    other.add({ kind: "rangeBorders", keys, numPartitions: 3 }, [0]);
    const sampled = { kind: "sampled", vertex: 1 } as const;
    other.add({ kind: "forward" }, [other.input(0, {}, { kind: "range", keys, borders: sampled })], { parallelism: 2 });
    expect(refusal(other)).toContain("3 partitions");
  });

  test("[J16] an input that is read in order is complete", () => {
    const graph = started(2);
    graph.add({ kind: "forward" }, [graph.input(0, { isInOrder: true })]);
    expect(refusal(graph)).toContain("blocking");
  });

  test("[J17] every object is in the table", () => {
    expect(refusal(started(), 0)).toContain("object 0");
    expect(refusal(graphOfEveryKind(), 2)).toContain("object 2");
  });

  test("[J19] a dealer has one task, between producer and consumer", () => {
    const dealing = (parallelism: number, isRead: boolean): JobGraphBuilder => {
      const graph = started(4);
      const rebalance = { kind: "rebalance" } as const;
      const dealer = graph.add({ kind: "forward" }, [graph.input(0, {}, rebalance)], { parallelism });
      const rounds = { source: 0, ship: { ...rebalance, dealer } } as const;
      const edges = isRead ? [rounds, { source: dealer, ship: rebalance }] : [rounds];
      graph.add({ kind: "forward" }, [graph.input(edges)], { parallelism: 3 });
      return graph;
    };
    const graph = dealing(1, true).build();
    checkJobGraph(graph, 1);
    expect(jobGraphFromJson(JSON.parse(JSON.stringify(jobGraphToJson(graph))), 1)).toEqual(graph);
    expect(explainJobGraph(graph)).toContain("rebalance whole rounds, the rest by 1");
    expect(refusal(dealing(2, true))).toContain("deal what is left");
    expect(refusal(dealing(1, false))).toContain("deal what is left");
  });

  test("[J18] collectors are numbered from 0", () => {
    for (const indexes of [[1], [0, 0], [0, 2]]) {
      const graph = started();
      for (const index of indexes) graph.add({ kind: "collect", index }, [0]);
      expect(refusal(graph)).toContain(indexes.join(", "));
    }
  });
});

describe("what drivers rely on", () => {
  test("[J20] sorted groups need a sort by their key", () => {
    const sorts = [undefined, { kind: "materialize" }, { kind: "sort", keys: [{ path: "b" }] }] as const;
    for (const local of sorts) {
      const graph = started();
      const input = graph.input(0, local === undefined ? {} : { local });
      graph.add({ kind: "groupReduce", function: 0, group, strategy: "sorted" }, [input]);
      expect(refusal(graph)).toContain("not sorted");
    }
  });

  test("[J20] both sides of a merge and of a coGroup are sorted", () => {
    const pair = { leftKeys: keys, rightKeys: keys, leftValue: undefined, rightValue: undefined };
    for (const driver of [
      { kind: "join", joinType: "inner", strategy: "merge", ...pair, result: { kind: "pair" } },
      { kind: "coGroup", ...pair, function: 0, solution: undefined },
    ] as const) {
      for (const unsorted of [0, 1]) {
        const graph = started();
        const sorted = graph.input(0, { local: { kind: "sort", keys: [...keys, { path: "b" }] } });
        graph.add(driver, unsorted === 0 ? [0, sorted] : [sorted, 0]);
        expect(refusal(graph)).toContain("not sorted");
      }
    }
  });

  test("[J21] functions that take an iterable read what was taken in", () => {
    const drivers = [
      { kind: "mapPartition", function: 0 },
      { kind: "groupReduce", function: 0, group: all, strategy: "all" },
      { kind: "groupCombine", function: 0, group: all, order: [], keepsKeys: false },
    ] as const;
    for (const driver of drivers) {
      const graph = started();
      graph.add(driver, [0]);
      expect(refusal(graph)).toContain("taken in first");
    }
    const cross = started();
    const taken = cross.input(0, { local: { kind: "materialize" } });
    cross.add({ kind: "cross", inner: "second", result: { kind: "pair" } }, [taken, 0]);
    expect(refusal(cross)).toContain("taken in first");
    const raw = started();
    raw.add({ kind: "coGroupRaw", function: 0 }, [raw.input(0, { local: { kind: "materialize" } }), 0]);
    expect(refusal(raw)).toContain("taken in first");
  });

  test("[J22] a group without a key is found by `all`", () => {
    const graph = started();
    graph.add({ kind: "reduce", function: 0, group: all, strategy: "hash" }, [0]);
    expect(refusal(graph)).toContain("without a key");
  });
});

test("[J23] distinct counts need groups one after the other", () => {
  const graph = started();
  const aggregates = [{ name: "n", aggregate: "countDistinct", argument: "b" }] as const;
  const driver = { kind: "summarize", aggregates, keyNames: [], shape: "row", group, strategy: "hash" } as const;
  graph.add(driver, [0]);
  expect(refusal(graph)).toContain("distinct");
});

describe("iterations", () => {
  const pair = { leftKeys: keys, rightKeys: keys, leftValue: undefined, rightValue: undefined };

  /** A bulk iteration of vertices 1 to 3 and its result, vertex 4. */
  function bulk(change: { readonly parallelism?: number } = {}): JobGraphBuilder {
    const graph = started();
    graph.addIteration("bulk", change);
    graph.add({ kind: "bulkHead" }, [0], { iteration: 0 });
    graph.add({ kind: "forward" }, [1], { iteration: 0 });
    graph.add({ kind: "bulkTail" }, [2], { iteration: 0 });
    graph.add({ kind: "forward" }, [graph.input([{ source: 1, output: 1 }])]);
    return graph;
  }

  test("[J30] the head and each tail are there once", () => {
    checkJobGraph(bulk().build(), 1);
    const without = started();
    without.addIteration("bulk");
    without.add({ kind: "bulkHead" }, [0], { iteration: 0 });
    expect(refusal(without)).toContain("0 vertices of kind bulkTail");
    const twice = bulk();
    twice.add({ kind: "bulkTail" }, [2], { iteration: 0 });
    expect(refusal(twice)).toContain("2 vertices of kind bulkTail");
  });

  test("[J30] a tail of another kind of iteration, or outside of one, is refused", () => {
    const other = bulk();
    other.add({ kind: "worksetTail" }, [2], { iteration: 0 });
    expect(refusal(other)).toContain("is a worksetTail");
    const outside = started();
    outside.add({ kind: "bulkTail" }, [0]);
    expect(refusal(outside)).toContain("is a bulkTail");
  });

  test("[J30] a vertex is in an iteration that there is", () => {
    const graph = started();
    graph.add({ kind: "forward" }, [0], { iteration: 3 });
    expect(refusal(graph)).toContain("iteration 3");
  });

  test("[J31] head and tails have the tasks of the iteration", () => {
    expect(refusal(bulk({ parallelism: 2 }))).toContain("those of its iteration, 2");
  });

  test("[J32] what changes in an iteration stays in it", () => {
    const graph = bulk();
    graph.add({ kind: "collect", index: 0 }, [2]);
    expect(refusal(graph)).toContain("the step of iteration 0");
    const state = bulk();
    state.add({ kind: "collect", index: 0 }, [1]);
    expect(refusal(state)).toContain("the step of iteration 0");
  });

  test("[J33] a constant input says so, and is taken in", () => {
    const silent = bulk();
    silent.add({ kind: "forward" }, [silent.input(0, { isConstant: false })], { iteration: 0 });
    expect(refusal(silent)).toContain("inputs that say which they are");
    const wrong = bulk();
    wrong.add({ kind: "forward" }, [wrong.input(2, { isConstant: true, local: { kind: "materialize" } })], {
      iteration: 0,
    });
    expect(refusal(wrong)).toContain("inputs that say which they are");
    const streamed = bulk();
    streamed.add({ kind: "forward" }, [streamed.input(0, { local: { kind: "none" } })], { iteration: 0 });
    expect(refusal(streamed)).toContain("taken in first");
  });

  test("[J33] no input mixes what changes with what does not", () => {
    const graph = bulk();
    graph.add({ kind: "forward" }, [graph.input([0, 2])], { iteration: 0 });
    expect(refusal(graph)).toContain("mixes");
  });

  test("[J34] a solution set is read in its iteration, by as many tasks", () => {
    const join = {
      kind: "join",
      joinType: "inner",
      strategy: "solution-second",
      ...pair,
      result: { kind: "pair" },
    } as const;
    const outside = started();
    outside.add(join, [0]);
    expect(refusal(outside)).toContain("solution set");
    const inBulk = bulk();
    inBulk.add(join, [2], { iteration: 0 });
    expect(refusal(inBulk)).toContain("solution set");
    const graph = started();
    graph.addIteration("delta");
    graph.add({ kind: "deltaHead", keys, value: undefined }, [0, 0], { iteration: 0 });
    graph.add(join, [1], { iteration: 0, parallelism: 2 });
    graph.add({ kind: "worksetTail" }, [2], { iteration: 0 });
    graph.add({ kind: "solutionTail", keys, value: undefined }, [2], { iteration: 0 });
    expect(refusal(graph)).toContain("as many tasks");
  });
});
