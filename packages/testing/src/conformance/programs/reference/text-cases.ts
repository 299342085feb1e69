import { type Accumulator, RichFilterFunction, type RuntimeContext } from "@millrace/core";
import type { DataSet } from "@millrace/dataset";
import { bag, ordered } from "../../expectation.js";
import type { ConformanceProgram } from "../../program.js";
import { emptyFields, webLog, wordCount } from "../../reference-data.js";
import { exampleCase } from "./example-case.js";

function countWords(lines: DataSet<string>): DataSet<{ word: string; count: number }> {
  return lines
    .flatMap((line) => line.toLowerCase().split(/\W+/))
    .filter((word) => word !== "")
    .map((word) => ({ word, count: 1 }))
    .groupBy("word")
    .sum("count");
}

/** Counts per position; grows when a position beyond its end is counted. */
class CountVector implements Accumulator<number, number[]> {
  private counts: number[] = [];

  add(position: number): void {
    this.count(position, 1);
  }

  getLocalValue(): number[] {
    return [...this.counts];
  }

  resetLocal(): void {
    this.counts = [];
  }

  toState(): unknown {
    return this.counts;
  }

  mergeState(state: unknown): void {
    for (const [position, count] of (state as number[]).entries()) this.count(position, count);
  }

  private count(position: number, increment: number): void {
    while (this.counts.length <= position) this.counts.push(0);
    this.counts[position] = this.counts[position]! + increment;
  }
}

class WithoutEmptyFields extends RichFilterFunction<(string | null)[]> {
  override filter(row: (string | null)[], context: RuntimeContext): boolean {
    const counts = context.getAccumulator("empty fields", CountVector);
    let isComplete = true;
    for (const [position, field] of row.entries()) {
      if (field !== null && field.trim() !== "") continue;
      isComplete = false;
      counts.add(position);
    }
    return isComplete;
  }
}

export const textCases: readonly ConformanceProgram[] = [
  exampleCase("wordcount/test_counts", {
    covers: ["B022", "B073"],
    operators: ["flatMap", "filter", "map", "groupBy", "sum"],
    keyKinds: ["field", "string"],
    build: (env) => countWords(env.fromCollection(wordCount.test_text.split("\n"))),
    expected: bag(wordCount.test_counts.map(([word, count]) => ({ word, count: Number(count) }))),
  }),
  exampleCase("wordcount/example_default_counts_COMPUTED_BY_US", {
    covers: ["B022", "B073"],
    operators: ["flatMap", "filter", "map", "groupBy", "sum"],
    keyKinds: ["field", "string"],
    build: (env) => countWords(env.fromCollection(wordCount.example_default_lines)),
    expected: bag(wordCount.example_default_counts_COMPUTED_BY_US.map(([word, count]) => ({ word, count }))),
  }),
  exampleCase("weblog/EXCEPTED_RESULT", {
    covers: ["B023", "B036", "B044"],
    operators: ["filter", "join", "coGroup"],
    keyKinds: ["field", "string"],
    build: (env) => {
      const documents = env
        .fromCollection(webLog.DOCS)
        .map((line) => line.split("|"))
        .filter((f) => f[1]!.includes(" editors ") && f[1]!.includes(" oscillations "))
        .map((f) => ({ url: f[0]! }));
      const ranks = env
        .fromCollection(webLog.RANKS)
        .map((line) => line.split("|"))
        .map((f) => ({ rank: Number(f[0]), url: f[1]!, duration: f[2]! }))
        .filter(({ rank }) => rank > 40);
      const visits = env
        .fromCollection(webLog.VISITS)
        .map((line) => line.split("|"))
        .filter((f) => f[2]!.startsWith("2007"))
        .map((f) => ({ url: f[1]! }));
      return documents
        .join(ranks)
        .where("url")
        .equalTo("url")
        .with((_document, rank) => rank)
        .coGroup(visits)
        .where("url")
        .equalTo("url")
        .with(function* (pages, seen) {
          for (const _ of seen) return;
          for (const page of pages) yield `${page.rank}|${page.url}|${page.duration}`;
        });
    },
    expected: bag(webLog.EXCEPTED_RESULT),
  }),
  exampleCase("empty_fields/expected_kept_COMPUTED_BY_US", {
    covers: ["B023", "B110"],
    operators: ["filter"],
    build: (env) => env.fromCollection(emptyFields.rows as (string | null)[][]).filter(new WithoutEmptyFields()),
    expected: bag(emptyFields.expected_kept_COMPUTED_BY_US),
  }),
  exampleCase("empty_fields/expected_accumulator_empty_fields_COMPUTED_BY_US", {
    covers: ["B115", "B118"],
    operators: ["filter", "getAccumulator"],
    build: async (env) => {
      await env
        .fromCollection(emptyFields.rows as (string | null)[][])
        .filter(new WithoutEmptyFields())
        .count();
      return env.getLastJobExecutionResult()?.getAccumulatorResult("empty fields", CountVector) ?? [];
    },
    expected: ordered(emptyFields.expected_accumulator_empty_fields_COMPUTED_BY_US),
  }),
];
