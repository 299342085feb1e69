import { DoubleSumAggregator } from "@millrace/core";
import type { DataSet, ExecutionEnvironment } from "@millrace/dataset";
import { bag, law } from "../../expectation.js";
import { type ConformanceProgram, program } from "../../program.js";
import { connectedComponents, pageRank, transitiveClosure, triangles } from "../../reference-data.js";
import { exampleCase } from "./example-case.js";

interface Rank {
  readonly page: number;
  readonly rank: number;
}

/** Ranks pages with damping 0.85; stops early when no rank changes by more than `epsilon`. */
function rankPages(
  env: ExecutionEnvironment,
  pages: readonly number[],
  edges: readonly [number, number][],
  numSupersteps: number,
  epsilon: number,
): DataSet<Rank> {
  const total = pages.length;
  const links = env
    .fromCollection(edges)
    .groupBy(0)
    .reduceGroup(function* (group) {
      const targets: number[] = [];
      let page = 0;
      for (const edge of group) {
        page = edge[0];
        targets.push(edge[1]);
      }
      yield { page, targets };
    });
  const loop = env.fromCollection(pages.map((page) => ({ page, rank: 1 / total }))).iterate(numSupersteps);
  const next = loop
    .join(links)
    .where("page")
    .equalTo("page")
    .flatWith(function* ({ rank }, { targets }) {
      for (const page of targets) yield { page, rank: rank / targets.length };
    })
    .groupBy("page")
    .sum("rank")
    .map(({ page, rank }) => ({ page, rank: 0.85 * rank + 0.15 / total }));
  const moved = next
    .join(loop)
    .where("page")
    .equalTo("page")
    .flatWith((a, b) => (Math.abs(a.rank - b.rank) > epsilon ? [a] : []));
  return loop.closeWith(next, moved);
}

function pairsOf(lines: readonly string[]): [number, number][] {
  return lines.map((line) => {
    const [a, b] = line.split(" ").map(Number);
    return [a!, b!];
  });
}

function ranksOf(lines: readonly string[]): Rank[] {
  return lines.map((line) => {
    const [page, rank] = line.split(" ").map(Number);
    return { page: page!, rank: rank! };
  });
}

function componentsOf(env: ExecutionEnvironment, ids: readonly number[], pairs: readonly [number, number][]) {
  const edges = env.fromCollection(pairs).flatMap(([a, b]) => [
    [a, b],
    [b, a],
  ]);
  const vertices = env.fromCollection(ids).map((id) => [id, id]);
  const loop = vertices.iterateDelta(vertices, 100, 0);
  const changes = loop.workset
    .join(edges)
    .where(0)
    .equalTo(0)
    .with((vertex, edge) => [edge[1], vertex[1]])
    .groupBy(0)
    .min(1)
    .join(loop.solutionSet)
    .where(0)
    .equalTo(0)
    .flatWith((candidate, vertex) => (candidate[1] < vertex[1] ? [candidate] : []));
  return loop.closeWith(changes, changes);
}

/** Makes the generated graph: chains of the odd and of the even vertices, and random edges within each. */
function parityGraph(numVertices: number, numEdges: number): [number, number][] {
  const edges: [number, number][] = [];
  for (let i = 3; i <= numVertices; i++) edges.push([i - 2, i]);
  let state = 0xbadc0ffe;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 1 + ((state >>> 8) % numVertices);
  };
  while (edges.length < numEdges) {
    const [a, b] = [draw(), draw()];
    if (a % 2 === b % 2) edges.push([a, b]);
  }
  return edges;
}

function trianglesById(edges: DataSet<readonly [number, number]>): DataSet<[number, number, number]> {
  const ascending = edges.map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }));
  const triads = ascending
    .groupBy("low")
    .sortGroup("high", "ascending")
    .reduceGroup(function* (group) {
      const ends: number[] = [];
      for (const { low, high } of group) {
        for (const end of ends) yield { low, middle: end, high };
        ends.push(high);
      }
    });
  return triads
    .join(ascending)
    .where("middle", "high")
    .equalTo("low", "high")
    .with(({ low, middle, high }) => [low, middle, high]);
}

function closureOf(edges: DataSet<[number, number]>, numSupersteps: number): DataSet<[number, number]> {
  const loop = edges.iterate(numSupersteps);
  const longer = loop
    .join(edges)
    .where(1)
    .equalTo(0)
    .with((path, edge): [number, number] => [path[0], edge[1]]);
  return loop.closeWith(loop.union(longer).distinct());
}

