import { ExecutionEnvironment } from "millrace";

const env = ExecutionEnvironment.getExecutionEnvironment();
const counts = env
  .fromElements("to be, or not to be", "that is the question")
  .flatMap((line) => line.toLowerCase().split(/\W+/))
  .map((word) => ({ word, count: 1 }))
  .groupBy("word")
  .sum("count");

await counts.orderBy("count", "descending").thenBy("word", "ascending").first(3).print();
