import {
  type Accumulator,
  DoubleCounter,
  Histogram,
  IntCounter,
  isMillraceError,
  RichFilterFunction,
  RichFlatMapFunction,
  type RuntimeContext,
} from "@millrace/core";
import { bag, law } from "../../expectation.js";
import type { ConformanceProgram } from "../../program.js";
import { wordCount } from "../../reference-data.js";
import { iterationCase, iterationData } from "./iteration-case.js";

/** Keeps the distinct texts that were added. */
class TextSet implements Accumulator<string, string[]> {
  private texts: string[] = [];

  add(text: string): void {
    if (!this.texts.includes(text)) this.texts.push(text);
  }

  getLocalValue(): string[] {
    return [...this.texts].sort();
  }

  resetLocal(): void {
    this.texts = [];
  }

  toState(): unknown {
    return this.texts;
  }

  mergeState(state: unknown): void {
    for (const text of state as string[]) this.add(text);
  }
}

class Tokenize extends RichFlatMapFunction<string, string> {
  private context: RuntimeContext | undefined;

  override open(context: RuntimeContext): void {
    this.context = context;
    context.getAccumulator("open-close-counter", DoubleCounter).add(0.5);
  }

  override flatMap(line: string, _out: unknown, context: RuntimeContext): string[] {
    const words = line.split(" ");
    context.getAccumulator("num-lines", IntCounter).add(1);
    context.getAccumulator("words-per-line", Histogram).add(words.length);
    for (const word of words) context.getAccumulator("distinct-words", TextSet).add(word);
    return words;
  }

  override close(): void {
    this.context?.getAccumulator("open-close-counter", DoubleCounter).add(0.5);
  }
}

/** Keeps the lines whose first word is in the cached file. */
class InCachedFile extends RichFilterFunction<string> {
  private words: string[] = [];

  override open(context: RuntimeContext): void {
    // A function of a user would import node:fs; the kit must also load where there is no such module.
    const { process } = globalThis as unknown as {
      process: { getBuiltinModule(name: string): { readFileSync(path: string, encoding: string): string } };
    };
    const text = process.getBuiltinModule("fs").readFileSync(context.getCachedFile("cache_test"), "utf8");
    this.words = text.split("\n");
  }

  override filter(line: string): boolean {
    return this.words.includes(line.split(" ")[0]!);
  }
}

function integersOf(line: string): number[] {
  return line.split(" ").map(Number);
}

export const jobCases: readonly ConformanceProgram[] = [
  iterationCase("Accumulators", {
    covers: ["B110", "B115", "B116", "B118", "T050"],
    operators: ["flatMap", "groupBy", "sum", "getAccumulator"],
    keyKinds: ["field", "string"],
    build: async (env, run) => {
      const lines = env.fromCollection(iterationData<{ input: string[] }>("Accumulators").input);
      const counts = await lines
        .flatMap(new Tokenize())
        .map((word) => ({ word, count: 1 }))
        .groupBy("word")
        .sum("count")
        .collect();
      const result = env.getLastJobExecutionResult()!;
      return [
        ...counts.map(({ word, count }) => `${word} ${count}`),
        { lines: result.getAccumulatorResult("num-lines", IntCounter) },
        { subtasksMissing: run.parallelism - result.getAccumulatorResult("open-close-counter", DoubleCounter) },
        { words: [...result.getAccumulatorResult("words-per-line", Histogram)] },
        { distinct: result.getAccumulatorResult("distinct-words", TextSet) },
      ];
    },
    expected: bag([
      ...iterationData<{ expected: { lines: string[] } }>("Accumulators").expected.lines,
      { lines: 3 },
      { subtasksMissing: 0 },
      {
        words: [
          [1, 1],
          [2, 1],
          [3, 1],
        ],
      },
      { distinct: ["one", "three", "two"] },
    ]),
  }),
  iterationCase("BroadcastBranching", {
    covers: ["B113", "T051"],
    operators: ["join", "filter", "withBroadcastSet"],
    keyKinds: ["field"],
    build: (env) => {
      const { input } = iterationData<{ input: Record<string, string[]> }>("BroadcastBranching");
      const coefficients = env
        .fromCollection(input["coefficients id a b c"]!)
        .map(integersOf)
        .map(([id, a, b, c]) => ({ id: id!, a: a!, b: b!, c: c! }));
      const xs = env
        .fromCollection(input["id x"]!)
        .map(integersOf)
        .map(([id, x]) => ({ id: id!, x: x! }));
      const ys = env
        .fromCollection(input["id y"]!)
        .map(integersOf)
        .map(([id, y]) => ({ id: id!, y: y! }));
      const both = xs
        .join(ys)
        .where("id")
        .equalTo("id")
        .with(({ id, x }, { y }) => ({ id, x, y }));
      const equal = both.filter(({ x, y }) => x === y);
      return both
        .join(coefficients)
        .where("id")
        .equalTo("id")
        .with(({ id, x, y }, { a, b, c }) => ({ id, p: Math.min((a * x + b) * x + c, (a * y + b) * y + c) }))
        .filter(({ id, p }, context) => {
          const rows = context.getBroadcastVariable<{ id: number; x: number }>("equal");
          return rows.some((row) => row.id === id && p % row.x !== 0);
        })
        .withBroadcastSet(equal, "equal")
        .map(({ id, p }) => `${id} ${p}`);
    },
    expected: bag(iterationData<{ expected: string[] }>("BroadcastBranching").expected),
  }),
  iterationCase("TaskFailure", {
    covers: ["B006", "T053"],
    operators: ["map", "filter", "collect"],
    build: async (env) => {
      const input = env
        .fromCollection(iterationData<{ input: string[] }>("TaskFailure").input)
        .map(integersOf)
        .map(([key, value]) => [key!, value!]);
      const failing = input.map((): number => {
        throw new Error("this mapper always fails");
      });
      const failure = await failing.collect().then(
        () => undefined,
        (error: unknown) => error,
      );
      const rows = await input
        .filter(([key, value]) => key + value < 10)
        .map(([key, value]) => `${value} ${key + 10}`)
        .collect();
      return [{ failed: isMillraceError(failure, "FUNCTION_FAILED") }, ...rows];
    },
    expected: bag([{ failed: true }, ...iterationData<{ expected: string[] }>("TaskFailure").expected]),
  }),
  iterationCase("DistributedCache", {
    covers: ["B013", "T052"],
    operators: ["registerCachedFile", "filter"],
    needs: ["files"],
    build: async (env, run) => {
      const words = iterationData<{ cached_file_lines: string[] }>("DistributedCache").cached_file_lines;
      env.registerCachedFile(await run.writeFile("cached-words.txt", words.join("\n")), "cache_test");
      return env
        .fromCollection(wordCount.test_counts)
        .map(([word, count]) => `${word} ${count}`)
        .filter(new InCachedFile());
    },
    expected: [
      bag(iterationData<{ expected: string[] }>("DistributedCache").expected),
      law("the whole file was read", (lines) => (lines.length === 51 ? undefined : `${lines.length} words passed`)),
    ],
  }),
];
