import { bareHost } from "@millrace/core";
import { ExecutionEnvironment } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";

const env = ExecutionEnvironment.onEngine(collectionEngine(bareHost()), { parallelism: 2 });
const counts = await env
  .fromElements("to be", "or not to be")
  .flatMap((line) => line.split(" "))
  .map((word) => ({ word, count: 1 }))
  .groupBy("word")
  .sum("count")
  .orderBy("word")
  .collect();
console.log(counts);
