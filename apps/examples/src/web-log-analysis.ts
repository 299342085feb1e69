// E011 WebLogAnalysis: documents with two words, ranked above 40, that nobody visited in 2007. The last is an anti join.
import { ExecutionEnvironment, types } from "millrace";
import { exampleFile } from "./data.ts";

const env = ExecutionEnvironment.getExecutionEnvironment();
const documents = env.readCsvFile(exampleFile("weblog-documents.csv"), {
  fieldDelimiter: "|",
  types: types.row({ url: types.string, text: types.string }),
});
const ranks = env.readCsvFile(exampleFile("weblog-ranks.csv"), {
  fieldDelimiter: "|",
  types: types.row({ rank: types.int32, url: types.string, averageDuration: types.int32 }),
});
const visits = env.readCsvFile(exampleFile("weblog-visits.csv"), {
  fieldDelimiter: "|",
  includeFields: [1, 2],
  types: types.row({ url: types.string, date: types.string }),
});

const relevant = documents.filter((d) => d.text.includes(" editors ") && d.text.includes(" oscillations "));
const result = relevant
  .join(ranks.filter((r) => r.rank > 40))
  .where("url")
  .equalTo("url")
  .with((_document, rank) => rank)
  .antiJoin(visits.filter((visit) => visit.date.startsWith("2007")))
  .where("url")
  .equalTo("url");

await result.orderBy("rank", "descending").print();
