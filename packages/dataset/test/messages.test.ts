// What the compiler says to typical mistakes: the message must name what is possible, or what to do.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { compile, compilers } from "./types/compilers.js";

/** A mistake, and what the message has in it. */
const MISTAKES: Readonly<Record<string, readonly [code: string, ...phrases: string[]]>> = {
  "an unknown key": ['orders.groupBy("whoo")', `'"whoo"' is not assignable`, '"cust"', '"id"', '"user.zip"', '"who"'],
  "a sum of strings": [
    'orders.groupBy("id").sum("who")',
    `'"who"' is not assignable to parameter of type '"`,
    '"cust"',
    '"id"',
  ],
  "a named sum of strings": [
    'orders.groupBy("id").aggregate({ t: sum("who") })',
    `'Aggregate<"sum", "who">'`,
    `Type '"who"' is not assignable to type '`,
    '"cust"',
    '"id"',
  ],
  "keys of different types": [
    'orders.join(customers).where("cust").equalTo("name")',
    `'"name"' is not assignable to parameter of type '`,
    '"id"',
    "=> number | null | undefined",
  ],
  "keys of different length": [
    'orders.join(customers).where("cust", "who").equalTo("id")',
    `'["id"]' is not assignable to parameter of type 'MatchAll<`,
    "[number, string]>'",
  ],
  "another key of the solution set": [
    'orders.join(orders.iterateDelta(orders, 3, "id").solutionSet).where("id").equalTo("cust")',
    `'"cust"' is not assignable to parameter of type '"id"'`,
  ],
  "a map on the solution set": [
    'orders.iterateDelta(orders, 3, "id").solutionSet.map((o: unknown) => o)',
    "Property 'map' does not exist on type 'SolutionSet<",
  ],
  "a function that returns nothing": [
    "orders.map((o) => { o.id; })",
    "Type 'void' is not assignable to type 'PlainRecord'",
  ],
  "an async map": [
    "orders.map(async (o) => o.id)",
    "Type 'Promise<number>' is not assignable to type 'PlainRecord'",
    "UseMapAsyncForPromises",
  ],
  "an async join": [
    'orders.join(customers).where("cust").equalTo("id").with(async (o) => o.id)',
    "Type 'Promise<number>' is not assignable to type 'PlainRecord'",
    "UseMapAsyncForPromises",
  ],
  "a data set in a record": [
    "orders.map(() => orders)",
    "Type 'DataSet<Order>' is not assignable to type 'PlainRecord'",
  ],
  "an undeclared element type": [
    "orders.flatMap((o, out) => { out.collect({ q: o.id }); })",
    "'q' does not exist in type 'DeclareTheElementType'",
  ],
  "a flatMap to a string": [
    "orders.flatMap((o) => o.who)",
    "Type 'string' is not assignable to type 'Emitted<string>'",
  ],
  "an async generator": ["orders.flatMap(async function* (o) { yield o.id; })", "AsyncGenerator<number", "Emitted<"],
  "a loop over other records": [
    "const loop = orders.iterate(3); loop.closeWith(loop.map((o) => ({ id: o.id })))",
    "'UdfDataSet<{ id: number; }>' is not assignable to parameter of type 'Data<",
    "missing the following properties",
    "who",
    "cust",
  ],
  "a join without keys": [
    "orders.join(customers).with((o: Order) => o)",
    "Property 'with' does not exist on type 'Where<",
  ],
  "an unknown column": ['orders.filter(col("idd").gt(1))', `Type '"idd"' is not assignable to type '`, '"cust"'],
  "a column of another type": ['orders.filter(col("who").gt(1))', `Type '"who"' is not assignable to type '`, '"id"'],
  "a field that a missing side may not have": [
    'orders.leftOuterJoin(customers).where("cust").equalTo("id").with((o, c) => c.name)',
    "'c' is possibly 'null'",
  ],
  "a filter without a boolean": ["orders.filter((o) => o.who)", "Type 'string' is not assignable to type 'boolean'"],
};

const HEADER = `import { col, sum, type DataSet } from "./api.js";
interface Order { id: number; who: string; cust: number; user: { zip: string } }
interface Customer { id: number; name: string }
declare const orders: DataSet<Order>;
declare const customers: DataSet<Customer>;
void [col, sum, orders, customers];
`;

const folder = fileURLToPath(new URL("../temp/messages/", import.meta.url));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("[D3] the compiler's messages name the way out", () => {
  const names = Object.keys(MISTAKES);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "api.ts"), 'export * from "@millrace/core";\nexport * from "@millrace/dataset";\n');
  names.forEach((name, index) => {
    writeFileSync(join(folder, `mistake-${index}.ts`), `${HEADER}${MISTAKES[name]?.[0]};\n`);
  });
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: "../../test/types/tsconfig.json", include: ["*.ts"] }),
  );
  for (const version of Object.keys(compilers) as (keyof typeof compilers)[]) {
    test(`under TypeScript ${version}`, { timeout: 120_000 }, () => {
      const output = compile(version, join(folder, "tsconfig.json"), "--noErrorTruncation");
      names.forEach((name, index) => {
        const [, ...phrases] = MISTAKES[name] ?? [""];
        const message = messageOf(output, `mistake-${index}.ts`);
        for (const phrase of phrases) expect(message, name).toContain(phrase);
      });
    });
  }
});

/** Returns the errors of one file with their indented details. */
function messageOf(output: string, file: string): string {
  const lines: string[] = [];
  let isWanted = false;
  for (const line of output.split("\n")) {
    if (!line.startsWith(" ")) isWanted = line.includes(`${file}(`);
    if (isWanted) lines.push(line);
  }
  return lines.join("\n");
}
