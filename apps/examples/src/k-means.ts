// E003 KMeans: Lloyd's algorithm in the plane. The centroids are the partial solution of a bulk iteration and a broadcast
// set of the function that assigns points to them.
// Options: --points, --centroids (files of "x y" and "id x y"), --iterations (10).
import { ExecutionEnvironment, ParameterTool, RichMapFunction, type RuntimeContext, types } from "millrace";
import { exampleFile } from "./data.ts";

interface Point {
  x: number;
  y: number;
}
interface Centroid extends Point {
  id: number;
}

class SelectNearestCentroid extends RichMapFunction<Point, Centroid & { numPoints: number }> {
  private centroids: readonly Centroid[] = [];

  override open(context: RuntimeContext): void {
    this.centroids = context.getBroadcastVariable<Centroid>("centroids");
  }

  override map(point: Point): Centroid & { numPoints: number } {
    let nearest = -1;
    let leastDistance = Number.POSITIVE_INFINITY;
    for (const centroid of this.centroids) {
      const distance = (centroid.x - point.x) ** 2 + (centroid.y - point.y) ** 2;
      if (distance < leastDistance) {
        leastDistance = distance;
        nearest = centroid.id;
      }
    }
    return { id: nearest, x: point.x, y: point.y, numPoints: 1 };
  }
}

const parameters = ParameterTool.fromArgs(process.argv.slice(2));
const env = ExecutionEnvironment.getExecutionEnvironment();
const points = env.readCsvFile(parameters.get("points", exampleFile("kmeans-points.csv")), {
  fieldDelimiter: " ",
  types: types.row({ x: types.float64, y: types.float64 }),
});
const centroids = env.readCsvFile(parameters.get("centroids", exampleFile("kmeans-centroids.csv")), {
  fieldDelimiter: " ",
  types: types.row({ id: types.int32, x: types.float64, y: types.float64 }),
});

const loop = centroids.iterate(parameters.getNumber("iterations", 10));
const moved = points
  .map(new SelectNearestCentroid())
  .withBroadcastSet(loop, "centroids")
  .groupBy("id")
  .reduce((a, b) => ({ id: a.id, x: a.x + b.x, y: a.y + b.y, numPoints: a.numPoints + b.numPoints }))
  .map((sum) => ({ id: sum.id, x: sum.x / sum.numPoints, y: sum.y / sum.numPoints }));
const final = loop.closeWith(moved);

for await (const { id, x, y } of final.orderBy("id", "ascending")) console.log(id, x.toFixed(3), y.toFixed(3));
