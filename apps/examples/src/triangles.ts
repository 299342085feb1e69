// E006 and E007, enumerating triangles: build pairs of edges at one end of both, keep those that a third edge closes.
// `--by degree` builds the pairs at the end with fewer edges, so that no vertex with many edges makes many pairs.
// Options: --edges (file), --by id | degree.
import { ExecutionEnvironment, ParameterTool, types } from "millrace";
import { exampleFile } from "./data.ts";

const parameters = ParameterTool.fromArgs(process.argv.slice(2));
const env = ExecutionEnvironment.getExecutionEnvironment();
const edges = env
  .readCsvFile(parameters.get("edges", exampleFile("triangle-edges.csv")), {
    fieldDelimiter: " ",
    types: types.row({ a: types.int32, b: types.int32 }),
  })
  .map(({ a, b }) => (a < b ? { a, b } : { a: b, b: a }))
  .distinct("a", "b");

const degrees = edges
  .flatMap(({ a, b }) => [a, b])
  .map((vertex) => ({ vertex, degree: 1 }))
  .groupBy("vertex")
  .sum("degree");
const byDegree = edges
  .join(degrees)
  .where("a")
  .equalTo("vertex")
  .with((edge, { degree }) => ({ ...edge, degreeOfA: degree }))
  .join(degrees)
  .where("b")
  .equalTo("vertex")
  .with(({ a, b, degreeOfA }, { degree }) => (degree < degreeOfA ? { a: b, b: a } : { a, b }));

const oriented = parameters.get("by", "id") === "degree" ? byDegree : edges;
const triads = oriented
  .groupBy("a")
  .sortGroup("b", "ascending")
  .reduceGroup(function* (group) {
    const seen: number[] = [];
    for (const { a, b } of group) {
      for (const earlier of seen) yield { apex: a, low: Math.min(earlier, b), high: Math.max(earlier, b) };
      seen.push(b);
    }
  });
const triangles = triads
  .join(edges)
  .where("low", "high")
  .equalTo("a", "b")
  .with(({ apex, low, high }) => ({ apex, low, high }));

for await (const { apex, low, high } of triangles.orderBy("apex", "ascending").thenBy("low", "ascending")) {
  console.log(apex, low, high);
}
