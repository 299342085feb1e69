import { ListAccumulator, LongSumAggregator, RichMapFunction, type RuntimeContext } from "@millrace/core";
import type { DataSet, ExecutionEnvironment } from "@millrace/dataset";
import { bag } from "../../expectation.js";
import type { ConformanceProgram } from "../../program.js";
import { integers } from "../integers.js";
import { iterationCase, iterationData } from "./iteration-case.js";

type Pair = [number, number];
interface Graph {
  readonly vertices: Pair[];
  readonly edges: Pair[];
  readonly expected: { readonly result: Pair[]; readonly previous_aggregate_seen_in_supersteps_2_to_5: number[] };
}

function pairs(from: number, to: number): Pair[] {
  return integers(from, to).map((i) => [i, i]);
}

/** Counts the values that equal the superstep, and checks that as many were counted in the one before. */
class CountSuperstepValues extends RichMapFunction<Pair, Pair> {
  override open(context: RuntimeContext): void {
    const superstep = context.getSuperstepNumber();
    const previous = context.getPreviousIterationAggregate<bigint>("counted");
    const expected = superstep === 1 ? null : BigInt(superstep - 1);
    if (previous !== expected) throw new Error(`superstep ${superstep} sees ${previous}, not ${expected}`);
  }

  override map(value: Pair, context: RuntimeContext): Pair {
    if (value[1] === context.getSuperstepNumber()) {
      context.getIterationAggregator<bigint | number>("counted").aggregate(1);
    }
    return value;
  }
}

/** Counts the vertices of component 1, and notes what was counted in the superstep before. */
class CountComponent extends RichMapFunction<Pair, Pair> {
  override open(context: RuntimeContext): void {
    const previous = context.getPreviousIterationAggregate<bigint>("inComponent");
    if (previous === null || context.subtaskIndex !== 0) return;
    context.getAccumulator("seen", ListAccumulator<string>).add(`${context.getSuperstepNumber()}: ${previous}`);
  }

  override map(vertex: Pair, context: RuntimeContext): Pair {
    if (vertex[1] === 1) context.getIterationAggregator<bigint | number>("inComponent").aggregate(1);
    return vertex;
  }
}

/** Takes the smaller of each vertex's component and its candidate. */
function smallestOfNeighbours(vertices: DataSet<Pair>, edges: DataSet<Pair>): DataSet<{ vertex: Pair; old: number }> {
  const candidates = vertices
    .join(edges)
    .where(0)
    .equalTo(0)
    .with((vertex, edge) => [edge[1], vertex[1]])
    .groupBy(0)
    .min(1);
  return candidates
    .join(vertices)
    .where(0)
    .equalTo(0)
    .with((candidate, vertex) => ({
      vertex: [vertex[0], Math.min(candidate[1], vertex[1])] as Pair,
      old: vertex[1],
    }));
}

function graphOf(env: ExecutionEnvironment, id: string): { vertices: DataSet<Pair>; edges: DataSet<Pair> } {
  const { vertices, edges } = iterationData<Graph>(id);
  return { vertices: env.fromCollection(vertices), edges: env.fromCollection(edges) };
}

