// E004 ConnectedComponents: a delta iteration. Every vertex starts in a component of its own; in each superstep, those that
// changed tell their neighbours, and a neighbour with a greater component takes the smaller one.
// Options: --vertices, --edges (files), --iterations (10).
import { ExecutionEnvironment, ParameterTool, types } from "millrace";
import { exampleFile } from "./data.ts";

const parameters = ParameterTool.fromArgs(process.argv.slice(2));
const env = ExecutionEnvironment.getExecutionEnvironment();
const vertices = env
  .readCsvFile(parameters.get("vertices", exampleFile("components-vertices.csv")), { types: types.tuple(types.int32) })
  .map(([id]) => ({ id, component: id }));
const edges = env
  .readCsvFile(parameters.get("edges", exampleFile("components-edges.csv")), {
    fieldDelimiter: " ",
    types: types.tuple(types.int32, types.int32),
  })
  .flatMap(function* ([source, target]) {
    yield { source, target };
    yield { source: target, target: source };
  });

const iteration = vertices.iterateDelta(vertices, parameters.getNumber("iterations", 10), "id");
const changes = iteration.workset
  .join(edges)
  .where("id")
  .equalTo("source")
  .with((vertex, edge) => ({ id: edge.target, component: vertex.component }))
  .groupBy("id")
  .min("component")
  .join(iteration.solutionSet)
  .where("id")
  .equalTo("id")
  .flatWith((candidate, current) => (candidate.component < current.component ? [candidate] : []));
const components = iteration.closeWith(changes, changes);

for await (const { id, component } of components.orderBy("id", "ascending")) console.log(id, component);
