// E008 TransitiveClosureNaive: a bulk iteration that adds paths one edge longer until no path is new.
// Options: --edges (file), --iterations (10).
import { ExecutionEnvironment, ParameterTool, types } from "millrace";
import { exampleFile } from "./data.ts";

const parameters = ParameterTool.fromArgs(process.argv.slice(2));
const env = ExecutionEnvironment.getExecutionEnvironment();
const edges = env.readCsvFile(parameters.get("edges", exampleFile("components-edges.csv")), {
  fieldDelimiter: " ",
  types: types.row({ from: types.int32, to: types.int32 }),
});

const paths = edges.iterate(parameters.getNumber("iterations", 10));
const longer = paths
  .join(edges)
  .where("to")
  .equalTo("from")
  .with((path, edge) => ({ from: path.from, to: edge.to }));
const next = longer.union(paths).distinct("from", "to");
const added = next.antiJoin(paths).where("from", "to").equalTo("from", "to");
const closure = paths.closeWith(next, added);

console.log(`${await closure.count()} pairs are connected`);