export const graphCases: readonly ConformanceProgram[] = [
  exampleCase("pagerank/RANKS_AFTER_3_ITERATIONS", {
    covers: ["B090", "T047"],
    operators: ["iterate", "closeWith", "join", "groupBy", "sum"],
    keyKinds: ["field"],
    build: (env) => rankPages(env, pageRank.VERTICES.map(Number), pairsOf(pageRank.EDGES), 3, 0),
    expected: bag(ranksOf(pageRank.RANKS_AFTER_3_ITERATIONS), { tolerance: 0.001 }),
  }),
  exampleCase("pagerank/RANKS_AFTER_EPSILON_0_0001_CONVERGENCE", {
    covers: ["B091", "T047"],
    operators: ["iterate", "closeWith", "join", "groupBy", "sum"],
    keyKinds: ["field"],
    build: (env) => rankPages(env, pageRank.VERTICES.map(Number), pairsOf(pageRank.EDGES), 1000, 0.0001),
    expected: [
      bag(ranksOf(pageRank.RANKS_AFTER_EPSILON_0_0001_CONVERGENCE), { tolerance: 0.001 }),
      law("ranks add up to 1", (ranks: readonly Rank[]) => {
        const sum = ranks.reduce((total, { rank }) => total + rank, 0);
        return Math.abs(sum - 1) < 1e-9 ? undefined : `they add up to ${sum}`;
      }),
    ],
  }),
  exampleCase("pagerank/example_default_ranks_after_10_iterations_COMPUTED_BY_US", {
    covers: ["B091", "T047"],
    operators: ["iterate", "closeWith", "join", "groupBy", "sum"],
    keyKinds: ["field"],
    build: (env) => {
      const pages = Array.from({ length: pageRank.example_default_num_pages }, (_, i) => i + 1);
      return rankPages(env, pages, pageRank.example_default_edges, 10, 0.0001);
    },
    expected: bag(
      pageRank.example_default_ranks_after_10_iterations_COMPUTED_BY_US.map(([page, rank]) => ({ page, rank })),
      { tolerance: 1e-8 },
    ),
  }),
  exampleCase("connected_components/default_expected_COMPUTED_BY_US", {
    covers: ["B092", "B093", "T045"],
    operators: ["iterateDelta", "closeWith", "join", "groupBy", "min"],
    keyKinds: ["position"],
    build: (env) => componentsOf(env, connectedComponents.default_vertices, connectedComponents.default_edges),
    expected: bag(connectedComponents.default_expected_COMPUTED_BY_US),
  }),
  exampleCase("connected_components/generator_rule", {
    covers: ["B092", "B093", "T045"],
    operators: ["iterateDelta", "closeWith", "join", "groupBy", "min"],
    keyKinds: ["position"],
    build: (env) => {
      const ids = Array.from({ length: 200 }, (_, i) => i + 1);
      return componentsOf(env, ids, parityGraph(200, 2000));
    },
    expected: bag(Array.from({ length: 200 }, (_, i) => [i + 1, (i + 1) % 2 === 1 ? 1 : 2])),
  }),
  exampleCase("triangles/TRIANGLES_BY_ID", {
    covers: ["B036", "B074"],
    operators: ["map", "groupBy", "sortGroup", "reduceGroup", "join"],
    keyKinds: ["field", "several fields"],
    build: (env) => trianglesById(env.fromCollection(pairsOf(triangles.EDGES))),
    expected: bag(triangles.TRIANGLES_BY_ID.map((line) => line.split(",").map(Number))),
  }),
  exampleCase("triangles/TRIANGLES_BY_DEGREE", {
    covers: ["B036", "B074"],
    operators: ["flatMap", "groupBy", "sum", "join", "reduceGroup"],
    keyKinds: ["field", "several fields"],
    build: (env) => {
      const edges = env.fromCollection(pairsOf(triangles.EDGES));
      const degrees = edges
        .flatMap(([a, b]) => [
          { id: a, degree: 1 },
          { id: b, degree: 1 },
        ])
        .groupBy("id")
        .sum("degree");
      const oriented = edges
        .map(([a, b]) => ({ a, b }))
        .join(degrees)
        .where("a")
        .equalTo("id")
        .with(({ a, b }, { degree }) => ({ a, b, degreeOfA: degree }))
        .join(degrees)
        .where("b")
        .equalTo("id")
        .with(({ a, b, degreeOfA }, { degree }) => {
          const isInOrder = degreeOfA < degree || (degreeOfA === degree && a < b);
          return isInOrder ? { from: a, to: b } : { from: b, to: a };
        });
      const triads = oriented.groupBy("from").reduceGroup(function* (group) {
        const ends: number[] = [];
        for (const { from, to } of group) {
          for (const end of ends) yield { from, first: Math.min(end, to), second: Math.max(end, to) };
          ends.push(to);
        }
      });
      return triads
        .join(oriented.map(({ from, to }) => ({ low: Math.min(from, to), high: Math.max(from, to) })))
        .where("first", "second")
        .equalTo("low", "high")
        .with(({ from, first, second }) => [from, first, second]);
    },
    // The vertex of the least degree comes first; the order of the other two is an accident.
    expected: bag(
      triangles.TRIANGLES_BY_DEGREE.map((line) => {
        const [from, ...rest] = line.split(",").map(Number);
        return [from, ...rest.sort((a, b) => a - b)];
      }),
    ),
  }),
  exampleCase("triangles/example_default_edges", {
    covers: ["B036", "B074"],
    operators: ["map", "groupBy", "sortGroup", "reduceGroup", "join"],
    keyKinds: ["field", "several fields"],
    build: (env) => trianglesById(env.fromCollection(triangles.example_default_edges)),
    expected: bag(triangles.TRIANGLES_BY_ID.map((line) => line.split(",").map(Number))),
  }),
  exampleCase("transitive_closure/closure_COMPUTED_BY_US", {
    covers: ["B034", "B050", "B090"],
    operators: ["iterate", "closeWith", "join", "union", "distinct"],
    keyKinds: ["position", "whole record"],
    build: (env) => closureOf(env.fromCollection(transitiveClosure.edges), 6),
    expected: bag(transitiveClosure.closure_COMPUTED_BY_US),
  }),
  exampleCase("transitive_closure/size_per_superstep_COMPUTED_BY_US", {
    covers: ["B034", "B050", "B090"],
    operators: ["iterate", "closeWith", "join", "union", "distinct", "count"],
    keyKinds: ["position", "whole record"],
    build: async (env) => {
      const sizes: [number, number][] = [];
      for (const [superstep] of transitiveClosure.size_per_superstep_COMPUTED_BY_US) {
        sizes.push([superstep, await closureOf(env.fromCollection(transitiveClosure.edges), superstep).count()]);
      }
      return sizes;
    },
    expected: bag(transitiveClosure.size_per_superstep_COMPUTED_BY_US),
  }),
  exampleCase("transitive_closure/rule", {
    covers: ["B034", "B050", "B090"],
    operators: ["iterate", "closeWith", "join", "union", "distinct"],
    keyKinds: ["position", "whole record"],
    build: (env) => closureOf(env.fromCollection(parityGraph(20, 30)), 8),
    expected: law("both ends of every path have one parity", (paths: readonly [number, number][]) => {
      const wrong = paths.find(([from, to]) => from % 2 !== to % 2);
      return wrong === undefined ? undefined : `there is a path from ${wrong[0]} to ${wrong[1]}`;
    }),
  }),
  program("graph/the rank of a page without links comes back through an aggregator", {
    covers: ["B097", "B098", "T047"],
    operators: ["iterate", "closeWith", "registerConvergenceCriterion"],
    keyKinds: ["field"],
    build: (env) => danglingRanks(env),
    expected: law("ranks add up to 1", (ranks: readonly Rank[]) => {
      const sum = ranks.reduce((total, { rank }) => total + rank, 0);
      return Math.abs(sum - 1) < 1e-6 && ranks.length === 5 ? undefined : `${ranks.length} add up to ${sum}`;
    }),
  }),
];

