// E017 DeltaPageRank: only pages whose rank moved tell their targets about it. The solution set holds all ranks, the workset
// the changes that are still to be passed on; the iteration ends by itself when every change is small.
// Options: --links (file), --iterations (100), --threshold (1e-6).
import { ExecutionEnvironment, ParameterTool, types } from "millrace";
import { exampleFile } from "./data.ts";

const DAMPING = 0.85;

const parameters = ParameterTool.fromArgs(process.argv.slice(2));
const threshold = parameters.getNumber("threshold", 1e-6);
const env = ExecutionEnvironment.getExecutionEnvironment();
const links = env.readCsvFile(parameters.get("links", exampleFile("pagerank-links.csv")), {
  fieldDelimiter: " ",
  types: types.row({ source: types.int32, target: types.int32 }),
});
const numTargets = links
  .map(({ source }) => ({ source, numTargets: 1 }))
  .groupBy("source")
  .sum("numTargets");
const weighted = links
  .join(numTargets)
  .where("source")
  .equalTo("source")
  .with((link, { numTargets }) => ({ ...link, share: DAMPING / numTargets }));
const pages = links.flatMap(({ source, target }) => [source, target]).distinct();
const numPages = await pages.count();

const initial = pages.map((page) => ({ page, rank: (1 - DAMPING) / numPages }));
const iteration = initial.iterateDelta(initial, parameters.getNumber("iterations", 100), "page");
const residuals = iteration.workset
  .join(weighted)
  .where("page")
  .equalTo("source")
  .with((change, link) => ({ page: link.target, rank: change.rank * link.share }))
  .groupBy("page")
  .sum("rank")
  .filter((change) => change.rank > threshold);
const updated = residuals
  .join(iteration.solutionSet)
  .where("page")
  .equalTo("page")
  .with((change, current) => ({ page: current.page, rank: current.rank + change.rank }));
const ranks = iteration.closeWith(updated, residuals);

for await (const { page, rank } of ranks.orderBy("page", "ascending")) console.log(page, rank.toFixed(4));
