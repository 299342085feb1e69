import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const run = promisify(execFile);
const file = (name: string) => fileURLToPath(new URL(`../src/${name}`, import.meta.url));

/** Runs an example as a user does and returns what it printed, without the spaces at the ends of lines. */
async function lines(name: string, ...args: string[]): Promise<string[]> {
  const { stdout, stderr } = await run(process.execPath, [file(name), ...args]);
  expect(stderr).toBe("");
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.trimEnd());
}

const WORDS = ["be 2", "is 1", "not 1", "or 1", "question 1", "that 1", "the 1", "to 2"];

/** Independent figures, computed without Millrace: from the data sets' own publications or by a few lines of another language. */
const expected: readonly [name: string, args: readonly string[], lines: readonly string[]][] = [
  ["word-count-plain.mjs", [], WORDS],
  ["word-count-plain.cjs", [], WORDS],
  ["k-means.ts", [], ["1 -4.904 -45.118", "2 46.732 -48.337", "3 26.636 47.530", "4 -32.843 35.964"]],
  [
    "connected-components.ts",
    [],
    [1, 1, 1, 1, 1, 6, 6, 8, 8, 8, 1, 1, 8, 8, 1, 1].map((component, index) => `${index + 1} ${component}`),
  ],
  ["triangles.ts", [], ["1 2 3", "1 2 5", "1 3 4", "3 7 8"]],
  ["triangles.ts", ["--by", "degree"], ["2 1 3", "2 1 5", "4 1 3", "7 3 8"]],
  ["transitive-closure.ts", [], ["35 pairs are connected"]],
  ["transitive-closure.ts", ["--iterations", "1"], ["24 pairs are connected"]],
  ["linear-regression.ts", [], ["y = 0.251320 + 1.728727 x"]],
  ["linear-regression.ts", ["--iterations", "1"], ["y = 0.056967 + 0.378483 x"]],
  [
    "tpch-q10.ts",
    [],
    [
      "16252 Customer#000016252 MOROCCO 105699.9336",
      "36901 Customer#000036901 JORDAN 167183.2296",
      "78002 Customer#000078002 IRAN 44694.4600",
      "81763 Customer#000081763 INDIA 325542.7507",
      "86116 Customer#000086116 ALGERIA 197710.5460",
      "130057 Customer#000130057 INDONESIA 200081.3676",
    ],
  ],
  ["empty-fields.ts", [], ["[ [ 'John', 'Doe', 'Foo Str.' ] ]", "[ 1, 0, 3 ]"]],
  [
    "collection-join.ts",
    [],
    [
      "<Peter> Re: Meeting: How about 1pm?",
      "<Peter> Re: Meeting: Sorry, I'm not available",
      "<Bill> Re: Re: Project proposal: Give me a few more days",
    ],
  ],
];

describe("examples print what was computed independently", () => {
  test.each(expected)("%s %j", async (name, args, output) => {
    expect(await lines(name, ...args)).toEqual(output);
  });

  test("word-count.ts", async () => {
    const table = await lines("word-count.ts");
    expect(table.slice(2, 6)).toEqual(["the       22", "of        15", "to        15", "and       12"]);
  });

  test("word-count.ts writes a file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "millrace-example-"));
    try {
      const output = join(folder, "counts.csv");
      const [message] = await lines("word-count.ts", "--output", output);
      expect(message).toMatch(/^WordCount: \d+ ms$/);
      const counts = (await readFile(output, "utf8")).trimEnd().split("\n");
      expect(counts).toHaveLength(170);
      expect(counts).toContain("and,12");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("word-count-classes.ts", async () => {
    const output = await lines("word-count-classes.ts");
    expect(output[2]).toMatch(/^the +22$/);
    expect(output.at(-1)).toBe("35 lines");
  });

  test("page-rank.ts: the ranks of all fifteen pages", async () => {
    const ranks = (await lines("page-rank.ts")).map((line) => line.split(" ").map(Number));
    expect(ranks).toHaveLength(15);
    const firstThree = [0.250774047, 0.146807964, 0.034761676];
    firstThree.forEach((rank, index) => {
      expect(ranks[index]?.[1]).toBeCloseTo(rank, 5);
    });
  });

  test("delta-page-rank.ts agrees with the bulk iteration at its fixed point", async () => {
    const bulk = await lines("page-rank.ts", "--iterations", "200");
    const delta = await lines("delta-page-rank.ts");
    expect(delta).toHaveLength(bulk.length);
    bulk.forEach((line, index) => {
      expect(Number(delta[index]?.split(" ")[1])).toBeCloseTo(Number(line.split(" ")[1]), 2);
    });
  });

  test("pi-estimation.ts comes as near as so many samples allow", async () => {
    const [line] = await lines("pi-estimation.ts", "--samples", "100000");
    expect(Math.abs(Number(line?.replace("Pi is about ", "")) - Math.PI)).toBeLessThan(0.02);
  });

  test("web-log-analysis.ts", async () => {
    expect((await lines("web-log-analysis.ts")).slice(2)).toEqual([
      "  87  url_24               39",
      "  59  url_28               41",
    ]);
  });

  test("tpch-q3.ts", async () => {
    const [order, date, priority, revenue] = (await lines("tpch-q3.ts"))[2]?.split(/ +/).filter(Boolean) ?? [];
    expect([order, date, priority]).toEqual(["1", "1996-01-02", "0"]);
    expect(Number(revenue)).toBeCloseTo(21168.23 * 0.96 + 45983.16 * 0.91 + 28955.64 * 0.91 + 22824.48 * 0.9, 2);
  });

  test("flights.ts prints a line per phase, both tables, the plan and the time", async () => {
    const output = await lines("flights.ts");
    const text = output.join("\n");
    expect(text).toMatch(/^CA +824597 +510$/m);
    expect(text).toMatch(/^TX +747650 +460$/m);
    expect(text).toMatch(/^ATL +.* 0\.05938$/m);
    expect(text).toContain("at most 50 supersteps");
    expect(output.filter((line) => / \d+\.\d\d s$/.test(line))).toHaveLength(3);
    expect(output.at(-1)).toMatch(/^Done in \d+\.\d\d s\.$/);
  });
});
