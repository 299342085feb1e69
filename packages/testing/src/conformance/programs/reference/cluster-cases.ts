import type { RuntimeContext } from "@millrace/core";
import type { DataSet, ExecutionEnvironment } from "@millrace/dataset";
import { bag } from "../../expectation.js";
import type { ConformanceProgram } from "../../program.js";
import { kMeans, linearRegression } from "../../reference-data.js";
import { exampleCase } from "./example-case.js";

interface Point {
  readonly id: number;
  readonly at: readonly number[];
}

/** Reads `id|x|y|…`; what follows the last coordinate is ignored, as the data's own quirk asks. */
function pointsOf(lines: readonly string[], dimensions: number): Point[] {
  return lines.map((line) => {
    const fields = line.split("|").map(Number);
    return { id: fields[0]!, at: fields.slice(1, 1 + dimensions) };
  });
}

/** Runs k-means: every point goes to its nearest centre, every centre to the mean of its points. */
function cluster(points: DataSet<Point>, centers: DataSet<Point>, numRounds: number): DataSet<Point> {
  const loop = centers.iterate(numRounds);
  const moved = points
    .map(({ at }, context: RuntimeContext) => {
      let id = -1;
      let least = Number.POSITIVE_INFINITY;
      for (const center of context.getBroadcastVariable<Point>("centers")) {
        let distance = 0;
        for (let i = 0; i < at.length; i++) distance += (center.at[i]! - at[i]!) ** 2;
        if (distance < least || (distance === least && center.id < id)) {
          least = distance;
          id = center.id;
        }
      }
      return { id, at, count: 1 };
    })
    .withBroadcastSet(loop, "centers")
    .groupBy("id")
    .reduce((a, b) => ({ id: a.id, at: a.at.map((x, i) => x + b.at[i]!), count: a.count + b.count }))
    .map(({ id, at, count }) => ({ id, at: at.map((x) => x / count) }));
  return loop.closeWith(moved);
}

function clusterCase(
  id: keyof typeof kMeans,
  points: readonly Point[],
  centers: readonly Point[],
  numRounds: number,
  expected: readonly Point[],
  tolerance: number,
): ConformanceProgram {
  return exampleCase(`kmeans/${id}`, {
    covers: ["B090", "B101", "T048"],
    operators: ["iterate", "closeWith", "map", "withBroadcastSet", "groupBy", "reduce"],
    keyKinds: ["field"],
    build: (env) => cluster(env.fromCollection(points), env.fromCollection(centers), numRounds),
    expected: bag(expected, { tolerance }),
  });
}

interface Parameters {
  readonly t0: number;
  readonly t1: number;
}

function regress(env: ExecutionEnvironment, numSteps: number): DataSet<Parameters> {
  const points = env.fromCollection(linearRegression.data);
  const loop = env.fromCollection(linearRegression.params.map(([t0, t1]) => ({ t0, t1 }))).iterate(numSteps);
  const next = points
    .map(([x, y], context: RuntimeContext) => {
      const [old] = context.getBroadcastVariable<Parameters>("parameters");
      const { t0, t1 } = old!;
      const error = t0 + t1 * x - y;
      return { t0: t0 - 0.01 * error, t1: t1 - 0.01 * error * x, count: 1 };
    })
    .withBroadcastSet(loop, "parameters")
    .reduce((a, b) => ({ t0: a.t0 + b.t0, t1: a.t1 + b.t1, count: a.count + b.count }))
    .map(({ t0, t1, count }) => ({ t0: t0 / count, t1: t1 / count }));
  return loop.closeWith(next);
}

export const clusterCases: readonly ConformanceProgram[] = [
  clusterCase(
    "CENTERS_AFTER_ONE_STEP",
    pointsOf(kMeans.DATAPOINTS, 3),
    pointsOf(kMeans.INITIAL_CENTERS, 3),
    1,
    pointsOf(kMeans.CENTERS_AFTER_ONE_STEP, 3),
    0.011,
  ),
  clusterCase(
    "CENTERS_AFTER_ONE_STEP_SINGLE_DIGIT",
    pointsOf(kMeans.DATAPOINTS, 3),
    pointsOf(kMeans.INITIAL_CENTERS, 3),
    1,
    pointsOf(kMeans.CENTERS_AFTER_ONE_STEP_SINGLE_DIGIT, 3),
    0.11,
  ),
  clusterCase(
    "CENTERS_AFTER_20_ITERATIONS_DOUBLE_DIGIT",
    pointsOf(kMeans.DATAPOINTS, 3),
    pointsOf(kMeans.INITIAL_CENTERS, 3),
    20,
    pointsOf(kMeans.CENTERS_AFTER_20_ITERATIONS_DOUBLE_DIGIT, 3),
    0.011,
  ),
  clusterCase(
    "CENTERS_AFTER_20_ITERATIONS_SINGLE_DIGIT",
    pointsOf(kMeans.DATAPOINTS, 3),
    pointsOf(kMeans.INITIAL_CENTERS, 3),
    20,
    pointsOf(kMeans.CENTERS_AFTER_20_ITERATIONS_SINGLE_DIGIT, 3),
    0.11,
  ),
  clusterCase(
    "CENTERS_2D_AFTER_SINGLE_ITERATION_DOUBLE_DIGIT",
    pointsOf(kMeans.DATAPOINTS_2D, 2),
    pointsOf(kMeans.INITIAL_CENTERS_2D, 2),
    1,
    pointsOf(kMeans.CENTERS_2D_AFTER_SINGLE_ITERATION_DOUBLE_DIGIT, 2),
    0.011,
  ),
  clusterCase(
    "CENTERS_2D_AFTER_20_ITERATIONS_DOUBLE_DIGIT",
    pointsOf(kMeans.DATAPOINTS_2D, 2),
    pointsOf(kMeans.INITIAL_CENTERS_2D, 2),
    20,
    pointsOf(kMeans.CENTERS_2D_AFTER_20_ITERATIONS_DOUBLE_DIGIT, 2),
    0.011,
  ),
  clusterCase(
    "example_default_centroids_after_10_iterations_COMPUTED_BY_US",
    kMeans.example_default_points.map((at, id) => ({ id, at })),
    kMeans.example_default_centroids.map(([id, x, y]) => ({ id, at: [x, y] })),
    10,
    kMeans.example_default_centroids_after_10_iterations_COMPUTED_BY_US.map(([id, x, y]) => ({ id, at: [x, y] })),
    0.001,
  ),
  ...linearRegression.after_iterations_COMPUTED_BY_US.map(([numSteps, t0, t1]) =>
    exampleCase(
      "linear_regression/after_iterations_COMPUTED_BY_US",
      {
        covers: ["B025", "B101"],
        operators: ["iterate", "closeWith", "map", "withBroadcastSet", "reduce"],
        build: (env) => regress(env, numSteps),
        expected: bag([{ t0, t1 }], { tolerance: 1e-9 }),
      },
      ` (${numSteps} steps)`,
    ),
  ),
];
