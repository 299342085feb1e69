// What an editor shows where the mouse is: plain types, not the machinery behind them.
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type TypeScript from "typescript-6";
import { describe, expect, test } from "vitest";

const ts: typeof TypeScript = createRequire(import.meta.url)("typescript-6");

const PROGRAM = `import { col, types } from "@millrace/core";
import { avg, count, type DataSet, type ExecutionEnvironment, max, sum } from "@millrace/dataset";
interface Order { id: number; who: string; cust: number; user: { zip: string } }
interface Customer { id: number; name: string }
declare const env: ExecutionEnvironment;
declare const orders: DataSet<Order>;
declare const customers: DataSet<Customer>;
const text = env.readTextFile("hamlet.txt");
const words = text.flatMap((line) => line.toLowerCase().split(" "));
const ones = words.map((word) => ({ word, count: 1 }));
const counts = ones.groupBy("word").sum("count");
const csv = env.readCsvFile("x.csv", { types: types.row({ id: types.nullable(types.int32) }) });
const tuples = orders.map((o) => [o.id, o.who]);
const projected = orders.project("who", "user.zip");
const grouped = orders.groupBy("user.zip", "cust");
const named = grouped.aggregate({ total: sum("id"), n: count(), top: max("who"), mean: avg("cust") });
const asTuple = orders.groupBy("who").aggregate(sum("id"), count());
const pairs = orders.join(customers).where("cust").equalTo("id");
const outer = orders.leftOuterJoin(customers).where("cust").equalTo("id");
const rows = pairs.projectFirst("who").projectSecond("name");
const joined = pairs.with((order, customer) => ({ who: order.who, name: customer.name }));
const delta = orders.iterateDelta(customers, 10, "id");
const solution = delta.solutionSet;
const indexed = orders.zipWithIndex();
const selected = orders.select({ double: col("id").times(2), zip: col("user.zip") });
const records = orders.collect();
`;

/** Where the mouse is: the first occurrence of the text, and what the editor shows there. */
const EXPECTED: Readonly<Record<string, string>> = {
  "text =": "const text: SourceDataSet<string>",
  "words =": "const words: UdfDataSet<string>",
  "ones =": "const ones: UdfDataSet<{ word: string; count: number; }>",
  "counts =": "const counts: AggregateDataSet<{ word: string; count: number; }>",
  "csv =": "const csv: SourceDataSet<{ id: number | null; }>",
  "tuples =": "const tuples: UdfDataSet<[number, string]>",
  "projected =": "const projected: DataSet<[string, string]>",
  "grouped =": 'const grouped: Grouping<Order, readonly ["user.zip", "cust"]>',
  "named =":
    "const named: DataSet<{ user: { zip: string; }; cust: number; total: number; n: number; top: string; mean: number; }>",
  "asTuple =": "const asTuple: DataSet<[string, number, number]>",
  "pairs =": "const pairs: JoinDataSet<Order, Customer>",
  "outer =": "const outer: JoinDataSet<Order, Customer | null>",
  "rows =": 'const rows: PairProjection<Order, Customer, [readonly ["first", "who"], readonly ["second", "name"]]>',
  "joined =": "const joined: UdfDataSet<{ who: string; name: string; }>",
  "delta =": 'const delta: DeltaIteration<Order, Customer, readonly ["id"]>',
  "solution =": 'const solution: SolutionSet<Order, readonly ["id"]>',
  "indexed =": "const indexed: UdfDataSet<[index: number, value: Order]>",
  "selected =": "const selected: DataSet<{ double: number; zip: string; }>",
  "records =": "const records: Promise<Order[]>",
  "line) =>": "(parameter) line: string",
  "order, customer) =>": "(parameter) order: Order",
  "customer) =>": "(parameter) customer: Customer",
};

describe("[D4] quick info", () => {
  test("shows plain types at named positions", { timeout: 120_000 }, () => {
    const shown = Object.fromEntries(
      Object.keys(EXPECTED).map((position) => [position, quickInfo(PROGRAM.indexOf(position))]),
    );
    expect(shown).toEqual(EXPECTED);
  });
});

const file = join(fileURLToPath(new URL("types/", import.meta.url)), "quick-info-program.ts");
const options: TypeScript.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  noErrorTruncation: true,
  types: ["node"],
};
const service = ts.createLanguageService({
  getCompilationSettings: () => options,
  getScriptFileNames: () => [file],
  getScriptVersion: () => "1",
  getScriptSnapshot: (name) => {
    const text = name === file ? PROGRAM : ts.sys.readFile(name);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  getCurrentDirectory: () => fileURLToPath(new URL("..", import.meta.url)),
  getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
  fileExists: (name) => name === file || ts.sys.fileExists(name),
  readFile: ts.sys.readFile,
  readDirectory: ts.sys.readDirectory,
  directoryExists: ts.sys.directoryExists,
  getDirectories: ts.sys.getDirectories,
});

function quickInfo(position: number): string {
  const info = service.getQuickInfoAtPosition(file, position);
  return ts.displayPartsToString(info?.displayParts).replace(/\s+/g, " ");
}
