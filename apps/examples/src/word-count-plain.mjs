// E001 again, in plain JavaScript (ES modules): nothing is typed and nothing is annotated.
import { ExecutionEnvironment } from "millrace";

const env = ExecutionEnvironment.getExecutionEnvironment();
const counts = env
  .fromElements("to be or not to be", "that is the question")
  .flatMap((line) => line.split(" "))
  .map((word) => ({ word, count: 1 }))
  .groupBy("word")
  .sum("count")
  .orderBy("word", "ascending");
for await (const { word, count } of counts) console.log(word, count);
