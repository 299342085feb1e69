// E001 again, in plain JavaScript (CommonJS): `require` loads the same ES modules on Node 20.19 and later.
const { ExecutionEnvironment } = require("millrace");

async function main() {
  const env = ExecutionEnvironment.getExecutionEnvironment();
  const counts = env
    .fromElements("to be or not to be", "that is the question")
    .flatMap((line) => line.split(" "))
    .map((word) => ({ word, count: 1 }))
    .groupBy("word")
    .sum("count")
    .orderBy("word", "ascending");
  for await (const { word, count } of counts) console.log(word, count);
}

main();