/** Ranks five pages, one of which has no links: its mass comes back through an aggregator, and the change ends the loop. */
function danglingRanks(env: ExecutionEnvironment): DataSet<Rank> {
  const links = env.fromCollection([
    { page: 1, targets: [2, 3] },
    { page: 2, targets: [3] },
    { page: 3, targets: [1, 4] },
    { page: 4, targets: [5] },
  ]);
  const loop = env.fromCollection([1, 2, 3, 4, 5].map((page) => ({ page, rank: 0.2 }))).iterate(200);
  loop.registerAggregator("dangling", () => new DoubleSumAggregator());
  loop.registerConvergenceCriterion(
    "change",
    () => new DoubleSumAggregator(),
    (_superstep, change) => change < 1e-10,
  );
  const shares = loop
    .leftOuterJoin(links)
    .where("page")
    .equalTo("page")
    .flatWith(function* ({ page, rank }, link, _out: unknown, context) {
      if (link === null) context.getIterationAggregator<number>("dangling").aggregate(rank);
      yield { page, rank: 0 };
      for (const target of link?.targets ?? []) yield { page: target, rank: rank / link!.targets.length };
    })
    .groupBy("page")
    .sum("rank");
  const next = shares
    .join(loop)
    .where("page")
    .equalTo("page")
    .with(({ page, rank }, old, context) => {
      // The mass that was lost in the step before is spread evenly; in the first step it is known.
      const lost = context.getPreviousIterationAggregate<number>("dangling") ?? 0.2;
      const result = { page, rank: 0.85 * (rank + lost / 5) + 0.15 / 5 };
      context.getIterationAggregator<number>("change").aggregate(Math.abs(result.rank - old.rank));
      return result;
    });
  return loop.closeWith(next);
}
