// E005 PageRankBasic: a bulk iteration that ends when no rank moves by more than epsilon, or after the given supersteps.
// Options: --pages, --links (files), --iterations (10).
import { ExecutionEnvironment, ParameterTool, types } from "millrace";
import { exampleFile } from "./data.ts";

const DAMPING = 0.85;
const EPSILON = 0.0001;

const parameters = ParameterTool.fromArgs(process.argv.slice(2));
const env = ExecutionEnvironment.getExecutionEnvironment();
const pages = env.readCsvFile(parameters.get("pages", exampleFile("pagerank-pages.csv")), {
  types: types.tuple(types.int32),
});
const numPages = await pages.count();
const links = env
  .readCsvFile(parameters.get("links", exampleFile("pagerank-links.csv")), {
    fieldDelimiter: " ",
    types: types.tuple(types.int32, types.int32),
  })
  .groupBy(0)
  .reduceGroup((group) => {
    const targets: number[] = [];
    let source = 0;
    for (const [from, to] of group) {
      source = from;
      targets.push(to);
    }
    return [{ source, targets }];
  });

const ranks = pages.map(([page]) => ({ page, rank: 1 / numPages })).iterate(parameters.getNumber("iterations", 10));
const next = ranks
  .join(links)
  .where("page")
  .equalTo("source")
  .flatWith((from, { targets }) => targets.map((page) => ({ page, rank: from.rank / targets.length })))
  .groupBy("page")
  .sum("rank")
  .map(({ page, rank }) => ({ page, rank: DAMPING * rank + (1 - DAMPING) / numPages }));
const moved = next
  .join(ranks)
  .where("page")
  .equalTo("page")
  .with((now, before) => Math.abs(now.rank - before.rank))
  .filter((distance) => distance > EPSILON);
const result = ranks.closeWith(next, moved);

for await (const { page, rank } of result.orderBy("page", "ascending")) console.log(page, rank.toFixed(6));
