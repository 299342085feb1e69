// E001 WordCount: lower-case, split at what is no word, count.
// Options: --input <file or directory>, --output <file>. Without input, the soliloquy; without output, prints the commonest words.
import { ExecutionEnvironment, ParameterTool } from "millrace";
import { exampleFile } from "./data.ts";

const parameters = ParameterTool.fromArgs(process.argv.slice(2));
const env = ExecutionEnvironment.getExecutionEnvironment();

const counts = env
  .readTextFile(parameters.get("input", exampleFile("hamlet.txt")))
  .flatMap((line) => line.toLowerCase().split(/\W+/))
  .filter((word) => word !== "")
  .map((word) => ({ word, count: 1 }))
  .groupBy("word")
  .sum("count");

const output = parameters.get("output");
if (output === undefined) {
  await counts.orderBy("count", "descending").thenBy("word", "ascending").first(10).print();
} else {
  counts.writeAsCsv(output, { writeMode: "overwrite" });
  const result = await env.execute("WordCount");
  console.log(`${result.jobName}: ${Math.round(result.netRuntime)} ms`);
}
