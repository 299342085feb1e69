import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { count, ExecutionEnvironment, sum, types } from "millrace";

/**
 * Small programs over the installed packages, in plain JavaScript without a test runner, so that they run under every
 * Node.js that Millrace supports. They touch each layer once: sources, all the way through the plan to the engine, sinks.
 */

const folder = mkdtempSync(join(tmpdir(), "millrace-smoke-"));
const file = (name) => join(folder, name);
const environment = () => ExecutionEnvironment.getExecutionEnvironment();

const programs = {
  async "a text file is read, its words are counted and written"() {
    writeFileSync(file("words.txt"), "to be or not\nto be\n");
    const env = environment();
    env
      .readTextFile(file("words.txt"))
      .flatMap((line) => line.split(" "))
      .map((word) => ({ word, count: 1 }))
      .groupBy("word")
      .sum("count")
      .writeAsCsv(file("counts.csv"));
    await env.execute("word count");
    const lines = readFileSync(file("counts.csv"), "utf8").trim().split("\n").sort();
    assert.deepEqual(lines, ["be,2", "not,1", "or,1", "to,2"]);
  },

  async "declared CSV is joined, aggregated and ordered"() {
    writeFileSync(file("cities.csv"), "name,country\nOslo,NO\nBergen,NO\nLyon,FR\n");
    const env = environment();
    const cities = env.readCsvFile(file("cities.csv"), {
      header: true,
      types: types.row({ name: types.string, country: types.string }),
    });
    const sizes = env.fromCollection([
      { city: "Oslo", size: 700 },
      { city: "Bergen", size: 290 },
      { city: "Lyon", size: 520 },
    ]);
    const totals = await cities
      .join(sizes)
      .where("name")
      .equalTo("city")
      .with((city, { size }) => ({ country: city.country, size }))
      .groupBy("country")
      .aggregate({ total: sum("size"), cities: count() })
      .orderBy("total", "descending")
      .collect();
    assert.deepEqual(totals, [
      { country: "NO", total: 990, cities: 2 },
      { country: "FR", total: 520, cities: 1 },
    ]);
  },

  async "a bulk iteration runs its rounds"() {
    const loop = environment().fromElements({ value: 1 }).iterate(10);
    const result = loop.closeWith(loop.map(({ value }) => ({ value: value * 2 })));
    assert.deepEqual(await result.collect(), [{ value: 1024 }]);
  },

  async "a mistake is reported by its code"() {
    const wrong = () => environment().fromElements({ a: 1 }).map(undefined);
    assert.throws(wrong, { name: "MillraceError", code: "INVALID_FUNCTION" });
  },

  async "a failed job leaves no partial output"() {
    const env = environment();
    const failing = env.fromElements(1, 2, 3).map((number) => {
      if (number === 3) throw new Error("three");
      return String(number);
    });
    failing.writeAsText(file("partial.txt"));
    await assert.rejects(env.execute("fails"), { name: "MillraceError", code: "FUNCTION_FAILED" });
    assert.equal(existsSync(file("partial.txt")), false);
  },

  async "require gives the same package"() {
    const required = createRequire(import.meta.url)("millrace");
    assert.equal(required.ExecutionEnvironment, ExecutionEnvironment);
  },
};

let numFailed = 0;
for (const [name, program] of Object.entries(programs)) {
  try {
    await program();
  } catch (error) {
    numFailed++;
    console.log(`${name}: ${error instanceof Error ? error.stack : error}`);
  }
}
rmSync(folder, { recursive: true, force: true });
console.log(`${Object.keys(programs).length - numFailed} programs ran`);
if (numFailed > 0) process.exitCode = 1;
