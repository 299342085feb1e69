/**
 * Measures what the types of the batch API cost the compiler: a program of 200 chained operators against an empty one that
 * imports the same, on a row of 20 fields and on a nested row of 60, under TypeScript 7 (native) and TypeScript 6. The limit is
 * 3 seconds more than the empty program. Programs run in turn, the least of several runs counts; the compilers tell
 * elapsed time, so on a busy machine the limit is only reported.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DataSet } from "millrace";

/** What is measured: how dear this type is to the compiler. */
export type Measured = DataSet<unknown>;

const NUM_OPERATORS = 200;
const NUM_RUNS = 3;
const MAX_SECONDS_MORE = 3;

const require = createRequire(import.meta.url);
const folder = fileURLToPath(new URL("../temp/typecheck/", import.meta.url));
const compilers = {
  "TypeScript 7": join(dirname(require.resolve("typescript/package.json")), "bin/tsc"),
  "TypeScript 6": join(dirname(require.resolve("typescript-6/package.json")), "bin/tsc"),
};

/** A row of `numFields` scalar fields, numbers and strings in turn. */
function flatRow(name: string, numFields: number): string {
  const fields = Array.from(
    { length: numFields },
    (_, i) => `  ${i % 2 === 0 ? "n" : "s"}${i}: ${i % 2 === 0 ? "number" : "string"};`,
  );
  return `interface ${name} {\n${fields.join("\n")}\n}`;
}

/** A row with 60 fields on three levels, about 225 paths. */
const NESTED_ROW = `${flatRow("Leaf", 14)}
interface Middle { n0: number; s1: string; first: Leaf; second: Leaf }
interface Row {
${Array.from({ length: 30 }, (_, i) => `  ${i % 2 === 0 ? "n" : "s"}${i}: ${i % 2 === 0 ? "number" : "string"};`).join("\n")}
  a: Middle; b: Middle; c: Middle; d: Leaf; e: Leaf;
}`;

/** Operators that a program mixes; each takes a `Row` and gives one, so that any number can be chained. */
const OPERATORS: readonly ((index: number) => string)[] = [
  () => ".filter((r) => r.n0 > 1)",
  () => ".map((r) => ({ ...r, n0: r.n0 + 1 }))",
  () => '.distinct("s1", "n2")',
  () => '.groupBy("s1").sum("n0")',
  () => '.filter(col("n2").gt(3).and(col("s3").contains("x")))',
  () => '.join(other).where("n4").equalTo("n0").with((left) => left)',
  () => ".flatMap((r) => [r, r])",
  () => '.groupBy("s3", "n4").reduce((a, b) => (a.n0 > b.n0 ? a : b))',
  () => '.orderBy("n6", "descending")',
  () => ".union(other)",
  () => '.leftOuterJoin(other).where("s5", "n6").equalTo("s1", "n2").with((left, right) => right ?? left)',
  (index) => `.first(${index + 1})`,
  () => '.groupBy("s5").sortGroup("n0", "descending").reduceGroup((group) => [...group])',
  () => '.coGroup(other).where("n0").equalTo("n2").with((left) => left)',
  () => '.partitionByHash("s7")',
  () => '.minBy("n8", "s9")',
];

function program(row: string, numOperators: number): string {
  const calls = Array.from({ length: numOperators }, (_, i) => `  ${OPERATORS[i % OPERATORS.length]!(i)}`);
  return `import { col, type DataSet } from "millrace";
${row}
declare const rows: DataSet<Row>;
declare const other: DataSet<Row>;
export const result = rows
${calls.join("\n")};
void [col, other];
`;
}

interface Cost {
  readonly checkSeconds: number;
  readonly instantiations: number;
}

function costOf(compiler: string, name: string): Cost {
  const run = spawnSync(process.execPath, [compiler, "-p", join(folder, `${name}.json`), "--extendedDiagnostics"], {
    encoding: "utf8",
  });
  const output = `${run.stdout}${run.stderr}`;
  if (run.status !== 0) throw new Error(`${name} does not compile:\n${output.slice(0, 2000)}`);
  return {
    checkSeconds: Number(/Check time:\s+([\d.]+)s/.exec(output)?.[1]),
    instantiations: Number(/Instantiations:\s+(\d+)/.exec(output)?.[1]),
  };
}

/** Runs all programs in turn, several times, so that what disturbs one disturbs all; returns the best run of each. */
function leastCosts(compiler: string, numPrograms: number): Cost[] {
  const best: Cost[] = [];
  for (let round = 0; round < NUM_RUNS; round++) {
    for (let index = 0; index < numPrograms; index++) {
      const cost = costOf(compiler, `program-${index}`);
      const known = best[index];
      if (known === undefined || cost.checkSeconds < known.checkSeconds) best[index] = cost;
    }
  }
  return best;
}

const programs = {
  "no operators": program(flatRow("Row", 20), 0),
  "200 operators, 20 fields": program(flatRow("Row", 20), NUM_OPERATORS),
  "200 operators, nested row": program(NESTED_ROW, NUM_OPERATORS),
};

mkdirSync(folder, { recursive: true });
Object.values(programs).forEach((text, index) => {
  writeFileSync(join(folder, `program-${index}.ts`), text);
  const settings = {
    compilerOptions: {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      target: "es2023",
      module: "nodenext",
      noEmit: true,
      types: ["node"],
    },
    files: [`program-${index}.ts`],
  };
  writeFileSync(join(folder, `program-${index}.json`), JSON.stringify(settings));
});

let isOverLimit = false;
for (const [compilerName, compiler] of Object.entries(compilers)) {
  console.log(`\n${compilerName}`);
  const titles = Object.keys(programs);
  const costs = leastCosts(compiler, titles.length);
  costs.forEach(({ checkSeconds, instantiations }, index) => {
    const more = checkSeconds - costs[0]!.checkSeconds;
    isOverLimit ||= more > MAX_SECONDS_MORE;
    const seconds = `${checkSeconds.toFixed(2)} s`;
    const difference = `${more < 0 ? "" : "+"}${more.toFixed(2)} s`;
    console.log(
      `  ${titles[index]!.padEnd(26)} ${seconds.padStart(8)}  ${difference.padStart(9)}  ${instantiations.toLocaleString("en-US").padStart(9)} instantiations`,
    );
  });
}
rmSync(folder, { recursive: true, force: true });
const [load = 0] = loadavg();
const isBusy = load > availableParallelism() / 2;
if (isBusy) console.log(`\nThe machine has other work (load ${load.toFixed(1)}), so elapsed times are too long.`);
if (isOverLimit) {
  console.error(`\nOver the limit of ${MAX_SECONDS_MORE} s more than no operators`);
  process.exitCode = isBusy ? 0 : 1;
}