export const deltaIterationCases: readonly ConformanceProgram[] = [
  iterationCase("EmptyWorkset", {
    covers: ["B092", "T040"],
    operators: ["iterateDelta", "closeWith"],
    keyKinds: ["position"],
    build: (env) => {
      const input = env.fromCollection(pairs(1, 20));
      const loop = input.iterateDelta(input, 20, 0);
      return loop.closeWith(loop.workset, loop.workset);
    },
    expected: bag(pairs(1, 20)),
  }),
  iterationCase("DeltaNotDependingOnSolutionSet", {
    covers: ["B092", "B103", "T040"],
    operators: ["iterateDelta", "closeWith", "map"],
    keyKinds: ["position"],
    build: (env) => {
      const input = env.fromCollection(pairs(0, 9));
      const loop = input.iterateDelta(input, 5, 1);
      return loop.closeWith(
        loop.workset,
        loop.workset.map((pair) => [pair[0] + 10, pair[1] + 10]),
      );
    },
    expected: bag(pairs(0, 49)),
  }),
  iterationCase("SolutionSetDuplicates", {
    covers: ["B092", "T040"],
    operators: ["iterateDelta", "closeWith", "rebalance", "map"],
    keyKinds: ["position"],
    build: (env) => {
      const input = env.fromCollection(pairs(0, 10).flatMap((pair) => [pair, pair, pair])).rebalance();
      const loop = input.iterateDelta(input, 10, 0);
      return loop.closeWith(loop.workset, loop.workset).map((pair) => pair[0]);
    },
    expected: bag(integers(0, 10)),
  }),
  iterationCase("MultipleSolutionSetJoins", {
    covers: ["B093", "B102", "T046"],
    operators: ["iterateDelta", "closeWith", "join", "groupBy", "min", "sum"],
    keyKinds: ["position"],
    build: (env) => {
      const input = env.fromCollection(iterationData<{ input: Pair[] }>("MultipleSolutionSetJoins").input);
      const loop = input.iterateDelta(input, 4, 0);
      const twice = loop.workset.flatMap((pair) => [pair, pair]);
      const delta = loop.solutionSet
        .join(twice)
        .where(0)
        .equalTo(0)
        .with((solution, pair) => [solution[0], solution[1] + pair[1]])
        .groupBy(0)
        .min(1)
        .map((pair) => [pair[0], pair[1], 2 * pair[1]])
        .join(loop.solutionSet)
        .where(0)
        .equalTo(0)
        .with((triple, solution) => [triple[0], triple[1] + triple[2] + solution[1]]);
      return loop.closeWith(delta, delta.groupBy(0).sum(1));
    },
    expected: bag(
      Object.entries(iterationData<{ expected: Record<string, number> }>("MultipleSolutionSetJoins").expected).map(
        ([key, value]) => [Number(key), value],
      ),
    ),
  }),
  iterationCase("AggregatorDelta", {
    covers: ["B097", "B099", "T044"],
    operators: ["iterateDelta", "closeWith", "registerAggregator", "join"],
    keyKinds: ["position"],
    build: (env) => {
      const { values } = iterationData<{ input: { values: number[] } }>("AggregatorDelta").input;
      const input = env.fromCollection(values.map((value, i): Pair => [i * 7919, value]));
      const loop = input.iterateDelta(input, 20, 0);
      loop.registerAggregator("counted", () => new LongSumAggregator());
      const kept = loop.workset
        .map(new CountSuperstepValues())
        .join(loop.solutionSet)
        .where(0)
        .equalTo(0)
        .flatWith((pair, _solution, _out: unknown, context) => (pair[1] > context.getSuperstepNumber() ? [pair] : []));
      return loop.closeWith(kept, kept).map((pair) => pair[1]);
    },
    expected: bag(iterationData<{ expected: number[] }>("AggregatorDelta").expected),
  }),
  iterationCase("CC_ParametrizableAggregator", {
    covers: ["B097", "T044"],
    operators: ["iterate", "closeWith", "registerAggregator", "join", "getAccumulator"],
    keyKinds: ["position"],
    build: async (env) => {
      const { vertices, edges } = graphOf(env, "CC_ParametrizableAggregator");
      const loop = vertices.iterate(5);
      loop.registerAggregator("inComponent", () => new LongSumAggregator());
      const next = smallestOfNeighbours(loop, edges)
        .map(({ vertex }) => vertex)
        .map(new CountComponent());
      const result = await loop.closeWith(next).collect();
      const seen = env.getLastJobExecutionResult()?.getAccumulatorResult("seen", ListAccumulator<string>) ?? [];
      return [...result, ...seen];
    },
    expected: bag([
      ...iterationData<Graph>("CC_ParametrizableAggregator").expected.result,
      ...iterationData<Graph>("CC_ParametrizableAggregator").expected.previous_aggregate_seen_in_supersteps_2_to_5.map(
        (count, i) => `${i + 2}: ${count}`,
      ),
    ]),
  }),
  iterationCase("CC_ParametrizableConvergence", {
    covers: ["B098", "T044"],
    operators: ["iterate", "closeWith", "registerConvergenceCriterion", "join"],
    keyKinds: ["position"],
    build: (env) => {
      const { vertices, edges } = graphOf(env, "CC_ParametrizableConvergence");
      const loop = vertices.iterate(10);
      loop.registerConvergenceCriterion(
        "changed",
        () => new LongSumAggregator(),
        (_superstep, changed) => changed < 3n,
      );
      const next = smallestOfNeighbours(loop, edges).map(({ vertex, old }, context) => {
        if (vertex[1] !== old) context.getIterationAggregator<bigint | number>("changed").aggregate(1);
        return vertex;
      });
      return loop.closeWith(next);
    },
    expected: bag(iterationData<Graph>("CC_ParametrizableConvergence").expected.result),
  }),
  iterationCase("DependencyConnectedComponents", {
    covers: ["B093", "B102", "T045"],
    operators: ["iterateDelta", "closeWith", "join", "distinct", "groupBy", "min"],
    keyKinds: ["position"],
    build: (env) => {
      const { vertices, edges } = graphOf(env, "DependencyConnectedComponents");
      const loop = vertices.iterateDelta(vertices, 20, 0);
      const candidates = loop.workset
        .join(edges)
        .where(0)
        .equalTo(0)
        .with((_vertex, edge) => [edge[1]])
        .distinct(0);
      const smallest = candidates
        .join(edges)
        .where(0)
        .equalTo(1)
        .with((_candidate, edge) => edge)
        .join(loop.solutionSet)
        .where(0)
        .equalTo(0)
        .with((edge, source) => [edge[1], source[1]])
        .groupBy(0)
        .min(1);
      const changes = smallest
        .join(loop.solutionSet)
        .where(0)
        .equalTo(0)
        .flatWith((candidate, vertex) => (candidate[1] < vertex[1] ? [candidate] : []));
      return loop.closeWith(changes, changes);
    },
    expected: bag(iterationData<Graph>("DependencyConnectedComponents").expected.result),
  }),
];
